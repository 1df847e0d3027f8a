"""Checks values against botocore's model: required, type, enum, length, range, pattern, union.

No rule here is ours. Rules that the model does not hold stand with the operation that they belong to.
"""

import re
from datetime import datetime
from functools import cache
from typing import Any

from lakeaws.models import service_model

#: How each service words a request that its model refuses.
_REFUSALS = {
    "s3": "InvalidRequest",
    "s3control": "InvalidRequest",
    "iam": "ValidationError",
    "sts": "ValidationError",
    "glue": "ValidationException",
    "lakeformation": "InvalidInputException",
    "resourcegroupstaggingapi": "InvalidParameterException",
}


#: Patterns that AWS itself does not keep: buckets' ARNs are tagged through S3 Control, says API Reference, TagResource
#: ("general purpose buckets"), https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_TagResource.html.
_LOOSE = {"S3ResourceArn"}


def refusal(model: Any, findings: list[str]) -> str:
    """The error code with which a service refuses what its model does not allow.

    S3 tells bad bodies from bad parameters: API Reference, "Error responses", MalformedXML.
    """
    service = model.service_model.service_name
    if findings[0].startswith(".CreateBucketConfiguration.LocationConstraint:"):
        # API Reference, "Error responses": not a region at all, and `us-east-1`, which must be left out.
        return "InvalidLocationConstraint"
    if service in ("s3", "s3control"):
        named = findings[0].strip(".").split(":")[0].split(".")[0].split("[")[0]
        member = model.input_shape.members.get(named)
        if member is not None and "location" not in member.serialization:
            return "MalformedXML"
    return _REFUSALS[service]


def check(shape: Any, value: Any, path: str = "") -> list[str]:
    """All that is wrong with a value, each with its path; empty when the value fits."""
    out: list[str] = []
    if shape is not None:
        _check(shape, value, path, out)
    return out


def unknown_members(shape: Any, raw: Any, path: str = "") -> list[str]:
    """The members of a raw JSON document that the model does not know, and that decoding would drop silently."""
    if raw is None or getattr(shape, "is_document_type", False):
        return []
    kind = shape.type_name
    if kind == "structure" and isinstance(raw, dict):
        known = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        out = [f"{path}.{key}" for key in raw if key not in known and key != "__type"]
        for key, value in raw.items():
            if key in known:
                out += unknown_members(known[key], value, f"{path}.{key}")
        return out
    if kind == "list" and isinstance(raw, list):
        return [
            text for index, item in enumerate(raw) for text in unknown_members(shape.member, item, f"{path}[{index}]")
        ]
    if kind == "map" and isinstance(raw, dict):
        return [text for key, item in raw.items() for text in unknown_members(shape.value, item, f"{path}.{key}")]
    return []


def _check(shape: Any, value: Any, path: str, out: list[str]) -> None:
    if getattr(shape, "is_document_type", False):
        return
    checker = _CHECKERS.get(shape.type_name)
    if checker is not None:
        checker(shape, value, path, out)


def _structure(shape: Any, value: Any, path: str, out: list[str]) -> None:
    if not isinstance(value, dict):
        out.append(f"{path}: expected a structure, got {type(value).__name__}")
        return
    for member in shape.required_members:
        if value.get(member) is None:
            out.append(f"{path}.{member}: required")
    for member, item in value.items():
        if member not in shape.members:
            out.append(f"{path}.{member}: unknown member")
        elif item is not None:
            _check(shape.members[member], item, f"{path}.{member}", out)
    if getattr(shape, "is_tagged_union", False) and len([item for item in value.values() if item is not None]) != 1:
        out.append(f"{path}: exactly one member must be set")


def _list(shape: Any, value: Any, path: str, out: list[str]) -> None:
    if not isinstance(value, (list, tuple)):
        out.append(f"{path}: expected a list, got {type(value).__name__}")
        return
    _bounds(shape, len(value), path, out, "length")
    for index, item in enumerate(value):
        _check(shape.member, item, f"{path}[{index}]", out)


def _map(shape: Any, value: Any, path: str, out: list[str]) -> None:
    if not isinstance(value, dict):
        out.append(f"{path}: expected a map, got {type(value).__name__}")
        return
    _bounds(shape, len(value), path, out, "length")
    for key, item in value.items():
        _check(shape.key, key, f"{path}.{key} (key)", out)
        _check(shape.value, item, f"{path}.{key}", out)


def _string(shape: Any, value: Any, path: str, out: list[str]) -> None:
    if not isinstance(value, str):
        # JSON values in headers and the like are decoded by the parser.
        if not isinstance(value, (dict, list)):
            out.append(f"{path}: expected a string, got {type(value).__name__}")
        return
    if shape.enum and value not in shape.enum:
        out.append(f"{path}: {value!r} is none of {', '.join(shape.enum)}")
    _bounds(shape, len(value), path, out, "length")
    pattern = None if shape.name in _LOOSE else shape.metadata.get("pattern")
    if pattern and (compiled := _pattern(pattern)) is not None and compiled.fullmatch(value) is None:
        out.append(f"{path}: {value!r} does not match {pattern}")


def _number(shape: Any, value: Any, path: str, out: list[str]) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        out.append(f"{path}: expected a number, got {type(value).__name__}")
        return
    _bounds(shape, value, path, out, "value")


def _boolean(shape: Any, value: Any, path: str, out: list[str]) -> None:
    if not isinstance(value, bool):
        out.append(f"{path}: expected a boolean, got {type(value).__name__}")


def _timestamp(shape: Any, value: Any, path: str, out: list[str]) -> None:
    if not isinstance(value, (datetime, int, float)):
        out.append(f"{path}: expected a timestamp, got {type(value).__name__}")


_CHECKERS = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "integer": _number,
    "long": _number,
    "float": _number,
    "double": _number,
    "boolean": _boolean,
    "timestamp": _timestamp,
}


def _bounds(shape: Any, size: float, path: str, out: list[str], what: str) -> None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is not None and size < float(low)) or (high is not None and size > float(high)):
        out.append(
            f"{path}: {what} {size} is outside [{low if low is not None else ''}, {high if high is not None else ''}]"
        )


@cache
def _pattern(pattern: str) -> re.Pattern[str] | None:
    """AWS's patterns are Java's and mean the whole string: surrogate pairs become code points.

    None where `re` has no equal (character classes by Unicode property): such patterns are not checked.
    """
    text = pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", "\U00010000-\U0010ffff")
    if r"\p{" in text:
        return None
    try:
        return re.compile(text, re.DOTALL)
    except re.error:
        return None


def error_status(service: str, code: str) -> int | None:
    """The HTTP status that the service's model gives an error code."""
    for shape in service_model(service).error_shapes:
        error = shape.metadata.get("error", {})
        if code in (shape.name, error.get("code")):
            return error.get("httpStatusCode")
    return None
