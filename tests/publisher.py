"""A real HTTP server on this machine that behaves as badly as it is told to."""

import gzip
import hashlib
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Behaviour = Callable[[BaseHTTPRequestHandler], None]


class Publisher:
    """Serves `pages` (path → bytes) with etags; the behaviours in `moods` (by path) are used up first, one each.

    `port`: where it listens; any free one if 0. Without `marks` it has no etags.
    """

    def __init__(self, port: int = 0) -> None:
        self.marks = True
        self.pages: dict[str, bytes] = {}
        self.moods: dict[str, list[Behaviour]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                publisher.asked.append((self.path, dict(self.headers)))
                moods = publisher.moods.get(self.path, [])
                (moods.pop(0) if moods else publisher.serve)(self)

            def log_message(self, *_: object) -> None:
                """Silence."""

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def serve(self, request: BaseHTTPRequestHandler) -> None:
        content = self.pages.get(request.path)
        if content is None:
            return status(404)(request)
        etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        if self.marks and request.headers.get("If-None-Match") == etag:
            return status(304)(request)
        return body(content, etag=etag if self.marks else "")(request)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def status(code: int, **headers: str) -> Behaviour:
    """Answer with a status and nothing else."""
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(code)
        for name, value in {"Content-Length": "0", **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
    return answer


def body(content: bytes, etag: str = "", claimed: int | None = None, **headers: str) -> Behaviour:
    """Answer with content; `claimed` is the length it says it has."""
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(content) if claimed is None else claimed))
        if etag:
            request.send_header("ETag", etag)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(content)
        request.close_connection = True
    return answer


def bomb(size: int) -> Behaviour:
    """A small gzip answer that unpacks to `size` bytes."""
    return body(gzip.compress(b"0" * size), Content_Encoding="gzip")


def silence(seconds: float) -> Behaviour:
    """Take the request and say nothing."""
    def answer(request: BaseHTTPRequestHandler) -> None:
        threading.Event().wait(seconds)
        request.close_connection = True
    return answer


def drip(seconds: float, **headers: str) -> Behaviour:
    """Begin an answer and go on sending a byte at a time, never coming to its end."""
    def answer(request: BaseHTTPRequestHandler) -> None:
        body(b"\x1f\x8b\x08\x08\0\0\0\0\0\0", claimed=10_000, **headers)(request)
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end:
                request.wfile.write(b"a")
                request.wfile.flush()
                time.sleep(0.05)
        except OSError:
            """The caller has gone."""
    return answer
