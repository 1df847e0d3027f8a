"""S3 Control: access points, their policies and tags.

Sources: Amazon S3 API Reference, "Amazon S3 Control" operations,
https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_AWS_S3_Control.html; User Guide, "Access points
restrictions and limitations", https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-restrictions-limitations.html.
The words of refusals, where a public test has seen AWS say them: localstack/localstack, tests/aws/services/s3control/,
whose cases marked `aws.validated` are recorded on AWS.
"""

import hashlib
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from lakeaws import policy
from lakeaws.call import Call
from lakeaws.clock import born
from lakeaws.errors import AwsError, NotEmulated
from lakeaws.registry import ours
from lakeaws.services.s3_buckets import ALL_BLOCKED, check_tags
from lakeaws.world import World

#: Access points of an account in a region, User Guide, "Access points restrictions and limitations".
_MOST = 10_000


def points(world: World, call: Call) -> dict[str, Any]:
    """The access points of the call's account and region."""
    return world.table("s3control.accesspoint", call.account, call.region)


def _own(call: Call) -> None:
    """The account in the request is the caller's (API Reference, `x-amz-account-id`; "Error responses", AccessDenied)."""
    if call.params.get("AccountId", call.account) != call.account:
        raise AwsError("AccessDenied", "Access Denied", 403)


def _point(world: World, call: Call) -> dict[str, Any]:
    """The access point the call names; "Error responses": NoSuchAccessPoint 404."""
    _own(call)
    found = points(world, call).get(call.params["Name"])
    if found is None:
        raise AwsError(
            "NoSuchAccessPoint", "The specified accesspoint does not exist", 404, AccessPointName=call.params["Name"]
        )
    return found


def _invalid(told: str) -> AwsError:
    return AwsError("InvalidRequest", told, 400)


@ours("s3control", "CreateAccessPoint")
def create_access_point(world: World, call: Call) -> dict[str, Any]:
    """Creates an access point on a bucket of this region.

    API Reference, CreateAccessPoint (`BucketAccountId` is required for a bucket of another account; block public access
    is on unless told otherwise), https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_CreateAccessPoint.html;
    "Error responses": AccessPointAlreadyOwnedByYou 409. A bucket that does not exist is an InvalidRequest, and no
    NoSuchBucket: localstack/localstack, `test_access_point_bucket_not_exists`.
    """
    _own(call)
    name, owner = call.params["Name"], call.params.get("BucketAccountId", call.account)
    _check_name(name)
    if "Scope" in call.params or call.params["Bucket"].startswith("arn:"):
        raise NotEmulated("access points of directory buckets, volumes and Outposts are not emulated")
    vpc = call.params.get("VpcConfiguration")
    if vpc is not None and not re.fullmatch(r"vpc-[0-9a-f]{4,17}", vpc["VpcId"]):
        raise _invalid("The VPC ID is not valid")
    bucket = world.table("s3.bucket").get(call.params["Bucket"])
    if bucket is None or bucket["Region"] != call.region:
        raise _invalid("Amazon S3 AccessPoint can only be created for existing bucket")
    if bucket["Account"] != owner:
        raise AwsError("AccessDenied", "Access Denied", 403)
    if name in points(world, call):
        raise AwsError(
            "AccessPointAlreadyOwnedByYou",
            "Your previous request to create the named accesspoint succeeded and you already own it.",
            409,
            AccessPointName=name,
        )
    if len(points(world, call)) >= _MOST:
        raise AwsError("TooManyAccessPoints", "You have attempted to create more access points than allowed", 400)
    tags = call.params.get("Tags", [])
    check_tags(tags)
    blocked = call.params.get("PublicAccessBlockConfiguration")
    record = {
        "Name": name,
        "Bucket": call.params["Bucket"],
        "NetworkOrigin": "Internet" if vpc is None else "VPC",
        "VpcConfiguration": vpc,
        "PublicAccessBlockConfiguration": dict(ALL_BLOCKED)
        if blocked is None
        else {key: blocked.get(key, False) for key in ALL_BLOCKED},
        "CreationDate": born(),
        "Alias": _alias(call, name),
        "AccessPointArn": call.arn("s3", f"accesspoint/{name}"),
        "BucketAccountId": owner,
        "Tags": tags,
        "Policy": None,
    }
    points(world, call)[name] = record
    return {"AccessPointArn": record["AccessPointArn"], "Alias": record["Alias"]}


def _check_name(name: str) -> None:
    """User Guide, "Access points restrictions and limitations", naming rules; which of them S3 tells by which code:
    localstack/localstack, `test_access_point_name_validation`."""
    if not re.fullmatch(r"[a-z0-9.-]{3,50}", name):
        raise AwsError("InvalidURI", "Couldn't parse the specified URI.", 400, URI=f"accesspoint/{name}")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*[a-z0-9]", name) or (
        name.startswith("xn--") or name.endswith(("-s3alias", "-ext-s3alias", "--xa-s3"))
    ):
        raise _invalid("Your Amazon S3 AccessPoint name is invalid")


def _alias(call: Call, name: str) -> str:
    """User Guide, "Access point aliases": name, metadata and `-s3alias`, 63 characters at most; not to be predicted."""
    digest = hashlib.sha256(f"{call.account}{call.region}{name}{datetime.now(UTC)}".encode()).hexdigest()
    head = f"{name[:20].rstrip('-')}-"
    return head + digest[: 63 - len(head) - len("-s3alias")] + "-s3alias"


@ours("s3control", "GetAccessPoint")
def get_access_point(world: World, call: Call) -> dict[str, Any]:
    """API Reference, GetAccessPoint."""
    found = _point(world, call)
    out = {
        key: value for key, value in found.items() if key not in ("Tags", "Policy", "Principals") and value is not None
    }
    kinds = {"ipv4": "", "fips": "-fips", "dualstack": ".dualstack", "fips_dualstack": "-fips.dualstack"}
    out["Endpoints"] = {kind: f"s3-accesspoint{part}.{call.region}.amazonaws.com" for kind, part in kinds.items()}
    return out


@ours("s3control", "ListAccessPoints")
def list_access_points(world: World, call: Call) -> dict[str, Any]:
    """API Reference, ListAccessPoints: those of one bucket or all, pages of at most 1,000."""
    _own(call)
    if call.params.get("DataSourceId") or call.params.get("DataSourceType"):
        raise NotEmulated("access points of data sources other than buckets are not emulated")
    after = call.params.get("NextToken", "")
    found = [
        row
        for name, row in sorted(points(world, call).items())
        if row["Bucket"] == call.params.get("Bucket", row["Bucket"]) and name > after
    ]
    page = found[: call.params.get("MaxResults", 1000)]
    shown = ("Name", "NetworkOrigin", "VpcConfiguration", "Bucket", "AccessPointArn", "Alias", "BucketAccountId")
    out: dict[str, Any] = {
        "AccessPointList": [{key: row[key] for key in shown if row[key] is not None} for row in page]
    }
    if page and len(page) < len(found):
        out["NextToken"] = page[-1]["Name"]
    return out


@ours("s3control", "DeleteAccessPoint")
def delete_access_point(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DeleteAccessPoint; its policy and tags go with it."""
    del points(world, call)[_point(world, call)["Name"]]
    return {}


# Policies.


def _malformed(told: str) -> AwsError:
    return AwsError("MalformedPolicy", told, 400)


@ours("s3control", "PutAccessPointPolicy")
def put_policy(world: World, call: Call) -> dict[str, Any]:
    """Checks and keeps a policy, byte for byte.

    API Reference, PutAccessPointPolicy; User Guide, "Configuring IAM policies for using access points" (resources are
    the access point or `…/object/…`), https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html,
    and "Blocking public access" (BlockPublicPolicy).
    """
    found, document = _point(world, call), call.params["Policy"]
    if len(document) > 20 * 1024:
        raise AwsError("PolicyTooLarge", "Policies must be less than 20 KB.", 400)
    statements = policy.parse(document, _malformed, principals=True, resources=True)
    for statement in statements:
        for resource in policy.listed(statement.get("Resource", statement.get("NotResource"))):
            if resource != found["AccessPointArn"] and not str(resource).startswith(
                f"{found['AccessPointArn']}/object/"
            ):
                raise _malformed("Policy has invalid resource")
    ids = policy.check_principals(statements, call.account, lambda _: _malformed("Invalid principal in policy"))
    # "Access points with a network origin of VPC are always considered non-public".
    if (
        found["PublicAccessBlockConfiguration"]["BlockPublicPolicy"]
        and found["NetworkOrigin"] != "VPC"
        and policy.is_public(statements)
    ):
        raise AwsError("AccessDenied", "Access Denied", 403)
    found["Policy"], found["Principals"] = document, ids
    return {}


@ours("s3control", "GetAccessPointPolicy")
def get_policy(world: World, call: Call) -> dict[str, Any]:
    """API Reference, GetAccessPointPolicy; "Error responses": NoSuchAccessPointPolicy 404."""
    found = _point(world, call)
    if found["Policy"] is None:
        raise AwsError(
            "NoSuchAccessPointPolicy",
            "The specified accesspoint policy does not exist",
            404,
            AccessPointName=found["Name"],
        )
    return {"Policy": policy.as_read(found["Policy"], found["Principals"], call.account)}


@ours("s3control", "DeleteAccessPointPolicy")
def delete_policy(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DeleteAccessPointPolicy."""
    _point(world, call)["Policy"] = None
    return {}


# Tags.


def _tagged(world: World, call: Call) -> dict[str, Any]:
    """What an ARN names: an access point or a bucket. API Reference, ListTagsForResource ("S3 resources … include general
    purpose buckets, access points"), https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_ListTagsForResource.html;
    "Error responses": NoSuchAccessPoint and NoSuchBucket, 404.
    """
    _own(call)
    arn = unquote(call.params["ResourceArn"])
    prefix = call.arn("s3", "accesspoint/")
    if arn.startswith(prefix):
        found = points(world, call).get(arn.removeprefix(prefix))
        if found is None:
            raise AwsError("NoSuchAccessPoint", "The specified accesspoint does not exist", 404)
        return found
    bucket = re.fullmatch(r"arn:aws[a-z-]*:s3:::([^/]+)", arn)
    if bucket is None:
        raise NotEmulated(f"tags of {arn} are not emulated")
    row = world.table("s3.bucket").get(bucket.group(1))
    if row is None:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404)
    if row["Account"] != call.account:
        raise AwsError("AccessDenied", "Access Denied", 403)
    return row


@ours("s3control", "ListTagsForResource")
def list_tags(world: World, call: Call) -> dict[str, Any]:
    """API Reference, ListTagsForResource."""
    return {"Tags": _tagged(world, call)["Tags"]}


@ours("s3control", "TagResource")
def tag_resource(world: World, call: Call) -> dict[str, Any]:
    """API Reference, TagResource: adds to the tags there are."""
    row = _tagged(world, call)
    check_tags(call.params["Tags"])
    merged = {tag["Key"]: tag["Value"] for tag in row["Tags"] + call.params["Tags"]}
    tags = [{"Key": key, "Value": value} for key, value in merged.items()]
    check_tags(tags)
    row["Tags"] = tags
    return {}


@ours("s3control", "UntagResource")
def untag_resource(world: World, call: Call) -> dict[str, Any]:
    """API Reference, UntagResource."""
    row = _tagged(world, call)
    row["Tags"] = [tag for tag in row["Tags"] if tag["Key"] not in call.params["TagKeys"]]
    return {}
