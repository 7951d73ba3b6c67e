"""The agent without any store: what it must do by itself, and how it says that a store is not there."""

import json
import logging
import re
import tracemalloc

import pytest
from fastapi.testclient import TestClient
from prometheus_client import REGISTRY

import app as agent
import model
import stores
from telemetry import JsonFormatter, request_id


@pytest.fixture(scope="module")
def client():
    with TestClient(agent.app) as client:
        yield client


def test_health_is_about_the_worker_alone(client):
    assert client.get("/health").json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("method", "path", "body", "store"),
    [
        ("POST", "/api/chat", {"message": "hi"}, "postgres: 'POSTGRES_URL'"),
        ("GET", "/api/history/s", None, "postgres: 'POSTGRES_URL'"),
        ("GET", "/api/sessions/s", None, "redis: 'REDIS_URL'"),
        ("GET", "/api/search?q=x", None, "chroma: 'CHROMA_HOST'"),
        ("PUT", "/api/documents", {"id": "a", "text": "b"}, "chroma: 'CHROMA_HOST'"),
        ("GET", "/upload/a/b.txt", None, "minio: 'MINIO_BUCKET'"),
    ],
)
def test_a_store_that_is_not_there_is_named(client, method, path, body, store):
    answer = client.request(method, path, json=body)
    assert answer.status_code == 503
    assert answer.json() == {"error": f"{store} is not set; let the agent use it"}
    assert answer.headers["Retry-After"] == "5"


def test_a_stream_has_an_event_for_each_piece_and_an_end(client):
    answer = client.get("/api/chat/stream", params={"message": "good morning"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == "data: You \n\ndata: said: \n\ndata: good \n\ndata: morning \n\nevent: end\ndata:\n\n"


def test_a_stream_of_a_stopping_pod_tells_its_client_to_come_back(client):
    agent.stopping.set()
    try:
        assert client.get("/api/chat/stream", params={"message": "hi"}).text == "event: restart\nretry: 1000\ndata:\n\n"
    finally:
        agent.stopping.clear()


def test_a_websocket_answers_more_than_once(client):
    with client.websocket_connect("/api/ws") as socket:
        for message in ("one", "two"):
            socket.send_text(message)
            assert [socket.receive_text() for _ in range(4)] == ["You ", "said: ", f"{message} ", ""]


def test_a_request_id_is_kept_if_it_is_one_and_made_if_not(client):
    assert client.get("/health", headers={"X-Request-ID": "abc-1"}).headers["X-Request-ID"] == "abc-1"
    made = client.get("/health", headers={"X-Request-ID": 'a"b'}).headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", made)


def test_requests_are_counted_by_route_and_not_by_path(client):
    labels = {"method": "GET", "handler": "/api/history/{session}", "status": "503"}
    before = REGISTRY.get_sample_value("http_requests_total", labels) or 0
    for session in ("one", "two"):
        client.get(f"/api/history/{session}")
    assert REGISTRY.get_sample_value("http_requests_total", labels) == before + 2
    assert REGISTRY.get_sample_value("http_request_duration_seconds_count", {"method": "GET", "handler": "/health"}) > 0


def test_a_log_line_is_json_with_the_request_id():
    request_id.set("abc-1")
    record = logging.LogRecord("agent", logging.INFO, "", 0, "said %s", ('"hi"',), None)
    line = json.loads(JsonFormatter().format(record))
    assert (line["level"], line["message"], line["request_id"]) == ("INFO", 'said "hi"', "abc-1")


def test_texts_that_share_words_are_near_each_other():
    def likeness(one, other):
        return sum(a * b for a, b in zip(model.embedding(one), model.embedding(other), strict=True))

    assert likeness("red apples", "green apples") > likeness("red apples", "fast trains")
    assert likeness("red apples", "red apples") == pytest.approx(1)


def test_the_cache_keeps_to_its_memory(monkeypatch):
    monkeypatch.setattr(stores, "CACHE_MAX_BYTES", 8 << 20)
    cache = stores.Cache()
    tracemalloc.start()
    for number in range(20_000):
        cache.keep(f"answer:{number:064}", "x" * 300 + str(number))
    cache.keep("whole", "x" * (9 << 20))
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "whole" not in cache.local
    assert 1000 < len(cache.local) < 20_000
    assert used < 8 << 20
