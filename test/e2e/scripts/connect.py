"""Tries to open a TCP connection to each host:port of its arguments; prints those that opened."""
import json
import socket
import sys
import threading

opened, lock = [], threading.Lock()


def attempt(target):
    host, port = target.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), timeout=3).close()
    except OSError:
        return
    with lock:
        opened.append(target)


threads = [threading.Thread(target=attempt, args=(target,)) for target in sys.argv[1:]]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(sorted(opened)))
