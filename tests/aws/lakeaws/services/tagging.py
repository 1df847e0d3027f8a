"""Resource Groups Tagging API: GetResources over everything here that it lists on AWS."""

import base64
import re
from collections.abc import Iterator
from typing import Any

from lakeaws.call import Call
from lakeaws.errors import AwsError, NotEmulated
from lakeaws.registry import ours
from lakeaws.services.glue_tags import TAGGED
from lakeaws.tags import listed
from lakeaws.world import World

#: What is kept by its name with its tags as a map: the table, and service and resource of the ARN.
_KINDS = (
    *((f"glue.{kind}", "glue", f"{kind}/{{}}") for kind in TAGGED),
    ("athena.workgroup", "athena", "workgroup/{}"),
    ("cloudwatch.alarm", "cloudwatch", "alarm:{}"),
    ("events.bus", "events", "event-bus/{}"),
    ("kinesis.stream", "kinesis", "stream/{}"),
    ("logs.group", "logs", "log-group:{}"),
)


def _resources(world: World, call: Call, asked: set[str] | None) -> Iterator[tuple[str, dict[str, str]]]:
    """ARN and tags of what can be tagged here, but IAM roles; of all of it, or of the ARNs that are asked for.

    Resource Groups User Guide, "Services that support the Resource Groups Tagging API" (of IAM not roles),
    https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html.
    """
    for name, row in world.table("s3.bucket").items():
        arn = f"arn:{call.partition}:s3:::{name}"
        if (asked is None or arn in asked) and (row["Account"], row["Region"]) == (call.account, call.region):
            yield arn, _map(row["Tags"])
    for row in world.table("s3control.accesspoint", call.account, call.region).values():
        if asked is None or row["AccessPointArn"] in asked:
            yield row["AccessPointArn"], _map(row["Tags"])
    for table, service, resource in _KINDS:
        for name, row in world.table(table, call.account, call.region).items():
            arn = call.arn(service, resource.format(name))
            # API Reference of Kinesis, DeleteStream: "any tags are dissociated from the stream".
            if (asked is None or arn in asked) and row.get("State") != "DELETING":
                yield arn, row["Tags"]


def _map(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def _invalid(told: str) -> AwsError:
    """API Reference, GetResources: InvalidParameterException."""
    return AwsError("InvalidParameterException", told)


@ours("resourcegroupstaggingapi", "GetResources")
def get_resources(world: World, call: Call) -> dict[str, Any]:
    """What is tagged, by filters or by ARNs, in pages.

    API Reference, GetResources: filters are joined by AND, the values of one by OR; `ResourceARNList` stands alone; what
    never had a tag is not listed; pages of 1 to 100,
    https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html.
    """
    asked = call.params
    if asked.get("IncludeComplianceDetails") or asked.get("ExcludeCompliantResources") or "TagsPerPage" in asked:
        raise NotEmulated("GetResources with tag policies or pages by tags is not emulated")
    arns = asked.get("ResourceARNList")
    if arns is not None and any(
        asked.get(name) for name in ("TagFilters", "ResourceTypeFilters", "ResourcesPerPage", "PaginationToken")
    ):
        raise _invalid("ResourceARNList cannot be combined with filters or pagination")
    size = asked.get("ResourcesPerPage", 50)
    if not 1 <= size <= 100:
        raise _invalid("ResourcesPerPage must be between 1 and 100")
    resources = _resources(world, call, None if arns is None else set(arns))
    found = sorted((arn, tags) for arn, tags in resources if tags and _wanted(arn, tags, asked))
    if arns is not None:
        return {"PaginationToken": "", "ResourceTagMappingList": [_mapping(arn, tags) for arn, tags in found]}
    start = _start(asked.get("PaginationToken", ""))
    page = found[start : start + size]
    more = start + size < len(found)
    token = base64.urlsafe_b64encode(str(start + size).encode()).decode() if more else ""
    return {"PaginationToken": token, "ResourceTagMappingList": [_mapping(arn, tags) for arn, tags in page]}


def _start(token: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(token).decode()) if token else 0
    except ValueError as cause:
        raise AwsError("PaginationTokenExpiredException", "The PaginationToken is not valid.") from cause


def _wanted(arn: str, tags: dict[str, str], asked: dict[str, Any]) -> bool:
    for tag_filter in asked.get("TagFilters", []):
        values = tag_filter.get("Values")
        if tag_filter.get("Key") not in tags or (values and tags[tag_filter["Key"]] not in values):
            return False
    kinds = asked.get("ResourceTypeFilters", [])
    return not kinds or any(_is(arn, kind) for kind in kinds)


def _is(arn: str, kind: str) -> bool:
    """API Reference, `ResourceTypeFilters`: service, or service and the type as it stands in the ARN."""
    _, _, service, _, _, resource = arn.split(":", 5)
    wanted, _, sort = kind.partition(":")
    if wanted != service:
        return False
    # A bucket's ARN has no type in it; the API calls it `s3:bucket` or leaves it out.
    found = "bucket" if service == "s3" and "/" not in resource else re.split("[/:]", resource)[0]
    return not sort or sort == found


def _mapping(arn: str, tags: dict[str, str]) -> dict[str, Any]:
    return {"ResourceARN": arn, "Tags": listed(tags)}
