"""Which operation of which service a request means, by botocore's model alone.

What matches no operation, or carries a parameter that the matched operation does not have, is not guessed at: it is
not emulated. That is what keeps `DELETE /bucket?intelligent-tiering` from deleting a bucket.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote

from lakeaws import cbor
from lakeaws.call import Request
from lakeaws.errors import NotEmulated
from lakeaws.models import SERVICES, operations, service_model, service_signed_as
from lakeaws.wire import protocol

#: Operations of directory buckets and Object Lambda: other endpoints, same paths as everyday operations.
_ELSEWHERE = {"ListDirectoryBuckets", "WriteGetObjectResponse", "CreateSession"}


@dataclass(frozen=True)
class Signature:
    """What a request's signature says of its sender."""

    access_key: str
    region: str
    service: str


def signature(request: Request) -> Signature | None:
    """The SigV4 credential scope, from the header or from a presigned query."""
    scope = None
    if found := re.search(r"Credential=([^,\s]+)", request.headers.get("authorization", "")):
        scope = found.group(1)
    elif presigned := parse_qs(request.query).get("X-Amz-Credential"):
        scope = presigned[0]
    if scope is None or scope.count("/") < 4:
        return None
    access_key, _, region, service, _ = scope.rsplit("/", 4)
    return Signature(access_key, region, service_signed_as(service, request.path))


def route(request: Request, service: str) -> tuple[str, dict[str, str]]:
    """The operation's name, and the parameters in its path (percent-encoded)."""
    if service not in SERVICES:
        raise NotEmulated(f"the service {service} is not served")
    spoken = protocol(service, request)
    if spoken == cbor.PROTOCOL:
        return _known(service, request.path.rpartition("/")[2]), {}
    if spoken == "json":
        return _known(service, request.headers.get("x-amz-target", "").rpartition(".")[2]), {}
    if spoken == "query":
        form = dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))
        return _known(service, form.get("Action", parse_qs(request.query).get("Action", [""])[0])), {}
    return _match(request, service)


def _known(service: str, operation: str) -> str:
    if operation not in operations(service):
        raise NotEmulated(f"{service} has no operation {operation or '(none named)'}")
    return operation


@dataclass(frozen=True)
class _Template:
    operation: str
    method: str
    path: re.Pattern[str]
    static_query: tuple[tuple[str, str], ...]
    required_query: frozenset[str]
    required_headers: frozenset[str]
    allowed_query: frozenset[str]

    @property
    def weight(self) -> tuple[int, int]:
        bound = len(self.static_query) + len(self.required_query) + len(self.required_headers)
        return bound, len(self.path.pattern)

    def matches(self, request: Request, query: dict[str, str]) -> bool:
        return (
            request.method == self.method
            and self.path.fullmatch(request.path) is not None
            and all(key in query and (not value or query[key] == value) for key, value in self.static_query)
            and self.required_query <= query.keys()
            and self.required_headers <= request.headers.keys()
            and query.get("x-id", self.operation) == self.operation
        )


def _match(request: Request, service: str) -> tuple[str, dict[str, str]]:
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    told = f"{request.method} {unquote(request.path)}" + (f"?{request.query}" if request.query else "")
    for template in _templates(service):
        if template.matches(request, query):
            surplus = {key for key in query if key not in template.allowed_query and not key.startswith("X-Amz-")}
            if surplus:
                raise NotEmulated(f"{told}: {template.operation} has no parameter {', '.join(sorted(surplus))}")
            found = template.path.fullmatch(request.path)
            return template.operation, dict(found.groupdict()) if found else {}
    raise NotEmulated(f"{told} is no operation of {service}")


@cache
def _templates(service: str) -> list[_Template]:
    templates = []
    for name in operations(service):
        if service == "s3" and name in _ELSEWHERE:
            continue
        model = service_model(service).operation_model(name)
        path, _, static = model.http["requestUri"].partition("?")
        members = model.input_shape.members if model.input_shape else {}
        required = model.input_shape.required_members if model.input_shape else []

        def named(member: str, members: Any = members) -> str:
            return members[member].serialization.get("name", member)

        in_query = {m for m, shape in members.items() if shape.serialization.get("location") == "querystring"}
        in_header = {m for m, shape in members.items() if shape.serialization.get("location") == "header"}
        static_query = tuple(parse_qsl(static, keep_blank_values=True))
        templates.append(
            _Template(
                operation=name,
                method=model.http["method"],
                path=_path_pattern(path, service),
                static_query=static_query,
                required_query=frozenset(named(m) for m in required if m in in_query),
                # The account id of S3 Control travels in the host or in a header; it tells no operations apart.
                required_headers=frozenset(
                    named(m).lower() for m in required if m in in_header and named(m) != "x-amz-account-id"
                ),
                allowed_query=frozenset(named(m) for m in in_query) | {key for key, _ in static_query} | {"x-id"},
            )
        )
    return sorted(templates, key=lambda template: template.weight, reverse=True)


def _path_pattern(path: str, service: str) -> re.Pattern[str]:
    pattern = ""
    for piece in re.split(r"(\{[^}]+\})", path):
        if piece.startswith("{"):
            name = piece.strip("{}+")
            pattern += f"(?P<{name}>{'.+' if piece.endswith('+}') else '[^/]+'})"
        else:
            pattern += re.escape(piece)
    # Path-style clients address a bucket with and without a trailing slash.
    if service == "s3" and path == "/{Bucket}":
        pattern += "/?"
    return re.compile(pattern)
