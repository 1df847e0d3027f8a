"""Kinesis: streams, and the changes that each put one into UPDATING.

Sources: API Reference, https://docs.aws.amazon.com/kinesis/latest/APIReference/Welcome.html; Developer Guide, "Choose the
right mode to stream in", https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html.
"""

from typing import Any

from lakeaws.call import Call
from lakeaws.clock import born
from lakeaws.errors import AwsError, NotEmulated
from lakeaws.registry import ours
from lakeaws.services.kinesis import (
    active,
    goes_into,
    in_use,
    invalid,
    limit,
    look,
    rows,
    seen,
)
from lakeaws.services.kinesis_consumers import consumers_of
from lakeaws.services.kinesis_limits import check_shards, check_streams, count_change
from lakeaws.tags import checked
from lakeaws.world import World

#: Developer Guide, "Quotas and limits": new streams on demand "have 4 MB/s of write", as four shards have.
_ON_DEMAND_SHARDS = 4

#: API Reference, IncreaseStreamRetentionPeriod and DecreaseStreamRetentionPeriod.
_LEAST_HOURS, _MOST_HOURS = 24, 8760

#: API Reference, UpdateShardCount: "Scale up to more than 10000 shards in a stream".
_MOST_SHARDS = 10_000

#: API Reference, UpdateStreamWarmThroughput: not "more than 10 GiBps for an on-demand stream".
_MOST_MIB = 10 * 1024

#: API Reference, EnableEnhancedMonitoring: 'The value "ALL" enables every metric'.
_METRICS = (
    "IncomingBytes", "IncomingRecords", "OutgoingBytes", "OutgoingRecords", "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded", "IteratorAgeMilliseconds",
)  # fmt: skip


@ours("kinesis", "CreateStream")
def create_stream(world: World, call: Call) -> dict[str, Any]:
    """API Reference, CreateStream: in CREATING at first; tags are kept from then on.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html; a stream on demand takes no shard count:
    aws/aws-cdk #18139.
    """
    params, table = call.params, rows(world, call)
    name, mode = params["StreamName"], params.get("StreamModeDetails", {}).get("StreamMode", "PROVISIONED")
    tags = checked(params.get("Tags", {}), invalid)
    if look(table, name) is not None:
        raise in_use(f"Stream {name} under account {call.account} already exists.")
    _check_mode(params, mode)
    check_streams(world, call, mode)
    if mode == "PROVISIONED":
        check_shards(world, call, params["ShardCount"])
    table[name] = record = {
        "Name": name,
        "Mode": mode,
        "Shards": params.get("ShardCount", _ON_DEMAND_SHARDS),
        "Hours": _LEAST_HOURS,
        "Created": born(),
        "Metrics": [],
        "Key": None,
        "RecordKiB": params.get("MaxRecordSizeInKiB", 1024),
        "Warm": params.get("WarmThroughputMiBps"),
        "Strategy": params.get("RecordDistributionStrategy", "USER_PARTITION_KEY"),
        "Tags": tags,
        "Changes": {},
    }
    goes_into(record, "CREATING")
    return {}


def _check_mode(params: dict[str, Any], mode: str) -> None:
    _check_warm(params, mode)
    if mode == "ON_DEMAND" and "ShardCount" in params:
        raise invalid("ShardCount must not be specified for a stream in ON_DEMAND mode.")
    if mode == "PROVISIONED":
        if "ShardCount" not in params:
            raise invalid("ShardCount must be specified for a stream in PROVISIONED mode.")
        if params.get("RecordDistributionStrategy") == "AUTO":
            raise invalid("The record distribution strategy AUTO needs a stream in ON_DEMAND mode.")


def _check_warm(params: dict[str, Any], mode: str) -> None:
    """API Reference, UpdateStreamWarmThroughput: "only supported for data streams with the on-demand capacity mode in
    accounts that have MinimumThroughputBillingCommitment enabled", as all accounts here have; not "more than 10 GiBps"."""
    warm = params.get("WarmThroughputMiBps")
    if warm is not None and mode != "ON_DEMAND":
        raise AwsError("ValidationException", f"Warm throughput is not supported for {mode} streams.")
    if warm is not None and warm > _MOST_MIB:
        raise limit(f"Warm throughput of {warm} MiBps is more than the {_MOST_MIB} MiBps of a stream.")


def _shown(call: Call, record: dict[str, Any], state: str) -> dict[str, Any]:
    """What all descriptions of a stream say. API Reference, StreamDescription."""
    out = {
        "StreamName": record["Name"],
        "StreamARN": call.arn("kinesis", f"stream/{record['Name']}"),
        "StreamStatus": state,
        "StreamModeDetails": {"StreamMode": record["Mode"]},
        "RetentionPeriodHours": record["Hours"],
        "StreamCreationTimestamp": record["Created"],
        "EnhancedMonitoring": [{"ShardLevelMetrics": list(record["Metrics"])}],
        "EncryptionType": "KMS" if record["Key"] else "NONE",
    }
    if record["Key"]:
        out["KeyId"] = record["Key"]
    return out


@ours("kinesis", "DescribeStreamSummary")
def describe_stream_summary(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DescribeStreamSummary and StreamDescriptionSummary: the distribution strategy "is only present for
    streams that use the on-demand capacity mode".

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamSummary.html
    """
    record, state = seen(world, call)
    out = _shown(call, record, state)
    out["OpenShardCount"] = 0 if state == "CREATING" else record["Shards"]
    out["ConsumerCount"] = len(consumers_of(world, call, record["Name"]))
    out["MaxRecordSizeInKiB"] = record["RecordKiB"]
    if record["Mode"] == "ON_DEMAND":
        out["RecordDistributionStrategy"] = record["Strategy"]
        out.update(_warm(record))
    return {"StreamDescriptionSummary": out}


def _warm(record: dict[str, Any]) -> dict[str, Any]:
    """API Reference, WarmThroughputObject: "only present for On-Demand Kinesis Data Streams", and here once a target was
    told."""
    if record["Warm"] is None:
        return {}
    return {"WarmThroughput": {"TargetMiBps": record["Warm"], "CurrentMiBps": max(record["Warm"], _ON_DEMAND_SHARDS)}}


@ours("kinesis", "ListStreams")
def list_streams(world: World, call: Call) -> dict[str, Any]:
    """API Reference, ListStreams: at most 100, after the name that the last page ended with. It is a look at those it lists.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html
    """
    if "NextToken" in call.params:
        raise NotEmulated("ListStreams by NextToken is not emulated")
    table, after = rows(world, call), call.params.get("ExclusiveStartStreamName", "")
    most = min(call.params.get("Limit", 100), 100)
    found: list[dict[str, Any]] = []
    rest = [name for name in sorted(table) if name > after]
    while rest and len(found) < most:
        name = rest.pop(0)
        if state := look(table, name):
            found.append(_shown(call, table[name], state))
    summary = ("StreamName", "StreamARN", "StreamStatus", "StreamModeDetails", "StreamCreationTimestamp")
    return {
        "StreamNames": [each["StreamName"] for each in found],
        "HasMoreStreams": bool(rest),
        "StreamSummaries": [{member: each[member] for member in summary} for each in found],
    }


@ours("kinesis", "DeleteStream")
def delete_stream(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DeleteStream: from ACTIVE into DELETING; not with consumers, unless they are to go too.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteStream.html
    """
    record = active(world, call)
    consumers = consumers_of(world, call, record["Name"])
    if consumers and not call.params.get("EnforceConsumerDeletion"):
        raise in_use(
            f"Stream {record['Name']} under account {call.account} has {len(consumers)} registered consumers. Deregister "
            "them or set EnforceConsumerDeletion."
        )
    for key in consumers:
        del rows(world, call, "consumer")[key]
    goes_into(record, "DELETING")
    return {}


@ours("kinesis", "UpdateShardCount")
def update_shard_count(world: World, call: Call) -> dict[str, Any]:
    """API Reference, UpdateShardCount: to twice the shards at most and to half at least, ten times a day, provisioned only.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html; the words: mhart/kinesalite,
    actions/updateShardCount.js.
    """
    record, target = active(world, call), call.params["TargetShardCount"]
    current = record["Shards"]
    told = f"Current open shard count: {current}, Target shard count: {target}"
    if record["Mode"] != "PROVISIONED":
        raise AwsError("ValidationException", f"UpdateShardCount is not supported for {record['Mode']} streams.")
    if target > _MOST_SHARDS:
        raise limit(f"Target shard count or number of open shards cannot be greater than {_MOST_SHARDS}. {told}")
    if target > current * 2:
        raise limit(f"UpdateShardCount cannot scale up over double your current open shard count. {told}")
    if target * 2 < current:
        raise limit(f"UpdateShardCount cannot scale down below half your current open shard count. {told}")
    check_shards(world, call, target - current)
    count_change(record, "UpdateShardCount", 10)
    record["Shards"] = target
    goes_into(record, "UPDATING")
    return {
        "StreamName": record["Name"],
        "StreamARN": call.arn("kinesis", f"stream/{record['Name']}"),
        "CurrentShardCount": current,
        "TargetShardCount": target,
    }


@ours("kinesis", "UpdateStreamMode")
def update_stream_mode(world: World, call: Call) -> dict[str, Any]:
    """API Reference, UpdateStreamMode; the shards stay as many as they were; Developer Guide, "Switch between modes":
    "you can switch between the on-demand and provisioned capacity modes twice within 24 hours".

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamMode.html
    """
    record, mode = active(world, call), call.params["StreamModeDetails"]["StreamMode"]
    _check_warm(call.params, mode)
    if record["Mode"] != mode:
        count_change(record, "UpdateStreamMode", 2)
    record["Mode"] = mode
    if mode == "PROVISIONED":
        record["Strategy"] = "USER_PARTITION_KEY"
    record["Warm"] = call.params.get("WarmThroughputMiBps", record["Warm"] if mode == "ON_DEMAND" else None)
    goes_into(record, "UPDATING")
    return {}


def _retain(record: dict[str, Any], hours: int) -> None:
    if not _LEAST_HOURS <= hours <= _MOST_HOURS:
        raise invalid(
            f"Retention period of {hours} hours is not valid: it must be between {_LEAST_HOURS} and {_MOST_HOURS} hours."
        )
    if hours != record["Hours"]:
        record["Hours"] = hours
        goes_into(record, "UPDATING")


@ours("kinesis", "IncreaseStreamRetentionPeriod")
def increase_retention(world: World, call: Call) -> dict[str, Any]:
    """API Reference, IncreaseStreamRetentionPeriod: at most 8760 hours; less than now is refused.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_IncreaseStreamRetentionPeriod.html. The same number changes
    nothing: hashicorp/terraform-provider-aws, internal/service/kinesis/stream.go, asks for the default after every create.
    """
    record, hours = active(world, call), call.params["RetentionPeriodHours"]
    if hours < record["Hours"]:
        raise invalid(
            f"Requested retention period ({hours} hours) for stream {record['Name']} can not be shorter than existing "
            f"retention period ({record['Hours']} hours). Use DecreaseRetentionPeriod API."
        )
    _retain(record, hours)
    return {}


@ours("kinesis", "DecreaseStreamRetentionPeriod")
def decrease_retention(world: World, call: Call) -> dict[str, Any]:
    """API Reference, DecreaseStreamRetentionPeriod: at least 24 hours; more than now is refused.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DecreaseStreamRetentionPeriod.html
    """
    record, hours = active(world, call), call.params["RetentionPeriodHours"]
    if hours > record["Hours"]:
        raise invalid(
            f"Requested retention period ({hours} hours) for stream {record['Name']} can not be longer than existing "
            f"retention period ({record['Hours']} hours). Use IncreaseRetentionPeriod API."
        )
    _retain(record, hours)
    return {}


def _only_kms(call: Call) -> None:
    """API Reference, StartStreamEncryption, "EncryptionType": "The only valid value is KMS"."""
    if call.params["EncryptionType"] != "KMS":
        raise invalid("EncryptionType must be KMS.")


@ours("kinesis", "StartStreamEncryption")
def start_encryption(world: World, call: Call) -> dict[str, Any]:
    """API Reference, StartStreamEncryption: the key stands there as it was given; 25 times a day. Keys are not looked up.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StartStreamEncryption.html
    """
    _only_kms(call)
    record = active(world, call)
    count_change(record, "StartStreamEncryption", 25)
    record["Key"] = call.params["KeyId"]
    goes_into(record, "UPDATING")
    return {}


@ours("kinesis", "StopStreamEncryption")
def stop_encryption(world: World, call: Call) -> dict[str, Any]:
    """API Reference, StopStreamEncryption: 25 times a day.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StopStreamEncryption.html
    """
    _only_kms(call)
    record = active(world, call)
    count_change(record, "StopStreamEncryption", 25)
    record["Key"] = None
    goes_into(record, "UPDATING")
    return {}


@ours("kinesis", "EnableEnhancedMonitoring", "DisableEnhancedMonitoring")
def change_monitoring(world: World, call: Call) -> dict[str, Any]:
    """API Reference, EnableEnhancedMonitoring and DisableEnhancedMonitoring: ALL means each of the seven, which are told by
    their own names.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_EnableEnhancedMonitoring.html
    """
    record, asked = active(world, call), set(call.params["ShardLevelMetrics"])
    before = list(record["Metrics"])
    if "ALL" in asked:
        asked = set(_METRICS)
    wanted = set(before) | asked if call.operation == "EnableEnhancedMonitoring" else set(before) - asked
    record["Metrics"] = [metric for metric in _METRICS if metric in wanted]
    goes_into(record, "UPDATING")
    return {
        "StreamName": record["Name"],
        "StreamARN": call.arn("kinesis", f"stream/{record['Name']}"),
        "CurrentShardLevelMetrics": before,
        "DesiredShardLevelMetrics": record["Metrics"],
    }


@ours("kinesis", "UpdateMaxRecordSize")
def update_max_record_size(world: World, call: Call) -> dict[str, Any]:
    """API Reference, UpdateMaxRecordSize: 1,024 to 10,240 KiB, by ARN.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html
    """
    record = active(world, call)
    record["RecordKiB"] = call.params["MaxRecordSizeInKiB"]
    goes_into(record, "UPDATING")
    return {}


@ours("kinesis", "UpdateStreamWarmThroughput")
def update_warm_throughput(world: World, call: Call) -> dict[str, Any]:
    """API Reference, UpdateStreamWarmThroughput: up, or down "to release excess capacity".

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamWarmThroughput.html
    """
    record = active(world, call)
    _check_warm(call.params, record["Mode"])
    record["Warm"] = call.params["WarmThroughputMiBps"]
    goes_into(record, "UPDATING")
    arn = call.arn("kinesis", f"stream/{record['Name']}")
    return {"StreamName": record["Name"], "StreamARN": arn, **_warm(record)}


@ours("kinesis", "UpdateStreamRecordDistributionStrategy")
def update_distribution(world: World, call: Call) -> dict[str, Any]:
    """API Reference, UpdateStreamRecordDistributionStrategy: at once; "Attempting to set AUTO on a provisioned stream
    results in an InvalidArgumentException".

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamRecordDistributionStrategy.html
    """
    record, strategy = active(world, call), call.params["RecordDistributionStrategy"]
    if record["Mode"] != "ON_DEMAND":
        raise invalid("The record distribution strategy is only supported for streams in ON_DEMAND mode.")
    record["Strategy"] = strategy
    return {}
