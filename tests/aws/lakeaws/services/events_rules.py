"""EventBridge: rules without targets, which keep a bus from being deleted.

Source: API Reference, PutRule, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html.
"""

import json
from typing import Any

from lakeaws.call import Call
from lakeaws.errors import AwsError
from lakeaws.pages import page
from lakeaws.registry import ours
from lakeaws.services.events_buses import bus, invalid, missing
from lakeaws.tags import checked, mapped
from lakeaws.world import World

_DEFINITION = ("EventPattern", "ScheduleExpression", "Description", "RoleArn")


def _rows(world: World, call: Call) -> dict[Any, Any]:
    return world.table("events.rule", call.account, call.region)


def _arn(call: Call, outer: str, name: str) -> str:
    """A rule's ARN names its bus, unless that is the default one: User Guide, "Amazon EventBridge resource ARNs"."""
    return call.arn("events", f"rule/{name}" if outer == "default" else f"rule/{outer}/{name}")


@ours("events", "PutRule")
def put_rule(world: World, call: Call) -> dict[str, Any]:
    """API Reference, PutRule: replaces the rule, "If you are updating an existing rule, any tags you specify … are ignored";
    a pattern or a schedule at least; InvalidEventPatternException.

    User Guide, "Creating a scheduled rule": only on the default bus,
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html.
    """
    params = call.params
    outer, _ = bus(world, call, params.get("EventBusName", "default"))
    tags = checked(mapped(params.get("Tags", []), invalid), invalid)
    if "EventPattern" not in params and "ScheduleExpression" not in params:
        raise invalid("Parameter(s) EventPattern or ScheduleExpression must be specified.")
    if "ScheduleExpression" in params and outer != "default":
        raise invalid("ScheduleExpression is supported only on the default event bus.")
    if "EventPattern" in params:
        _check_pattern(params["EventPattern"])
    said = {member: params[member] for member in _DEFINITION if member in params}
    before = _rows(world, call).get((outer, params["Name"]))
    record = {**said, "State": params.get("State", "ENABLED"), "Tags": before["Tags"] if before else tags}
    _rows(world, call)[(outer, params["Name"])] = record
    return {"RuleArn": _arn(call, outer, params["Name"])}


def _check_pattern(pattern: str) -> None:
    """API Reference, InvalidEventPatternException: the pattern is an object whose leaves are lists."""
    try:
        document = json.loads(pattern)
    except ValueError as cause:
        raise AwsError("InvalidEventPatternException", "Event pattern is not valid. Reason: it is no JSON") from cause
    if not isinstance(document, dict) or not all(isinstance(value, (list, dict)) for value in document.values()):
        raise AwsError("InvalidEventPatternException", "Event pattern is not valid. Reason: it must be an Object")


def _shown(call: Call, key: tuple[str, str], record: dict[str, Any]) -> dict[str, Any]:
    said = {member: value for member, value in record.items() if member != "Tags"}
    return {"Name": key[1], "Arn": _arn(call, *key), "EventBusName": key[0], **said}


@ours("events", "DescribeRule")
def describe_rule(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DescribeRule, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeRule.html."""
    outer, _ = bus(world, call, call.params.get("EventBusName", "default"))
    record = _rows(world, call).get((outer, call.params["Name"]))
    if record is None:
        raise missing(f"Rule {call.params['Name']} does not exist on EventBus {outer}.")
    return {**_shown(call, (outer, call.params["Name"]), record), "CreatedBy": call.account}


@ours("events", "ListRules")
def list_rules(world: World, call: Call) -> dict[str, Any]:
    """API Reference, ListRules: those of one bus, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html."""
    outer, _ = bus(world, call, call.params.get("EventBusName", "default"))
    shown = [
        _shown(call, key, record)
        for key, record in sorted(_rows(world, call).items())
        if key[0] == outer and key[1].startswith(call.params.get("NamePrefix", ""))
    ]
    found, token = page(shown, call.params.get("NextToken"), call.params.get("Limit", 100), invalid)
    return {"Rules": found, **({"NextToken": token} if token else {})}


@ours("events", "DeleteRule")
def delete_rule(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DeleteRule: "If you call delete rule multiple times for the same rule, all calls will succeed. When you
    call delete rule for a non-existent custom eventbus, ResourceNotFoundException is returned."

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html
    """
    outer, _ = bus(world, call, call.params.get("EventBusName", "default"))
    _rows(world, call).pop((outer, call.params["Name"]), None)
    return {}
