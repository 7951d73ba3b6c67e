"""Follows server-sent events, of which one comes each second, to their last one, and prints it."""
import json
import sys

import httpx

words = "x " * int(sys.argv[2])
with httpx.stream("GET", sys.argv[1], params={"message": words, "pause": 1}, timeout=60) as answer:
    ends = [line for line in answer.iter_lines() if line.startswith("event:")]
print(json.dumps(ends[-1] if ends else "cut off"))
