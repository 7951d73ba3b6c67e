"""Follows server-sent events to their last one, and prints it."""
import json
import sys

import httpx

pause = float(sys.argv[2]) / 10
with httpx.stream("GET", sys.argv[1], params={"message": "x " * 8, "pause": pause}, timeout=120) as answer:
    ends = [line for line in answer.iter_lines() if line.startswith("event:")]
print(json.dumps(ends[-1] if ends else "cut off"))
