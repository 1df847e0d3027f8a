"""S3: what a bucket is told once and remembers: tags, versioning, encryption, access, lifecycle, notifications."""

import re
from typing import Any

from lakeaws import policy
from lakeaws.call import Call
from lakeaws.clock import born
from lakeaws.errors import AwsError, NotEmulated
from lakeaws.registry import ours
from lakeaws.services.s3_buckets import SSE_S3, bucket, check_tags, encrypt_objects, moto_bucket
from lakeaws.world import World


def _gone(code: str, told: str, name: str) -> AwsError:
    return AwsError(code, told, 404, BucketName=name)


def _remembered(world: World, call: Call, slot: str, code: str, told: str) -> Any:
    name = call.params["Bucket"]
    found = bucket(world, name).get(slot)
    if found is None:
        raise _gone(code, told, name)
    return found


# Tags.


@ours("s3", "PutBucketTagging")
def put_tagging(world: World, call: Call) -> dict[str, Any]:
    """API Reference, PutBucketTagging: the set replaces all tags there were."""
    tags = call.params["Tagging"]["TagSet"]
    check_tags(tags)
    bucket(world, call.params["Bucket"])["Tags"] = tags
    return {}


@ours("s3", "GetBucketTagging")
def get_tagging(world: World, call: Call) -> dict[str, Any]:
    """API Reference, GetBucketTagging: NoSuchTagSet where there are none."""
    tags = bucket(world, call.params["Bucket"])["Tags"]
    if not tags:
        raise _gone("NoSuchTagSet", "The TagSet does not exist", call.params["Bucket"])
    return {"TagSet": tags}


@ours("s3", "DeleteBucketTagging")
def delete_tagging(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DeleteBucketTagging."""
    bucket(world, call.params["Bucket"])["Tags"] = []
    return {}


# Versioning.


@ours("s3", "PutBucketVersioning")
def put_versioning(world: World, call: Call) -> dict[str, Any]:
    """API Reference, PutBucketVersioning; "Error responses": IllegalVersioningConfigurationException.

    MFA delete needs a device, which nobody has here: enabling it is not emulated.
    """
    asked = call.params["VersioningConfiguration"]
    if asked.get("MFADelete") == "Enabled":
        raise NotEmulated("MFA delete is not emulated")
    if "Status" not in asked:
        raise AwsError("IllegalVersioningConfigurationException", "The Versioning element must be specified", 400)
    bucket(world, call.params["Bucket"])["Versioning"] = asked
    moto_bucket(call, call.params["Bucket"]).versioning_status = asked["Status"]
    return {}


@ours("s3", "GetBucketVersioning")
def get_versioning(world: World, call: Call) -> dict[str, Any]:
    """API Reference, GetBucketVersioning: no status at all where it was never set."""
    return bucket(world, call.params["Bucket"]).get("Versioning", {})


# Encryption.


@ours("s3", "PutBucketEncryption")
def put_encryption(world: World, call: Call) -> dict[str, Any]:
    """API Reference, PutBucketEncryption: one rule; a KMS key only with a KMS algorithm; the bucket key defaults to off.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html and
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ServerSideEncryptionByDefault.html.
    """
    rules = call.params["ServerSideEncryptionConfiguration"]["Rules"]
    if len(rules) != 1:
        raise AwsError(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema",
            400,
        )
    rule = {"BucketKeyEnabled": False, **rules[0]}
    default = rule.get("ApplyServerSideEncryptionByDefault", {"SSEAlgorithm": "AES256"})
    rule["ApplyServerSideEncryptionByDefault"] = default
    if default["SSEAlgorithm"] == "AES256" and "KMSMasterKeyID" in default:
        raise AwsError(
            "InvalidArgument",
            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
            400,
        )
    bucket(world, call.params["Bucket"])["Encryption"] = {"Rules": [rule]}
    encrypt_objects(call, call.params["Bucket"], rule)
    return {}


@ours("s3", "GetBucketEncryption")
def get_encryption(world: World, call: Call) -> dict[str, Any]:
    """API Reference, GetBucketEncryption: SSE-S3 where nothing else was said.

    Since April 2026 SSE-C is blocked in new buckets: User Guide, "Blocking or unblocking SSE-C for a general purpose
    bucket", https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html.
    """
    new = {**SSE_S3, "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]}}
    return {
        "ServerSideEncryptionConfiguration": bucket(world, call.params["Bucket"]).get("Encryption", {"Rules": [new]})
    }


@ours("s3", "DeleteBucketEncryption")
def delete_encryption(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DeleteBucketEncryption: "resets the default encryption for the bucket as SSE-S3"."""
    bucket(world, call.params["Bucket"]).pop("Encryption", None)
    encrypt_objects(call, call.params["Bucket"], SSE_S3)
    return {}


# Public access block.


@ours("s3", "PutPublicAccessBlock")
def put_public_access_block(world: World, call: Call) -> dict[str, Any]:
    """API Reference, PutPublicAccessBlock: what is not said is false."""
    said = call.params["PublicAccessBlockConfiguration"]
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    bucket(world, call.params["Bucket"])["PublicAccessBlock"] = {name: said.get(name, False) for name in names}
    return {}


@ours("s3", "GetPublicAccessBlock")
def get_public_access_block(world: World, call: Call) -> dict[str, Any]:
    """API Reference, GetPublicAccessBlock; "Error responses": NoSuchPublicAccessBlockConfiguration 404."""
    told = "The public access block configuration was not found"
    found = _remembered(world, call, "PublicAccessBlock", "NoSuchPublicAccessBlockConfiguration", told)
    return {"PublicAccessBlockConfiguration": found}


@ours("s3", "DeletePublicAccessBlock")
def delete_public_access_block(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DeletePublicAccessBlock."""
    bucket(world, call.params["Bucket"])["PublicAccessBlock"] = None
    return {}


# Object ownership.


@ours("s3", "PutBucketOwnershipControls")
def put_ownership(world: World, call: Call) -> dict[str, Any]:
    """API Reference, PutBucketOwnershipControls: exactly one rule."""
    asked = call.params["OwnershipControls"]
    if len(asked["Rules"]) != 1:
        raise AwsError(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema",
            400,
        )
    bucket(world, call.params["Bucket"])["OwnershipControls"] = asked
    return {}


@ours("s3", "GetBucketOwnershipControls")
def get_ownership(world: World, call: Call) -> dict[str, Any]:
    """API Reference, GetBucketOwnershipControls: OwnershipControlsNotFoundError where there are none."""
    told = "The bucket ownership controls were not found"
    return {"OwnershipControls": _remembered(world, call, "OwnershipControls", "OwnershipControlsNotFoundError", told)}


@ours("s3", "DeleteBucketOwnershipControls")
def delete_ownership(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DeleteBucketOwnershipControls."""
    bucket(world, call.params["Bucket"])["OwnershipControls"] = None
    return {}


# Policy.


def _malformed(told: str) -> AwsError:
    return AwsError("MalformedPolicy", told, 400)


@ours("s3", "PutBucketPolicy")
def put_policy(world: World, call: Call) -> dict[str, Any]:
    """Checks and keeps a bucket policy, byte for byte.

    The bucket's CreationDate moves: API Reference, `Bucket` ("This date can change when making changes to your bucket,
    such as editing its bucket policy"), https://docs.aws.amazon.com/AmazonS3/latest/API/API_Bucket.html.

    Sources: API Reference, PutBucketPolicy and "Error responses" (MalformedPolicy 400); User Guide, "Policies and
    permissions" (the resource is the bucket or its objects); "Blocking public access" (BlockPublicPolicy rejects a
    public policy), https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html.
    """
    name, document = call.params["Bucket"], call.params["Policy"]
    if len(document) > 20 * 1024:
        raise AwsError("PolicyTooLarge", "Policies must be less than 20 KB.", 400)
    statements = policy.parse(document, _malformed, principals=True, resources=True)
    for statement in statements:
        for resource in policy.listed(statement.get("Resource", statement.get("NotResource"))):
            if not re.match(rf"arn:aws[a-z-]*:s3:::({re.escape(name)}(/.*)?|\*)$", str(resource), re.DOTALL):
                raise _malformed("Policy has invalid resource")
    ids = policy.check_principals(statements, call.account, lambda _: _malformed("Invalid principal in policy"))
    row = bucket(world, name)
    if (row["PublicAccessBlock"] or {}).get("BlockPublicPolicy") and policy.is_public(statements):
        told = (
            f"User: arn:{call.partition}:iam::{call.account}:root is not authorized to perform: s3:PutBucketPolicy on "
            f'resource: "arn:{call.partition}:s3:::{name}" because public policies are blocked by the BlockPublicPolicy '
            "block public access setting."
        )
        raise AwsError("AccessDenied", told, 403)
    row["Policy"], row["Principals"] = document, ids
    row["CreationDate"] = born()
    return {}


@ours("s3", "GetBucketPolicy")
def get_policy(world: World, call: Call) -> dict[str, Any]:
    """API Reference, GetBucketPolicy; "Error responses": NoSuchBucketPolicy 404."""
    document = _remembered(world, call, "Policy", "NoSuchBucketPolicy", "The bucket policy does not exist")
    return {"Policy": policy.as_read(document, bucket(world, call.params["Bucket"])["Principals"], call.account)}


@ours("s3", "DeleteBucketPolicy")
def delete_policy(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DeleteBucketPolicy: success also where there is none."""
    row = bucket(world, call.params["Bucket"])
    if row.get("Policy") is not None:
        row["Policy"], row["CreationDate"] = None, born()
    return {}


# CORS, access logging, event notifications, request metrics.


@ours("s3", "PutBucketCors")
def put_cors(world: World, call: Call) -> dict[str, Any]:
    """API Reference, PutBucketCors: at most 100 rules, and only these methods; "Error responses": InvalidRequest."""
    rules = call.params["CORSConfiguration"]["CORSRules"]
    if not 1 <= len(rules) <= 100:
        raise AwsError(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema",
            400,
        )
    for rule in rules:
        for method in rule["AllowedMethods"]:
            if method not in ("GET", "PUT", "HEAD", "POST", "DELETE"):
                raise AwsError(
                    "InvalidRequest",
                    f"Found unsupported HTTP method in CORS config. Unsupported method is {method}",
                    400,
                )
    bucket(world, call.params["Bucket"])["Cors"] = rules
    return {}


@ours("s3", "GetBucketCors")
def get_cors(world: World, call: Call) -> dict[str, Any]:
    """API Reference, GetBucketCors; "Error responses": NoSuchCORSConfiguration 404."""
    return {
        "CORSRules": _remembered(
            world, call, "Cors", "NoSuchCORSConfiguration", "The CORS configuration does not exist"
        )
    }


@ours("s3", "DeleteBucketCors")
def delete_cors(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DeleteBucketCors."""
    bucket(world, call.params["Bucket"])["Cors"] = None
    return {}


@ours("s3", "PutBucketLogging")
def put_logging(world: World, call: Call) -> dict[str, Any]:
    """API Reference, PutBucketLogging: an empty status turns logging off; source and target share region and owner.

    "Error responses": InvalidTargetBucketForLogging 400.
    """
    asked = call.params["BucketLoggingStatus"].get("LoggingEnabled")
    row = bucket(world, call.params["Bucket"])
    if asked is not None:
        target = world.table("s3.bucket").get(asked["TargetBucket"])
        if target is None:
            raise AwsError(
                "InvalidTargetBucketForLogging",
                "The target bucket for logging does not exist",
                400,
                TargetBucket=asked["TargetBucket"],
            )
        if (target["Account"], target["Region"]) != (row["Account"], row["Region"]):
            told = "The bucket to be logged and the target bucket must have the same owner and the same location."
            raise AwsError("InvalidTargetBucketForLogging", told, 400, TargetBucket=asked["TargetBucket"])
    row["Logging"] = asked
    return {}


@ours("s3", "GetBucketLogging")
def get_logging(world: World, call: Call) -> dict[str, Any]:
    """API Reference, GetBucketLogging: an empty status where it is off."""
    found = bucket(world, call.params["Bucket"]).get("Logging")
    return {"LoggingEnabled": found} if found else {}


@ours("s3", "PutBucketNotificationConfiguration")
def put_notification(world: World, call: Call) -> dict[str, Any]:
    """API Reference, PutBucketNotificationConfiguration: replaces the whole; an empty one turns all off.

    Topics, queues and functions are not served here, so only EventBridge can be a destination.
    """
    asked = call.params["NotificationConfiguration"]
    if any(asked.get(name) for name in ("TopicConfigurations", "QueueConfigurations", "LambdaFunctionConfigurations")):
        raise NotEmulated("notifications to topics, queues and functions are not emulated; EventBridge is")
    bucket(world, call.params["Bucket"])["Notification"] = asked
    return {}


@ours("s3", "GetBucketNotificationConfiguration")
def get_notification(world: World, call: Call) -> dict[str, Any]:
    """API Reference, GetBucketNotificationConfiguration: an empty one where nothing is configured."""
    return bucket(world, call.params["Bucket"]).get("Notification", {})


@ours("s3", "PutBucketMetricsConfiguration")
def put_metrics(world: World, call: Call) -> dict[str, Any]:
    """API Reference, PutBucketMetricsConfiguration: at most 1,000 by id; TooManyConfigurations 400."""
    asked, rows = call.params["MetricsConfiguration"], bucket(world, call.params["Bucket"])["Metrics"]
    if asked["Id"] != call.params["Id"]:
        raise AwsError("InvalidArgument", "The id in the request and the id in the configuration differ", 400)
    if asked["Id"] not in rows and len(rows) >= 1000:
        raise AwsError(
            "TooManyConfigurations",
            "You have attempted to create a new configuration but have already reached the 1,000-configuration limit",
            400,
        )
    rows[asked["Id"]] = asked
    return {}


@ours("s3", "GetBucketMetricsConfiguration")
def get_metrics(world: World, call: Call) -> dict[str, Any]:
    """API Reference, GetBucketMetricsConfiguration: NoSuchConfiguration 404."""
    found = bucket(world, call.params["Bucket"])["Metrics"].get(call.params["Id"])
    if found is None:
        raise _gone("NoSuchConfiguration", "The specified configuration does not exist.", call.params["Bucket"])
    return {"MetricsConfiguration": found}


@ours("s3", "ListBucketMetricsConfigurations")
def list_metrics(world: World, call: Call) -> dict[str, Any]:
    """API Reference, ListBucketMetricsConfigurations: pages of 100."""
    rows = sorted(bucket(world, call.params["Bucket"])["Metrics"].items())
    rest = [item for item in rows if item[0] > call.params.get("ContinuationToken", "")]
    page = [value for _, value in rest[:100]]
    out: dict[str, Any] = {"IsTruncated": len(rest) > 100, "MetricsConfigurationList": page}
    if "ContinuationToken" in call.params:
        out["ContinuationToken"] = call.params["ContinuationToken"]
    if len(rest) > 100:
        out["NextContinuationToken"] = rest[99][0]
    return out


@ours("s3", "DeleteBucketMetricsConfiguration")
def delete_metrics(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DeleteBucketMetricsConfiguration."""
    if bucket(world, call.params["Bucket"])["Metrics"].pop(call.params["Id"], None) is None:
        raise _gone("NoSuchConfiguration", "The specified configuration does not exist.", call.params["Bucket"])
    return {}
