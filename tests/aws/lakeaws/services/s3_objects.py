"""S3: objects. moto keeps them; what it answers otherwise than AWS is put right here."""

import re
from typing import Any
from urllib.parse import quote_plus, unquote

from moto.backends import get_backend

from lakeaws.call import Call
from lakeaws.errors import AwsError
from lakeaws.registry import after, before, motos, ours
from lakeaws.services.s3_buckets import bucket, moto_bucket
from lakeaws.world import World

motos(
    "s3", "PutObject", "GetObject", "HeadObject", "DeleteObject", "DeleteObjects", "CopyObject",
    "ListObjectsV2",
    "CreateMultipartUpload", "UploadPart", "AbortMultipartUpload", "ListMultipartUploads", "CompleteMultipartUpload",
    "GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging",
)  # fmt: skip


@after("s3", "CompleteMultipartUpload")
def _xml_root(_world: World, _call: Call, result: dict[str, Any]) -> dict[str, Any]:
    """moto's answer has a root that the Rust SDK refuses; encoding it again puts it right."""
    return result


@before("s3", "CopyObject")
def _copy_if_match(_world: World, call: Call) -> None:
    """API Reference, CopyObject, `x-amz-copy-source-if-match`: "Copies the object if its entity tag (ETag) matches the
    specified tag"; else PreconditionFailed 412, https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html."""
    wanted = call.params.get("CopySourceIfMatch")
    if wanted is None:
        return
    source = call.params["CopySource"]
    name, _, key = unquote(source.split("?")[0]).lstrip("/").partition("/")
    found = moto_bucket(call, name).keys.get(key)
    if found is not None and found.etag.strip('"') != wanted.strip('"'):
        raise AwsError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412)


#: What XML 1.0 cannot hold, https://www.w3.org/TR/xml/#charsets.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@ours("s3", "ListObjectVersions")
def list_object_versions(world: World, call: Call) -> dict[str, Any]:
    """Versions and delete markers in the order of keys, in pages.

    API Reference, ListObjectVersions, `encoding-type`: "An object key can contain any Unicode character; however, the XML
    1.0 parser can't parse some characters"; with `url` keys, prefix and markers are encoded (a space as `+`),
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html. Without it S3 answers a document that no
    parser reads; here the call is refused instead.
    """
    asked = call.params
    bucket(world, asked["Bucket"])
    encoding = asked.get("EncodingType")
    backend = get_backend("s3")[call.account][call.partition]
    most = min(asked.get("MaxKeys", 1000), 1000)
    found = backend.list_object_versions(
        asked["Bucket"], asked.get("Delimiter"), asked.get("KeyMarker"), most, asked.get("Prefix", ""),
        asked.get("VersionIdMarker"),
    )  # fmt: skip
    versions, prefixes, markers, next_key, next_version = found
    told = [each.name for each in [*versions, *markers]]
    if encoding is None and any(_NO_XML.search(name) for name in told):
        raise AwsError("InternalError", "A key holds a character that XML 1.0 does not have", 500)
    spell = quote_plus if encoding == "url" else str
    out: dict[str, Any] = {
        "Name": asked["Bucket"],
        "Prefix": spell(asked.get("Prefix", "")),
        "KeyMarker": spell(asked.get("KeyMarker", "")),
        "VersionIdMarker": asked.get("VersionIdMarker", ""),
        "MaxKeys": most,
        "IsTruncated": next_key is not None,
        "Versions": [
            {
                **_version(each, spell),
                "ETag": each.etag,
                "Size": each.size,
                "StorageClass": each.storage_class,
            }
            for each in versions
        ],
        "DeleteMarkers": [_version(each, spell) for each in markers],
        "CommonPrefixes": [{"Prefix": spell(prefix)} for prefix in prefixes],
    }
    if encoding is not None:
        out["EncodingType"] = encoding
    if "Delimiter" in asked:
        out["Delimiter"] = spell(asked["Delimiter"])
    if next_key is not None:
        out["NextKeyMarker"], out["NextVersionIdMarker"] = spell(next_key), next_version
    return out


def _version(each: Any, spell: Any) -> dict[str, Any]:
    return {
        "Key": spell(each.name),
        "VersionId": each.version_id or "null",
        "IsLatest": bool(getattr(each, "is_latest", False)),
        "LastModified": each.last_modified,
        "Owner": {"ID": "b" * 64},
    }
