"""Kinesis: tags, of streams by their names or ARNs, of streams and consumers by ARN.

A stream's tags are changed only while it is ACTIVE: API Reference, CreateStream, "you can't make any updates to the tags
until the stream is in ACTIVE state".
"""

from typing import Any

from lakeaws.call import Call
from lakeaws.errors import NotEmulated
from lakeaws.registry import ours
from lakeaws.services.kinesis import active, asked_name, invalid, look, missing, not_found, own_name, rows
from lakeaws.tags import listed, put, take
from lakeaws.world import World


def _by_arn(world: World, call: Call, *, change: bool) -> dict[str, Any]:
    """The record of the stream or the consumer that an ARN names."""
    arn = call.params["ResourceARN"]
    if "StreamId" in call.params or ":stream/" not in arn:
        raise NotEmulated(f"{call.operation} of anything but a stream or a consumer by its ARN is not emulated")
    name = own_name(call, arn)
    if "/consumer/" in name:
        found = [row for row in rows(world, call, "consumer").values() if row["ConsumerARN"] == arn]
        if not found:
            raise missing(f"Resource {arn} not found.")
        return found[0]
    return active(world, call, name) if change else _there(world, call, name)


def _there(world: World, call: Call, name: str) -> dict[str, Any]:
    record = rows(world, call).get(name)
    if record is None or (record["State"] == "DELETING" and look(rows(world, call), name) is None):
        raise not_found(call, name)
    return record


@ours("kinesis", "AddTagsToStream")
def add_tags(world: World, call: Call) -> dict[str, Any]:
    """API Reference, AddTagsToStream: overwrites the tags of the same keys,
    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_AddTagsToStream.html."""
    put(active(world, call), call.params["Tags"], invalid)
    return {}


@ours("kinesis", "RemoveTagsFromStream")
def remove_tags(world: World, call: Call) -> dict[str, Any]:
    """API Reference, RemoveTagsFromStream: "If you specify a tag that does not exist, it is ignored",
    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RemoveTagsFromStream.html."""
    take(active(world, call), call.params["TagKeys"])
    return {}


@ours("kinesis", "ListTagsForStream")
def list_tags_for_stream(world: World, call: Call) -> dict[str, Any]:
    """API Reference, ListTagsForStream: after `ExclusiveStartTagKey`, at most `Limit`,
    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForStream.html."""
    tags = _there(world, call, asked_name(call))["Tags"]
    rest = [tag for tag in listed(tags) if tag["Key"] > call.params.get("ExclusiveStartTagKey", "")]
    page = rest[: call.params.get("Limit", 50)]
    return {"Tags": page, "HasMoreTags": len(page) < len(rest)}


@ours("kinesis", "TagResource")
def tag_resource(world: World, call: Call) -> dict[str, Any]:
    """API Reference, TagResource, https://docs.aws.amazon.com/kinesis/latest/APIReference/API_TagResource.html."""
    put(_by_arn(world, call, change=True), call.params["Tags"], invalid)
    return {}


@ours("kinesis", "UntagResource")
def untag_resource(world: World, call: Call) -> dict[str, Any]:
    """API Reference, UntagResource, https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UntagResource.html."""
    take(_by_arn(world, call, change=True), call.params["TagKeys"])
    return {}


@ours("kinesis", "ListTagsForResource")
def list_tags(world: World, call: Call) -> dict[str, Any]:
    """API Reference, ListTagsForResource, https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForResource.html."""
    return {"Tags": listed(_by_arn(world, call, change=False)["Tags"])}
