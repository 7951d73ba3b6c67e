"""Uses every endpoint of the reference agent once, as a client does, and prints what came of it."""
import asyncio
import hashlib
import json
import os
import sys

import httpx
import websockets

BASE, SIZE = sys.argv[1], int(sys.argv[2])
client = httpx.Client(base_url=BASE, timeout=120)


def chat():
    said = client.post("/api/chat", json={"message": "good morning", "session": "e2e-chat"})
    return {"status": said.status_code, "reply": said.json().get("reply"), "id": len(said.headers["x-request-id"])}


def history():
    return [row["reply"] for row in client.get("/api/history/e2e-chat").json()][-1:]


def sessions():
    return client.get("/api/sessions/e2e-chat").json()[-1:]


def search():
    for name, text in {"fruit": "red apples and pears", "rail": "fast trains", "sea": "old ships"}.items():
        client.put("/api/documents", json={"id": name, "text": text}).raise_for_status()
    return client.get("/api/search", params={"q": "apples", "count": 1}).json()[0]["id"]


def upload():
    content = os.urandom(1 << 20) * SIZE
    sent = client.post("/upload/", files={"file": ("big.bin", content)})
    sent.raise_for_status()
    digest = hashlib.sha256()
    with client.stream("GET", "/upload/" + sent.json()["name"]) as answer:
        for chunk in answer.iter_bytes():
            digest.update(chunk)
    return {"size": sent.json()["size"], "same": digest.digest() == hashlib.sha256(content).digest()}


async def websocket():
    async with websockets.connect(BASE.replace("http", "ws") + "/api/ws") as socket:
        await socket.send("hello")
        pieces = [await socket.recv() for _ in range(4)]
        return "".join(pieces).strip()


results = {name.__name__: name() for name in (chat, history, sessions, search, upload)}
print(json.dumps({**results, "websocket": asyncio.run(websocket())}))
