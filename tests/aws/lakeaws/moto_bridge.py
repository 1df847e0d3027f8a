"""Hands a request to moto's own server application and takes its answer."""

import io
from functools import cache
from typing import Any
from urllib.parse import unquote

from botocore.parsers import create_parser
from moto.core import responses
from moto.iam.models import IAMBackend
from moto.moto_server.werkzeug_app import create_backend_app

from lakeaws.call import Call
from lakeaws.errors import NotEmulated
from lakeaws.wire import Response, protocol


class _Policies:
    """AWS's managed policies, read once for each account: moto reads all 1,500 again at every reset."""

    def __init__(self, read: Any) -> None:
        self._read = read
        self._known: dict[tuple[str, str], Any] = {}

    def __get__(self, backend: Any, _owner: Any) -> Any:
        return lambda: self._of(backend)

    def _of(self, backend: Any) -> Any:
        key = (backend.account_id, backend.region_name)
        found = self._known.setdefault(key, None) or self._read(backend)
        self._known[key] = found
        for each in found:
            each.attachment_count = 0
        return found


IAMBackend._init_aws_policies = _Policies(IAMBackend._init_aws_policies)  # type: ignore[method-assign]

# Looked up by reflection at every request otherwise.
responses.method_names_from_class = cache(responses.method_names_from_class)


@cache
def _application(service: Any) -> Any:
    return create_backend_app(service)


class Crash(Exception):
    """moto failed where AWS would have answered."""


def ask(call: Call) -> Response:
    """moto's answer. Raises NotEmulated where moto has no such operation, Crash where it fails."""
    began: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], _exc: Any = None) -> Any:
        began.update(status=status, headers=headers)
        return lambda _data: None

    # Flask runs in debug mode there: what a handler raises arrives here.
    try:
        answer = _application(call.service)(_environ(call), start)
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
    except NotImplementedError as cause:
        raise NotEmulated(f"moto does not emulate {call.service} {call.operation}: {cause}") from cause
    except Exception as cause:
        raise Crash(f"{type(cause).__name__}: {cause}") from cause
    status = int(began["status"].split()[0])
    if status >= 400 and b"<!doctype html>" in body[:64].lower():
        raise NotEmulated(f"moto does not emulate {call.service} {call.operation}")
    hop = {"connection", "server", "date", "transfer-encoding"}
    headers = {
        name: value
        for name, value in began["headers"]
        if name.lower() not in hop and not name.lower().startswith("access-control")
    }
    return Response(status, headers, body)


def parse(call: Call, answer: Response) -> dict[str, Any]:
    """An answer as a client of botocore would see it."""
    parsed = create_parser(protocol(call.service, call.request)).parse(
        {
            "status_code": answer.status,
            "headers": {name.lower(): value for name, value in answer.headers.items()},
            "body": answer.body,
            "context": {"operation_name": call.operation},
        },
        call.model.output_shape,
    )
    parsed.pop("ResponseMetadata", None)
    return parsed


def _environ(call: Call) -> dict[str, Any]:
    request = call.request
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        # WSGI's strings are bytes in Latin-1.
        "PATH_INFO": unquote(request.path, "latin-1"),
        "RAW_URI": request.path + (f"?{request.query}" if request.query else ""),
        "REQUEST_URI": request.path + (f"?{request.query}" if request.query else ""),
        "QUERY_STRING": request.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    # moto parses the account out of a header, and the host into a bucket's name unless it is an address.
    environ["HTTP_X_MOTO_ACCOUNT_ID"] = call.account
    environ["HTTP_HOST"] = "127.0.0.1"
    environ["CONTENT_LENGTH"] = str(len(request.body))
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    return environ
