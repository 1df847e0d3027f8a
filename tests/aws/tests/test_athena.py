"""Workgroups, what keeps them, and their tags."""

import pytest
from conftest import ACCOUNT, REGION, Aws, refused

ARN = f"arn:aws:athena:{REGION}:{ACCOUNT}:workgroup/serving"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/spark"
AUTO = {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "Athena engine version 3"}
RESULTS = {
    "OutputLocation": "s3://results/serving/",
    "EncryptionConfiguration": {"EncryptionOption": "SSE_KMS", "KmsKey": KEY},
    "ExpectedBucketOwner": ACCOUNT,
    "AclConfiguration": {"S3AclOption": "BUCKET_OWNER_FULL_CONTROL"},
}
#: Every member that a workgroup can be made with, but for those that go with others only.
WHOLE = {
    "ResultConfiguration": RESULTS,
    "EnforceWorkGroupConfiguration": False,
    "PublishCloudWatchMetricsEnabled": False,
    "BytesScannedCutoffPerQuery": 10_000_000,
    "RequesterPaysEnabled": True,
    "EngineVersion": {"SelectedEngineVersion": "Athena engine version 3"},
    "AdditionalConfiguration": '{"a":"b"}',
    "ExecutionRole": ROLE,
    "MonitoringConfiguration": {
        "CloudWatchLoggingConfiguration": {
            "Enabled": True,
            "LogGroup": "/athena",
            "LogTypes": {"SPARK_DRIVER": ["STDOUT"]},
        },
        "ManagedLoggingConfiguration": {"Enabled": True, "KmsKey": KEY},
        "S3LoggingConfiguration": {"Enabled": True, "LogLocation": "s3://results/logs/"},
    },
    "EngineConfiguration": {
        "MaxConcurrentDpus": 24,
        "Classifications": [{"Name": "athena-query-engine-properties", "Properties": {"max-dpu-count": "24"}}],
    },
    "CustomerContentEncryptionConfiguration": {"KmsKey": KEY},
    "EnableMinimumEncryptionConfiguration": True,
    "QueryResultsS3AccessGrantsConfiguration": {
        "EnableS3AccessGrants": True,
        "CreateUserLevelPrefix": True,
        "AuthenticationType": "DIRECTORY_IDENTITY",
    },
}


@pytest.fixture
def athena(aws: Aws):
    return aws.client("athena")


def read(athena, name: str = "serving") -> dict:
    return athena.get_work_group(WorkGroup=name)["WorkGroup"]


def test_a_workgroup_has_defaults(athena) -> None:
    athena.create_work_group(Name="serving")
    found = read(athena)
    assert found.pop("CreationTime") == read(athena)["CreationTime"]
    assert found == {
        "Name": "serving",
        "State": "ENABLED",
        "Configuration": {
            "EnforceWorkGroupConfiguration": True,
            "PublishCloudWatchMetricsEnabled": True,
            "RequesterPaysEnabled": False,
            "EnableMinimumEncryptionConfiguration": False,
            "EngineVersion": AUTO,
        },
    }


def test_every_member_comes_back(athena) -> None:
    athena.create_work_group(Name="serving", Description="d", Configuration=WHOLE)
    found = read(athena)
    engine = {"SelectedEngineVersion": "Athena engine version 3", "EffectiveEngineVersion": "Athena engine version 3"}
    assert found["Description"] == "d"
    assert found["Configuration"] == {**WHOLE, "EngineVersion": engine}


def test_an_update_merges_and_remove_takes_away(athena) -> None:
    athena.create_work_group(Name="serving", Description="d", Configuration=WHOLE)
    athena.update_work_group(
        WorkGroup="serving", ConfigurationUpdates={"ResultConfigurationUpdates": {"OutputLocation": "s3://other/"}}
    )
    assert read(athena)["Configuration"]["ResultConfiguration"] == {**RESULTS, "OutputLocation": "s3://other/"}
    assert read(athena)["Configuration"]["BytesScannedCutoffPerQuery"] == 10_000_000
    athena.update_work_group(
        WorkGroup="serving",
        State="DISABLED",
        Description="",
        ConfigurationUpdates={
            "RemoveBytesScannedCutoffPerQuery": True,
            "RemoveCustomerContentEncryptionConfiguration": True,
            "EnforceWorkGroupConfiguration": True,
            "EngineVersion": {"SelectedEngineVersion": "AUTO", "EffectiveEngineVersion": "ignored"},
            "ResultConfigurationUpdates": {
                "RemoveOutputLocation": True,
                "OutputLocation": "s3://nowhere/",
                "RemoveEncryptionConfiguration": True,
                "RemoveExpectedBucketOwner": True,
                "RemoveAclConfiguration": False,
            },
        },
    )
    found = read(athena)
    assert (found["State"], found.get("Description")) == ("DISABLED", "")
    configuration = found["Configuration"]
    assert configuration["ResultConfiguration"] == {"AclConfiguration": RESULTS["AclConfiguration"]}
    assert "BytesScannedCutoffPerQuery" not in configuration
    assert "CustomerContentEncryptionConfiguration" not in configuration
    assert (configuration["EnforceWorkGroupConfiguration"], configuration["EngineVersion"]) == (True, AUTO)
    assert configuration["MonitoringConfiguration"] == WHOLE["MonitoringConfiguration"]


def test_results_are_managed_or_in_a_bucket(athena) -> None:
    managed = {"Enabled": True, "EncryptionConfiguration": {"KmsKey": KEY}}
    bucket = {"OutputLocation": "s3://results/"}
    with refused("InvalidRequestException"):
        athena.create_work_group(
            Name="serving", Configuration={"ManagedQueryResultsConfiguration": managed, "ResultConfiguration": bucket}
        )
    athena.create_work_group(Name="serving", Configuration={"ManagedQueryResultsConfiguration": managed})
    with refused("InvalidRequestException"):
        athena.update_work_group(WorkGroup="serving", ConfigurationUpdates={"ResultConfigurationUpdates": bucket})
    assert "ResultConfiguration" not in read(athena)["Configuration"]
    athena.update_work_group(
        WorkGroup="serving",
        ConfigurationUpdates={
            "ManagedQueryResultsConfigurationUpdates": {"Enabled": False, "RemoveEncryptionConfiguration": True},
            "ResultConfigurationUpdates": bucket,
        },
    )
    configuration = read(athena)["Configuration"]
    assert configuration["ManagedQueryResultsConfiguration"] == {"Enabled": False}
    assert configuration["ResultConfiguration"] == bucket


def test_an_identity_center_needs_a_role(athena) -> None:
    instance = {"IdentityCenterInstanceArn": "arn:aws:sso:::instance/ssoins-1234567890abcdef"}
    center = {"IdentityCenterConfiguration": {"EnableIdentityCenter": True, **instance}}
    with refused("InvalidRequestException", "ExecutionRole"):
        athena.create_work_group(Name="serving", Configuration=center)
    athena.create_work_group(Name="serving", Configuration={**center, "ExecutionRole": ROLE})
    found = read(athena)
    assert found["Configuration"]["IdentityCenterConfiguration"] == center["IdentityCenterConfiguration"]
    assert f":{ACCOUNT}:application/ssoins-1234567890abcdef/apl-" in found["IdentityCenterApplicationArn"]


@pytest.mark.parametrize(
    "configuration",
    [
        {"BytesScannedCutoffPerQuery": 9_999_999},
        {"ResultConfiguration": {"OutputLocation": "results/"}},
        {"ResultConfiguration": {"EncryptionConfiguration": {"EncryptionOption": "SSE_X"}}},
        {"EngineVersion": {"SelectedEngineVersion": "Athena engine version 1"}},
    ],
)
def test_what_makes_no_workgroup(athena, configuration: dict) -> None:
    with refused("InvalidRequestException"):
        athena.create_work_group(Name="serving", Configuration=configuration)
    assert [each["Name"] for each in athena.list_work_groups()["WorkGroups"]] == ["primary"]


def test_what_is_not_there_is_an_invalid_request(athena) -> None:
    for call in (athena.get_work_group, athena.delete_work_group, athena.update_work_group):
        with refused("InvalidRequestException", "is not found"):
            call(WorkGroup="serving")
    athena.create_work_group(Name="serving")
    with refused("InvalidRequestException", "is already created"):
        athena.create_work_group(Name="serving")


def test_primary_is_always_there(athena) -> None:
    assert read(athena, "primary")["State"] == "ENABLED"
    with refused("InvalidRequestException", "primary"):
        athena.create_work_group(Name="primary")
    with refused("InvalidRequestException", "primary"):
        athena.delete_work_group(WorkGroup="primary", RecursiveDeleteOption=True)
    athena.update_work_group(WorkGroup="primary", State="DISABLED")
    assert read(athena, "primary")["State"] == "DISABLED"


def test_a_workgroup_with_queries_goes_only_with_them(athena) -> None:
    athena.create_work_group(Name="serving")
    query = {"Name": "q", "Database": "lake", "QueryString": "SELECT 1", "WorkGroup": "serving"}
    key = athena.create_named_query(**query, ClientRequestToken="t" * 32)["NamedQueryId"]
    assert athena.create_named_query(**query, ClientRequestToken="t" * 32)["NamedQueryId"] == key
    with refused("InvalidRequestException"):
        athena.create_named_query(**{**query, "QueryString": "SELECT 2"}, ClientRequestToken="t" * 32)
    assert athena.create_named_query(**query)["NamedQueryId"] != key
    assert len(athena.list_named_queries(WorkGroup="serving")["NamedQueryIds"]) == 2
    assert athena.get_named_query(NamedQueryId=key)["NamedQuery"] == {**query, "NamedQueryId": key}
    with refused("InvalidRequestException", "is not empty"):
        athena.delete_work_group(WorkGroup="serving")
    athena.delete_named_query(NamedQueryId=key)
    with refused("InvalidRequestException", "was not found"):
        athena.get_named_query(NamedQueryId=key)
    with refused("InvalidRequestException", "is not empty"):
        athena.delete_work_group(WorkGroup="serving", RecursiveDeleteOption=False)
    athena.delete_work_group(WorkGroup="serving", RecursiveDeleteOption=True)
    athena.create_work_group(Name="serving")
    assert athena.list_named_queries(WorkGroup="serving").get("NamedQueryIds", []) == []


def test_tags_come_and_go(athena) -> None:
    athena.create_work_group(Name="serving", Tags=[{"Key": "a", "Value": "1"}])
    athena.tag_resource(ResourceARN=ARN, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "3"}])
    athena.untag_resource(ResourceARN=ARN, TagKeys=["b", "nope"])
    assert athena.list_tags_for_resource(ResourceARN=ARN)["Tags"] == [{"Key": "a", "Value": "2"}]
    with refused("InvalidRequestException"):
        athena.tag_resource(ResourceARN=ARN, Tags=[{"Key": "aws:a", "Value": "2"}])
    with refused("InvalidRequestException"):
        athena.create_work_group(Name="other", Tags=[{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}])
    with refused("ResourceNotFoundException"):
        athena.list_tags_for_resource(ResourceARN=ARN.replace("serving", "nope"))
    with refused("InvalidRequestException"):
        athena.list_tags_for_resource(ResourceARN="arn:aws:athena:nonsense")


def test_lists_come_in_pages(athena) -> None:
    for name in ("a", "b"):
        athena.create_work_group(Name=name, Description="d")
    first = athena.list_work_groups(MaxResults=2)
    rest = athena.list_work_groups(NextToken=first["NextToken"])
    listed = first["WorkGroups"] + rest["WorkGroups"]
    assert [each["Name"] for each in listed] == ["a", "b", "primary"] and "NextToken" not in rest
    assert (listed[0]["Description"], listed[0]["EngineVersion"]) == ("d", AUTO)
    with refused("InvalidRequestException"):
        athena.list_work_groups(NextToken="nonsense")
