"""On the node: kills the kubelet, and starts it again with the same arguments unless something else does so first.

In the background, and a second later: whoever runs this does so through the kubelet.
"""
import json
import os
import signal
import subprocess
import time


# out of this pod's control groups, which end with the pod
OUTSIDE = 'for group in /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/*/cgroup.procs; do echo $$ >$group; done 2>/dev/null; exec "$@"'


def kubelet():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as cmdline:
                argv = cmdline.read().split(b"\0")[:-1]
            if argv and os.path.basename(argv[0]) == b"kubelet":
                with open(f"/proc/{pid}/environ", "rb") as environ:
                    return int(pid), argv, dict(line.split(b"=", 1) for line in environ.read().split(b"\0") if b"=" in line)
        except (OSError, ValueError):
            continue
    return None


def restart(pid, argv, environment):
    os.setsid()
    for stream in range(3):
        os.dup2(os.open(os.devnull, os.O_RDWR), stream)
    time.sleep(1)
    os.kill(pid, signal.SIGKILL)
    time.sleep(10)
    if kubelet() is None:
        inside = ["nsenter", "-t", "1", "-m", "-u", "-n", "-p", "--", "sh", "-c", OUTSIDE, "sh"]
        subprocess.Popen(inside + argv, env=environment, start_new_session=True)


found = kubelet()
print(json.dumps(found[0]), flush=True)
if os.fork() == 0:
    restart(*found)
    os._exit(0)
