"""A client on the other side of the edge: HOST is asked under the name of the certificate, and only that is trusted."""
import asyncio
import json
import ssl
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import websockets

HOST, NAME, CERTIFICATE = sys.argv[1:4]
trust = ssl.create_default_context(cadata=CERTIFICATE)
client = httpx.Client(verify=trust, timeout=120, headers={"Host": NAME}, limits=httpx.Limits(max_connections=None))


def call(method, path, **rest):
    return client.request(method, f"https://{HOST}{path}", extensions={"sni_hostname": NAME}, **rest)


def chat():
    said = call("POST", "/api/chat", json={"message": "good morning", "session": "edge"})
    seen = ("x-frame-options", "strict-transport-security")
    return [said.status_code, said.json().get("reply"), *(said.headers.get(name) for name in seen)]


def redirect():
    answer = client.get(f"http://{HOST}/health?a=1")
    return [answer.status_code, answer.headers.get("location")]


def upload(mebibytes):
    return call("POST", "/upload/", files={"file": ("big.bin", bytes(mebibytes << 20))}).status_code


def burst(count=60):
    """How many of so many at once passed, but for those that the rate let through while it lasted."""
    begin = time.monotonic()
    with ThreadPoolExecutor(count) as pool:
        statuses = list(pool.map(lambda _: call("GET", "/health").status_code, range(count)))
    passed, late = statuses.count(200), 10 * (time.monotonic() - begin)
    return {"others": sorted({status for status in statuses if status != 200}), "least": passed >= 20, "most": passed <= 22 + late}


async def websocket():
    async with websockets.connect(f"wss://{NAME}/api/ws", host=HOST, port=443, ssl=trust) as socket:
        await socket.send("hello")
        return "".join([await socket.recv() for _ in range(4)]).strip()


# a controller learns of its routes a moment after they are there
for _ in range(60):
    if call("GET", "/health").status_code == 200:
        break
    time.sleep(0.5)
time.sleep(3)  # and the limits are whole again
print(json.dumps({
    "chat": chat(), "redirect": redirect(), "uploads": [upload(99), upload(100)],
    "burst": burst(), "websocket": asyncio.run(websocket()), "elsewhere": call("GET", "/metrics").status_code,
}))
