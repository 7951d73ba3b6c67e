"""Logs, request ids and metrics, in the form that docs/agent-contract.md asks for."""

import json
import logging
import os
import re
import sys
import time
import uuid
from contextvars import ContextVar

from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders

request_id: ContextVar[str] = ContextVar("request_id", default="")
log = logging.getLogger("agent")

REQUESTS = Counter("http_requests", "Requests by outcome.", ["method", "handler", "status"])
# Until the answer begins: a stream that runs for a minute is not a slow answer.
SECONDS = Histogram("http_request_duration_seconds", "Seconds until the answer begins.", ["method", "handler"])


class JsonFormatter(logging.Formatter):
    """One JSON object a line, which every log shipper takes apart."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure_logging() -> None:
    """Everything goes through one formatter, what gunicorn and uvicorn say about this worker too."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=os.environ.get("LOG_LEVEL", "INFO"), handlers=[handler], force=True)
    for name in ("gunicorn.error", "uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # Telemetry writes that line, with the request id
    for name in ("botocore", "boto3", "httpx", "httpcore", "s3transfer", "urllib3"):
        logging.getLogger(name).setLevel(logging.WARNING)


class Telemetry:
    """ASGI middleware: gives each request an id, counts it and logs it."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        given = Headers(scope=scope).get("x-request-id", "")
        identifier = given if re.fullmatch(r"[\w.-]{1,64}", given) else uuid.uuid4().hex
        request_id.set(identifier)
        begin = time.perf_counter()
        answer = {"status": 500, "seconds": None}

        async def send_with_id(message):
            if message["type"] in ("http.response.start", "websocket.accept"):
                answer.update(status=message.get("status", 101), seconds=time.perf_counter() - begin)
                MutableHeaders(scope=message).append("X-Request-ID", identifier)
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            self.record(scope, answer["status"], answer["seconds"] or time.perf_counter() - begin)

    @staticmethod
    def record(scope, status: int, seconds: float) -> None:
        method = scope.get("method", "WEBSOCKET")
        # the route, not the path: a label must not have a value for every document
        handler = getattr(scope.get("route"), "path", "none")
        REQUESTS.labels(method, handler, status).inc()
        SECONDS.labels(method, handler).observe(seconds)
        level = logging.DEBUG if handler == "/health" else logging.INFO
        fields = {"method": method, "path": scope["path"], "status": status, "seconds": round(seconds, 4)}
        log.log(level, "%s %s %s", method, scope["path"], status, extra={"fields": fields})
