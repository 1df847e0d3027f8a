"""CloudWatch Logs: log groups and their tags.

Source: API Reference, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/Welcome.html.
"""

import re
from typing import Any

from lakeaws.call import Call
from lakeaws.clock import born
from lakeaws.errors import AwsError, NotEmulated
from lakeaws.pages import page
from lakeaws.registry import ours
from lakeaws.tags import checked, put, take
from lakeaws.world import World

#: API Reference, PutRetentionPolicy: "Possible values are".
_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip

#: hashicorp/terraform-provider-aws, website/docs/r/cloudwatch_log_group.html.markdown: for the class DELIVERY,
#: "retention_in_days is forcibly set to 2".
_DELIVERY_DAYS = 2


def _invalid(told: str) -> AwsError:
    """API Reference, "Errors" of each operation: InvalidParameterException. Its words are ours where no source is named."""
    return AwsError("InvalidParameterException", told)


def _rows(world: World, call: Call) -> dict[Any, Any]:
    return world.table("logs.group", call.account, call.region)


def _group(world: World, call: Call, name: str) -> dict[str, Any]:
    """API Reference, ResourceNotFoundException: "The specified resource does not exist"."""
    found = _rows(world, call).get(name)
    if found is None:
        raise AwsError("ResourceNotFoundException", "The specified log group does not exist.")
    return found


def _named(call: Call, identifier: str) -> str:
    """The name of a group given by its name or its ARN, which here ends without `:*`."""
    if not identifier.startswith("arn:"):
        return identifier
    found = re.fullmatch(r"arn:aws[a-z-]*:logs:([a-z0-9-]+):(\d{12}):log-group:([^:*]+)", identifier)
    if found is None:
        raise _invalid(f"Invalid ARN: {identifier}")
    region, account, name = found.groups()
    if (region, account) != (call.region, call.account):
        raise AwsError("ResourceNotFoundException", "The specified log group does not exist.")
    return name


def _key(call: Call) -> str:
    """A key must be an ARN: API Reference, CreateLogGroup, "kmsKeyId". Keys are not looked up."""
    if not re.fullmatch(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/.+", call.params["kmsKeyId"]):
        raise _invalid(f"Specified KMS key {call.params['kmsKeyId']} is not the ARN of a key.")
    return call.params["kmsKeyId"]


@ours("logs", "CreateLogGroup")
def create_log_group(world: World, call: Call) -> dict[str, Any]:
    """API Reference, CreateLogGroup, https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html.

    The words for a name that is taken: hashicorp/terraform-provider-aws #18468.
    """
    params, name = call.params, call.params["logGroupName"]
    tags = checked(params.get("tags", {}), _invalid)
    if name.startswith("aws/"):
        raise _invalid("Log group names starting with 'aws/' are reserved for AWS.")
    key = _key(call) if "kmsKeyId" in params else None
    if name in _rows(world, call):
        raise AwsError("ResourceAlreadyExistsException", "The specified log group already exists")
    sort = params.get("logGroupClass", "STANDARD")
    _rows(world, call)[name] = {
        "Created": int(born().timestamp() * 1000),
        "Days": _DELIVERY_DAYS if sort == "DELIVERY" else None,
        "Key": key,
        "Class": sort,
        "Protected": params.get("deletionProtectionEnabled", False),
        "Tags": tags,
    }
    return {}


def _shown(call: Call, name: str, record: dict[str, Any]) -> dict[str, Any]:
    """API Reference, LogGroup: `arn` ends with `:*`, `logGroupArn` does not."""
    arn = call.arn("logs", f"log-group:{name}")
    out = {
        "logGroupName": name,
        "creationTime": record["Created"],
        "metricFilterCount": 0,
        "arn": f"{arn}:*",
        "logGroupArn": arn,
        "storedBytes": 0,
        "logGroupClass": record["Class"],
        "deletionProtectionEnabled": record["Protected"],
        "bearerTokenAuthenticationEnabled": False,
    }
    for member, kept in (("retentionInDays", "Days"), ("kmsKeyId", "Key")):
        if record[kept] is not None:
            out[member] = record[kept]
    return out


@ours("logs", "DescribeLogGroups")
def describe_log_groups(world: World, call: Call) -> dict[str, Any]:
    """Groups by prefix, by a part of the name, by class or by their names, sorted, at most 50 a page.

    API Reference, DescribeLogGroups: "logGroupNamePrefix and logGroupNamePattern are mutually exclusive"; a pattern
    shortens the answer to "only arn, creationTime, and logGroupName"; with `logGroupIdentifiers`, "the only other filter
    that you can choose to specify is includeLinkedAccounts", and outside of a monitoring account they are names,
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html.
    """
    params = call.params
    if params.get("includeLinkedAccounts") or "accountIdentifiers" in params:
        raise NotEmulated("DescribeLogGroups in linked accounts is not emulated")
    filters = [member for member in ("logGroupNamePrefix", "logGroupNamePattern", "logGroupClass") if member in params]
    if filters[:2] == ["logGroupNamePrefix", "logGroupNamePattern"]:
        raise _invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
    identifiers = params.get("logGroupIdentifiers")
    if identifiers is not None and filters:
        raise _invalid(f"logGroupIdentifiers cannot be combined with {', '.join(filters)}.")
    if any(each.startswith("arn:") for each in identifiers or []):
        raise _invalid("logGroupIdentifiers must be log group names in an account that is no monitoring account.")
    shown = [
        _shown(call, name, row)
        for name, row in sorted(_rows(world, call).items())
        if (identifiers is None or name in identifiers) and _wanted(name, row, params)
    ]
    if params.get("logGroupNamePattern"):
        shown = [{member: each[member] for member in ("arn", "creationTime", "logGroupName")} for each in shown]
    groups, token = page(shown, params.get("nextToken"), params.get("limit", 50), _invalid)
    return {"logGroups": groups, **({"nextToken": token} if token else {})}


def _wanted(name: str, record: dict[str, Any], params: dict[str, Any]) -> bool:
    """'If you specify either INFREQUENT_ACCESS or ESSENTIALS, the results include … both'."""
    sort, alike = params.get("logGroupClass"), ("INFREQUENT_ACCESS", "ESSENTIALS")
    return (
        name.startswith(params.get("logGroupNamePrefix", ""))
        and params.get("logGroupNamePattern", "") in name
        and (sort is None or record["Class"] == sort or (sort in alike and record["Class"] in alike))
    )


@ours("logs", "PutRetentionPolicy", "DeleteRetentionPolicy")
def change_retention(world: World, call: Call) -> dict[str, Any]:
    """API Reference, PutRetentionPolicy and DeleteRetentionPolicy: one of 22 numbers of days, or for ever.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    """
    days = call.params.get("retentionInDays")
    if days is not None and days not in _DAYS:
        raise _invalid(
            f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: Member must "
            f"satisfy enum value set: [{', '.join(map(str, _DAYS))}]"
        )
    record = _group(world, call, call.params["logGroupName"])
    if record["Class"] == "DELIVERY":
        raise NotEmulated("the retention of a log group of the class DELIVERY is fixed; how AWS refuses is not known")
    record["Days"] = days
    return {}


def _target(world: World, call: Call) -> dict[str, Any]:
    """API Reference, AssociateKmsKey: "you must specify either the resourceIdentifier parameter or the logGroup parameter,
    but you can't specify both"."""
    name, identifier = call.params.get("logGroupName"), call.params.get("resourceIdentifier")
    if (name is None) == (identifier is None):
        raise _invalid("Exactly one of logGroupName and resourceIdentifier must be specified.")
    if identifier is not None and ":query-result:" in identifier:
        raise NotEmulated("keys of query results are not emulated")
    if identifier is not None and not identifier.startswith("arn:"):
        raise _invalid(f"Invalid ARN: {identifier}")
    return _group(world, call, name or _named(call, identifier or ""))


@ours("logs", "AssociateKmsKey")
def associate_key(world: World, call: Call) -> dict[str, Any]:
    """API Reference, AssociateKmsKey: replaces the key there is,
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html."""
    key = _key(call)
    _target(world, call)["Key"] = key
    return {}


@ours("logs", "DisassociateKmsKey")
def disassociate_key(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DisassociateKmsKey,
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DisassociateKmsKey.html."""
    _target(world, call)["Key"] = None
    return {}


@ours("logs", "PutLogGroupDeletionProtection")
def put_protection(world: World, call: Call) -> dict[str, Any]:
    """API Reference, PutLogGroupDeletionProtection: by name or ARN,
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogGroupDeletionProtection.html."""
    record = _group(world, call, _named(call, call.params["logGroupIdentifier"]))
    record["Protected"] = call.params["deletionProtectionEnabled"]
    return {}


@ours("logs", "DeleteLogGroup")
def delete_log_group(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DeleteLogGroup; User Guide, "Protecting log groups from deletion": the error and its words.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/protecting-log-groups-from-deletion.html
    """
    name = call.params["logGroupName"]
    if _group(world, call, name)["Protected"]:
        raise AwsError(
            "ValidationException",
            "Cannot delete log group with deletion protection enabled. Disable deletion protection first.",
        )
    del _rows(world, call)[name]
    return {}


def _tagged(world: World, call: Call) -> dict[str, Any]:
    """The group that an ARN names: API Reference, TagResource, "The ARN format of a log group is …:log-group:name"."""
    arn = call.params["resourceArn"]
    if ":log-group:" not in arn:
        raise NotEmulated(f"tags of anything but log groups are not emulated: {arn}")
    return _group(world, call, _named(call, arn))


@ours("logs", "TagResource")
def tag_resource(world: World, call: Call) -> dict[str, Any]:
    """API Reference, TagResource: TooManyTagsException beyond 50,
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html."""
    put(
        _tagged(world, call),
        call.params["tags"],
        _invalid,
        lambda told: AwsError("TooManyTagsException", told, resourceName=call.params["resourceArn"]),
    )
    return {}


@ours("logs", "UntagResource")
def untag_resource(world: World, call: Call) -> dict[str, Any]:
    """API Reference, UntagResource,
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_UntagResource.html."""
    take(_tagged(world, call), call.params["tagKeys"])
    return {}


@ours("logs", "ListTagsForResource")
def list_tags(world: World, call: Call) -> dict[str, Any]:
    """API Reference, ListTagsForResource,
    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_ListTagsForResource.html."""
    return {"tags": dict(_tagged(world, call)["Tags"])}
