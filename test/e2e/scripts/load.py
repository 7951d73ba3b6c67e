"""Clients that ask again and again, each time by a new connection, for some seconds; prints how it went."""
import http.client
import json
import sys
import threading
import time

HOST, PORT, PATH, SECONDS, CLIENTS = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4]), int(sys.argv[5])
PAUSE = float(sys.argv[6]) if len(sys.argv) > 6 else 0
end, lock = time.monotonic() + SECONDS, threading.Lock()
requests, failures, slowest = 0, [], 0.0


def client():
    global requests, slowest
    while time.monotonic() < end:
        begin = time.monotonic()
        try:
            connection = http.client.HTTPConnection(HOST, PORT, timeout=30)
            connection.request("GET", PATH)
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
        time.sleep(PAUSE)


threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps({"requests": requests, "failures": failures, "slowest": round(slowest, 2)}))
