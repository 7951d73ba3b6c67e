"""The language model: a provider that speaks OpenAI's protocol or, without one, an echo that costs nothing."""

import asyncio
import hashlib
import json
import os
import re
from collections.abc import AsyncIterator

import httpx

MODEL_URL = os.environ.get("MODEL_URL", "")  # such as https://ark.cn-beijing.volces.com/api/v3
TIMEOUT = float(os.environ.get("REQUEST_TIMEOUT", "60"))
DIMENSIONS = 256
slots = asyncio.Semaphore(int(os.environ.get("MAX_CONCURRENT_REQUESTS", "100")))


async def words(message: str, pause: float = 0) -> AsyncIterator[str]:
    """The answer in the pieces that it comes in; `pause` is the echo's time between two of them."""
    async with slots:
        if MODEL_URL:
            async for piece in provider(message):
                yield piece
            return
        for word in f"You said: {message}".split(" "):
            yield word + " "
            await asyncio.sleep(pause)


async def provider(message: str) -> AsyncIterator[str]:
    """Streams POST /chat/completions."""
    body = {
        "model": os.environ["OPENAI_MODEL"],
        "temperature": float(os.environ.get("OPENAI_TEMPERATURE", "0.7")),
        "messages": [{"role": "user", "content": message}],
        "stream": True,
    }
    headers = {"Authorization": f"Bearer {os.environ['ARK_API_KEY']}"}
    url = f"{MODEL_URL}/chat/completions"
    async with (
        httpx.AsyncClient(timeout=TIMEOUT) as client,
        client.stream("POST", url, json=body, headers=headers) as response,
    ):
        response.raise_for_status()
        async for line in response.aiter_lines():
            if line.startswith("data: {"):
                for choice in json.loads(line[6:])["choices"]:
                    yield choice["delta"].get("content") or ""


def embedding(text: str) -> list[float]:
    """Words and their parts, hashed into a vector of length one: texts that share words are near each other."""
    vector = [0.0] * DIMENSIONS
    for word in re.findall(r"\w+", text.lower()):
        for part in {word, *(word[i : i + 3] for i in range(len(word) - 2))}:
            vector[int.from_bytes(hashlib.sha256(part.encode()).digest()[:4], "big") % DIMENSIONS] += 1
    length = sum(value * value for value in vector) ** 0.5 or 1
    return [value / length for value in vector]
