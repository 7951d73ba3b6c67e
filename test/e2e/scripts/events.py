"""Reads server-sent events for SECONDS, and prints when they came, not only that they did."""
import json
import sys
import time

import httpx

BASE, SECONDS = sys.argv[1], float(sys.argv[2])
begin, times = time.monotonic(), []
with httpx.stream("GET", BASE + "/api/chat/stream", params={"message": "x " * 8, "pause": SECONDS / 10}, timeout=120) as answer:
    for line in answer.iter_lines():
        if line.startswith("data: "):
            times.append(time.monotonic() - begin)
        if line.startswith("event:"):
            print(json.dumps({"pieces": len(times), "seconds": round(times[-1] - times[0]), "end": line}))
            break
