import glob
import importlib.util
import os
import signal

from uvicorn.protocols.http.auto import AutoHTTPProtocol

# Metrics of all workers on one port, and the folder they share wiped before the first worker starts: an emptyDir
# outlives a restart of the container, and counters of dead workers would be served for ever.
_folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
_metrics = _folder and importlib.util.find_spec("prometheus_client")

# the worker's own package where the image has it; uvicorn.workers is deprecated since uvicorn 0.30
if importlib.util.find_spec("uvicorn_worker"):
    from uvicorn_worker import UvicornWorker
else:
    from uvicorn.workers import UvicornWorker


class _Connection(AutoHTTPProtocol):
    """What a worker that ends does with a connection. Left alone it closes an idle one at once, and with it one whose
    request is on its way; and after max_requests nobody tells a stream, which holds the worker until it is killed."""

    def shutdown(self):
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(1, self._close)
        else:
            signal.raise_signal(signal.SIGTERM)  # as when the pod ends: the application tells its streams
            super().shutdown()

    def _close(self):
        if not self.transport.is_closing():
            super().shutdown()


class Worker(UvicornWorker):
    CONFIG_KWARGS = {**UvicornWorker.CONFIG_KWARGS, "http": _Connection}


worker_class = Worker


def on_starting(server):
    if _folder:
        for path in glob.glob(os.path.join(_folder, "*.db")):
            os.remove(path)


def when_ready(server):
    if not _metrics:
        server.log.warning("no metrics: prometheus_client is not installed in this image")
        return
    from prometheus_client import CollectorRegistry, multiprocess, start_http_server

    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    start_http_server(int(os.environ["METRICS_PORT"]), registry=registry)


def child_exit(server, worker):
    if _metrics:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
