"""S3: lifecycle configurations, kept without loss and checked as S3 checks them.

Sources: Amazon S3 API Reference, PutBucketLifecycleConfiguration, LifecycleRule, LifecycleRuleFilter,
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html; User Guide, "Lifecycle
configuration elements", https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html, and
"Transitioning objects using Amazon S3 Lifecycle",
https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html.
"""

import base64
import copy
import uuid
from typing import Any

from lakeaws.call import Call
from lakeaws.errors import AwsError
from lakeaws.registry import ours
from lakeaws.services.s3_buckets import bucket
from lakeaws.world import World

_ACTIONS = (
    "Expiration",
    "Transitions",
    "NoncurrentVersionTransitions",
    "NoncurrentVersionExpiration",
    "AbortIncompleteMultipartUpload",
)

_MALFORMED = "The XML you provided was not well-formed or did not validate against our published schema"


def _malformed() -> AwsError:
    return AwsError("MalformedXML", _MALFORMED, 400)


def _argument(told: str) -> AwsError:
    return AwsError("InvalidArgument", told, 400)


@ours("s3", "PutBucketLifecycleConfiguration")
def put_lifecycle(world: World, call: Call) -> dict[str, Any]:
    """Replaces the configuration. Rules without an id get one (API Reference, LifecycleRule, `ID`)."""
    rules = copy.deepcopy(call.params.get("LifecycleConfiguration", {}).get("Rules", []))
    if not rules:
        raise _malformed()
    if len(rules) > 1000:
        raise AwsError("InvalidRequest", "A lifecycle configuration can have at most 1,000 rules.", 400)
    for rule in rules:
        rule["ID"] = rule.get("ID") or base64.b64encode(uuid.uuid4().bytes * 2).decode()
        _check_rule(rule)
    ids = [rule["ID"] for rule in rules]
    if len(set(ids)) != len(ids):
        raise _argument("Rule ID must be unique. Found same ID for one or more rules")
    if len({"Prefix" in rule for rule in rules}) > 1:
        raise AwsError(
            "InvalidRequest",
            "Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.",
            400,
        )
    size = call.params.get("TransitionDefaultMinimumObjectSize", "all_storage_classes_128K")
    bucket(world, call.params["Bucket"])["Lifecycle"] = {"Rules": rules, "TransitionDefaultMinimumObjectSize": size}
    return {"TransitionDefaultMinimumObjectSize": size}


@ours("s3", "GetBucketLifecycleConfiguration")
def get_lifecycle(world: World, call: Call) -> dict[str, Any]:
    """API Reference, GetBucketLifecycleConfiguration: NoSuchLifecycleConfiguration 404."""
    found = bucket(world, call.params["Bucket"]).get("Lifecycle")
    if found is None:
        raise AwsError(
            "NoSuchLifecycleConfiguration",
            "The lifecycle configuration does not exist",
            404,
            BucketName=call.params["Bucket"],
        )
    return found


@ours("s3", "DeleteBucketLifecycle")
def delete_lifecycle(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DeleteBucketLifecycle: success also where there is none."""
    bucket(world, call.params["Bucket"])["Lifecycle"] = None
    return {}


def _check_rule(rule: dict[str, Any]) -> None:
    if len(rule["ID"]) > 255:
        raise _argument("ID length should not exceed allowed limit of 255")
    if not any(rule.get(action) for action in _ACTIONS):
        raise AwsError("InvalidRequest", "At least one action needs to be specified in a rule", 400)
    if ("Prefix" in rule) == ("Filter" in rule):
        raise _malformed()
    _check_filter(rule)
    _check_expiration(rule)
    _check_transitions(rule)
    _check_noncurrent(rule)
    abort = rule.get("AbortIncompleteMultipartUpload")
    if abort is not None:
        if abort.get("DaysAfterInitiation", 0) < 1:
            raise _argument(
                "'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer"
            )
        if _tags(rule):
            raise AwsError("InvalidRequest", "AbortIncompleteMultipartUpload cannot be specified with Tags", 400)


def _check_filter(rule: dict[str, Any]) -> None:
    """API Reference, LifecycleRuleFilter: exactly one of its members; `And` joins two or more."""
    chosen = rule.get("Filter", {})
    if len(chosen) > 1:
        raise _malformed()
    both = chosen.get("And")
    if both is not None and len(both) + max(len(both.get("Tags", [])) - 1, 0) < 2:
        raise _malformed()
    keys = [tag["Key"] for tag in _tags(rule)]
    if len(set(keys)) != len(keys):
        raise AwsError("InvalidRequest", "Duplicate Tag Keys are not allowed.", 400)
    sized = both or chosen
    low, high = sized.get("ObjectSizeGreaterThan"), sized.get("ObjectSizeLessThan")
    if low is not None and high is not None and low >= high:
        raise AwsError(
            "InvalidRequest", "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'", 400
        )


def _tags(rule: dict[str, Any]) -> list[dict[str, str]]:
    chosen = rule.get("Filter", {})
    return [chosen["Tag"]] if "Tag" in chosen else chosen.get("And", {}).get("Tags", [])


def _check_expiration(rule: dict[str, Any]) -> None:
    expiration = rule.get("Expiration")
    if expiration is None:
        return
    if len(expiration) != 1:
        raise _malformed()
    if "Days" in expiration and expiration["Days"] < 1:
        raise _argument("'Days' for Expiration action must be a positive integer")
    _check_midnight(expiration)
    if "ExpiredObjectDeleteMarker" in expiration and _tags(rule):
        raise AwsError("InvalidRequest", "ExpiredObjectDeleteMarker cannot be specified with Tags", 400)
    for transition in rule.get("Transitions", []):
        if "Days" in expiration and transition.get("Days", -1) >= expiration["Days"]:
            raise _argument("'Days' in the Expiration action must be greater than 'Days' in the Transition action")


def _check_transitions(rule: dict[str, Any]) -> None:
    seen: set[str] = set()
    for transition in rule.get("Transitions", []):
        storage = transition.get("StorageClass")
        if storage is None or ("Days" in transition) == ("Date" in transition):
            raise _malformed()
        if storage in seen:
            raise AwsError(
                "InvalidRequest",
                f"'StorageClass' must be different for 'Transition' actions in same 'Rule' with prefix: {storage}",
                400,
            )
        seen.add(storage)
        _check_midnight(transition)
        days = transition.get("Days", 30)
        if days < 0:
            raise _argument("'Days' for Transition action must be nonnegative")
        if storage in ("STANDARD_IA", "ONEZONE_IA") and days < 30:
            raise _argument(
                f"'Days' in Transition action must be greater than or equal to 30 for storageClass '{storage}'"
            )


def _check_midnight(action: dict[str, Any]) -> None:
    moment = action.get("Date")
    if moment is not None and (moment.hour, moment.minute, moment.second) != (0, 0, 0):
        raise _argument("'Date' must be at midnight GMT")


def _check_noncurrent(rule: dict[str, Any]) -> None:
    """User Guide, "Lifecycle configuration elements": 1 to 100 newer versions, only with a filter and a number of days."""
    actions = list(rule.get("NoncurrentVersionTransitions", []))
    if rule.get("NoncurrentVersionExpiration"):
        actions.append(rule["NoncurrentVersionExpiration"])
    for action in actions:
        newer = action.get("NewerNoncurrentVersions")
        if newer is not None and not 1 <= newer <= 100:
            raise _argument("'NewerNoncurrentVersions' must be a positive integer less than or equal to 100")
        if "NoncurrentDays" not in action:
            raise _malformed()
        if newer is not None and "Filter" not in rule:
            raise AwsError(
                "InvalidRequest", "'NewerNoncurrentVersions' requires the rule to have a Filter element", 400
            )
        storage = action.get("StorageClass")
        least = 30 if storage in ("STANDARD_IA", "ONEZONE_IA") else 0 if storage else 1
        if action["NoncurrentDays"] < least:
            told = (
                f"must be greater than or equal to 30 for storageClass '{storage}'"
                if least == 30
                else "must be a positive integer"
            )
            raise _argument(f"'NoncurrentDays' {told}")
