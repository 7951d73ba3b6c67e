"""On the node: kills (SIGKILL) the first process of each container whose id is given; prints how many there were."""
import json
import os
import signal
import sys

killed = 0
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        with open(f"/proc/{pid}/cgroup") as cgroup, open(f"/proc/{pid}/status") as status:
            groups, spaces = cgroup.read(), [line for line in status if line.startswith("NSpid:")][0].split()
    except (OSError, IndexError):
        continue
    # the first process of a container has the number 1 in it
    if spaces[-1] == "1" and any(container in groups for container in sys.argv[1:]):
        os.kill(int(pid), signal.SIGKILL)
        killed += 1
print(json.dumps(killed))
