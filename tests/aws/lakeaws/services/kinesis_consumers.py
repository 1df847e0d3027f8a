"""Kinesis: registered consumers of streams, which keep a stream from being deleted.

Source: API Reference, RegisterStreamConsumer, https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html.
"""

from typing import Any

from lakeaws.call import Call
from lakeaws.clock import born
from lakeaws.errors import AwsError, NotEmulated
from lakeaws.pages import page
from lakeaws.registry import ours
from lakeaws.services.kinesis import active, goes_into, in_use, invalid, limit, look, missing, own_name, rows, seen
from lakeaws.tags import checked
from lakeaws.world import World

#: API Reference, RegisterStreamConsumer: "you can register up to 20 consumers per stream", and "only 5 consumers can be
#: created simultaneously".
_MOST, _MOST_CREATING = 20, 5


def consumers_of(world: World, call: Call, stream: str) -> list[tuple[str, str]]:
    """The keys of a stream's consumers."""
    return [key for key in sorted(rows(world, call, "consumer")) if key[0] == stream]


def _shown(record: dict[str, Any], state: str) -> dict[str, Any]:
    """API Reference, Consumer."""
    kept = ("ConsumerName", "ConsumerARN", "ConsumerCreationTimestamp")
    return {**{member: record[member] for member in kept}, "ConsumerStatus": state}


@ours("kinesis", "RegisterStreamConsumer")
def register(world: World, call: Call) -> dict[str, Any]:
    """API Reference, RegisterStreamConsumer: in CREATING at first; its ARN ends with the moment of its birth."""
    stream, name, table = active(world, call), call.params["ConsumerName"], rows(world, call, "consumer")
    key = (stream["Name"], name)
    if look(table, key) is not None:
        raise in_use(f"Consumer {name} under stream {stream['Name']} already exists.")
    siblings = consumers_of(world, call, stream["Name"])
    creating = [each for each in siblings if table[each]["State"] == "CREATING"]
    if len(siblings) >= _MOST or len(creating) >= _MOST_CREATING:
        for each in creating:
            look(table, each)
        raise limit(f"Stream {stream['Name']} has {len(siblings)} consumers, of which {len(creating)} are CREATING.")
    moment = born()
    arn = call.arn("kinesis", f"stream/{stream['Name']}/consumer/{name}:{int(moment.timestamp())}")
    tags = checked(call.params.get("Tags", {}), invalid)
    table[key] = {"ConsumerName": name, "ConsumerARN": arn, "ConsumerCreationTimestamp": moment, "Tags": tags}
    goes_into(table[key], "CREATING")
    return {"Consumer": _shown(table[key], "CREATING")}


def _asked(world: World, call: Call) -> tuple[str, str]:
    """The key of the consumer that a call names by its ARN, or by its name and the stream's ARN."""
    params, table = call.params, rows(world, call, "consumer")
    if "StreamId" in params:
        raise NotEmulated(f"{call.operation} by StreamId is not emulated")
    if "ConsumerARN" in params:
        found = next((key for key, row in table.items() if row["ConsumerARN"] == params["ConsumerARN"]), None)
    elif "StreamARN" in params and "ConsumerName" in params:
        found = (own_name(call, params["StreamARN"]), params["ConsumerName"])
    else:
        raise invalid("Either ConsumerARN or both StreamARN and ConsumerName must be provided.")
    if found is None or found not in table:
        raise missing("The consumer does not exist.")
    return found


@ours("kinesis", "DescribeStreamConsumer")
def describe(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DescribeStreamConsumer, https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamConsumer.html."""
    key, table = _asked(world, call), rows(world, call, "consumer")
    state = look(table, key)
    if state is None:
        raise missing("The consumer does not exist.")
    arn = call.arn("kinesis", f"stream/{key[0]}")
    return {"ConsumerDescription": {**_shown(table[key], state), "StreamARN": arn}}


@ours("kinesis", "ListStreamConsumers")
def list_consumers(world: World, call: Call) -> dict[str, Any]:
    """API Reference, ListStreamConsumers; a look at them, https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreamConsumers.html."""
    if "StreamCreationTimestamp" in call.params:
        raise NotEmulated("ListStreamConsumers by StreamCreationTimestamp is not emulated")
    stream, _ = seen(world, call)
    table = rows(world, call, "consumer")
    states = {key: look(table, key) for key in consumers_of(world, call, stream["Name"])}
    shown = [_shown(table[key], state) for key, state in states.items() if state]
    listed, token = page(
        shown,
        call.params.get("NextToken"),
        call.params.get("MaxResults", 100),
        lambda told: AwsError("ExpiredNextTokenException", told),
    )
    return {"Consumers": listed, **({"NextToken": token} if token else {})}


@ours("kinesis", "DeregisterStreamConsumer")
def deregister(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DeregisterStreamConsumer, https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeregisterStreamConsumer.html."""
    record = rows(world, call, "consumer")[_asked(world, call)]
    goes_into(record, "DELETING")
    return {}
