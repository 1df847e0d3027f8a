"""Checks values against botocore's model: required, type, enum, length, range, pattern, union.

No rule here is ours. Rules that the model does not hold stand with the operation that they belong to.
"""

import re
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from lakeaws.models import service_model

#: How each service words a request that its model refuses.
_REFUSALS = {
    "s3": "InvalidRequest",
    "s3control": "InvalidRequest",
    "iam": "ValidationError",
    "sts": "ValidationError",
    "glue": "ValidationException",
    "lakeformation": "InvalidInputException",
    "athena": "InvalidRequestException",
    "kinesis": "ValidationException",
    "events": "ValidationException",
    "cloudwatch": "ValidationError",
    "logs": "InvalidParameterException",
    "resourcegroupstaggingapi": "InvalidParameterException",
}


#: Patterns that AWS itself does not keep: buckets' ARNs are tagged through S3 Control, says API Reference, TagResource
#: ("general purpose buckets"), https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_TagResource.html.
_LOOSE = {"S3ResourceArn"}


def refusal(model: Any, findings: list["Finding"]) -> str:
    """The error code with which a service refuses what its model does not allow.

    S3 tells bad bodies from bad parameters: API Reference, "Error responses", MalformedXML. Glue: aws-samples/dbt-glue #395.
    """
    service, path = model.service_model.service_name, findings[0].path
    if path == ("CreateBucketConfiguration", "LocationConstraint"):
        # API Reference, "Error responses": not a region at all, and `us-east-1`, which must be left out.
        return "InvalidLocationConstraint"
    if service in ("s3", "s3control"):
        member = model.input_shape.members.get(path[0]) if path else None
        if member is not None and "location" not in member.serialization:
            return "MalformedXML"
    return _REFUSALS[service]


class Finding(NamedTuple):
    """One thing that is wrong with a value, worded as AWS's services word it (moj-analytical-services/etl_manager #90)."""

    path: tuple[str, ...]
    value: Any
    constraint: str

    def __str__(self) -> str:
        told = "null" if self.value is None else f"'{self.value}'"
        where = ".".join(part[:1].lower() + part[1:] for part in self.path)
        return f"Value {told} at '{where}' failed to satisfy constraint: Member must {self.constraint}"


def told(findings: list[Finding]) -> str:
    """All findings in one sentence, as in AWS's refusals."""
    errors = "1 validation error" if len(findings) == 1 else f"{len(findings)} validation errors"
    return f"{errors} detected: {'; '.join(map(str, findings))}"


def check(shape: Any, value: Any) -> list[Finding]:
    """All that is wrong with a value; empty when the value fits."""
    out: list[Finding] = []
    if shape is not None:
        _check(shape, value, (), out)
    return out


#: Members that AWS answers empty, though its model asks for one item: a stream without shard-level metrics in
#: DescribeStreamSummary's example, https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamSummary.html,
#: and a log group without tags.
_EMPTY_ANSWERS = {"ShardLevelMetrics", "CurrentShardLevelMetrics", "DesiredShardLevelMetrics", "tags"}


def check_answer(shape: Any, value: Any) -> list[Finding]:
    """All that is wrong with an answer; empty when it fits, or is one that AWS gives against its own model."""
    found = check(shape, value)
    return [each for each in found if each.value not in ([], {}) or each.path[-1] not in _EMPTY_ANSWERS]


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


#: The types that a JSON value may have for each of the model's; integers are cut off after the point, as AWS does.
_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "blob": (str,),
    "boolean": (bool,),
    "integer": (int, float),
    "long": (int, float),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float, str),
}

#: How AWS calls the values that it could not convert.
_JSON_NAMES = {
    dict: "START_OBJECT",
    list: "START_ARRAY",
    str: "STRING_VALUE",
    int: "NUMBER_VALUE",
    float: "NUMBER_VALUE",
}


def mistyped(shape: Any, raw: Any) -> str | None:
    """The first value of a raw JSON document whose type is another than the model's, as AWS words it; None if all fit.

    Sources: Smithy, "AWS JSON protocol", whose members have JSON types, https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html;
    the words: mhart/kinesalite, test/helpers.js.
    """
    if raw is None or getattr(shape, "is_document_type", False):
        return None
    kind = shape.type_name
    if not isinstance(raw, _JSON_TYPES[kind]) or (isinstance(raw, bool) and kind != "boolean"):
        told = f"{raw}_VALUE".upper() if isinstance(raw, bool) else _JSON_NAMES[type(raw)]
        return f"{told} can not be converted to {'an' if kind[0] in 'aeiou' else 'a'} {kind.capitalize()}"
    if kind == "structure":
        known = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        inner = [(known[key], value) for key, value in raw.items() if key in known]
    elif kind == "list":
        inner = [(shape.member, item) for item in raw]
    else:
        inner = [(shape.value, item) for item in raw.values()] if kind == "map" else []
    return next((told for each, value in inner if (told := mistyped(each, value)) is not None), None)


def unknown_elements(shape: Any, node: Element, path: str = "") -> list[str]:
    """The elements of an XML document that the model does not know, and that decoding would drop silently."""
    out: list[str] = []
    if shape.type_name == "structure":
        known = {_element(name, member): member for name, member in shape.members.items()}
        for child in node:
            tag = _NAMESPACE.sub("", child.tag)
            member = known.get(tag)
            if member is None:
                out.append(f"{path}/{tag}")
            else:
                flat = member.type_name == "list" and member.serialization.get("flattened")
                out += unknown_elements(member.member if flat else member, child, f"{path}/{tag}")
    elif shape.type_name == "list":
        for child in node:
            out += unknown_elements(shape.member, child, f"{path}/{_NAMESPACE.sub('', child.tag)}")
    return out


_NAMESPACE = re.compile(r"\{.*?\}")


def _element(name: str, member: Any) -> str:
    """The tag of a structure's member; a flattened list has its items' name."""
    if member.type_name == "list" and member.serialization.get("flattened"):
        return member.member.serialization.get("name") or member.serialization.get("name", name)
    return member.serialization.get("name", name)


def _check(shape: Any, value: Any, path: tuple[str, ...], out: list[Finding]) -> None:
    checker = _CHECKERS.get(shape.type_name)
    if checker is not None and not getattr(shape, "is_document_type", False):
        checker(shape, value, path, out)


def _structure(shape: Any, value: Any, path: tuple[str, ...], out: list[Finding]) -> None:
    if not isinstance(value, dict):
        out.append(Finding(path, value, "be a structure"))
        return
    for member in shape.required_members:
        if value.get(member) is None:
            out.append(Finding((*path, member), None, "not be null"))
    for member, item in value.items():
        if member not in shape.members:
            out.append(Finding((*path, member), item, "be known to the service"))
        elif item is not None:
            _check(shape.members[member], item, (*path, member), out)
    if getattr(shape, "is_tagged_union", False) and sum(item is not None for item in value.values()) != 1:
        out.append(Finding(path, value, "have exactly one member set"))


def _list(shape: Any, value: Any, path: tuple[str, ...], out: list[Finding]) -> None:
    if not isinstance(value, (list, tuple)):
        out.append(Finding(path, value, "be a list"))
        return
    _bounds(shape, value, len(value), path, out, "length")
    for number, item in enumerate(value, start=1):
        _check(shape.member, item, (*path, str(number), "member"), out)


def _map(shape: Any, value: Any, path: tuple[str, ...], out: list[Finding]) -> None:
    if not isinstance(value, dict):
        out.append(Finding(path, value, "be a map"))
        return
    _bounds(shape, value, len(value), path, out, "length")
    for key, item in value.items():
        _check(shape.key, key, (*path, str(key), "key"), out)
        _check(shape.value, item, (*path, str(key), "value"), out)


def _string(shape: Any, value: Any, path: tuple[str, ...], out: list[Finding]) -> None:
    if not isinstance(value, str):
        # JSON values in headers and the like are decoded by the parser.
        if not isinstance(value, (dict, list)):
            out.append(Finding(path, value, "be a string"))
        return
    if shape.enum and value not in shape.enum:
        out.append(Finding(path, value, f"satisfy enum value set: [{', '.join(shape.enum)}]"))
    _bounds(shape, value, len(value), path, out, "length")
    pattern = None if shape.name in _LOOSE else shape.metadata.get("pattern")
    if pattern and (compiled := _pattern(pattern)) is not None and compiled.fullmatch(value) is None:
        out.append(Finding(path, value, f"satisfy regular expression pattern: {pattern}"))


def _number(shape: Any, value: Any, path: tuple[str, ...], out: list[Finding]) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        out.append(Finding(path, value, "be a number"))
        return
    _bounds(shape, value, value, path, out, "value")


def _boolean(_shape: Any, value: Any, path: tuple[str, ...], out: list[Finding]) -> None:
    if not isinstance(value, bool):
        out.append(Finding(path, value, "be a boolean"))


def _timestamp(_shape: Any, value: Any, path: tuple[str, ...], out: list[Finding]) -> None:
    if not isinstance(value, (datetime, int, float)):
        out.append(Finding(path, value, "be a timestamp"))


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


def _bounds(shape: Any, value: Any, size: float, path: tuple[str, ...], out: list[Finding], what: str) -> None:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < float(low):
        out.append(Finding(path, value, f"have {what} greater than or equal to {low}"))
    if high is not None and size > float(high):
        out.append(Finding(path, value, f"have {what} less than or equal to {high}"))


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
    return next((shape.metadata.get("error", {}).get("httpStatusCode") for shape in error_shapes(service, code)), None)


def error_shapes(service: str, code: str) -> list[Any]:
    """The errors of a service's model that go by a name or by a code, those by name first."""
    shapes = service_model(service).error_shapes
    by_code = [shape for shape in shapes if shape.metadata.get("error", {}).get("code") == code]
    return [shape for shape in shapes if shape.name == code] + by_code
