"""The HTTP server: loopback only, HTTP/1.1 with keep-alive, a thread for each connection."""

import socket
import sys
from collections.abc import Iterable
from http.client import responses
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from lakeaws import control
from lakeaws.call import Request
from lakeaws.front import Dropped, Front


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one segment: two small ones would wait for each other's acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:
        """The journal tells what was called."""


def serve_on(front: Front, port: int) -> BaseWSGIServer:
    """A server that listens on 127.0.0.1; port 0 takes a free one."""

    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        request = _request(environ)
        if request.path.startswith(control.PREFIX):
            answer = control.answer(front, request)
        else:
            try:
                answer = front.answer(request)
            except Dropped:
                environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
                return []
        headers = {name: value for name, value in answer.headers.items() if name.lower() != "content-length"}
        # A HEAD says how long the body would be, which moto put into the header.
        length = len(answer.body)
        if request.method == "HEAD":
            length = int(next((v for n, v in answer.headers.items() if n.lower() == "content-length"), 0))
        headers["Content-Length"] = str(length)
        start(f"{answer.status} {responses.get(answer.status, 'Unknown')}", list(headers.items()))
        return [b"" if request.method == "HEAD" else answer.body]

    return make_server("127.0.0.1", port, application, threaded=True, request_handler=_Handler)


def _request(environ: dict[str, Any]) -> Request:
    length = environ.get("CONTENT_LENGTH")
    stream = environ["wsgi.input"]
    # The whole body is read whatever comes of it: the connection serves the next request too.
    body = stream.read(int(length)) if length else stream.read() if environ.get("wsgi.input_terminated") else b""
    headers = {
        name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    path, _, query = environ["REQUEST_URI"].partition("?")
    return Request(environ["REQUEST_METHOD"], path, query, headers, body)


def log(message: str) -> None:
    """One line on stderr; stdout belongs to the line that says where we listen."""
    print(message, file=sys.stderr, flush=True)
