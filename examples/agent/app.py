"""The reference agent of cdk8s-ai-agent: every store of the platform, used the way docs/agent-contract.md says."""

import asyncio
import hashlib
import signal
import threading
import uuid
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, UploadFile, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field

import model
from stores import Cache, Documents, Files, History, Sessions, Unavailable
from telemetry import Telemetry, configure_logging, log

history, sessions, cache, documents, files = History(), Sessions(), Cache(), Documents(), Files()
stopping = asyncio.Event()


def stop_streams_on_sigterm() -> None:
    """Streams end by themselves when the pod is told to: their clients come back to a replica that stays."""
    if threading.current_thread() is not threading.main_thread():
        return  # a test's server: signals are not its own
    loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)

    def on_sigterm(number, frame):
        loop.call_soon_threadsafe(stopping.set)
        if callable(before):
            before(number, frame)  # uvicorn's own: finishes what has begun, then ends

    signal.signal(signal.SIGTERM, on_sigterm)


@asynccontextmanager
async def lifespan(_: FastAPI):
    configure_logging()
    stop_streams_on_sigterm()
    yield
    await history.close()
    await sessions.close()


app = FastAPI(title="Reference agent", lifespan=lifespan)
app.add_middleware(Telemetry)


@app.exception_handler(Unavailable)
async def unavailable(_: Request, error: Unavailable) -> JSONResponse:
    log.warning("%s", error)
    return JSONResponse({"error": str(error)}, status_code=503, headers={"Retry-After": "5"})


class Chat(BaseModel):
    message: str = Field(min_length=1, max_length=20_000)
    session: str = Field(default_factory=lambda: uuid.uuid4().hex, pattern=r"^[\w-]{1,64}$")


class Document(BaseModel):
    id: str = Field(pattern=r"^[\w.-]{1,128}$")
    text: str = Field(min_length=1)


async def reply_to(chat: Chat) -> str:
    """The answer, from a cache or from the model; what was said is remembered either way."""
    key = hashlib.sha256(chat.message.encode()).hexdigest()
    try:
        reply = await cache.get(key)
    except Unavailable as error:
        log.warning("%s", error)
        reply = None
    if reply is None:
        reply = "".join([piece async for piece in model.words(chat.message)]).strip()
        try:
            await cache.set(key, reply)
        except Unavailable as error:
            log.warning("%s", error)
    await history.add(chat.session, chat.message, reply)
    await sessions.add(chat.session, chat.message)
    return reply


@app.get("/health")
async def health() -> dict:
    """Whether this worker serves. Not whether stores do: without them, restarting agents would not help."""
    return {"status": "ok"}


@app.post("/api/chat")
async def chat(body: Chat) -> dict:
    return {"session": body.session, "reply": await reply_to(body)}


@app.get("/api/chat/stream")
async def stream(message: str, pause: float = 0) -> StreamingResponse:
    """Server-sent events: a `data` line for each piece, then `event: end`, or `event: restart` if the pod must go."""

    async def events():
        async for piece in model.words(message, pause):
            if stopping.is_set():
                yield "event: restart\nretry: 1000\ndata:\n\n"
                return
            yield f"data: {piece}\n\n"
        yield "event: end\ndata:\n\n"

    # X-Accel-Buffering: nginx passes pieces on as they come
    return StreamingResponse(events(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@app.websocket("/api/ws")
async def conversation(websocket: WebSocket) -> None:
    await websocket.accept()
    try:
        while True:
            message = await websocket.receive_text()
            async for piece in model.words(message):
                await websocket.send_text(piece)
            await websocket.send_text("")  # the end of this answer
    except WebSocketDisconnect:
        pass


@app.get("/api/history/{session}")
async def what_was_said(session: str) -> list[dict]:
    return await history.of(session)


@app.get("/api/sessions/{session}")
async def recent(session: str) -> list[str]:
    return await sessions.of(session)


@app.put("/api/documents")
async def index(document: Document) -> dict:
    await documents.add(document.id, document.text, model.embedding(document.text))
    return {"id": document.id}


@app.get("/api/search")
async def search(q: str, count: int = 3) -> list[dict]:
    return await documents.nearest(model.embedding(q), count)


@app.post("/upload/", status_code=201)
async def upload(file: UploadFile) -> dict:
    name = f"{uuid.uuid4().hex}/{(file.filename or 'file').rsplit('/', 1)[-1]}"
    await files.put(name, file.file)
    return {"name": name, "size": file.size}


@app.get("/upload/{name:path}")
async def download(name: str):
    content = await files.get(name)
    if content is None:
        return JSONResponse({"error": "no such file"}, status_code=404)
    return StreamingResponse(content, media_type="application/octet-stream")
