"""Clients that ask again and again, each time by a new connection, until standard input ends; prints how it went."""
import http.client
import json
import socket
import ssl
import sys
import threading
import time

HOST, PORT, PATH, CLIENTS, PAUSE = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), float(sys.argv[5])
# behind an edge: the name that it is asked for, over TLS (edge.py looks at the certificate)
NAME = sys.argv[6] if len(sys.argv) > 6 else None
# once: an edge controller has addresses from the API, and asks no name server for each request
ADDRESS = socket.gethostbyname(HOST)
end, lock = threading.Event(), threading.Lock()
requests, failures, slowest = 0, [], 0.0


def connect():
    if NAME:
        return http.client.HTTPSConnection(ADDRESS, PORT, timeout=30, context=ssl._create_unverified_context())
    return http.client.HTTPConnection(ADDRESS, PORT, timeout=30)


def client():
    global requests, slowest
    while not end.wait(PAUSE):
        begin = time.monotonic()
        try:
            connection = connect()
            connection.request("GET", PATH, headers={"Host": NAME} if NAME else {})
            answer = connection.getresponse()
            answer.read()
            problem = None if answer.status == 200 else f"status {answer.status}"
            connection.close()
        except Exception as error:
            problem = f"{type(error).__name__}: {error}"
        with lock:
            requests += 1
            slowest = max(slowest, time.monotonic() - begin)
            if problem:
                failures.append({"at": time.strftime("%H:%M:%S"), "problem": problem})


threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
for thread in threads:
    thread.start()
sys.stdin.read()
end.set()
for thread in threads:
    thread.join()
print(json.dumps({"requests": requests, "failures": failures, "slowest": round(slowest, 2)}))
