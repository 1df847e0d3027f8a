"""S3: buckets themselves. Their objects are moto's."""

import re
from typing import Any

from moto.backends import get_backend

from lakeaws.call import Call
from lakeaws.clock import born
from lakeaws.errors import AwsError, NotEmulated
from lakeaws.models import operation_model, operations
from lakeaws.registry import before, ours
from lakeaws.world import World

#: "Amazon S3 gives every new bucket these": API Reference, PutPublicAccessBlock; User Guide, "Default settings for new S3
#: buckets FAQ", https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html.
ALL_BLOCKED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


#: User Guide, "Setting default server-side encryption behavior for Amazon S3 buckets": every bucket, unless told otherwise,
#: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html.
SSE_S3 = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}


def bucket(world: World, name: str) -> dict[str, Any]:
    """The record of a bucket of any account; NoSuchBucket where there is none."""
    found = world.table("s3.bucket").get(name)
    if found is None:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404, BucketName=name)
    return found


def moto_bucket(call: Call, name: str) -> Any:
    """moto's bucket, which holds the objects."""
    return get_backend("s3")[call.account][call.partition].buckets[name]


def encrypt_objects(call: Call, name: str, rule: dict[str, Any]) -> None:
    """Lets moto encrypt, by name only, the objects that are put from now on."""
    moto_bucket(call, name).encryption = {"Rule": rule}


def _bucket_is_here_and_the_callers(world: World, call: Call) -> None:
    """Every call on a bucket meets the bucket first: does it exist, is it the caller's, is it here?

    Sources: Amazon S3 API Reference, "Error responses" (NoSuchBucket 404, AccessDenied 403, PermanentRedirect 301),
    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html; HeadBucket (403 and 404 without a body, the
    region in `x-amz-bucket-region`), https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html; User Guide,
    "Verifying bucket ownership with bucket owner condition",
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html.
    """
    found = bucket(world, call.params["Bucket"])
    region = {"x-amz-bucket-region": found["Region"]}
    if found["Account"] != call.account or call.params.get("ExpectedBucketOwner", call.account) != found["Account"]:
        raise AwsError("AccessDenied", "Access Denied", 403, region)
    if found["Region"] != call.region:
        told = (
            "The bucket you are attempting to access must be addressed using the specified endpoint. "
            "Please send all future requests to this endpoint."
        )
        endpoint = f"s3.{found['Region']}.amazonaws.com"
        raise AwsError("PermanentRedirect", told, 301, region, Endpoint=endpoint, Bucket=call.params["Bucket"])


for _name in operations("s3"):
    _shape = operation_model("s3", _name).input_shape
    if _name != "CreateBucket" and _shape is not None and "Bucket" in _shape.members:
        before("s3", _name)(_bucket_is_here_and_the_callers)


@ours("s3", "CreateBucket")
def create_bucket(world: World, call: Call) -> dict[str, Any]:
    """Creates a bucket with S3's defaults and the tags of the request.

    Source: API Reference, CreateBucket (errors BucketAlreadyExists and BucketAlreadyOwnedByYou; in us-east-1 a bucket
    that is ours answers 200 and resets its ACLs), https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html.
    """
    name, settings = call.params["Bucket"], call.params.get("CreateBucketConfiguration", {})
    if call.params.get("ObjectLockEnabledForBucket") or settings.get("Location") or settings.get("Bucket"):
        raise NotEmulated("CreateBucket with object lock or for a directory bucket is not emulated")
    _check_name(name, call)
    region = _location(call, settings.get("LocationConstraint"))
    existing = world.table("s3.bucket").get(name)
    if existing is not None:
        if existing["Account"] != call.account:
            raise AwsError(
                "BucketAlreadyExists",
                "The requested bucket name is not available. The bucket namespace is shared by all users of the system. "
                "Please select a different name and try again.",
                409,
                BucketName=name,
            )
        if call.region == "us-east-1" and existing["Region"] == "us-east-1":
            return {"Location": f"/{name}"}
        raise AwsError(
            "BucketAlreadyOwnedByYou",
            "Your previous request to create the named bucket succeeded and you already own it.",
            409,
            BucketName=name,
        )
    ownership = call.params.get("ObjectOwnership", "BucketOwnerEnforced")
    if ownership == "BucketOwnerEnforced" and call.params.get("ACL", "private") != "private":
        # API Reference, CreateBucket: "InvalidBucketAclWithObjectOwnership" with HTTP 400.
        raise AwsError(
            "InvalidBucketAclWithObjectOwnership",
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
            400,
        )
    tags = settings.get("Tags", [])
    check_tags(tags)
    get_backend("s3")[call.account][call.partition].create_bucket(name, region)
    encrypt_objects(call, name, SSE_S3)
    world.table("s3.bucket")[name] = {
        "Account": call.account,
        "Region": region,
        "CreationDate": born(),
        "Tags": list(tags),
        "PublicAccessBlock": dict(ALL_BLOCKED),
        "OwnershipControls": {"Rules": [{"ObjectOwnership": ownership}]},
        "Metrics": {},
    }
    return {"Location": f"http://{name}.s3.amazonaws.com/", "BucketArn": f"arn:{call.partition}:s3:::{name}"}


def _check_name(name: str, call: Call) -> None:
    """User Guide, "General purpose bucket naming rules",
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html."""
    bad = (
        not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name)
        or ".." in name
        or re.fullmatch(r"\d+\.\d+\.\d+\.\d+", name)
        or name.startswith(("xn--", "sthree-", "amzn-s3-demo-"))
        or name.endswith(("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"))
    )
    namespaced = call.params.get("BucketNamespace") == "account-regional"
    if (
        bad
        or name.endswith("-an") != namespaced
        or (namespaced and not name.endswith(f"-{call.account}-{call.region}-an"))
    ):
        raise AwsError("InvalidBucketName", "The specified bucket is not valid.", 400, BucketName=name)


def _location(call: Call, asked: str | None) -> str:
    """API Reference, "Error responses": IllegalLocationConstraintException; CreateBucket: every region's endpoint but
    us-east-1's needs its own name. The model refuses `us-east-1` and what is no region."""
    if call.region == "us-east-1":
        return asked or "us-east-1"
    if asked == "EU" and call.region == "eu-west-1":
        return call.region
    if asked != call.region:
        told = (
            f"The {asked or 'unspecified'} location constraint is incompatible for the region specific endpoint "
            "this request was sent to."
        )
        raise AwsError("IllegalLocationConstraintException", told, 400)
    return call.region


def check_tags(tags: list[dict[str, str]]) -> None:
    """User Guide, "Using cost allocation S3 bucket tags" and API Reference, PutBucketTagging (InvalidTag, at most 50,
    keys at most 128 and values at most 256 characters, no `aws:`),
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html."""
    keys = [tag["Key"] for tag in tags]
    if len(set(keys)) != len(keys):
        raise AwsError("InvalidTag", "Cannot provide multiple Tags with the same key", 400)
    if len(tags) > 50:
        raise AwsError("BadRequest", "Bucket tag count cannot be greater than 50", 400)
    for tag in tags:
        if tag["Key"].lower().startswith("aws:"):
            raise AwsError("InvalidTag", "System tags cannot be added/updated by requester", 400)
        if len(tag["Key"]) > 128 or not tag["Key"]:
            raise AwsError("InvalidTag", "The TagKey you have provided is invalid", 400, TagKey=tag["Key"])
        if len(tag["Value"]) > 256 or not re.fullmatch(r"[\w\s.:/=+\-@]*", tag["Value"]):
            raise AwsError(
                "InvalidTag", "The TagValue you have provided is invalid", 400, TagKey=tag["Key"], TagValue=tag["Value"]
            )


@ours("s3", "HeadBucket")
def head_bucket(world: World, call: Call) -> dict[str, Any]:
    """API Reference, HeadBucket."""
    name = call.params["Bucket"]
    found = bucket(world, name)
    return {
        "BucketArn": f"arn:{call.partition}:s3:::{name}",
        "BucketRegion": found["Region"],
        "AccessPointAlias": False,
    }


@ours("s3", "GetBucketLocation")
def get_bucket_location(world: World, call: Call) -> dict[str, Any]:
    """API Reference, GetBucketLocation: "Buckets in Region us-east-1 have a LocationConstraint of null"."""
    region = bucket(world, call.params["Bucket"])["Region"]
    return {} if region == "us-east-1" else {"LocationConstraint": region}


@ours("s3", "ListBuckets")
def list_buckets(world: World, call: Call) -> dict[str, Any]:
    """API Reference, ListBuckets: the caller's buckets of all regions, by name, in pages where MaxBuckets is given."""
    rows = sorted(
        (name, row)
        for name, row in world.table("s3.bucket").items()
        if row["Account"] == call.account
        and name.startswith(call.params.get("Prefix", ""))
        and name > call.params.get("ContinuationToken", "")
        and row["Region"] == call.params.get("BucketRegion", row["Region"])
    )
    page = rows[: call.params.get("MaxBuckets", 10_000)]
    out: dict[str, Any] = {
        "Buckets": [
            {"Name": name, "CreationDate": row["CreationDate"], "BucketRegion": row["Region"]} for name, row in page
        ],
        "Owner": {"ID": "b" * 64},
    }
    if "Prefix" in call.params:
        out["Prefix"] = call.params["Prefix"]
    if len(page) < len(rows):
        out["ContinuationToken"] = page[-1][0]
    return out


@ours("s3", "DeleteBucket")
def delete_bucket(world: World, call: Call) -> dict[str, Any]:
    """Deletes an empty bucket.

    Sources: API Reference, DeleteBucket ("All objects (including all object versions and delete markers) in the bucket
    must be deleted"), https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html; "Error responses",
    BucketNotEmpty 409; BucketHasAccessPointsAttached: its words in rebuy-de/aws-nuke #660, its status in
    aws/aws-sdk-java-v2 #2596.
    """
    name = call.params["Bucket"]
    for _, _, points in world.tables("s3control.accesspoint"):
        if any(point["Bucket"] == name for point in points.values()):
            told = "Bucket has access points attached and cannot be deleted."
            raise AwsError("BucketHasAccessPointsAttached", told, 400, BucketName=name)
    if get_backend("s3")[call.account][call.partition].delete_bucket(name) is None:
        told = "The bucket you tried to delete is not empty"
        if moto_bucket(call, name).is_versioned:
            told += ". You must delete all versions in the bucket."
        raise AwsError("BucketNotEmpty", told, 409, BucketName=name)
    del world.table("s3.bucket")[name]
    return {}
