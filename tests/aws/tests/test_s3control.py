"""Access points."""

import json
from urllib.request import Request, urlopen

import pytest
from conftest import ACCOUNT, REGION, Aws, refused

BUCKET = "lake-store"
ARN = f"arn:aws:s3:{REGION}:{ACCOUNT}:accesspoint/analysts"
MINE = {"AccountId": ACCOUNT, "Name": "analysts"}


@pytest.fixture
def control(aws: Aws):
    aws.bucket(BUCKET)
    return aws.client("s3control")


def test_an_access_point_comes_back_as_it_was_made(control) -> None:
    blocked = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": False,
        "BlockPublicPolicy": False,
        "RestrictPublicBuckets": True,
    }
    tags = [{"Key": "lake.dev/owner", "Value": "terraform/default/events"}]
    made = control.create_access_point(
        **MINE,
        Bucket=BUCKET,
        VpcConfiguration={"VpcId": "vpc-0abc1234"},
        PublicAccessBlockConfiguration=blocked,
        Tags=tags,
    )
    assert made["AccessPointArn"] == ARN and made["Alias"].endswith("-s3alias")
    read = control.get_access_point(**MINE)
    assert (read["NetworkOrigin"], read["VpcConfiguration"], read["BucketAccountId"]) == (
        "VPC",
        {"VpcId": "vpc-0abc1234"},
        ACCOUNT,
    )
    assert read["PublicAccessBlockConfiguration"] == blocked
    assert read["Alias"] == made["Alias"] and read["Endpoints"]["ipv4"] == f"s3-accesspoint.{REGION}.amazonaws.com"
    assert control.list_tags_for_resource(AccountId=ACCOUNT, ResourceArn=ARN)["Tags"] == tags
    assert [
        each["Name"] for each in control.list_access_points(AccountId=ACCOUNT, Bucket=BUCKET)["AccessPointList"]
    ] == ["analysts"]


@pytest.mark.parametrize("account", [{"Host": f"{ACCOUNT}.127.0.0.1"}, {"x-amz-account-id": ACCOUNT}])
def test_the_account_stands_before_the_host_or_in_a_header(aws: Aws, control, account: dict[str, str]) -> None:
    control.create_access_point(**MINE, Bucket=BUCKET)
    scope = f"AWS4-HMAC-SHA256 Credential=k/20260101/{REGION}/s3/aws4_request"
    url = f"{aws.endpoint}/v20180820/accesspoint/analysts"
    with urlopen(Request(url, headers={"Authorization": scope, **account})) as answer:
        assert b"<GetAccessPointResult" in answer.read()


def test_refusals(control) -> None:
    with refused("InvalidRequest"):
        control.create_access_point(**MINE, Bucket="lake-nowhere")
    for code, names in {
        "InvalidURI": ("Analysts", "an_alysts"),
        "InvalidRequest": ("an.alysts", "-analysts", "x-s3alias", "xn--analysts"),
    }.items():
        for name in names:
            with refused(code):
                control.create_access_point(AccountId=ACCOUNT, Name=name, Bucket=BUCKET)
    control.create_access_point(**MINE, Bucket=BUCKET)
    with refused("AccessPointAlreadyOwnedByYou"):
        control.create_access_point(**MINE, Bucket=BUCKET)
    for call in (control.get_access_point, control.delete_access_point, control.get_access_point_policy):
        with refused("NoSuchAccessPoint"):
            call(AccountId=ACCOUNT, Name="nobody")
    with refused("NoSuchAccessPointPolicy"):
        control.get_access_point_policy(**MINE)
    with refused("AccessDenied"):
        control.get_access_point(AccountId="210987654321", Name="analysts")


def test_policies(control) -> None:
    control.create_access_point(**MINE, Bucket=BUCKET)
    allow = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "s3:GetObject", "Resource": f"{ARN}/object/*"}

    def put(**changed: object) -> str:
        document = json.dumps({"Version": "2012-10-17", "Statement": [{**allow, **changed}]})
        control.put_access_point_policy(**MINE, Policy=document)
        return document

    with refused("MalformedPolicy", "resource"):
        put(Resource=f"arn:aws:s3:::{BUCKET}/*")
    with refused("MalformedPolicy", "Invalid principal in policy"):
        put(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/nobody"})
    with refused("AccessDenied"):
        put(Principal="*")
    document = put()
    assert control.get_access_point_policy(**MINE)["Policy"] == document
    control.delete_access_point_policy(**MINE)
    with refused("NoSuchAccessPointPolicy"):
        control.get_access_point_policy(**MINE)


def test_tags_are_added_and_taken_away(control) -> None:
    control.create_access_point(**MINE, Bucket=BUCKET, Tags=[{"Key": "a", "Value": "1"}])
    control.tag_resource(
        AccountId=ACCOUNT, ResourceArn=ARN, Tags=[{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "3"}]
    )
    control.untag_resource(AccountId=ACCOUNT, ResourceArn=ARN, TagKeys=["b"])
    assert control.list_tags_for_resource(AccountId=ACCOUNT, ResourceArn=ARN)["Tags"] == [{"Key": "a", "Value": "3"}]
    bucket = f"arn:aws:s3:::{BUCKET}"
    control.tag_resource(AccountId=ACCOUNT, ResourceArn=bucket, Tags=[{"Key": "c", "Value": "4"}])
    assert control.list_tags_for_resource(AccountId=ACCOUNT, ResourceArn=bucket)["Tags"] == [{"Key": "c", "Value": "4"}]
    control.delete_access_point(**MINE)
    with refused("NoSuchAccessPoint"):
        control.list_tags_for_resource(AccountId=ACCOUNT, ResourceArn=ARN)
