"""CBOR for Smithy's RPC v2 protocol, with botocore's own codec the other way round."""

from typing import Any

from botocore.parsers import RpcV2CBORParser
from botocore.serialize import CBORSerializer

PROTOCOL = "smithy-rpc-v2-cbor"

_writer = CBORSerializer()
_reader = RpcV2CBORParser()


def read(body: bytes) -> Any:
    """The document in a request's body; an empty body is an empty one."""
    return _reader.parse_data_item(_reader.get_peekable_stream_from_bytes(body)) if body else {}


def write(value: Any, shape: Any) -> bytes:
    """A result by its shape."""
    out = bytearray()
    _writer._serialize_data_item(out, value, shape)
    return bytes(out)


def write_texts(texts: dict[str, str]) -> bytes:
    """A map of at most 23 texts, which is all that an error is."""
    out = bytearray([0xA0 | len(texts)])
    for key, value in texts.items():
        _writer._serialize_type_string(out, key, None, None)
        _writer._serialize_type_string(out, value, None, None)
    return bytes(out)
