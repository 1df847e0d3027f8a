"""Glue: tags by ARN, of databases, crawlers and jobs."""

import re
from typing import Any

from lakeaws.call import Call
from lakeaws.registry import ours
from lakeaws.services.glue import check_tags, invalid, missing, rows
from lakeaws.world import World

#: Glue Developer Guide, "AWS tags in AWS Glue": what takes tags; of it, what is served here.
TAGGED = ("database", "crawler", "job")


def _tagged(world: World, call: Call) -> dict[str, Any]:
    """The record that an ARN names. Glue Developer Guide, "Specifying AWS Glue resource ARNs",
    https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html."""
    arn = call.params["ResourceArn"]
    found = re.fullmatch(r"arn:aws[a-z-]*:glue:([a-z0-9-]+):(\d{12}):(\w+)/(.+)", arn)
    if found is None or found.group(3) not in TAGGED:
        raise invalid(f"Resource ARN is not valid or its type takes no tags: {arn}")
    region, account, kind, name = found.groups()
    record = rows(world, call, kind).get(name)
    if record is None or (region, account) != (call.region, call.account):
        raise missing(f"Resource {arn} not found.")
    return record


@ours("glue", "GetTags")
def get_tags(world: World, call: Call) -> dict[str, Any]:
    """Glue API, GetTags, https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-tags.html."""
    return {"Tags": _tagged(world, call)["Tags"]}


@ours("glue", "TagResource")
def tag_resource(world: World, call: Call) -> dict[str, Any]:
    """Glue API, TagResource: adds to the tags there are."""
    record = _tagged(world, call)
    merged = {**record["Tags"], **call.params["TagsToAdd"]}
    check_tags(merged)
    record["Tags"] = merged
    return {}


@ours("glue", "UntagResource")
def untag_resource(world: World, call: Call) -> dict[str, Any]:
    """Glue API, UntagResource."""
    record = _tagged(world, call)
    record["Tags"] = {key: value for key, value in record["Tags"].items() if key not in call.params["TagsToRemove"]}
    return {}
