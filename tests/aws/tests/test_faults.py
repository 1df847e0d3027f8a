"""Fault rules."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, HTTPClientError
from conftest import ACCOUNT, REGION, TRUST, Aws, refused


def test_refuses_a_number_of_times(aws: Aws) -> None:
    aws.fault(service="glue", operation="Get.*", code="ThrottlingException", message="Rate exceeded", times=2)
    glue = aws.client("glue")
    for _ in range(2):
        with refused("ThrottlingException", "Rate exceeded"):
            glue.get_databases()
    assert glue.get_databases()["DatabaseList"] == []


def test_refuses_every_second_call_from_the_fourth_on(aws: Aws) -> None:
    aws.fault(service="glue", code="ThrottlingException", every=2, afterCalls=4)
    outcomes = []
    for _ in range(8):
        try:
            aws.client("glue").get_databases()
            outcomes.append("ok")
        except ClientError:
            outcomes.append("no")
    assert outcomes == ["ok", "ok", "ok", "no", "ok", "no", "ok", "no"]


def test_matches_the_resource(aws: Aws) -> None:
    aws.fault(operation="HeadBucket", resource="^one-", code="SlowDown", status=503)
    aws.bucket("one-bucket"), aws.bucket("two-bucket")
    aws.client("s3").head_bucket(Bucket="two-bucket")
    with refused("503"):
        aws.client("s3").head_bucket(Bucket="one-bucket")


def test_an_answer_is_lost_after_the_commit(aws: Aws) -> None:
    aws.fault(operation="CreateBucket", lost=True, times=1)
    with refused("InternalError"):
        aws.bucket()
    aws.client("s3").head_bucket(Bucket="lake-store")


def test_a_refusal_is_not_lost(aws: Aws) -> None:
    aws.fault(operation="CreateBucket", lost=True)
    with refused("InternalError"):
        aws.bucket()
    with refused("BucketAlreadyOwnedByYou"):
        aws.bucket()


def held(aws: Aws, when: str, *, client_dies: bool) -> list[str]:
    """Buckets there are after a CreateBucket was held, and its client killed or not."""
    aws.fault(operation="CreateBucket", hold=when, times=1)
    command = [sys.executable, "-c", "from conftest import Aws; import sys; Aws(sys.argv[1]).bucket()", aws.endpoint]
    client = subprocess.Popen(command, cwd=Path(__file__).parent, stderr=subprocess.DEVNULL)
    while not aws.control("GET", "held"):
        assert client.poll() is None
    if client_dies:
        client.kill()
        client.wait(10)
    aws.control("DELETE", "faults")
    client.wait(10)
    while not [entry for entry in aws.control("GET", "journal") if entry["operation"] == "CreateBucket"]:
        pass
    return [each["Name"] for each in aws.client("s3").list_buckets()["Buckets"]]


def test_a_call_is_held_before_it_is_carried_out_and_not_carried_out_for_the_dead(aws: Aws) -> None:
    assert held(aws, "before", client_dies=True) == []
    assert held(aws, "before", client_dies=False) == ["lake-store"]


def test_a_call_is_held_after_it_is_carried_out(aws: Aws) -> None:
    assert held(aws, "after", client_dies=True) == ["lake-store"]


def test_a_connection_is_dropped_after_the_commit(aws: Aws) -> None:
    aws.fault(operation="CreateBucket", lost="drop", times=1)
    with pytest.raises(HTTPClientError):
        aws.bucket()
    aws.client("s3").head_bucket(Bucket="lake-store")
    assert [entry["code"] for entry in aws.control("GET", "journal")] == ["LOST", None]


def test_reads_are_stale_for_a_number_of_calls(aws: Aws) -> None:
    aws.fault(service="iam", operation="GetRole", stale=2)
    aws.role()
    for _ in range(2):
        with refused("NoSuchEntity"):
            aws.client("iam").get_role(RoleName="etl")
    assert aws.client("iam").get_role(RoleName="etl")["Role"]["RoleName"] == "etl"


def test_stale_reads_do_not_undo_writes(aws: Aws) -> None:
    aws.bucket()
    aws.fault(service="s3", operation="GetBucketTagging", stale=1)
    for value in ("old", "new"):
        aws.client("s3").put_bucket_tagging(Bucket="lake-store", Tagging={"TagSet": [{"Key": "k", "Value": value}]})
    read = [aws.client("s3").get_bucket_tagging(Bucket="lake-store")["TagSet"][0]["Value"] for _ in range(2)]
    assert read == ["old", "new"]


def test_the_tagging_api_lists_what_is_deleted(aws: Aws) -> None:
    glue, tagging = aws.client("glue"), aws.client("resourcegroupstaggingapi")
    for name in ("one", "two"):
        glue.create_database(DatabaseInput={"Name": name}, Tags={"lake": "x"})
    aws.fault(operation="GetResources", stale=1, staleSince="rule")
    for name in ("one", "two"):
        glue.delete_database(Name=name)
    listed = [len(tagging.get_resources(TagFilters=[{"Key": "lake"}])["ResourceTagMappingList"]) for _ in range(2)]
    assert listed == [2, 0]


def test_delay_and_latency_add_up(aws: Aws) -> None:
    aws.control("POST", "latency", {"ms": 30})
    aws.fault(operation="GetCallerIdentity", delayMs=40)
    sts = aws.client("sts")
    began = time.monotonic()
    sts.get_caller_identity()
    assert time.monotonic() - began >= 0.07


def test_clearing_takes_all_back(aws: Aws) -> None:
    aws.fault(code="ThrottlingException")
    aws.control("DELETE", "faults")
    aws.client("sts").get_caller_identity()


def test_the_journal_tells_what_was_called(aws: Aws) -> None:
    aws.client("iam").create_role(RoleName="etl", AssumeRolePolicyDocument=TRUST)
    with refused("NoSuchBucket"):
        aws.client("s3").put_bucket_tagging(Bucket="nope", Tagging={"TagSet": []})
    first, second = aws.control("GET", "journal")
    told = ("service", "operation", "status", "code", "region", "resource", "mutates")
    assert [first[name] for name in told] == ["iam", "CreateRole", 200, None, "us-east-1", "etl", True] or first[
        "region"
    ] == REGION
    assert [second[name] for name in told] == ["s3", "PutBucketTagging", 404, "NoSuchBucket", REGION, "nope", True]
    assert first["params"]["AssumeRolePolicyDocument"] == TRUST
    assert second["n"] == first["n"] + 1
    aws.control("DELETE", "journal")
    assert aws.control("GET", "journal") == []


NEWER = (
    ("athena", "create_work_group", {"Name": "x"}, "get_work_group", {"WorkGroup": "x"}),
    ("kinesis", "create_stream", {"StreamName": "x", "ShardCount": 1}, "describe_stream_summary", {"StreamName": "x"}),
    ("events", "create_event_bus", {"Name": "x"}, "describe_event_bus", {"Name": "x"}),
    ("logs", "create_log_group", {"logGroupName": "/x/y"}, "describe_log_groups", {"logGroupIdentifiers": ["/x/y"]}),
    (
        "cloudwatch",
        "put_metric_alarm",
        {
            "AlarmName": "x",
            "Namespace": "n",
            "MetricName": "m",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanThreshold",
        },
        "describe_alarms",
        {"AlarmNames": ["x"]},
    ),
)


def there(read, said: dict) -> bool:
    """Whether a read finds anything; lists are empty where others refuse."""
    try:
        answer = read(**said)
    except ClientError:
        return False
    return [] not in (answer.get("logGroups"), answer.get("MetricAlarms"))


@pytest.mark.parametrize(("service", "write", "said", "read", "asked"), NEWER, ids=[each[0] for each in NEWER])
def test_every_service_is_denied_throttled_delayed_and_read_stale(
    aws: Aws, service: str, write: str, said: dict, read: str, asked: dict
) -> None:
    client = aws.client(service)
    name = next(iter(said.values()))
    operation = write.title().replace("_", "")
    aws.fault(service=service, operation=operation, resource=f"^{name}$", code="ThrottlingException", times=1)
    aws.fault(service=service, mutating=True, code="AccessDeniedException", status=403, times=1)
    aws.fault(service=service, operation=operation, lost=True, times=1)
    for code in ("ThrottlingException", "AccessDeniedException"):
        with refused(code):
            getattr(client, write)(**said)
    assert not there(getattr(client, read), asked)
    with refused("InternalError"):
        getattr(client, write)(**said)
    assert there(getattr(client, read), asked)
    aws.control("POST", "reset")
    aws.fault(service=service, stale=1)
    getattr(client, write)(**said)
    assert [there(getattr(client, read), asked) for _ in range(2)] == [False, True]
    entries = [entry for entry in aws.control("GET", "journal") if entry["service"] == service]
    assert [(entry["resource"], entry["mutates"]) for entry in entries] == [(name, True), (name, False), (name, False)]


def test_a_thing_is_the_same_by_name_and_by_arn(aws: Aws) -> None:
    logs, arn = aws.client("logs"), f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/x/y"
    logs.create_log_group(logGroupName="/x/y")
    aws.fault(service="logs", operation="Describe.*", stale=1)
    logs.put_log_group_deletion_protection(logGroupIdentifier=arn, deletionProtectionEnabled=True)
    logs.create_log_group(logGroupName="/x/z")
    read = [logs.describe_log_groups(logGroupIdentifiers=["/x/y"])["logGroups"][0] for _ in range(2)]
    assert [each["deletionProtectionEnabled"] for each in read] == [False, True]
    with refused("ResourceNotFoundException"):
        aws.client("kinesis").tag_resource(ResourceARN=f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/s", Tags={"a": "b"})
    assert [entry["resource"] for entry in aws.control("GET", "journal")][-1] == "s"
