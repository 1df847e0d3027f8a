"""Metric alarms and their tags."""

import json
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import pytest
from conftest import ACCOUNT, REGION, Aws, refused

ARN = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:records"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"
METRIC = {
    "AlarmName": "records",
    "Namespace": "AWS/Firehose",
    "MetricName": "IncomingRecords",
    "Statistic": "Average",
    "Period": 60,
    "EvaluationPeriods": 5,
    "Threshold": 4000.5,
    "ComparisonOperator": "GreaterThanThreshold",
}
#: Everything besides that a put may say of one metric.
MORE = {
    "AlarmDescription": "d",
    "ActionsEnabled": False,
    "OKActions": [TOPIC],
    "AlarmActions": [TOPIC],
    "InsufficientDataActions": [TOPIC],
    "Dimensions": [{"Name": "DeliveryStreamName", "Value": "clicks"}],
    "Unit": "Count",
    "DatapointsToAlarm": 3,
    "TreatMissingData": "notBreaching",
    "EvaluationWindow": {"WallClockWindow": {"Timezone": "UTC"}},
    "WarmUpConfiguration": {"WarmUpPeriodDurationInMinutes": 10, "OnlyStartEvaluatingAfterWarmUpPeriodEnds": True},
    "ActionConfiguration": {"AlarmTagsPropagation": {"Enabled": True, "IncludedTagKeys": ["team"]}},
}
STAT = {"Metric": {"Namespace": "n", "MetricName": "m"}, "Period": 60, "Stat": "Sum"}
MATH = {
    "AlarmName": "records",
    "EvaluationPeriods": 1,
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanThreshold",
    "Metrics": [
        {"Id": "m1", "MetricStat": STAT, "ReturnData": False},
        {"Id": "m2", "MetricStat": STAT, "ReturnData": False},
        {"Id": "e1", "Expression": "m1/m2", "Label": "ratio"},
    ],
}
BAND = {
    "AlarmName": "records",
    "EvaluationPeriods": 1,
    "ComparisonOperator": "LessThanLowerOrGreaterThanUpperThreshold",
    "ThresholdMetricId": "t1",
    "Metrics": [{"Id": "m1", "MetricStat": STAT}, {"Id": "t1", "Expression": "ANOMALY_DETECTION_BAND(m1, 3)"}],
}
PROMQL = {
    "AlarmName": "records",
    "EvaluationCriteria": {"PromQLCriteria": {"Query": "up == 0", "PendingPeriod": 60}},
    "EvaluationInterval": 60,
}
#: What is told of an alarm besides its definition.
FACTS = (
    "AlarmArn",
    "StateValue",
    "StateReason",
    "StateUpdatedTimestamp",
    "StateTransitionedTimestamp",
    "AlarmConfigurationUpdatedTimestamp",
)


@pytest.fixture
def cloudwatch(aws: Aws):
    return aws.client("cloudwatch")


def read(cloudwatch, name: str = "records") -> dict:
    (found,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return found


def definition(cloudwatch) -> dict:
    return {member: value for member, value in read(cloudwatch).items() if member not in FACTS}


def test_an_alarm_begins_without_data_and_with_defaults(cloudwatch) -> None:
    cloudwatch.put_metric_alarm(**METRIC)
    found = read(cloudwatch)
    assert (found["AlarmArn"], found["StateValue"]) == (ARN, "INSUFFICIENT_DATA")
    assert definition(cloudwatch) == {
        **METRIC,
        "ActionsEnabled": True,
        "OKActions": [],
        "AlarmActions": [],
        "InsufficientDataActions": [],
        "Dimensions": [],
    }


def test_a_put_replaces_the_whole_but_state_and_tags(cloudwatch) -> None:
    cloudwatch.put_metric_alarm(**METRIC, **MORE, Tags=[{"Key": "team", "Value": "1"}])
    assert definition(cloudwatch) == {**METRIC, **MORE}
    before = read(cloudwatch)
    cloudwatch.put_metric_alarm(**METRIC, Tags=[{"Key": "team", "Value": "2"}])
    after = read(cloudwatch)
    for member in ("StateValue", "StateUpdatedTimestamp"):
        assert after[member] == before[member]
    assert after["AlarmConfigurationUpdatedTimestamp"] > before["AlarmConfigurationUpdatedTimestamp"]
    assert set(after) & set(MORE) == {
        "ActionsEnabled",
        "OKActions",
        "AlarmActions",
        "InsufficientDataActions",
        "Dimensions",
    }
    assert (after["ActionsEnabled"], after["AlarmActions"], after["Dimensions"]) == (True, [], [])
    assert cloudwatch.list_tags_for_resource(ResourceARN=ARN)["Tags"] == [{"Key": "team", "Value": "1"}]


def test_queries_say_whether_they_return_data(cloudwatch) -> None:
    cloudwatch.put_metric_alarm(**MATH)
    assert read(cloudwatch)["Metrics"] == [*MATH["Metrics"][:2], {**MATH["Metrics"][2], "ReturnData": True}]
    cloudwatch.put_metric_alarm(**BAND)
    found = read(cloudwatch)
    assert found["ThresholdMetricId"] == "t1" and "Threshold" not in found
    assert [query["Id"] for query in found["Metrics"]] == ["m1", "t1"]


def test_promql_begins_ok(cloudwatch) -> None:
    cloudwatch.put_metric_alarm(**PROMQL)
    found = read(cloudwatch)
    assert (found["StateValue"], found["EvaluationCriteria"]) == ("OK", PROMQL["EvaluationCriteria"])


def without(alarm: dict, *members: str) -> dict:
    return {member: value for member, value in alarm.items() if member not in members}


@pytest.mark.parametrize(
    "said",
    [
        without(METRIC, "MetricName"),
        without(METRIC, "Statistic"),
        without(METRIC, "Threshold"),
        without(METRIC, "Period"),
        without(METRIC, "EvaluationPeriods"),
        without(METRIC, "ComparisonOperator"),
        {**METRIC, "Metrics": MATH["Metrics"]},
        {**METRIC, "ExtendedStatistic": "p90"},
        {**without(METRIC, "Statistic"), "ExtendedStatistic": "most"},
        {**METRIC, "Period": 45},
        {**METRIC, "Period": 60, "EvaluationPeriods": 1441},
        {**METRIC, "Period": 3600, "EvaluationPeriods": 169},
        {**METRIC, "DatapointsToAlarm": 6},
        {**METRIC, "TreatMissingData": "never"},
        {**METRIC, "EvaluateLowSampleCountPercentile": "never"},
        {**METRIC, "AlarmActions": ["nonsense"]},
        {**METRIC, "AlarmActions": [f"{TOPIC}{number}" for number in range(6)]},
        {**METRIC, "ComparisonOperator": "GreaterThanUpperThreshold"},
        {**METRIC, "ComparisonOperator": "Greater"},
        {**METRIC, "EvaluationInterval": 60},
        {**METRIC, "EvaluationWindow": {}},
        {**METRIC, "Dimensions": [{"Name": "a", "Value": "1"}, {"Name": "a", "Value": "2"}]},
        {
            **METRIC,
            "ActionConfiguration": {
                "AlarmTagsPropagation": {"Enabled": True, "IncludedTagKeys": ["a"], "ExcludedTagKeys": ["b"]}
            },
        },
        {**MATH, "Period": 60},
        {**MATH, "Metrics": MATH["Metrics"][:2]},
        {**MATH, "Metrics": [MATH["Metrics"][2], {"Id": "e2", "Expression": "e1"}]},
        {**MATH, "Metrics": [MATH["Metrics"][2]] * 2},
        {**MATH, "Metrics": [{"Id": "E1", "Expression": "1"}]},
        {**MATH, "Metrics": [{"Id": "e1", "Expression": "1", "MetricStat": STAT}]},
        {**MATH, "Metrics": [{"Id": "m1", "MetricStat": {**STAT, "Period": 7}}]},
        {
            **MATH,
            "Metrics": [
                *({"Id": f"e{number}", "Expression": "1", "ReturnData": False} for number in range(10)),
                {"Id": "last", "Expression": "1"},
            ],
        },
        {**BAND, "Threshold": 1.0},
        {**BAND, "ThresholdMetricId": "m1"},
        {**BAND, "ComparisonOperator": "GreaterThanThreshold"},
        without(PROMQL, "EvaluationInterval"),
        {**PROMQL, "Threshold": 1.0},
        {**PROMQL, "EvaluationCriteria": {}},
        {**METRIC, "AlarmName": "a\nb"},
    ],
)
def test_what_makes_no_alarm(cloudwatch, said: dict) -> None:
    with refused("ValidationError"):
        cloudwatch.put_metric_alarm(**said)
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


def test_a_period_of_an_hour_is_watched_for_a_week(cloudwatch) -> None:
    cloudwatch.put_metric_alarm(**{**METRIC, "Period": 3600, "EvaluationPeriods": 168})
    cloudwatch.put_metric_alarm(**{**METRIC, "Period": 60, "EvaluationPeriods": 1440})
    assert read(cloudwatch)["EvaluationPeriods"] == 1440


def names(answer: dict) -> list[str]:
    return [each["AlarmName"] for each in answer["MetricAlarms"]]


def test_alarms_are_found_by_names_prefix_state_and_action(cloudwatch) -> None:
    for name in ("b", "a", "ab"):
        actions = [TOPIC] if name == "b" else []
        cloudwatch.put_metric_alarm(**{**METRIC, "AlarmName": name, "AlarmActions": actions})
    assert names(cloudwatch.describe_alarms()) == ["a", "ab", "b"]
    assert names(cloudwatch.describe_alarms(AlarmNames=["b", "nope", "a"])) == ["a", "b"]
    assert names(cloudwatch.describe_alarms(AlarmNamePrefix="a")) == ["a", "ab"]
    assert names(cloudwatch.describe_alarms(ActionPrefix=TOPIC)) == ["b"]
    assert names(cloudwatch.describe_alarms(StateValue="OK")) == []
    answer = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])
    assert (answer["MetricAlarms"], answer["CompositeAlarms"]) == ([], [])
    first = cloudwatch.describe_alarms(MaxRecords=2)
    assert names(first) == ["a", "ab"]
    assert names(cloudwatch.describe_alarms(MaxRecords=2, NextToken=first["NextToken"])) == ["b"]
    with refused("InvalidNextToken"):
        cloudwatch.describe_alarms(NextToken="nonsense")
    with refused("ValidationError"):
        cloudwatch.describe_alarms(AlarmNames=["a"], AlarmNamePrefix="a")
    with refused("ValidationError"):
        cloudwatch.describe_alarms(AlarmNames=[f"a{number}" for number in range(101)])


def test_the_right_ones_are_deleted_beside_wrong_ones(cloudwatch) -> None:
    cloudwatch.put_metric_alarm(**METRIC)
    cloudwatch.delete_alarms(AlarmNames=["nope", "records"])
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


def test_actions_are_switched(cloudwatch) -> None:
    cloudwatch.put_metric_alarm(**METRIC)
    cloudwatch.disable_alarm_actions(AlarmNames=["records"])
    assert read(cloudwatch)["ActionsEnabled"] is False
    cloudwatch.enable_alarm_actions(AlarmNames=["records", "nope"])
    assert read(cloudwatch)["ActionsEnabled"] is True


def test_tags_come_and_go(cloudwatch) -> None:
    cloudwatch.put_metric_alarm(**METRIC)
    cloudwatch.tag_resource(ResourceARN=ARN, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
    cloudwatch.untag_resource(ResourceARN=ARN, TagKeys=["a", "nope"])
    assert cloudwatch.list_tags_for_resource(ResourceARN=ARN)["Tags"] == [{"Key": "b", "Value": ""}]
    with refused("ResourceNotFoundException"):
        cloudwatch.list_tags_for_resource(ResourceARN=f"{ARN}x")
    with refused("InvalidParameterValue"):
        cloudwatch.tag_resource(ResourceARN="arn:aws:nonsense", Tags=[{"Key": "a", "Value": "1"}])
    with refused("InvalidParameterValue"):
        cloudwatch.put_metric_alarm(
            **{**METRIC, "AlarmName": "other"}, Tags=[{"Key": f"k{number}", "Value": ""} for number in range(51)]
        )


def ask(aws: Aws, body: bytes, **headers: str):
    scope = "AWS4-HMAC-SHA256 Credential=k/20260101/eu-west-1/monitoring/aws4_request"
    request = urllib.request.Request(aws.endpoint, data=body, headers={**headers, "Authorization": scope})
    return urllib.request.urlopen(request)


def ask_json(aws: Aws, operation: str, **params: Any) -> dict:
    target = {
        "X-Amz-Target": f"GraniteServiceVersion20100801.{operation}",
        "Content-Type": "application/x-amz-json-1.0",
    }
    with ask(aws, json.dumps(params).encode(), **target) as answer:
        assert answer.headers["Content-Type"] == "application/x-amz-json-1.0"
        return json.loads(answer.read() or b"{}")


def ask_query(aws: Aws, operation: str, **params: str) -> str:
    form = urllib.parse.urlencode({"Action": operation, "Version": "2010-08-01", **params})
    with ask(aws, form.encode(), **{"Content-Type": "application/x-www-form-urlencoded"}) as answer:
        return answer.read().decode()


def test_json_1_0_and_query_are_spoken_too(aws: Aws, cloudwatch) -> None:
    ask_json(aws, "PutMetricAlarm", **METRIC, Dimensions=[{"Name": "a", "Value": "b"}])
    (found,) = ask_json(aws, "DescribeAlarms", AlarmNames=["records"])["MetricAlarms"]
    assert (found["Threshold"], found["Dimensions"]) == (4000.5, [{"Name": "a", "Value": "b"}])
    ask_query(
        aws,
        "PutMetricAlarm",
        **{member: str(value) for member, value in METRIC.items()},
        **{"AlarmActions.member.1": TOPIC, "Dimensions.member.1.Name": "c", "Dimensions.member.1.Value": "d"},
    )
    answer = ask_query(aws, "DescribeAlarms", **{"AlarmNames.member.1": "records"})
    assert f"<member>{TOPIC}</member>" in answer and "<Threshold>4000.5</Threshold>" in answer
    assert read(cloudwatch)["Dimensions"] == [{"Name": "c", "Value": "d"}]
    ask_query(aws, "DeleteAlarms", **{"AlarmNames.member.1": "records"})
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []


def test_an_error_is_told_by_its_name_and_by_the_code_of_old(aws: Aws) -> None:
    """Smithy, "AWS query compatible trait": the name in the body, the query code in a header."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        ask_json(aws, "DescribeAlarms", MaxRecords=101)
    assert caught.value.headers["x-amzn-query-error"] == "ValidationError;Sender"
    assert (caught.value.code, json.load(caught.value)["__type"]) == (400, "ValidationException")
    with pytest.raises(urllib.error.HTTPError) as caught:
        ask_json(aws, "TagResource", ResourceARN=ARN, Tags=[{"Key": "a", "Value": "b"}])
    assert caught.value.headers["x-amzn-query-error"] == "ResourceNotFoundException;Sender"
    assert (caught.value.code, json.load(caught.value)["__type"]) == (404, "ResourceNotFoundException")
    with pytest.raises(urllib.error.HTTPError) as caught:
        ask_query(aws, "DescribeAlarms", MaxRecords="101")
    assert b"<Code>ValidationError</Code>" in caught.value.read()
