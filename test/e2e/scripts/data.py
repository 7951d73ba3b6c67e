"""Writes to every store of the agent what `read` then finds again; each answer of 200 is a promise."""
import json
import sys

import httpx

BASE, VERB, NAME = sys.argv[1:4]
client = httpx.Client(base_url=BASE, timeout=60, transport=httpx.HTTPTransport(retries=3))


def write():
    for number in range(20):
        client.post("/api/chat", json={"message": f"{NAME} {number}", "session": NAME}).raise_for_status()
    client.put("/api/documents", json={"id": NAME, "text": f"document of {NAME}"}).raise_for_status()
    answer = client.post("/upload/", files={"file": (f"{NAME}.txt", f"file of {NAME}".encode())})
    answer.raise_for_status()
    return answer.json()["name"]


def read(upload):
    found = client.get("/api/search", params={"q": f"document of {NAME}", "count": 1})
    history, sessions = client.get(f"/api/history/{NAME}"), client.get(f"/api/sessions/{NAME}")
    return {
        "history": [row["message"] for row in history.raise_for_status().json()],
        "sessions": sessions.raise_for_status().json(),
        "document": found.raise_for_status().json()[0]["text"],
        "file": client.get(f"/upload/{upload}").raise_for_status().text,
    }


print(json.dumps(write() if VERB == "write" else read(sys.argv[4])))
