"""From bytes to parameters and from results to bytes, in each service's own protocol."""

import json
import uuid
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.serialize import (
    JSONSerializer,
    QuerySerializer,
    RestJSONSerializer,
    RestXMLSerializer,
    S3Serializer,
    SerializationContext,
)
from werkzeug.datastructures import Headers, MultiDict

from lakeaws import cbor
from lakeaws.call import Call, Request
from lakeaws.errors import AwsError, NotEmulated
from lakeaws.models import service_model
from lakeaws.validation import error_shapes, error_status, mistyped, unknown_elements, unknown_members


class Response:
    """An HTTP response."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


def protocol(service: str, request: Request) -> str:
    """The protocol a request speaks; a service may understand several."""
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        return cbor.PROTOCOL
    if "x-amz-target" in request.headers:
        return "json"
    if not service:
        return "rest-xml"
    model = service_model(service)
    if "query" in model.metadata.get("protocols", ()) and _is_form(request):
        return "query"
    return model.protocol


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")


def decode(model: OperationModel, request: Request, in_path: dict[str, str]) -> dict[str, Any]:
    """The parameters of a request. Raises AwsError for what is no document at all, NotEmulated for unknown members."""
    service = model.service_model.service_name
    spoken = protocol(service, request)
    shape = model.input_shape
    if shape is None:
        return {}
    streamed = _streamed_member(shape)
    values = MultiDict(parse_qsl(request.query, keep_blank_values=True))
    if spoken == "query":
        values = MultiDict(parse_qsl(request.body.decode(), keep_blank_values=True))
        known = {member.serialization.get("name", name) for name, member in shape.members.items()} | {
            "Action",
            "Version",
        }
        if unknown := {key.split(".")[0] for key in values} - known:
            raise NotEmulated(f"{model.name} has no member {', '.join(sorted(unknown))} in botocore's model")
    body = b"" if streamed else request.body
    if spoken == cbor.PROTOCOL:
        # The same document as in JSON, as long as it holds neither times nor bytes, which no operation here takes so.
        spoken, body = "json", json.dumps(cbor.read(request.body)).encode()
    if spoken in ("json", "rest-json"):
        _refuse_unknown(model, body)
    if spoken == "rest-xml":
        _refuse_unknown_elements(model, body)
    try:
        params = PROTOCOL_PARSERS[spoken](model).parse(
            {
                "body": body,
                "headers": Headers(list(request.headers.items())),
                "method": request.method,
                "url_params": in_path,
                "url_path": request.path,
                "values": values,
            }
        )
    except Exception as cause:
        code = "MalformedXML" if service in ("s3", "s3control") else "SerializationException"
        raise AwsError(code, f"The request could not be read: {cause}", 400) from cause
    if streamed:
        params[streamed] = request.body.decode() if shape.members[streamed].type_name == "string" else request.body
    # Absent lists in a query come back empty.
    for name, member in shape.members.items():
        if member.serialization.get("location") == "querystring" and params.get(name) in ([], None):
            params.pop(name, None)
    return params


def encode(call: Call, result: dict[str, Any]) -> Response:
    """A result in the protocol of its service."""
    if protocol(call.service, call.request) == cbor.PROTOCOL:
        body = cbor.write(result, call.model.output_shape) if call.model.output_shape is not None else b""
        return Response(200, {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}, body)
    serializer = _serializer(call.service, call.model, protocol(call.service, call.request))
    answer = serializer(call.model, context=SerializationContext(request_id()), pretty_print=False).serialize(result)
    body = answer["body"]
    raw = body if isinstance(body, bytes) else body.encode()
    status = answer["status_code"]
    if status == 204 or (call.model.output_shape is None and call.service in ("s3", "s3control")):
        raw = b""
    headers = {name: str(value) for name, value in answer["headers"].items()}
    if protocol(call.service, call.request) == "json":
        # moto names another type where there is no output.
        headers["Content-Type"] = _json_type(call.service)
    return Response(status, headers, raw)


def encode_error(service: str, request: Request, error: AwsError) -> Response:
    """A refusal in the protocol of its service; a HEAD gets no body, as on AWS."""
    spoken = protocol(service, request)
    status = error.status or (error_status(service, error.code) if service else None) or 400
    told = request_id()
    if spoken in (cbor.PROTOCOL, "json", "rest-json"):
        code, headers = _as_modelled(service, error.code, status)
        texts = {"__type": code, "message": error.message, **error.fields}
        headers |= {"x-amzn-RequestId": told} | error.headers
        if spoken == cbor.PROTOCOL:
            kind = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
            return Response(status, kind | headers, cbor.write_texts(texts))
        kind = {"Content-Type": _json_type(service) if spoken == "json" else "application/json"}
        return Response(status, kind | {"x-amzn-ErrorType": code} | headers, json.dumps(texts).encode())
    members = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in error.fields.items())
    inner = f"<Code>{escape(error.code)}</Code><Message>{escape(error.message)}</Message>{members}"
    if service == "s3":
        inner += f"<RequestId>{told}</RequestId><HostId>lake</HostId>"
        text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inner}</Error>'
    else:
        fault = "Receiver" if status >= 500 else "Sender"
        text = f"<ErrorResponse><Error><Type>{fault}</Type>{inner}</Error><RequestId>{told}</RequestId></ErrorResponse>"
    headers = {"Content-Type": "application/xml", "x-amzn-RequestId": told, "x-amz-request-id": told}
    return Response(status, headers | error.headers, b"" if request.method == "HEAD" else text.encode())


def _json_type(service: str) -> str:
    return f"application/x-amz-json-{service_model(service).metadata.get('jsonVersion', '1.1')}"


def _as_modelled(service: str, code: str, status: int) -> tuple[str, dict[str, str]]:
    """The name by which the model knows an error code, and the header that tells the code.

    Services that once spoke the query protocol keep its codes there: Smithy, "AWS query compatible trait",
    https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait.
    """
    if "awsQueryCompatible" not in service_model(service).metadata:
        return code, {}
    named = next((shape.name for shape in error_shapes(service, code)), code)
    return named, {"x-amzn-query-error": f"{code};{'Receiver' if status >= 500 else 'Sender'}"}


def request_id() -> str:
    """A new request id."""
    return str(uuid.uuid4())


def _streamed_member(shape: Any) -> str | None:
    payload = shape.serialization.get("payload")
    return payload if payload and shape.members[payload].type_name in ("blob", "string") else None


def _refuse_unknown(model: OperationModel, body: bytes) -> None:
    try:
        raw = json.loads(body or b"{}")
    except ValueError as cause:
        raise AwsError("SerializationException", f"The request is no JSON: {cause}", 400) from cause
    if wrong := mistyped(model.input_shape, raw):
        raise AwsError("SerializationException", wrong, 400)
    if unknown := unknown_members(model.input_shape, raw):
        raise NotEmulated(f"{model.name} has no member {', '.join(unknown)} in botocore's model")


def _refuse_unknown_elements(model: OperationModel, body: bytes) -> None:
    if not body.strip():
        return
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as cause:
        raise AwsError("MalformedXML", f"The XML you provided was not well-formed: {cause}", 400) from cause
    shape = model.input_shape
    payload = shape.serialization.get("payload") if shape is not None else None
    if unknown := unknown_elements(shape.members[payload] if payload else shape, root):
        raise NotEmulated(f"{model.name} has no element {', '.join(unknown)} in botocore's model")


#: The roots of S3's answers that are a structure without a payload member; "Response Syntax" of each operation's page
#: in the Amazon S3 API Reference, https://docs.aws.amazon.com/AmazonS3/latest/API/.
_S3_ROOTS = {
    "CompleteMultipartUpload": "CompleteMultipartUploadResult",
    "CreateMultipartUpload": "InitiateMultipartUploadResult",
    "DeleteObjects": "DeleteResult",
    "GetBucketCors": "CORSConfiguration",
    "GetBucketLifecycleConfiguration": "LifecycleConfiguration",
    "GetBucketLogging": "BucketLoggingStatus",
    "GetBucketNotificationConfiguration": "NotificationConfiguration",
    "GetBucketTagging": "Tagging",
    "GetBucketVersioning": "VersioningConfiguration",
    "GetObjectTagging": "Tagging",
    "ListBucketMetricsConfigurations": "ListMetricsConfigurationsResult",
    "ListBuckets": "ListAllMyBucketsResult",
    "ListMultipartUploads": "ListMultipartUploadsResult",
    "ListObjectVersions": "ListVersionsResult",
    "ListObjects": "ListBucketResult",
    "ListObjectsV2": "ListBucketResult",
    "ListParts": "ListPartsResult",
}


def _rooted(base: type, root: str) -> type:
    """A serializer whose answers have this root instead of `<Operation>Response`, which the Rust SDK refuses."""

    class Rooted(base):
        def _serialized_result_to_response(self, resp: Any, result: Any, shape: Any, serialized: Any) -> Any:
            answer = super()._serialized_result_to_response(resp, result, shape, serialized)
            if (
                shape is not None
                and "payload" not in shape.serialization
                and "resultWrapper" not in shape.serialization
            ):
                name = f"{self.operation_model.name}Response"
                body = answer["body"]
                for opening, closing in (
                    (f"<{name}>", f"<{root}>"),
                    (f"<{name} ", f"<{root} "),
                    (f"</{name}>", f"</{root}>"),
                ):
                    body = body.replace(opening, closing)
                answer["body"] = body.replace(f"<{name}/>", f"<{root}/>")
            return answer

    return Rooted


def _serializer(service: str, model: OperationModel, spoken: str) -> type:
    if service == "s3":
        return _rooted(S3Serializer, _S3_ROOTS.get(model.name, f"{model.name}Result"))
    if service == "s3control":
        return _rooted(RestXMLSerializer, f"{model.name}Result")
    return {"json": JSONSerializer, "rest-json": RestJSONSerializer, "query": QuerySerializer}[spoken]
