"""Kinesis: what its nouns share."""

import re
from typing import Any

from lakeaws.call import Call
from lakeaws.clock import LOOKS
from lakeaws.errors import AwsError, NotEmulated
from lakeaws.world import World


def invalid(told: str) -> AwsError:
    """API Reference, "Errors" of each operation: InvalidArgumentException. Its words are ours where no source is named."""
    return AwsError("InvalidArgumentException", told)


def limit(told: str) -> AwsError:
    """API Reference, "Errors" of each operation: LimitExceededException."""
    return AwsError("LimitExceededException", told)


def in_use(told: str) -> AwsError:
    """API Reference, "Errors" of each operation: ResourceInUseException."""
    return AwsError("ResourceInUseException", told)


def missing(told: str) -> AwsError:
    """API Reference, "Errors" of each operation: ResourceNotFoundException."""
    return AwsError("ResourceNotFoundException", told)


def rows(world: World, call: Call, kind: str = "stream") -> dict[Any, Any]:
    """The streams of the call's account and region by their names, or the consumers by stream and name."""
    return world.table(f"kinesis.{kind}", call.account, call.region)


def goes_into(record: dict[str, Any], state: str) -> None:
    """Puts a stream or a consumer into a state that passes, until it was looked at often enough."""
    record["State"], record["Looks"] = state, LOOKS[state]
    if state != "DELETING" and not LOOKS[state]:
        record["State"] = "ACTIVE"


def look(table: dict[Any, Any], key: Any) -> str | None:
    """The state in which a look finds what is kept by a key; None where nothing is there, or is no more.

    Here states pass by looks and not by time, so that a test sees each of them and waits for none. Describing and listing
    are looks, and so is a refusal for the state: who only tries again gets on, too.
    API Reference, StreamDescriptionSummary, "StreamStatus", and Consumer, "ConsumerStatus".
    """
    record = table.get(key)
    if record is None:
        return None
    if record["State"] == "ACTIVE":
        return "ACTIVE"
    if record["Looks"] > 0:
        record["Looks"] -= 1
        return record["State"]
    if record["State"] == "DELETING":
        del table[key]
        return None
    record["State"] = "ACTIVE"
    return "ACTIVE"


def asked_name(call: Call) -> str:
    """The name of the stream that a call is about, by name, by ARN, or by both.

    API Reference, each operation: "you must use either the StreamARN or the StreamName parameter, or both"; `StreamId` is
    "Not Implemented. Reserved for future use."
    """
    params = call.params
    if "StreamId" in params:
        raise NotEmulated(f"{call.operation} by StreamId is not emulated")
    arn = params.get("StreamARN")
    if arn is None and "StreamName" not in params:
        raise invalid("Either StreamName or StreamARN should be provided.")
    if arn is None:
        return params["StreamName"]
    name = own_name(call, arn)
    if params.get("StreamName", name) != name:
        raise invalid(f"StreamName {params['StreamName']} and StreamARN {arn} do not match.")
    return name


def own_name(call: Call, arn: str) -> str:
    """The name in a stream's ARN; ResourceNotFoundException for another region's.

    API Reference, AccessDeniedException, "you do not have the permissions required to perform this operation": nobody has
    them here for streams of other accounts.
    """
    found = re.fullmatch(r"arn:aws[a-z-]*:kinesis:([a-z0-9-]+):(\d{12}):stream/(.+)", arn)
    if found is None:
        raise invalid(f"ARN {arn} is not valid.")
    region, account, name = found.groups()
    if account != call.account:
        raise AwsError("AccessDeniedException", f"User is not authorized to perform: kinesis:{call.operation} on {arn}")
    if region != call.region:
        raise not_found(call, name)
    return name


def not_found(call: Call, name: str) -> AwsError:
    """API Reference, ResourceNotFoundException; the words: awslabs/amazon-kinesis-client-python #97."""
    return missing(f"Stream {name} under account {call.account} not found.")


def seen(world: World, call: Call, name: str | None = None) -> tuple[dict[str, Any], str]:
    """The record of the stream that a call describes, and the state in which this look finds it."""
    name = name or asked_name(call)
    state = look(rows(world, call), name)
    if state is None:
        raise not_found(call, name)
    return rows(world, call)[name], state


def active(world: World, call: Call, name: str | None = None) -> dict[str, Any]:
    """The record of the stream that a call changes: only an ACTIVE one is changed.

    API Reference, ResourceInUseException: "For successful operation, the resource must be in the ACTIVE state"; the
    words: aws/aws-sdk-java-v2 #5949.
    """
    record, state = seen(world, call, name)
    if state != "ACTIVE":
        raise in_use(f"Stream {record['Name']} under account {call.account} not ACTIVE, instead in state {state}")
    return record
