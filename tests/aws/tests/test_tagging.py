"""GetResources."""

import pytest
from conftest import ACCOUNT, REGION, TRUST, Aws, refused

OWNER = {"lake.dev/owner": "terraform/default/events"}
BUCKET = "arn:aws:s3:::lake-store"


@pytest.fixture
def tagged(aws: Aws):
    listed = [{"Key": key, "Value": value} for key, value in OWNER.items()]
    aws.client("s3").create_bucket(
        Bucket="lake-store", CreateBucketConfiguration={"LocationConstraint": REGION, "Tags": listed}
    )
    aws.client("s3control").create_access_point(AccountId=ACCOUNT, Name="analysts", Bucket="lake-store", Tags=listed)
    aws.client("iam").create_role(RoleName="etl", AssumeRolePolicyDocument=TRUST, Tags=listed)
    aws.table()
    glue = aws.client("glue")
    glue.create_database(DatabaseInput={"Name": "tagged"}, Tags=OWNER)
    glue.create_job(
        Name="etl", Role="etl", Command={"Name": "glueetl", "ScriptLocation": "s3://x/y"}, Tags={**OWNER, "more": "1"}
    )
    glue.create_crawler(
        Name="raw",
        Role="etl",
        Targets={"S3Targets": [{"Path": "s3://lake-store/"}]},
        Tags={"lake.dev/owner": "another"},
    )
    return aws.client("resourcegroupstaggingapi")


def arns(answer: dict) -> list[str]:
    return [each["ResourceARN"] for each in answer["ResourceTagMappingList"]]


def test_lists_what_wears_a_tag_but_roles_and_tables(tagged) -> None:
    found = arns(tagged.get_resources(TagFilters=[{"Key": "lake.dev/owner", "Values": list(OWNER.values())}]))
    glue = f"arn:aws:glue:{REGION}:{ACCOUNT}"
    assert found == [
        f"{glue}:database/tagged",
        f"{glue}:job/etl",
        BUCKET,
        f"arn:aws:s3:{REGION}:{ACCOUNT}:accesspoint/analysts",
    ]
    assert len(arns(tagged.get_resources(TagFilters=[{"Key": "lake.dev/owner"}]))) == 5
    assert arns(
        tagged.get_resources(TagFilters=[{"Key": "lake.dev/owner"}, {"Key": "more", "Values": ["1", "2"]}])
    ) == [f"{glue}:job/etl"]
    assert arns(tagged.get_resources(ResourceTypeFilters=["glue:crawler", "s3:bucket"])) == [
        f"{glue}:crawler/raw",
        BUCKET,
    ]


def test_looks_up_arns(tagged) -> None:
    answer = tagged.get_resources(ResourceARNList=[BUCKET, "arn:aws:s3:::lake-nowhere"])
    assert answer["ResourceTagMappingList"] == [
        {"ResourceARN": BUCKET, "Tags": [{"Key": "lake.dev/owner", "Value": "terraform/default/events"}]}
    ]
    with refused("InvalidParameterException"):
        tagged.get_resources(ResourceARNList=[BUCKET], TagFilters=[{"Key": "a"}])
    with refused("InvalidParameterException"):
        tagged.get_resources(ResourceARNList=[BUCKET] * 101)


def test_comes_in_pages(tagged) -> None:
    pages = list(tagged.get_paginator("get_resources").paginate(ResourcesPerPage=2))
    assert [len(page["ResourceTagMappingList"]) for page in pages] == [2, 2, 1]


def test_is_regional(aws: Aws, tagged) -> None:
    assert arns(aws.client("resourcegroupstaggingapi", region="eu-central-1").get_resources()) == []


def test_lists_the_kinds_of_streams_events_queries_alarms_and_logs(aws: Aws) -> None:
    listed = [{"Key": key, "Value": value} for key, value in OWNER.items()]
    aws.client("athena").create_work_group(Name="serving", Tags=listed)
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName="records",
        Namespace="n",
        MetricName="m",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        Tags=listed,
    )
    aws.client("events").create_event_bus(Name="events", Tags=listed)
    aws.client("kinesis").create_stream(StreamName="clicks", ShardCount=1, Tags=OWNER)
    aws.client("logs").create_log_group(logGroupName="/lake/api", tags=OWNER)
    tagging = aws.client("resourcegroupstaggingapi")
    every = {
        "athena:workgroup": f"arn:aws:athena:{REGION}:{ACCOUNT}:workgroup/serving",
        "cloudwatch:alarm": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:records",
        "events:event-bus": f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/events",
        "kinesis:stream": f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/clicks",
        "logs:log-group": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/lake/api",
    }
    assert arns(tagging.get_resources(TagFilters=[{"Key": "lake.dev/owner"}])) == sorted(every.values())
    for kind, arn in every.items():
        assert arns(tagging.get_resources(ResourceTypeFilters=[kind])) == [arn]
        assert arns(tagging.get_resources(ResourceARNList=[arn])) == [arn]
    assert arns(tagging.get_resources(ResourceTypeFilters=["cloudwatch:bucket", "logs:stream"])) == []
    aws.client("kinesis").describe_stream_summary(StreamName="clicks")
    aws.client("kinesis").delete_stream(StreamName="clicks")
    assert arns(tagging.get_resources(ResourceTypeFilters=["kinesis"])) == []
    aws.client("logs").delete_log_group(logGroupName="/lake/api")
    assert arns(tagging.get_resources(ResourceTypeFilters=["logs"])) == []
