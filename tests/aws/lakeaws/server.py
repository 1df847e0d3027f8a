"""The HTTP server: loopback only, HTTP/1.1 with keep-alive, a thread for each connection."""

import select
import socket
import sys
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lakeaws import control
from lakeaws.call import Request
from lakeaws.front import Dropped, Front
from lakeaws.wire import Response


class Server(ThreadingHTTPServer):
    """Listens on 127.0.0.1; port 0 takes a free one."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, front: Front, port: int) -> None:
        self.front = front
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is no event; whatever else happens is told."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    # Head and body in one segment: two small ones would wait for each other's acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The journal tells what was called."""

    def _serve(self) -> None:
        # The whole body is read whatever comes of it: the connection serves the next request too.
        body = self._chunked() if self.headers.get("Transfer-Encoding", "").lower() == "chunked" else self._whole()
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, path, query, headers, body, self._gone)
        if path.startswith(control.PREFIX):
            return self._send(control.answer(self.server.front, request))
        try:
            answer = self.server.front.answer(request)
        except Dropped:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return None
        return self._send(answer)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_PATCH = do_OPTIONS = _serve

    def _gone(self) -> bool:
        if not select.select([self.connection], [], [], 0)[0]:
            return False
        try:
            return self.connection.recv(1, socket.MSG_PEEK) == b""
        except OSError:
            return True

    def _whole(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunked(self) -> bytes:
        out = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            out += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return out

    def _send(self, answer: Response) -> None:
        length = len(answer.body)
        self.send_response(answer.status, responses.get(answer.status, "Unknown"))
        for name, value in answer.headers.items():
            if name.lower() == "content-length":
                # A HEAD says how long the body would be.
                length = int(value) if self.command == "HEAD" else length
            elif name.lower() not in ("date", "server"):
                self.send_header(name, value)
        if answer.status not in (204, 304):
            self.send_header("Content-Length", str(length))
        self.end_headers()
        if self.command != "HEAD" and answer.status not in (204, 304):
            self.wfile.write(answer.body)


def log(message: str) -> None:
    """One line on stderr; stdout belongs to the line that says where we listen."""
    print(message, file=sys.stderr, flush=True)
