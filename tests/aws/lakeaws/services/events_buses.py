"""EventBridge: event buses, their policies and their tags.

Sources: API Reference, https://docs.aws.amazon.com/eventbridge/latest/APIReference/Welcome.html; User Guide, "Amazon
EventBridge quotas", https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html.
"""

import copy
import json
import re
from typing import Any

from lakeaws import policy
from lakeaws.call import Call
from lakeaws.clock import born
from lakeaws.errors import AwsError, NotEmulated
from lakeaws.pages import page
from lakeaws.registry import ours
from lakeaws.tags import checked, listed, mapped, put, take
from lakeaws.world import World

#: User Guide, quotas: "Event buses", and "Event bus policy size" in characters.
_MOST_BUSES, _MOST_CHARACTERS = 100, 10_240

_SETTINGS = ("Description", "KmsKeyIdentifier", "DeadLetterConfig", "LogConfig")


def invalid(told: str) -> AwsError:
    """API Reference, "Common Errors": ValidationException. Its words are ours where no source is named."""
    return AwsError("ValidationException", told)


def rows(world: World, call: Call) -> dict[Any, Any]:
    """The buses of the call's account and region; `default` is always among them: API Reference, ListEventBuses."""
    table = world.table("events.bus", call.account, call.region)
    if "default" not in table:
        table["default"] = _made({}, {})
    return table


def bus(world: World, call: Call, identifier: str) -> tuple[str, dict[str, Any]]:
    """Name and record of a bus given by its name or its ARN. API Reference, "Errors": ResourceNotFoundException."""
    name = identifier
    if found := re.fullmatch(r"arn:aws[\w-]*:events:([a-z0-9-]+):(\d{12}):event-bus/(.+)", identifier):
        region, account, name = found.groups()
        if (region, account) != (call.region, call.account):
            raise missing(f"Event bus {identifier} does not exist.")
    record = rows(world, call).get(name)
    if record is None:
        raise missing(f"Event bus {name} does not exist.")
    return name, record


def missing(told: str) -> AwsError:
    """API Reference, "Errors" of each operation: ResourceNotFoundException."""
    return AwsError("ResourceNotFoundException", told)


def _made(settings: dict[str, Any], tags: dict[str, str]) -> dict[str, Any]:
    moment = born()
    return {**settings, "Policy": None, "CreationTime": moment, "LastModifiedTime": moment, "Tags": tags}


def _settings(params: dict[str, Any]) -> dict[str, Any]:
    """What a request says of a bus. API Reference, DeadLetterConfig: the ARN of an SQS queue."""
    said = {member: copy.deepcopy(params[member]) for member in _SETTINGS if member in params}
    if "DeadLetterConfig" in said:
        arn = said["DeadLetterConfig"].get("Arn", "")
        if not re.fullmatch(r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:.+", arn):
            raise invalid(f"DeadLetterConfig needs the ARN of an SQS queue, not '{arn}'.")
    return said


def _shown(call: Call, name: str, record: dict[str, Any], members: tuple[str, ...]) -> dict[str, Any]:
    said = {member: record[member] for member in members if record.get(member) not in (None, "")}
    return {"Name": name, "Arn": call.arn("events", f"event-bus/{name}"), **copy.deepcopy(said)}


@ours("events", "CreateEventBus")
def create_event_bus(world: World, call: Call) -> dict[str, Any]:
    """API Reference, CreateEventBus: 'Custom event bus names can't contain the / character', and `default` is taken.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html
    """
    if "EventSourceName" in call.params:
        raise NotEmulated("partner event buses are not emulated")
    name = call.params["Name"]
    if "/" in name:
        raise invalid("Event bus name must not contain '/'.")
    tags = checked(mapped(call.params.get("Tags", []), invalid), invalid)
    if name in rows(world, call):
        raise AwsError("ResourceAlreadyExistsException", f"Event bus {name} already exists.")
    settings = _settings(call.params)
    if len(rows(world, call)) >= _MOST_BUSES:
        raise AwsError("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
    rows(world, call)[name] = _made(settings, tags)
    return {"EventBusArn": call.arn("events", f"event-bus/{name}"), **settings}


@ours("events", "DescribeEventBus")
def describe_event_bus(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DescribeEventBus: by name or ARN, the default bus where none is named.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeEventBus.html
    """
    name, record = bus(world, call, call.params.get("Name", "default"))
    return _shown(call, name, record, (*_SETTINGS, "Policy", "CreationTime", "LastModifiedTime"))


@ours("events", "UpdateEventBus")
def update_event_bus(world: World, call: Call) -> dict[str, Any]:
    """What is not said is reset, but for the description, which only an empty one clears.

    API Reference, UpdateEventBus, KmsKeyIdentifier: "If you do not specify a customer managed key identifier, EventBridge
    uses an Amazon Web Services owned key"; the description: hashicorp/terraform-provider-aws,
    internal/service/events/bus.go; the log level that stands there after an update: AWS CDK Reference, LogConfig, whose
    default is OFF without details,
    https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_events.LogConfig.html.
    """
    name, record = bus(world, call, call.params.get("Name", "default"))
    said = _settings(call.params)
    log = {"Level": "OFF", "IncludeDetail": "NONE", **said.pop("LogConfig", {})}
    kept = {"Description": record.get("Description")}
    for member in _SETTINGS:
        record.pop(member, None)
    record.update({**kept, **said, "LogConfig": log, "LastModifiedTime": born()})
    return _shown(call, name, record, _SETTINGS)


@ours("events", "DeleteEventBus")
def delete_event_bus(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DeleteEventBus: "All rules associated with this event bus need to be deleted. You can't delete your
    account's default event bus"; it names no error for a bus that is not there.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteEventBus.html; the words for rules:
    hashicorp/terraform-provider-aws #22131.
    """
    name = call.params["Name"]
    if name == "default":
        raise invalid("Cannot delete event bus default.")
    if any(key[0] == name for key in world.table("events.rule", call.account, call.region)):
        raise invalid("EventBus can't be deleted since it has rules.")
    rows(world, call).pop(name, None)
    return {}


@ours("events", "ListEventBuses")
def list_event_buses(world: World, call: Call) -> dict[str, Any]:
    """API Reference, ListEventBuses and EventBus, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListEventBuses.html."""
    shown = [
        _shown(call, name, record, ("Description", "Policy", "CreationTime", "LastModifiedTime"))
        for name, record in sorted(rows(world, call).items())
        if name.startswith(call.params.get("NamePrefix", ""))
    ]
    found, token = page(shown, call.params.get("NextToken"), call.params.get("Limit", 100), invalid)
    return {"EventBuses": found, **({"NextToken": token} if token else {})}


# The policy.


def _statement(call: Call, name: str) -> dict[str, Any]:
    """The statement that the members of a request make.

    API Reference, PutPermission and Condition: "the only supported value is StringEquals", "the only supported key is
    aws:PrincipalOrgID".
    """
    params = call.params
    for member in ("StatementId", "Action", "Principal"):
        if member not in params:
            raise invalid(f"Parameter {member} must be specified.")
    if params["Action"] != "events:PutEvents":
        raise invalid("Provided value in parameter 'action' is not supported.")
    principal = params["Principal"]
    out = {
        "Sid": params["StatementId"],
        "Effect": "Allow",
        "Principal": principal if principal == "*" else {"AWS": f"arn:{call.partition}:iam::{principal}:root"},
        "Action": params["Action"],
        "Resource": call.arn("events", f"event-bus/{name}"),
    }
    if condition := params.get("Condition"):
        if (condition["Type"], condition["Key"]) != ("StringEquals", "aws:PrincipalOrgID"):
            raise invalid("Condition must be StringEquals of aws:PrincipalOrgID.")
        out["Condition"] = {condition["Type"]: {condition["Key"]: condition["Value"]}}
    return out


@ours("events", "PutPermission")
def put_permission(world: World, call: Call) -> dict[str, Any]:
    """A whole policy, or one statement to add to it or to put in the place of its namesake.

    API Reference, PutPermission: "You can include a Policy parameter in the request instead of using the StatementId,
    Action, Principal, or Condition parameters"; PolicyLengthExceededException,
    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutPermission.html.
    """
    params = call.params
    name, record = bus(world, call, params.get("EventBusName", "default"))
    if "Policy" in params:
        if any(member in params for member in ("StatementId", "Action", "Principal", "Condition")):
            raise invalid("Policy cannot be specified together with StatementId, Action, Principal or Condition.")
        document = params["Policy"]
        policy.parse(document, invalid, principals=True, resources=True)
    else:
        added = _statement(call, name)
        whole = json.loads(record["Policy"] or '{"Version":"2012-10-17","Statement":[]}')
        others = [each for each in policy.listed(whole["Statement"]) if each.get("Sid") != added["Sid"]]
        document = json.dumps({**whole, "Statement": [*others, added]}, separators=(",", ":"))
    if len(document) > _MOST_CHARACTERS:
        raise AwsError("PolicyLengthExceededException", "The event bus policy is too long.")
    record["Policy"] = document
    return {}


@ours("events", "RemovePermission")
def remove_permission(world: World, call: Call) -> dict[str, Any]:
    """API Reference, RemovePermission: one statement by its id, or all; ResourceNotFoundException for one that is not there.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemovePermission.html
    """
    _, record = bus(world, call, call.params.get("EventBusName", "default"))
    if call.params.get("RemoveAllPermissions"):
        record["Policy"] = None
        return {}
    if "StatementId" not in call.params:
        raise invalid("Parameter StatementId must be specified.")
    if record["Policy"] is None:
        raise missing("EventBus does not have a policy.")
    whole = json.loads(record["Policy"])
    statements = policy.listed(whole["Statement"])
    rest = [each for each in statements if each.get("Sid") != call.params["StatementId"]]
    if len(rest) == len(statements):
        raise missing("Statement with the provided id does not exist.")
    record["Policy"] = json.dumps({**whole, "Statement": rest}, separators=(",", ":")) if rest else None
    return {}


# Tags.


def _tagged(world: World, call: Call) -> dict[str, Any]:
    """What an ARN names: "rules and event buses can be tagged", API Reference, TagResource. The ARN of a rule has its bus
    in it, unless that is the default one."""
    arn = call.params["ResourceARN"]
    found = re.fullmatch(r"arn:aws[\w-]*:events:([a-z0-9-]+):(\d{12}):(event-bus|rule)/(?:(.+)/)?([^/]+)", arn)
    if found is None:
        raise invalid(f"Invalid ARN: {arn}")
    region, account, kind, outer, name = found.groups()
    if kind == "event-bus":
        record = rows(world, call).get(name)
    else:
        record = world.table("events.rule", call.account, call.region).get((outer or "default", name))
    if record is None or (region, account) != (call.region, call.account):
        raise missing(f"{'Event bus' if kind == 'event-bus' else 'Rule'} {name} does not exist.")
    return record


@ours("events", "TagResource")
def tag_resource(world: World, call: Call) -> dict[str, Any]:
    """API Reference, TagResource, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TagResource.html."""
    put(_tagged(world, call), mapped(call.params["Tags"], invalid), invalid)
    return {}


@ours("events", "UntagResource")
def untag_resource(world: World, call: Call) -> dict[str, Any]:
    """API Reference, UntagResource, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UntagResource.html."""
    take(_tagged(world, call), call.params["TagKeys"])
    return {}


@ours("events", "ListTagsForResource")
def list_tags(world: World, call: Call) -> dict[str, Any]:
    """API Reference, ListTagsForResource, https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListTagsForResource.html."""
    return {"Tags": listed(_tagged(world, call)["Tags"])}
