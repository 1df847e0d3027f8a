"""Roles."""

import json
from urllib.parse import unquote

import pytest
from conftest import ACCOUNT, TRUST, Aws, refused

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
GLUE = "arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole"
INLINE = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
)


@pytest.fixture
def iam(aws: Aws):
    return aws.client("iam")


def test_a_role_comes_back_as_it_was_made(iam) -> None:
    tags = [{"Key": "lake.dev/owner", "Value": "x"}]
    iam.create_role(
        RoleName="etl",
        Path="/lake/events/",
        AssumeRolePolicyDocument=TRUST,
        Description="d",
        MaxSessionDuration=7200,
        PermissionsBoundary=ADMIN,
        Tags=tags,
    )
    role = iam.get_role(RoleName="etl")["Role"]
    assert role["Arn"] == f"arn:aws:iam::{ACCOUNT}:role/lake/events/etl"
    assert (role["Tags"], role["MaxSessionDuration"], role["Description"]) == (tags, 7200, "d")
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == ADMIN
    assert role["AssumeRolePolicyDocument"] == json.loads(TRUST)
    listed = iam.list_roles(PathPrefix="/lake/events/")["Roles"]
    assert [each["RoleName"] for each in listed] == ["etl"] and "Tags" not in listed[0]


def test_refusals(iam) -> None:
    for document, words in (
        ("{no", "invalid Json"),
        (INLINE, "Principal"),
        (
            TRUST.replace('{"Service": "glue.amazonaws.com"}', f'{{"AWS": "arn:aws:iam::{ACCOUNT}:role/nobody"}}'),
            "Invalid principal in policy",
        ),
    ):
        with refused("MalformedPolicyDocument", words):
            iam.create_role(RoleName="etl", AssumeRolePolicyDocument=document)
    iam.create_role(RoleName="etl", AssumeRolePolicyDocument=TRUST)
    for name in ("etl", "ETL"):
        with refused("EntityAlreadyExists"):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
    with refused("NoSuchEntity"):
        iam.get_role(RoleName="nobody")
    with refused("MalformedPolicyDocument"):
        iam.put_role_policy(RoleName="etl", PolicyName="p", PolicyDocument="{no")
    with refused("LimitExceeded"):
        iam.put_role_policy(
            RoleName="etl", PolicyName="p", PolicyDocument=INLINE.replace('"*"', json.dumps(["x" * 100] * 110))
        )
    with refused("NoSuchEntity"):
        iam.attach_role_policy(RoleName="etl", PolicyArn="arn:aws:iam::aws:policy/NoSuchThing")
    with refused("InvalidInput"):
        iam.tag_role(RoleName="etl", Tags=[{"Key": "aws:x", "Value": "y"}])


def test_an_omitted_session_duration_is_an_hour_and_an_omitted_description_stays(iam) -> None:
    iam.create_role(RoleName="etl", AssumeRolePolicyDocument=TRUST, Description="d", MaxSessionDuration=7200)
    iam.update_role(RoleName="etl")
    role = iam.get_role(RoleName="etl")["Role"]
    assert (role["Description"], role["MaxSessionDuration"]) == ("d", 3600)


def test_a_role_is_deleted_when_nothing_hangs_on_it(iam) -> None:
    iam.create_role(RoleName="etl", AssumeRolePolicyDocument=TRUST)
    iam.put_role_policy(RoleName="etl", PolicyName="p", PolicyDocument=INLINE)
    iam.attach_role_policy(RoleName="etl", PolicyArn=GLUE)
    iam.create_instance_profile(InstanceProfileName="ip")
    iam.add_role_to_instance_profile(InstanceProfileName="ip", RoleName="etl")
    for undo, words in (
        (iam.delete_role_policy, {"PolicyName": "p"}),
        (iam.detach_role_policy, {"PolicyArn": GLUE}),
        (iam.remove_role_from_instance_profile, {"InstanceProfileName": "ip"}),
    ):
        with refused("DeleteConflict"):
            iam.delete_role(RoleName="etl")
        undo(RoleName="etl", **words)
    iam.delete_role(RoleName="etl")
    with refused("NoSuchEntity"):
        iam.delete_role(RoleName="etl")


def test_all_roles_are_told_with_their_tags_in_pages(iam) -> None:
    for name in ("c", "a", "b"):
        iam.create_role(
            RoleName=name,
            Path="/own/",
            AssumeRolePolicyDocument=TRUST,
            Tags=[{"Key": "k", "Value": name}],
            PermissionsBoundary=ADMIN,
        )
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=INLINE)
    first = iam.get_account_authorization_details(Filter=["Role"], MaxItems=2)
    rest = iam.get_account_authorization_details(Filter=["Role"], Marker=first["Marker"])
    told = first["RoleDetailList"] + rest["RoleDetailList"]
    assert [(each["RoleName"], each["Tags"][0]["Value"]) for each in told] == [("a", "a"), ("b", "b"), ("c", "c")]
    assert told[0]["PermissionsBoundary"]["PermissionsBoundaryArn"] == ADMIN
    assert json.loads(unquote(str(json.dumps(told[0]["AssumeRolePolicyDocument"])))) == json.loads(TRUST)
    pages = iam.get_paginator("list_roles").paginate(PathPrefix="/own/", PaginationConfig={"PageSize": 2})
    assert sorted(role["RoleName"] for page in pages for role in page["Roles"]) == ["a", "b", "c"]
