"""Event buses, their policies, rules and tags."""

import json

import pytest
from conftest import ACCOUNT, OTHER, REGION, Aws, refused

BUSES = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus"
ARN = f"{BUSES}/events"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"
DEAD = {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:dead"}
LOG = {"Level": "ERROR", "IncludeDetail": "FULL"}
PATTERN = json.dumps({"source": ["transactions"]})


@pytest.fixture
def events(aws: Aws):
    return aws.client("events")


def read(events, name: str = "events") -> dict:
    found = events.describe_event_bus(Name=name)
    found.pop("ResponseMetadata")
    return found


def test_a_bus_comes_back_as_it_was_made(events) -> None:
    said = {"Description": "d", "KmsKeyIdentifier": KEY, "DeadLetterConfig": DEAD, "LogConfig": LOG}
    answer = events.create_event_bus(Name="events", Tags=[{"Key": "a", "Value": "1"}], **said)
    answer.pop("ResponseMetadata")
    assert answer == {"EventBusArn": ARN, **said}
    found = read(events)
    assert found.pop("CreationTime") == found.pop("LastModifiedTime")
    assert found == {"Name": "events", "Arn": ARN, **said}
    assert events.list_tags_for_resource(ResourceARN=ARN)["Tags"] == [{"Key": "a", "Value": "1"}]
    assert events.describe_event_bus(Name=ARN)["Name"] == "events"
    with refused("ResourceAlreadyExistsException", "Event bus events already exists."):
        events.create_event_bus(Name="events")


def test_an_update_resets_what_it_does_not_say_but_the_description(events) -> None:
    events.create_event_bus(Name="events")
    assert set(read(events)) == {"Name", "Arn", "CreationTime", "LastModifiedTime"}
    events.update_event_bus(
        Name="events", Description="d", KmsKeyIdentifier=KEY, DeadLetterConfig=DEAD, LogConfig={"Level": "INFO"}
    )
    found = read(events)
    assert (found["KmsKeyIdentifier"], found["DeadLetterConfig"]) == (KEY, DEAD)
    assert found["LogConfig"] == {"Level": "INFO", "IncludeDetail": "NONE"}
    assert found["LastModifiedTime"] > found["CreationTime"]
    answer = events.update_event_bus(Name="events")
    assert (answer["Name"], answer["Arn"], answer["Description"]) == ("events", ARN, "d")
    found = read(events)
    assert "KmsKeyIdentifier" not in found and "DeadLetterConfig" not in found
    assert (found["Description"], found["LogConfig"]) == ("d", {"Level": "OFF", "IncludeDetail": "NONE"})
    events.update_event_bus(Name="events", Description="")
    assert "Description" not in read(events)
    with refused("ResourceNotFoundException", "Event bus nope does not exist."):
        events.update_event_bus(Name="nope")


@pytest.mark.parametrize(
    "said",
    [
        {"Name": "a/b"},
        {"Name": "a b"},
        {"Name": "events", "DeadLetterConfig": {"Arn": "nonsense"}},
        {"Name": "events", "DeadLetterConfig": {}},
        {"Name": "events", "LogConfig": {"Level": "DEBUG"}},
        {"Name": "events", "Tags": [{"Key": "aws:a", "Value": "1"}]},
    ],
)
def test_what_makes_no_bus(events, said: dict) -> None:
    with refused("ValidationException"):
        events.create_event_bus(**said)


def test_the_default_bus_is_always_there(events) -> None:
    found = events.describe_event_bus()
    assert (found["Name"], found["Arn"]) == ("default", f"{BUSES}/default")
    with refused("ResourceAlreadyExistsException"):
        events.create_event_bus(Name="default")
    with refused("ValidationException", "Cannot delete event bus default."):
        events.delete_event_bus(Name="default")


def test_a_bus_with_rules_is_not_deleted(events) -> None:
    events.create_event_bus(Name="events")
    rule = events.put_rule(Name="card", EventBusName="events", EventPattern=PATTERN, Tags=[{"Key": "a", "Value": "1"}])
    assert rule["RuleArn"] == f"arn:aws:events:{REGION}:{ACCOUNT}:rule/events/card"
    with refused("ValidationException", "EventBus can't be deleted since it has rules."):
        events.delete_event_bus(Name="events")
    for _ in range(2):
        events.delete_rule(Name="card", EventBusName="events")
    for _ in range(2):
        events.delete_event_bus(Name="events")
    with refused("ResourceNotFoundException"):
        read(events)
    with refused("ResourceNotFoundException"):
        events.delete_rule(Name="card", EventBusName="events")


def test_a_rule_is_replaced_whole_but_for_its_tags(events) -> None:
    rule = events.put_rule(
        Name="nightly",
        ScheduleExpression="rate(1 day)",
        Description="d",
        State="DISABLED",
        Tags=[{"Key": "a", "Value": "1"}],
    )["RuleArn"]
    assert rule == f"arn:aws:events:{REGION}:{ACCOUNT}:rule/nightly"
    assert events.describe_rule(Name="nightly")["State"] == "DISABLED"
    events.put_rule(Name="nightly", EventPattern=PATTERN, Tags=[{"Key": "a", "Value": "2"}])
    (found,) = events.list_rules(NamePrefix="night")["Rules"]
    assert found == {
        "Name": "nightly",
        "Arn": rule,
        "EventBusName": "default",
        "EventPattern": PATTERN,
        "State": "ENABLED",
    }
    assert events.list_tags_for_resource(ResourceARN=rule)["Tags"] == [{"Key": "a", "Value": "1"}]
    events.create_event_bus(Name="events")
    for said, code in (
        ({}, "ValidationException"),
        ({"EventPattern": "no"}, "InvalidEventPatternException"),
        ({"ScheduleExpression": "rate(1 day)", "EventBusName": "events"}, "ValidationException"),
        ({"EventPattern": PATTERN, "EventBusName": "nope"}, "ResourceNotFoundException"),
    ):
        with refused(code):
            events.put_rule(Name="r", **said)
    with refused("ResourceNotFoundException"):
        events.describe_rule(Name="r")


def statements(events) -> list[dict]:
    return json.loads(read(events)["Policy"])["Statement"]


def test_permissions_are_statements_of_one_policy(events) -> None:
    events.create_event_bus(Name="events")
    one = {"EventBusName": "events", "Action": "events:PutEvents", "Principal": OTHER, "StatementId": "other"}
    events.put_permission(**one)
    condition = {"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": "o-1234567890"}
    events.put_permission(**{**one, "Principal": "*", "StatementId": "org", "Condition": condition})
    assert statements(events) == [
        {
            "Sid": "other",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"},
            "Action": "events:PutEvents",
            "Resource": ARN,
        },
        {
            "Sid": "org",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "events:PutEvents",
            "Resource": ARN,
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}},
        },
    ]
    events.remove_permission(EventBusName="events", StatementId="other")
    assert [each["Sid"] for each in statements(events)] == ["org"]
    with refused("ResourceNotFoundException"):
        events.remove_permission(EventBusName="events", StatementId="other")
    events.remove_permission(EventBusName="events", RemoveAllPermissions=True)
    assert "Policy" not in read(events)
    with refused("ResourceNotFoundException"):
        events.remove_permission(EventBusName="events", StatementId="org")
    with refused("ResourceNotFoundException"):
        events.put_permission(**{**one, "EventBusName": "nope"})
    for wrong in ({"Condition": {**condition, "Type": "Bool"}}, {"Action": "events:Nothing"}, {"Principal": "me"}):
        with refused("ValidationException"):
            events.put_permission(**{**one, **wrong})


def test_a_policy_is_put_whole(events) -> None:
    events.create_event_bus(Name="events")
    statement = {"Sid": "a", "Effect": "Allow", "Principal": "*", "Action": "events:PutEvents", "Resource": ARN}
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    events.put_permission(EventBusName="events", Policy=policy)
    assert read(events)["Policy"] == policy
    (listed,) = events.list_event_buses(NamePrefix="events")["EventBuses"]
    assert listed["Policy"] == policy
    with refused("ValidationException"):
        events.put_permission(EventBusName="events", Policy="{no")
    with refused("PolicyLengthExceededException"):
        events.put_permission(EventBusName="events", Policy=policy.replace('"a"', f'"{"a" * 10_240}"'))
    with refused("ValidationException"):
        events.put_permission(EventBusName="events", Policy=policy, StatementId="b")


def test_tags_come_and_go(events) -> None:
    events.create_event_bus(Name="events")
    events.tag_resource(ResourceARN=ARN, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    events.untag_resource(ResourceARN=ARN, TagKeys=["a", "nope"])
    assert events.list_tags_for_resource(ResourceARN=ARN)["Tags"] == [{"Key": "b", "Value": "2"}]
    with refused("ResourceNotFoundException"):
        events.tag_resource(ResourceARN=f"{ARN}x", Tags=[{"Key": "a", "Value": "1"}])
    with refused("ValidationException"):
        events.tag_resource(ResourceARN=ARN, Tags=[{"Key": f"k{number}", "Value": ""} for number in range(51)])


def test_lists_come_in_pages_and_end_at_a_hundred_buses(events) -> None:
    for number in range(99):
        events.create_event_bus(Name=f"b{number:02}")
    with refused("LimitExceededException"):
        events.create_event_bus(Name="one-more")
    first = events.list_event_buses(Limit=60)
    rest = events.list_event_buses(Limit=60, NextToken=first["NextToken"])
    assert [len(each["EventBuses"]) for each in (first, rest)] == [60, 40] and "NextToken" not in rest
    assert rest["EventBuses"][-1]["Name"] == "default"
