"""Streams, their consumers and tags."""

from typing import Any

import pytest
from conftest import ACCOUNT, REGION, Aws, refused

ARN = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/clicks"
ALL = {
    "IncomingBytes",
    "IncomingRecords",
    "OutgoingBytes",
    "OutgoingRecords",
    "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded",
    "IteratorAgeMilliseconds",
}


@pytest.fixture
def kinesis(aws: Aws):
    return aws.client("kinesis")


def summary(kinesis, name: str = "clicks") -> dict:
    return kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]


def settled(kinesis, name: str = "clicks") -> dict:
    """The stream when it is ACTIVE; there is a look for each state that passes."""
    for _ in range(3):
        found = summary(kinesis, name)
        if found["StreamStatus"] == "ACTIVE":
            return found
    raise AssertionError(found)


def made(kinesis, name: str = "clicks", **said: Any) -> dict:
    said.setdefault("ShardCount", 2)
    kinesis.create_stream(StreamName=name, **said)
    return settled(kinesis, name)


def test_a_stream_is_created_with_defaults_and_its_tags_are_kept(kinesis) -> None:
    kinesis.create_stream(StreamName="clicks", ShardCount=2, Tags={"lake.dev/owner": "x"})
    assert kinesis.list_tags_for_resource(ResourceARN=ARN)["Tags"] == [{"Key": "lake.dev/owner", "Value": "x"}]
    assert summary(kinesis)["StreamStatus"] == "CREATING"
    found = summary(kinesis)
    moment = found.pop("StreamCreationTimestamp")
    assert found == {
        "StreamName": "clicks",
        "StreamARN": ARN,
        "StreamStatus": "ACTIVE",
        "StreamModeDetails": {"StreamMode": "PROVISIONED"},
        "RetentionPeriodHours": 24,
        "EnhancedMonitoring": [{"ShardLevelMetrics": []}],
        "EncryptionType": "NONE",
        "OpenShardCount": 2,
        "ConsumerCount": 0,
        "MaxRecordSizeInKiB": 1024,
    }
    again = kinesis.describe_stream_summary(StreamARN=ARN)["StreamDescriptionSummary"]
    assert again["StreamCreationTimestamp"] == moment
    listed = kinesis.list_streams()
    assert (listed["StreamNames"], listed["HasMoreStreams"]) == (["clicks"], False)
    assert listed["StreamSummaries"][0]["StreamStatus"] == "ACTIVE"


def test_what_is_not_active_is_not_changed_and_goes_on_by_looks(aws: Aws, kinesis) -> None:
    aws.control("POST", "kinesis/looks", {"CREATING": 2, "DELETING": 0})
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    told = f"Stream clicks under account {ACCOUNT} not ACTIVE, instead in state CREATING"
    with refused("ResourceInUseException", told):
        kinesis.increase_stream_retention_period(StreamName="clicks", RetentionPeriodHours=48)
    with refused("ResourceInUseException", told):
        kinesis.tag_resource(ResourceARN=ARN, Tags={"a": "b"})
    kinesis.increase_stream_retention_period(StreamName="clicks", RetentionPeriodHours=48)
    with refused("ResourceInUseException", "instead in state UPDATING"):
        kinesis.delete_stream(StreamName="clicks")
    kinesis.delete_stream(StreamName="clicks")
    with refused("ResourceNotFoundException", f"Stream clicks under account {ACCOUNT} not found."):
        summary(kinesis)


def test_a_name_is_taken_until_the_stream_is_gone(kinesis) -> None:
    made(kinesis)
    with refused("ResourceInUseException", f"Stream clicks under account {ACCOUNT} already exists."):
        kinesis.create_stream(StreamName="clicks", ShardCount=2)
    kinesis.delete_stream(StreamName="clicks")
    with refused("ResourceInUseException", "already exists"):
        kinesis.create_stream(StreamName="clicks", ShardCount=2)
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    assert settled(kinesis)["OpenShardCount"] == 1


def test_deleting_is_seen_before_the_stream_is_gone(kinesis) -> None:
    made(kinesis)
    kinesis.delete_stream(StreamARN=ARN)
    assert summary(kinesis)["StreamStatus"] == "DELETING"
    with refused("ResourceNotFoundException"):
        summary(kinesis)
    with refused("ResourceNotFoundException"):
        kinesis.list_tags_for_resource(ResourceARN=ARN)


def test_listing_is_a_look(kinesis) -> None:
    kinesis.create_stream(StreamName="clicks", ShardCount=1)
    states = [kinesis.list_streams()["StreamSummaries"][0]["StreamStatus"] for _ in range(2)]
    kinesis.delete_stream(StreamName="clicks")
    states += [kinesis.list_streams()["StreamSummaries"][0]["StreamStatus"]]
    assert states == ["CREATING", "ACTIVE", "DELETING"]
    assert kinesis.list_streams()["StreamNames"] == []


def test_five_streams_are_made_at_a_time(kinesis) -> None:
    for number in range(5):
        kinesis.create_stream(StreamName=f"s{number}", ShardCount=1)
    for _ in range(2):
        with refused("LimitExceededException", "simultaneously be in CREATING or DELETING"):
            kinesis.create_stream(StreamName="s5", ShardCount=1)
    kinesis.create_stream(StreamName="s5", ShardCount=1)


def test_an_account_has_so_many_shards(aws: Aws, kinesis) -> None:
    """Developer Guide, "Quotas and limits": 20,000 shards in Europe (Ireland), 50 streams on demand."""
    aws.control("POST", "kinesis/looks", {"CREATING": 0, "UPDATING": 0})
    made(kinesis, ShardCount=15_000)
    with refused("LimitExceededException"):
        kinesis.create_stream(StreamName="more", ShardCount=5_001)
    made(kinesis, "more", ShardCount=5_000)
    with refused("LimitExceededException"):
        kinesis.update_shard_count(StreamName="more", TargetShardCount=5_001, ScalingType="UNIFORM_SCALING")
    limits = kinesis.describe_limits()
    assert (limits["ShardLimit"], limits["OpenShardCount"]) == (20_000, 20_000)
    for number in range(50):
        kinesis.create_stream(StreamName=f"s{number}", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    with refused("LimitExceededException"):
        kinesis.create_stream(StreamName="one-more", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    limits = kinesis.describe_limits()
    assert (limits["OnDemandStreamCount"], limits["OnDemandStreamCountLimit"]) == (50, 50)


def test_shards_at_most_double_and_at_least_half(kinesis) -> None:
    made(kinesis, ShardCount=4)
    for target, words in ((9, "cannot scale up over double"), (1, "cannot scale down below half")):
        with refused("LimitExceededException", words):
            kinesis.update_shard_count(StreamName="clicks", TargetShardCount=target, ScalingType="UNIFORM_SCALING")
    answer = kinesis.update_shard_count(StreamARN=ARN, TargetShardCount=8, ScalingType="UNIFORM_SCALING")
    assert (answer["CurrentShardCount"], answer["TargetShardCount"], answer["StreamARN"]) == (4, 8, ARN)
    assert summary(kinesis)["StreamStatus"] == "UPDATING"
    assert settled(kinesis)["OpenShardCount"] == 8


def test_shards_are_scaled_ten_times_a_day(aws: Aws, kinesis) -> None:
    aws.control("POST", "kinesis/looks", {"UPDATING": 0})
    made(kinesis)
    for number in range(10):
        kinesis.update_shard_count(StreamName="clicks", TargetShardCount=2 - number % 2, ScalingType="UNIFORM_SCALING")
    with refused("LimitExceededException"):
        kinesis.update_shard_count(StreamName="clicks", TargetShardCount=2, ScalingType="UNIFORM_SCALING")


def test_the_mode_is_switched_twice_a_day_and_shards_stay(kinesis) -> None:
    kinesis.create_stream(StreamName="clicks", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    found = settled(kinesis)
    assert (found["OpenShardCount"], found["RecordDistributionStrategy"]) == (4, "USER_PARTITION_KEY")
    with refused("ValidationException"):
        kinesis.update_shard_count(StreamName="clicks", TargetShardCount=2, ScalingType="UNIFORM_SCALING")
    for mode in ("PROVISIONED", "ON_DEMAND"):
        kinesis.update_stream_mode(StreamARN=ARN, StreamModeDetails={"StreamMode": mode})
        assert summary(kinesis)["StreamStatus"] == "UPDATING"
        found = settled(kinesis)
        assert (found["StreamModeDetails"]["StreamMode"], found["OpenShardCount"]) == (mode, 4)
    with refused("LimitExceededException"):
        kinesis.update_stream_mode(StreamARN=ARN, StreamModeDetails={"StreamMode": "PROVISIONED"})


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"ShardCount": 2, "StreamModeDetails": {"StreamMode": "ON_DEMAND"}},
        {"ShardCount": 2, "RecordDistributionStrategy": "AUTO"},
        {"ShardCount": 2, "Tags": {"aws:x": "y"}},
        {"ShardCount": 2, "Tags": {f"k{number}": "v" for number in range(51)}},
    ],
)
def test_what_makes_no_stream(kinesis, said: dict) -> None:
    with refused("InvalidArgumentException"):
        kinesis.create_stream(StreamName="clicks", **said)
    assert kinesis.list_streams()["StreamNames"] == []


def test_distribution_is_for_streams_on_demand(kinesis) -> None:
    made(kinesis)
    with refused("InvalidArgumentException"):
        kinesis.update_stream_record_distribution_strategy(StreamARN=ARN, RecordDistributionStrategy="AUTO")
    kinesis.update_stream_mode(StreamARN=ARN, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    settled(kinesis)
    kinesis.update_stream_record_distribution_strategy(StreamARN=ARN, RecordDistributionStrategy="AUTO")
    assert summary(kinesis)["RecordDistributionStrategy"] == "AUTO"


def test_a_stream_on_demand_is_kept_warm_until_it_is_provisioned(kinesis) -> None:
    with refused("ValidationException"):
        kinesis.create_stream(StreamName="clicks", ShardCount=2, WarmThroughputMiBps=8)
    kinesis.create_stream(StreamName="clicks", StreamModeDetails={"StreamMode": "ON_DEMAND"}, WarmThroughputMiBps=8)
    assert settled(kinesis)["WarmThroughput"] == {"TargetMiBps": 8, "CurrentMiBps": 8}
    told = kinesis.update_stream_warm_throughput(StreamARN=ARN, WarmThroughputMiBps=0)
    assert told["WarmThroughput"] == {"TargetMiBps": 0, "CurrentMiBps": 4}
    assert summary(kinesis)["StreamStatus"] == "UPDATING"
    assert settled(kinesis)["WarmThroughput"]["TargetMiBps"] == 0
    with refused("LimitExceededException"):
        kinesis.update_stream_warm_throughput(StreamARN=ARN, WarmThroughputMiBps=10_241)
    with refused("ValidationException"):
        kinesis.update_stream_mode(
            StreamARN=ARN, StreamModeDetails={"StreamMode": "PROVISIONED"}, WarmThroughputMiBps=8
        )
    kinesis.update_stream_mode(StreamARN=ARN, StreamModeDetails={"StreamMode": "PROVISIONED"})
    assert "WarmThroughput" not in settled(kinesis)
    with refused("ValidationException"):
        kinesis.update_stream_warm_throughput(StreamARN=ARN, WarmThroughputMiBps=8)
    kinesis.update_stream_mode(StreamARN=ARN, StreamModeDetails={"StreamMode": "ON_DEMAND"}, WarmThroughputMiBps=8)
    assert settled(kinesis)["WarmThroughput"]["TargetMiBps"] == 8


def test_retention_goes_up_and_down_within_bounds(kinesis) -> None:
    made(kinesis)
    kinesis.increase_stream_retention_period(StreamName="clicks", RetentionPeriodHours=24)
    assert summary(kinesis)["StreamStatus"] == "ACTIVE"
    for hours in (23, 8761):
        with refused("InvalidArgumentException"):
            kinesis.increase_stream_retention_period(StreamName="clicks", RetentionPeriodHours=hours)
    kinesis.increase_stream_retention_period(StreamName="clicks", RetentionPeriodHours=8760)
    assert settled(kinesis)["RetentionPeriodHours"] == 8760
    with refused("InvalidArgumentException", "can not be shorter than existing"):
        kinesis.increase_stream_retention_period(StreamName="clicks", RetentionPeriodHours=48)
    kinesis.decrease_stream_retention_period(StreamName="clicks", RetentionPeriodHours=48)
    assert settled(kinesis)["RetentionPeriodHours"] == 48
    for hours in (72, 23):
        with refused("InvalidArgumentException"):
            kinesis.decrease_stream_retention_period(StreamName="clicks", RetentionPeriodHours=hours)


def test_encryption_starts_and_stops(kinesis) -> None:
    made(kinesis)
    key = {"StreamName": "clicks", "EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}
    with refused("InvalidArgumentException"):
        kinesis.start_stream_encryption(**{**key, "EncryptionType": "NONE"})
    kinesis.start_stream_encryption(**key)
    assert summary(kinesis)["StreamStatus"] == "UPDATING"
    found = settled(kinesis)
    assert (found["EncryptionType"], found["KeyId"]) == ("KMS", "alias/aws/kinesis")
    kinesis.stop_stream_encryption(**key)
    found = settled(kinesis)
    assert found["EncryptionType"] == "NONE" and "KeyId" not in found


def test_all_metrics_are_seven(kinesis) -> None:
    made(kinesis)
    answer = kinesis.enable_enhanced_monitoring(StreamName="clicks", ShardLevelMetrics=["IncomingBytes"])
    assert (answer["CurrentShardLevelMetrics"], answer["DesiredShardLevelMetrics"]) == ([], ["IncomingBytes"])
    settled(kinesis)
    kinesis.enable_enhanced_monitoring(StreamName="clicks", ShardLevelMetrics=["ALL"])
    assert set(settled(kinesis)["EnhancedMonitoring"][0]["ShardLevelMetrics"]) == ALL
    kinesis.disable_enhanced_monitoring(StreamName="clicks", ShardLevelMetrics=["IncomingBytes"])
    assert set(settled(kinesis)["EnhancedMonitoring"][0]["ShardLevelMetrics"]) == ALL - {"IncomingBytes"}
    kinesis.disable_enhanced_monitoring(StreamName="clicks", ShardLevelMetrics=["ALL"])
    assert settled(kinesis)["EnhancedMonitoring"] == [{"ShardLevelMetrics": []}]


def test_records_grow(kinesis) -> None:
    made(kinesis)
    for size in (1023, 10241):
        with refused("ValidationException"):
            kinesis.update_max_record_size(StreamARN=ARN, MaxRecordSizeInKiB=size)
    kinesis.update_max_record_size(StreamARN=ARN, MaxRecordSizeInKiB=10240)
    assert summary(kinesis)["StreamStatus"] == "UPDATING"
    assert settled(kinesis)["MaxRecordSizeInKiB"] == 10240


def test_a_stream_with_consumers_goes_only_with_them(kinesis) -> None:
    made(kinesis)
    consumer = kinesis.register_stream_consumer(StreamARN=ARN, ConsumerName="analytics", Tags={"a": "b"})["Consumer"]
    assert consumer["ConsumerStatus"] == "CREATING" and consumer["ConsumerARN"].startswith(f"{ARN}/consumer/analytics:")
    assert kinesis.list_tags_for_resource(ResourceARN=consumer["ConsumerARN"])["Tags"] == [{"Key": "a", "Value": "b"}]
    with refused("ResourceInUseException"):
        kinesis.register_stream_consumer(StreamARN=ARN, ConsumerName="analytics")
    described = kinesis.describe_stream_consumer(ConsumerARN=consumer["ConsumerARN"])["ConsumerDescription"]
    assert (described["ConsumerStatus"], described["StreamARN"]) == ("ACTIVE", ARN)
    assert summary(kinesis)["ConsumerCount"] == 1
    with refused("ResourceInUseException"):
        kinesis.delete_stream(StreamName="clicks")
    kinesis.deregister_stream_consumer(StreamARN=ARN, ConsumerName="analytics")
    states = [each["ConsumerStatus"] for each in kinesis.list_stream_consumers(StreamARN=ARN)["Consumers"]]
    assert states == ["DELETING"]
    kinesis.delete_stream(StreamName="clicks", EnforceConsumerDeletion=True)
    assert summary(kinesis)["StreamStatus"] == "DELETING"
    with refused("ResourceNotFoundException"):
        kinesis.describe_stream_consumer(ConsumerARN=consumer["ConsumerARN"])


def test_tags_come_and_go(kinesis) -> None:
    made(kinesis, Tags={"a": "1"})
    kinesis.add_tags_to_stream(StreamName="clicks", Tags={"a": "2", "b": ""})
    page = kinesis.list_tags_for_stream(StreamName="clicks", Limit=1)
    assert (page["Tags"], page["HasMoreTags"]) == ([{"Key": "a", "Value": "2"}], True)
    page = kinesis.list_tags_for_stream(StreamName="clicks", ExclusiveStartTagKey="a")
    assert (page["Tags"], page["HasMoreTags"]) == ([{"Key": "b", "Value": ""}], False)
    kinesis.tag_resource(ResourceARN=ARN, Tags={"c": "3"})
    kinesis.untag_resource(ResourceARN=ARN, TagKeys=["a", "nope"])
    kinesis.remove_tags_from_stream(StreamName="clicks", TagKeys=["b", "nope"])
    assert kinesis.list_tags_for_resource(ResourceARN=ARN)["Tags"] == [{"Key": "c", "Value": "3"}]
    with refused("InvalidArgumentException"):
        kinesis.tag_resource(ResourceARN=ARN, Tags={f"k{number}": "v" for number in range(50)})
    with refused("ResourceNotFoundException"):
        kinesis.tag_resource(ResourceARN=ARN.replace("clicks", "nope"), Tags={"a": "b"})


def test_a_stream_is_named_by_name_or_arn(kinesis) -> None:
    with refused("InvalidArgumentException"):
        kinesis.describe_stream_summary()
    with refused("InvalidArgumentException"):
        kinesis.describe_stream_summary(StreamName="other", StreamARN=ARN)
    with refused("AccessDeniedException"):
        kinesis.describe_stream_summary(StreamARN=ARN.replace(ACCOUNT, "210987654321"))


def test_lists_go_on_after_a_name(aws: Aws, kinesis) -> None:
    aws.control("POST", "kinesis/looks", {"CREATING": 0})
    for name in ("a", "b", "c"):
        made(kinesis, name)
    first = kinesis.list_streams(Limit=2)
    assert (first["StreamNames"], first["HasMoreStreams"]) == (["a", "b"], True)
    rest = kinesis.list_streams(ExclusiveStartStreamName="b")
    assert (rest["StreamNames"], rest["HasMoreStreams"]) == (["c"], False)
