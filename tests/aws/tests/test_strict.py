"""What is not emulated is not answered; what AWS's model refuses is refused."""

import json
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError
from conftest import ACCOUNT, Aws, refused

from lakeaws import models, registry
from lakeaws.call import Request
from lakeaws.front import Front
from lakeaws.validation import check, told
from lakeaws.world import World


@pytest.fixture
def strict(launcher: Aws) -> Aws:
    launcher.control("POST", "reset")
    return launcher


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("s3", "delete_bucket_intelligent_tiering_configuration", {"Bucket": "lake-store", "Id": "x"}),
        (
            "s3",
            "put_bucket_request_payment",
            {"Bucket": "lake-store", "RequestPaymentConfiguration": {"Payer": "Requester"}},
        ),
        ("s3", "delete_bucket_inventory_configuration", {"Bucket": "lake-store", "Id": "x"}),
        ("glue", "get_workflow", {"Name": "x"}),
        ("lakeformation", "list_lf_tags", {}),
        ("iam", "list_users", {}),
        ("resourcegroupstaggingapi", "get_tag_keys", {}),
        ("s3control", "list_jobs", {"AccountId": ACCOUNT}),
        ("athena", "list_data_catalogs", {}),
        ("kinesis", "list_shards", {"StreamName": "x"}),
        ("events", "put_targets", {"Rule": "x", "Targets": [{"Id": "a", "Arn": "b"}]}),
        ("cloudwatch", "list_dashboards", {}),
        ("logs", "describe_log_streams", {"logGroupName": "x"}),
    ],
)
def test_not_emulated_is_501_in_every_protocol(strict: Aws, service: str, operation: str, arguments: dict) -> None:
    strict.bucket()
    with pytest.raises(ClientError) as caught:
        getattr(strict.client(service), operation)(**arguments)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert caught.value.response["Error"]["Code"] == "NotImplemented"
    assert [entry["code"] for entry in strict.control("GET", "unemulated")] == ["NOT_EMULATED"]
    strict.client("s3").head_bucket(Bucket="lake-store")


@pytest.mark.parametrize(
    ("service", "path", "headers", "body"),
    [
        ("glue", "/", {"X-Amz-Target": "AWSGlue.CreateDatabase"}, '{"DatabaseInput": {"Name": "x", "NotYetKnown": 1}}'),
        ("iam", "/", {"Content-Type": "application/x-www-form-urlencoded"}, "Action=ListRoles&NotYetKnown.member.1=x"),
        (
            "athena",
            "/",
            {"X-Amz-Target": "AmazonAthena.CreateWorkGroup"},
            '{"Name": "x", "Configuration": {"ResultConfiguration": {"NotYetKnown": 1}}}',
        ),
        (
            "kinesis",
            "/",
            {"X-Amz-Target": "Kinesis_20131202.CreateStream"},
            '{"StreamName": "x", "StreamModeDetails": {"StreamMode": "ON_DEMAND", "NotYetKnown": 1}}',
        ),
        (
            "events",
            "/",
            {"X-Amz-Target": "AWSEvents.CreateEventBus"},
            '{"Name": "x", "LogConfig": {"NotYetKnown": 1}}',
        ),
        ("logs", "/", {"X-Amz-Target": "Logs_20140328.CreateLogGroup"}, '{"logGroupName": "x", "NotYetKnown": 1}'),
        (
            "monitoring",
            "/",
            {"X-Amz-Target": "GraniteServiceVersion20100801.PutMetricAlarm"},
            '{"AlarmName": "x", "Metrics": [{"Id": "m", "NotYetKnown": 1}]}',
        ),
        (
            "monitoring",
            "/",
            {"Content-Type": "application/x-www-form-urlencoded"},
            "Action=DescribeAlarms&NotYetKnown.member.1=x",
        ),
        ("lakeformation", "/ListDataCellsFilter", {}, '{"Table": {"DatabaseName": "x", "NotYetKnown": 1}}'),
        (
            "s3",
            "/lake-store?versioning",
            {},
            "<VersioningConfiguration><Status>Enabled</Status><NotYetKnown>1</NotYetKnown></VersioningConfiguration>",
        ),
    ],
)
def test_what_the_model_does_not_know_is_not_dropped_silently(
    strict: Aws, service: str, path: str, headers: dict[str, str], body: str
) -> None:
    scope = f"AWS4-HMAC-SHA256 Credential=k/20260101/eu-west-1/{service}/aws4_request"
    method = "PUT" if service == "s3" else "POST"
    request = urllib.request.Request(
        strict.endpoint + path, data=body.encode(), headers={**headers, "Authorization": scope}, method=method
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert caught.value.code == 501
    assert b"NotYetKnown" in caught.value.read()


@pytest.mark.parametrize(
    ("service", "operation", "arguments", "code"),
    [
        ("glue", "create_database", {"DatabaseInput": {"Name": ""}}, "ValidationException"),
        ("glue", "create_job", {"Name": "j", "Role": "r", "Command": {}, "WorkerType": "G.99X"}, "ValidationException"),
        ("glue", "get_database", {}, "ValidationException"),
        ("lakeformation", "create_data_cells_filter", {"TableData": {"Name": "x"}}, "InvalidInputException"),
        ("iam", "create_role", {"RoleName": "a/b", "AssumeRolePolicyDocument": "{}"}, "ValidationError"),
        ("resourcegroupstaggingapi", "get_resources", {"ResourceARNList": []}, "InvalidParameterException"),
        ("athena", "create_work_group", {"Name": "a b"}, "InvalidRequestException"),
        ("athena", "update_work_group", {"WorkGroup": "a", "State": "OFF"}, "InvalidRequestException"),
        ("kinesis", "create_stream", {"StreamName": "a", "ShardCount": 0}, "ValidationException"),
        ("kinesis", "update_shard_count", {"StreamName": "a", "TargetShardCount": 1}, "ValidationException"),
        ("events", "create_event_bus", {"Name": "x" * 257}, "ValidationException"),
        ("cloudwatch", "put_metric_alarm", {"AlarmName": "a", "Unit": "Miles"}, "ValidationError"),
        ("logs", "create_log_group", {"logGroupName": "x" * 513}, "InvalidParameterException"),
        (
            "s3",
            "put_bucket_versioning",
            {"Bucket": "b-b-b", "VersioningConfiguration": {"Status": "Bogus"}},
            "MalformedXML",
        ),
    ],
)
def test_what_the_model_refuses_is_refused(
    strict: Aws, service: str, operation: str, arguments: dict, code: str
) -> None:
    with refused(code):
        getattr(strict.client(service), operation)(**arguments)


@pytest.mark.parametrize(
    ("service", "target", "body", "words"),
    [
        (
            "kinesis",
            "Kinesis_20131202.CreateStream",
            {"StreamName": 5},
            "NUMBER_VALUE can not be converted to a String",
        ),
        (
            "kinesis",
            "Kinesis_20131202.CreateStream",
            {"StreamName": "a", "ShardCount": "1"},
            "STRING_VALUE can not be converted to an Integer",
        ),
        (
            "athena",
            "AmazonAthena.CreateWorkGroup",
            {"Name": "a", "Tags": {}},
            "START_OBJECT can not be converted to a List",
        ),
        ("events", "AWSEvents.CreateEventBus", {"Name": ["a"]}, "START_ARRAY can not be converted to a String"),
        (
            "logs",
            "Logs_20140328.CreateLogGroup",
            {"logGroupName": "a", "tags": {"a": True}},
            "TRUE_VALUE can not be converted to a String",
        ),
        (
            "monitoring",
            "GraniteServiceVersion20100801.PutMetricAlarm",
            {"AlarmName": "a", "Threshold": "5"},
            "STRING_VALUE can not be converted to a Double",
        ),
        ("glue", "AWSGlue.GetDatabases", {"MaxResults": "5"}, "STRING_VALUE can not be converted to an Integer"),
    ],
)
def test_a_value_of_another_type_is_not_converted(
    strict: Aws, service: str, target: str, body: dict, words: str
) -> None:
    scope = f"AWS4-HMAC-SHA256 Credential=k/20260101/eu-west-1/{service}/aws4_request"
    request = urllib.request.Request(
        strict.endpoint, data=json.dumps(body).encode(), headers={"X-Amz-Target": target, "Authorization": scope}
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    told = json.load(caught.value)
    assert (caught.value.code, told["__type"], told["message"]) == (400, "SerializationException", words)


def test_unsigned_requests_are_refused(strict: Aws) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{strict.endpoint}/lake-store")
    assert caught.value.code == 403


def test_an_answer_against_the_model_is_found() -> None:
    shape = models.operation_model("glue", "GetCrawler").output_shape
    wrong = {"Crawler": {"Name": "x", "State": "READY", "LastCrawl": {"Status": "COMPLETED"}}}
    assert told(check(shape, wrong)) == (
        "1 validation error detected: Value 'COMPLETED' at 'crawler.lastCrawl.status' failed to satisfy constraint: "
        "Member must satisfy enum value set: [SUCCEEDED, CANCELLED, FAILED]"
    )


def front_that_answers(monkeypatch: pytest.MonkeyPatch, answer) -> tuple[int, str]:
    """The status and the journal's code where GetDatabase is answered so."""
    monkeypatch.setitem(registry.OURS, ("glue", "GetDatabase"), answer)
    front = Front(World(ACCOUNT, "eu-west-1"))
    scope = "AWS4-HMAC-SHA256 Credential=k/20260101/eu-west-1/glue/aws4_request"
    headers = {"x-amz-target": "AWSGlue.GetDatabase", "authorization": scope}
    given = front.answer(Request("POST", "/", "", headers, b'{"Name": "x"}'))
    return given.status, front.journal.unemulated()[0]["code"]


def test_a_wrong_answer_and_a_crash_are_no_success(monkeypatch: pytest.MonkeyPatch, capfd) -> None:
    for wrong in ({"Database": {}}, {"Database": {"Name": "x", "Nonsense": 1}}, {"Database": {"Name": ""}}):
        assert front_that_answers(monkeypatch, lambda _world, _call, wrong=wrong: wrong) == (501, "INVALID")
    assert front_that_answers(monkeypatch, lambda _world, _call: 1 / 0) == (501, "CRASH")
    assert "ZeroDivisionError" in capfd.readouterr().err
