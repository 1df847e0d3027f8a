"""A hand on AWS that is not ours.

    hand.py call CLIENT OPERATION PARAMETERS   one boto3 call; its answer as JSON
    hand.py other-account CLIENT OPERATION PARAMETERS   the same as another account, through an assumed role
    hand.py world                              everything there is, as JSON without what differs from run to run
"""

import json
import re
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

VOLATILE = {
    "ResponseMetadata", "CreateTime", "CreationDate", "CreateDate", "CreationTime", "LastUpdated", "UpdateTime",
    "CreatedOn", "LastModifiedOn", "LastModified", "VersionId", "RoleId", "RoleLastUsed", "Alias", "Version",
    "CrawlElapsedTime", "LastCrawl", "CatalogId", "ETag", "LastAccessTime", "Owner", "Endpoints", "RequestCharged",
    "LastAnalyzedTime",
}


def client(name, **credentials):
    made = boto3.client(name, **credentials, config=Config(s3={"addressing_style": "path"}))
    if name == "s3control":
        made.meta.events.register("before-sign.s3-control", without_account)
    return made


def without_account(request, **_):
    """S3 Control puts the account before the host, which no address takes: `123456789012.127.0.0.1`."""
    request.url = re.sub(r"^http://\d{12}\.(?=\d+\.\d+\.\d+\.\d+[:/])", "http://", request.url)


def steady(value):
    """The value without what differs from run to run, its lists in a steady order."""
    if isinstance(value, dict):
        return {k: steady(v) for k, v in sorted(value.items()) if k not in VOLATILE}
    if isinstance(value, list):
        return sorted((steady(v) for v in value), key=lambda v: json.dumps(v, default=str))
    return value


def maybe(call, **parameters):
    """The answer, or the error's code."""
    try:
        return call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]


def pages(client_, operation, member, **parameters):
    return [item for page in client_.get_paginator(operation).paginate(**parameters) for item in page.get(member, [])]


def bucket(s3, name):
    facets = {
        facet: maybe(getattr(s3, facet), Bucket=name)
        for facet in (
            "get_bucket_tagging", "get_bucket_versioning", "get_bucket_encryption", "get_public_access_block",
            "get_bucket_ownership_controls", "get_bucket_policy", "get_bucket_lifecycle_configuration",
            "get_bucket_cors", "get_bucket_logging", "get_bucket_notification_configuration",
            "list_bucket_metrics_configurations",
        )
    }
    objects = {
        entry["Key"]: maybe(s3.head_object, Bucket=name, Key=entry["Key"])
        for entry in s3.list_objects_v2(Bucket=name).get("Contents", [])
    }
    for head in objects.values():
        for name_ in ("AcceptRanges", "LastModified", "ETag", "VersionId"):
            head.pop(name_, None)
    return {"facets": facets, "objects": objects}


def role(iam, name):
    return {
        "role": iam.get_role(RoleName=name)["Role"],
        "inline": {
            policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for policy in pages(iam, "list_role_policies", "PolicyNames", RoleName=name)
        },
        "attached": pages(iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name),
    }


def world():
    account = client("sts").get_caller_identity()["Account"]
    s3, control, iam, glue, lake = (client(n) for n in ("s3", "s3control", "iam", "glue", "lakeformation"))
    region = s3.meta.region_name

    def glue_tags(kind, name):
        return glue.get_tags(ResourceArn=f"arn:aws:glue:{region}:{account}:{kind}/{name}")["Tags"]

    access_points = {}
    for point in control.list_access_points(AccountId=account).get("AccessPointList", []):
        name = point["Name"]
        access_points[name] = {
            "point": control.get_access_point(AccountId=account, Name=name),
            "policy": maybe(control.get_access_point_policy, AccountId=account, Name=name),
            "tags": control.list_tags_for_resource(AccountId=account, ResourceArn=point["AccessPointArn"])["Tags"],
        }
    databases, filters = {}, {}
    for database in pages(glue, "get_databases", "DatabaseList"):
        name = database["Name"]
        tables = pages(glue, "get_tables", "TableList", DatabaseName=name)
        databases[name] = {
            "database": database,
            "tags": glue_tags("database", name),
            "tables": {table["Name"]: table for table in tables},
        }
        for table in tables:
            found = lake.list_data_cells_filter(
                Table={"CatalogId": account, "DatabaseName": name, "Name": table["Name"]}
            ).get("DataCellsFilters", [])
            filters.update({f"{name}.{table['Name']}.{f['Name']}": f for f in found})
    return steady({
        "buckets": {b["Name"]: bucket(s3, b["Name"]) for b in s3.list_buckets()["Buckets"]},
        "accessPoints": access_points,
        "roles": {r["RoleName"]: role(iam, r["RoleName"]) for r in pages(iam, "list_roles", "Roles")},
        "databases": databases,
        "jobs": {
            j["Name"]: {"job": j, "tags": glue_tags("job", j["Name"])} for j in pages(glue, "get_jobs", "Jobs")
        },
        "crawlers": {
            c["Name"]: {"crawler": c, "tags": glue_tags("crawler", c["Name"])}
            for c in pages(glue, "get_crawlers", "Crawlers")
        },
        "filters": filters,
    })


def other_account():
    """Credentials of another account."""
    role = "arn:aws:iam::210987654321:role/other"
    session = client("sts").assume_role(RoleArn=role, RoleSessionName="other")["Credentials"]
    return {
        "aws_access_key_id": session["AccessKeyId"],
        "aws_secret_access_key": session["SecretAccessKey"],
        "aws_session_token": session["SessionToken"],
    }


def main():
    match sys.argv[1:]:
        case ["world"]:
            answer = world()
        case ["call" | "other-account" as whose, name, operation, parameters]:
            credentials = other_account() if whose == "other-account" else {}
            answer = getattr(client(name, **credentials), operation)(**json.loads(parameters))
            answer.pop("ResponseMetadata", None)
            if hasattr(answer.get("Body"), "read"):
                answer["Body"] = answer["Body"].read().decode()
        case _:
            sys.exit(__doc__)
    json.dump(answer, sys.stdout, default=str)


main()
