"""Fetches a URL, and prints what came."""
import json
import sys

import httpx

answer = httpx.get(sys.argv[1], timeout=30)
print(json.dumps({"status": answer.status_code, "headers": dict(answer.headers), "text": answer.text}))
