"""Log groups and their tags."""

import pytest
from conftest import ACCOUNT, REGION, Aws, refused

NAME = "/lake/events/api"
ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{NAME}"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"


@pytest.fixture
def logs(aws: Aws):
    return aws.client("logs")


def read(logs, name: str = NAME) -> dict:
    (found,) = logs.describe_log_groups(logGroupIdentifiers=[name])["logGroups"]
    return found


def test_a_group_comes_back_with_defaults(logs) -> None:
    logs.create_log_group(logGroupName=NAME)
    found = read(logs)
    assert found.pop("creationTime") > 1_500_000_000_000
    assert found == {
        "logGroupName": NAME,
        "arn": f"{ARN}:*",
        "logGroupArn": ARN,
        "metricFilterCount": 0,
        "storedBytes": 0,
        "logGroupClass": "STANDARD",
        "deletionProtectionEnabled": False,
        "bearerTokenAuthenticationEnabled": False,
    }
    with refused("ResourceAlreadyExistsException", "The specified log group already exists"):
        logs.create_log_group(logGroupName=NAME)


def test_a_group_comes_back_as_it_was_made(logs) -> None:
    logs.create_log_group(
        logGroupName=NAME,
        kmsKeyId=KEY,
        logGroupClass="INFREQUENT_ACCESS",
        deletionProtectionEnabled=True,
        tags={"lake.dev/owner": "x"},
    )
    found = read(logs)
    made = [found[member] for member in ("kmsKeyId", "logGroupClass", "deletionProtectionEnabled")]
    assert made == [KEY, "INFREQUENT_ACCESS", True]
    assert logs.list_tags_for_resource(resourceArn=ARN)["tags"] == {"lake.dev/owner": "x"}


@pytest.mark.parametrize(
    "said",
    [
        {"logGroupName": "aws/x"},
        {"logGroupName": "a b"},
        {"logGroupName": "x", "kmsKeyId": "alias/x"},
        {"logGroupName": "x", "logGroupClass": "COLD"},
        {"logGroupName": "x", "tags": {}},
        {"logGroupName": "x", "tags": {"aws:x": "y"}},
    ],
)
def test_what_makes_no_group(logs, said: dict) -> None:
    with refused("InvalidParameterException"):
        logs.create_log_group(**said)


def test_retention_is_one_of_some_numbers_or_for_ever(logs) -> None:
    logs.create_log_group(logGroupName=NAME)
    logs.put_retention_policy(logGroupName=NAME, retentionInDays=3653)
    assert read(logs)["retentionInDays"] == 3653
    for days in (0, 2, 366):
        with refused("InvalidParameterException"):
            logs.put_retention_policy(logGroupName=NAME, retentionInDays=days)
    logs.delete_retention_policy(logGroupName=NAME)
    assert "retentionInDays" not in read(logs)
    for call, said in ((logs.put_retention_policy, {"retentionInDays": 30}), (logs.delete_retention_policy, {})):
        with refused("ResourceNotFoundException"):
            call(logGroupName="nope", **said)


def test_a_key_comes_and_goes(logs) -> None:
    logs.create_log_group(logGroupName=NAME)
    logs.associate_kms_key(logGroupName=NAME, kmsKeyId=KEY)
    assert read(logs)["kmsKeyId"] == KEY
    logs.associate_kms_key(resourceIdentifier=ARN, kmsKeyId=KEY.replace("key/1", "key/2"))
    assert read(logs)["kmsKeyId"] == KEY.replace("key/1", "key/2")
    logs.disassociate_kms_key(logGroupName=NAME)
    assert "kmsKeyId" not in read(logs)
    for both in ({}, {"logGroupName": NAME, "resourceIdentifier": ARN}):
        with refused("InvalidParameterException"):
            logs.disassociate_kms_key(**both)
    with refused("InvalidParameterException"):
        logs.associate_kms_key(logGroupName=NAME, kmsKeyId="alias/x")
    with refused("ResourceNotFoundException"):
        logs.associate_kms_key(logGroupName="nope", kmsKeyId=KEY)


def test_a_protected_group_is_not_deleted(logs) -> None:
    logs.create_log_group(logGroupName=NAME)
    logs.put_log_group_deletion_protection(logGroupIdentifier=ARN, deletionProtectionEnabled=True)
    with refused("ValidationException", "Cannot delete log group with deletion protection enabled."):
        logs.delete_log_group(logGroupName=NAME)
    logs.put_log_group_deletion_protection(logGroupIdentifier=NAME, deletionProtectionEnabled=False)
    logs.delete_log_group(logGroupName=NAME)
    with refused("ResourceNotFoundException"):
        logs.delete_log_group(logGroupName=NAME)
    with refused("ResourceNotFoundException"):
        logs.put_log_group_deletion_protection(logGroupIdentifier=NAME, deletionProtectionEnabled=True)


def names(answer: dict) -> list[str]:
    return [each["logGroupName"] for each in answer["logGroups"]]


def test_groups_are_found_by_names_prefix_part_and_class(logs) -> None:
    for name, sort in (("/b/one", "STANDARD"), ("/a/two", "INFREQUENT_ACCESS"), ("/b/two", "ESSENTIALS")):
        logs.create_log_group(logGroupName=name, logGroupClass=sort)
    assert names(logs.describe_log_groups()) == ["/a/two", "/b/one", "/b/two"]
    assert names(logs.describe_log_groups(logGroupNamePrefix="/b")) == ["/b/one", "/b/two"]
    assert names(logs.describe_log_groups(logGroupClass="ESSENTIALS")) == ["/a/two", "/b/two"]
    assert names(logs.describe_log_groups(logGroupIdentifiers=["/b/one", "nope"])) == ["/b/one"]
    (found, _) = logs.describe_log_groups(logGroupNamePattern="two")["logGroups"]
    assert set(found) == {"arn", "creationTime", "logGroupName"}
    first = logs.describe_log_groups(limit=2)
    assert names(logs.describe_log_groups(nextToken=first["nextToken"])) == ["/b/two"]
    for said in (
        {"logGroupNamePrefix": "/b", "logGroupNamePattern": "two"},
        {"logGroupIdentifiers": ["/b/one"], "logGroupNamePrefix": "/b"},
        {"logGroupIdentifiers": [f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/b/one"]},
        {"logGroupIdentifiers": ["x"] * 51},
        {"nextToken": "nonsense"},
    ):
        with refused("InvalidParameterException"):
            logs.describe_log_groups(**said)


def test_tags_go_by_the_arn_without_a_star(logs) -> None:
    logs.create_log_group(logGroupName=NAME)
    assert logs.list_tags_for_resource(resourceArn=ARN)["tags"] == {}
    logs.tag_resource(resourceArn=ARN, tags={"a": "1", "b": ""})
    logs.tag_resource(resourceArn=ARN, tags={"a": "2"})
    logs.untag_resource(resourceArn=ARN, tagKeys=["b", "nope"])
    assert logs.list_tags_for_resource(resourceArn=ARN)["tags"] == {"a": "2"}
    with refused("InvalidParameterException"):
        logs.tag_resource(resourceArn=f"{ARN}:*", tags={"a": "3"})
    with refused("TooManyTagsException"):
        logs.tag_resource(resourceArn=ARN, tags={f"k{number}": "v" for number in range(50)})
    with refused("ResourceNotFoundException"):
        logs.list_tags_for_resource(resourceArn=f"{ARN}/nope")
