"""Buckets and their configurations."""

import base64
import hashlib
import json

import pytest
from conftest import ACCOUNT, OTHER, REGION, Aws, refused

BUCKET = "lake-store"


@pytest.fixture
def s3(aws: Aws):
    aws.bucket(BUCKET)
    return aws.client("s3")


def foreign(aws: Aws, service: str = "s3"):
    """A client in another account."""
    assumed = aws.client("sts").assume_role(RoleArn=f"arn:aws:iam::{OTHER}:role/x", RoleSessionName="there")
    return aws.client(service, key=assumed["Credentials"]["AccessKeyId"])


def policy(*statements: dict) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def test_create_carries_tags_and_has_the_defaults(aws: Aws) -> None:
    s3 = aws.client("s3")
    tags = [{"Key": "lake.dev/owner", "Value": "terraform/default/events"}]
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION, "Tags": tags})
    assert s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"] == tags
    assert all(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"].values())
    owner = s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]
    assert owner == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    rule = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule == {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
        "BucketKeyEnabled": False,
        "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
    }
    assert "Status" not in s3.get_bucket_versioning(Bucket=BUCKET)
    assert s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] == REGION


def test_create_again(aws: Aws, s3) -> None:
    with refused("BucketAlreadyOwnedByYou"):
        aws.bucket(BUCKET)
    with refused("BucketAlreadyExists"):
        foreign(aws).create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    virginia = aws.client("s3", region="us-east-1")
    virginia.create_bucket(Bucket="lake-virginia")
    virginia.create_bucket(Bucket="lake-virginia")


@pytest.mark.parametrize(
    ("region", "constraint", "code"),
    [
        (REGION, None, "IllegalLocationConstraintException"),
        (REGION, "eu-central-1", "IllegalLocationConstraintException"),
        ("us-east-1", "us-east-1", "InvalidLocationConstraint"),
    ],
)
def test_location_constraints(aws: Aws, region: str, constraint: str | None, code: str) -> None:
    settings = {"CreateBucketConfiguration": {"LocationConstraint": constraint}} if constraint else {}
    with refused(code):
        aws.client("s3", region=region).create_bucket(Bucket=BUCKET, **settings)


@pytest.mark.parametrize("name", ["Lake", "a..b", "ab", "xn--lake", "lake-s3alias", "10.0.0.1", "-lake"])
def test_bad_names(aws: Aws, name: str) -> None:
    with refused("InvalidBucketName"):
        aws.bucket(name)


def test_names_of_the_account_and_region(aws: Aws) -> None:
    s3, settings = aws.client("s3"), {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
    name = f"lake-{ACCOUNT}-{REGION}-an"
    s3.create_bucket(Bucket=name, BucketNamespace="account-regional", **settings)
    s3.head_bucket(Bucket=name)
    for bad, namespace in (("lake-store", "account-regional"), (f"other-{ACCOUNT}-{REGION}-an", "global")):
        with refused("InvalidBucketName"):
            s3.create_bucket(Bucket=bad, BucketNamespace=namespace, **settings)


def test_anothers_bucket_is_forbidden_and_tells_its_region(aws: Aws, s3) -> None:
    with pytest.raises(Exception) as caught:
        foreign(aws).head_bucket(Bucket=BUCKET)
    answer = caught.value.response["ResponseMetadata"]
    assert (answer["HTTPStatusCode"], answer["HTTPHeaders"]["x-amz-bucket-region"]) == (403, REGION)
    with refused("404"):
        s3.head_bucket(Bucket="lake-nowhere")
    with refused("AccessDenied"):
        s3.get_bucket_tagging(Bucket=BUCKET, ExpectedBucketOwner=OTHER)
    assert s3.head_bucket(Bucket=BUCKET)["BucketRegion"] == REGION


def test_buckets_are_addressed_in_their_region(aws: Aws, s3) -> None:
    # botocore follows the region that the refusal names.
    aws.client("s3", region="eu-central-1").head_bucket(Bucket=BUCKET)
    assert [(entry["status"], entry["region"]) for entry in aws.control("GET", "journal")[-2:]] == [
        (301, "eu-central-1"),
        (200, REGION),
    ]


def test_what_is_off_is_404(s3) -> None:
    s3.delete_public_access_block(Bucket=BUCKET)
    s3.delete_bucket_ownership_controls(Bucket=BUCKET)
    for read, code in (
        (s3.get_bucket_tagging, "NoSuchTagSet"),
        (s3.get_bucket_policy, "NoSuchBucketPolicy"),
        (s3.get_bucket_lifecycle_configuration, "NoSuchLifecycleConfiguration"),
        (s3.get_bucket_cors, "NoSuchCORSConfiguration"),
        (s3.get_public_access_block, "NoSuchPublicAccessBlockConfiguration"),
        (s3.get_bucket_ownership_controls, "OwnershipControlsNotFoundError"),
    ):
        with refused(code):
            read(Bucket=BUCKET)
    with refused("NoSuchConfiguration"):
        s3.get_bucket_metrics_configuration(Bucket=BUCKET, Id="all")


def test_lifecycles_come_back_whole(s3) -> None:
    rules = [
        {
            "ID": "big",
            "Status": "Enabled",
            "Filter": {
                "And": {
                    "Prefix": "tmp/",
                    "Tags": [{"Key": "a", "Value": "b"}],
                    "ObjectSizeGreaterThan": 1,
                    "ObjectSizeLessThan": 9,
                }
            },
            "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 90, "StorageClass": "GLACIER"}],
            "Expiration": {"Days": 365},
            "NoncurrentVersionTransitions": [
                {"NoncurrentDays": 30, "StorageClass": "STANDARD_IA", "NewerNoncurrentVersions": 2}
            ],
            "NoncurrentVersionExpiration": {"NoncurrentDays": 60, "NewerNoncurrentVersions": 5},
        },
        {
            "ID": "uploads",
            "Status": "Disabled",
            "Filter": {"Prefix": ""},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
    ]
    s3.put_bucket_lifecycle_configuration(
        Bucket=BUCKET,
        LifecycleConfiguration={"Rules": rules},
        TransitionDefaultMinimumObjectSize="varies_by_storage_class",
    )
    read = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)
    assert (read["Rules"], read["TransitionDefaultMinimumObjectSize"]) == (rules, "varies_by_storage_class")


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"Filter": {"Prefix": ""}}, "InvalidRequest"),
        ({"Filter": {}, "Transitions": [{"Days": 29, "StorageClass": "STANDARD_IA"}]}, "InvalidArgument"),
        (
            {"Filter": {}, "Transitions": [{"Days": 60, "StorageClass": "GLACIER"}], "Expiration": {"Days": 60}},
            "InvalidArgument",
        ),
        ({"Filter": {"Prefix": "a", "ObjectSizeLessThan": 4}, "Expiration": {"Days": 1}}, "MalformedXML"),
        ({"Filter": {"And": {"Prefix": "a"}}, "Expiration": {"Days": 1}}, "MalformedXML"),
        ({"Expiration": {"Days": 1}}, "MalformedXML"),
        ({"Filter": {}, "Expiration": {"Days": 0}}, "InvalidArgument"),
        (
            {"Filter": {}, "NoncurrentVersionExpiration": {"NoncurrentDays": 1, "NewerNoncurrentVersions": 101}},
            "InvalidArgument",
        ),
    ],
)
def test_lifecycle_rules_are_checked(s3, rule: dict, code: str) -> None:
    with refused(code):
        s3.put_bucket_lifecycle_configuration(
            Bucket=BUCKET, LifecycleConfiguration={"Rules": [{"Status": "Enabled", **rule}]}
        )


def test_lifecycle_rules_get_ids_and_share_none(s3) -> None:
    rule = {"Status": "Enabled", "Filter": {}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule, rule]})
    ids = {rule["ID"] for rule in s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]}
    assert len(ids) == 2 and all(ids)
    with refused("InvalidArgument", "Rule ID must be unique"):
        twice = [{"ID": "x", **rule}, {"ID": "x", **rule}]
        s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": twice})


@pytest.mark.parametrize(
    ("document", "code", "words"),
    [
        ("{not json", "MalformedPolicy", "invalid Json"),
        (
            policy({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::other/*"}),
            "MalformedPolicy",
            "resource",
        ),
        (
            policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}),
            "MalformedPolicy",
            "Principal",
        ),
        (
            policy(
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/nobody"},
                    "Action": "s3:GetObject",
                    "Resource": f"arn:aws:s3:::{BUCKET}/*",
                }
            ),
            "MalformedPolicy",
            "Invalid principal in policy",
        ),
        (
            policy(
                {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
            ),
            "AccessDenied",
            "BlockPublicPolicy",
        ),
    ],
)
def test_bad_policies(s3, document: str, code: str, words: str) -> None:
    with refused(code, words):
        s3.put_bucket_policy(Bucket=BUCKET, Policy=document)


def test_good_policies_come_back_as_written(aws: Aws, s3) -> None:
    role = aws.role()
    document = policy(
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": f"arn:aws:s3:::{BUCKET}",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Effect": "Allow",
            "Principal": {"AWS": [role, ACCOUNT]},
            "Action": ["s3:GetObject"],
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
        },
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
            "Condition": {"StringEquals": {"s3:DataAccessPointAccount": ACCOUNT}},
        },
    )
    s3.put_bucket_policy(Bucket=BUCKET, Policy=document)
    assert s3.get_bucket_policy(Bucket=BUCKET)["Policy"] == document


def test_a_principal_that_is_gone_is_read_as_its_id(aws: Aws, s3) -> None:
    role = aws.role()
    unique = aws.client("iam").get_role(RoleName="etl")["Role"]["RoleId"]
    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy({**allow, "Principal": {"AWS": role}}))
    aws.client("iam").delete_role(RoleName="etl")
    aws.role()
    read = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    assert read["Statement"][0]["Principal"] == {"AWS": unique}


def test_configurations_come_back_as_put(s3) -> None:
    cors = [
        {
            "ID": "a",
            "AllowedHeaders": ["*"],
            "AllowedMethods": ["GET", "HEAD"],
            "AllowedOrigins": ["https://x"],
            "ExposeHeaders": ["ETag"],
            "MaxAgeSeconds": 9,
        }
    ]
    s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": cors})
    assert s3.get_bucket_cors(Bucket=BUCKET)["CORSRules"] == cors
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={"EventBridgeConfiguration": {}})
    assert s3.get_bucket_notification_configuration(Bucket=BUCKET)["EventBridgeConfiguration"] == {}
    logging = {
        "TargetBucket": BUCKET,
        "TargetPrefix": "log/",
        "TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}},
    }
    s3.put_bucket_logging(Bucket=BUCKET, BucketLoggingStatus={"LoggingEnabled": logging})
    assert s3.get_bucket_logging(Bucket=BUCKET)["LoggingEnabled"] == logging
    metrics = {"Id": "raw", "Filter": {"And": {"Prefix": "raw/", "Tags": [{"Key": "a", "Value": "b"}]}}}
    s3.put_bucket_metrics_configuration(Bucket=BUCKET, Id="raw", MetricsConfiguration=metrics)
    assert s3.list_bucket_metrics_configurations(Bucket=BUCKET)["MetricsConfigurationList"] == [metrics]
    rule = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/x"},
        "BucketKeyEnabled": True,
        "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
    }
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
    assert s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"] == [rule]
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"x")
    assert s3.head_object(Bucket=BUCKET, Key="k")["ServerSideEncryption"] == "aws:kms"
    s3.delete_bucket_encryption(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"x")
    assert s3.head_object(Bucket=BUCKET, Key="k")["ServerSideEncryption"] == "AES256"


def test_an_object_is_put_once(s3) -> None:
    metadata = {"lake-sha256": "abc", "lake-owner": "terraform/default/events"}
    s3.put_object(
        Bucket=BUCKET,
        Key="glue/é t.py",
        Body=b"\xff\x00",
        IfNoneMatch="*",
        Metadata=metadata,
        ContentType="text/x-python",
    )
    with refused("PreconditionFailed"):
        s3.put_object(Bucket=BUCKET, Key="glue/é t.py", Body=b"other", IfNoneMatch="*")
    head = s3.head_object(Bucket=BUCKET, Key="glue/é t.py")
    assert (head["Metadata"], head["ContentType"], head["ContentLength"]) == (metadata, "text/x-python", 2)
    assert s3.get_object(Bucket=BUCKET, Key="glue/é t.py")["Body"].read() == b"\xff\x00"
    source = {"Bucket": BUCKET, "Key": "glue/é t.py"}
    s3.copy_object(
        Bucket=BUCKET, Key="glue/é t.py", CopySource=source, MetadataDirective="REPLACE", Metadata={"lake-owner": "b"}
    )
    assert s3.head_object(Bucket=BUCKET, Key="glue/é t.py")["Metadata"] == {"lake-owner": "b"}
    with refused("404"):
        s3.head_object(Bucket=BUCKET, Key="nothing")


def test_a_bucket_is_deleted_when_it_is_empty_and_nothing_hangs_on_it(aws: Aws, s3) -> None:
    control = aws.client("s3control")
    control.create_access_point(AccountId=ACCOUNT, Name="analysts", Bucket=BUCKET)
    with refused("BucketHasAccessPointsAttached"):
        s3.delete_bucket(Bucket=BUCKET)
    control.delete_access_point(AccountId=ACCOUNT, Name="analysts")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"1")
    s3.delete_object(Bucket=BUCKET, Key="k")
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)
    with refused("BucketNotEmpty", "versions"):
        s3.delete_bucket(Bucket=BUCKET)
    versions = s3.list_object_versions(Bucket=BUCKET)
    every = [
        {"Key": each["Key"], "VersionId": each["VersionId"]}
        for each in versions["Versions"] + versions["DeleteMarkers"]
    ]
    assert len(s3.delete_objects(Bucket=BUCKET, Delete={"Objects": every})["Deleted"]) == 2
    s3.delete_bucket(Bucket=BUCKET)
    with refused("404"):
        s3.head_bucket(Bucket=BUCKET)


def test_multipart_uploads(s3) -> None:
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="big")["UploadId"]
    part = s3.upload_part(Bucket=BUCKET, Key="big", UploadId=upload, PartNumber=1, Body=b"x")
    assert [each["UploadId"] for each in s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]] == [upload]
    done = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    assert s3.complete_multipart_upload(Bucket=BUCKET, Key="big", UploadId=upload, MultipartUpload=done)["Key"] == "big"
    other = s3.create_multipart_upload(Bucket=BUCKET, Key="other")["UploadId"]
    s3.abort_multipart_upload(Bucket=BUCKET, Key="other", UploadId=other)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=BUCKET)


def test_a_buckets_date_moves_with_its_policy(aws: Aws) -> None:
    """API Reference, `Bucket`: the date "can change when making changes to your bucket, such as editing its bucket
    policy", https://docs.aws.amazon.com/AmazonS3/latest/API/API_Bucket.html."""
    s3, name = aws.client("s3"), aws.bucket()
    date = lambda: s3.list_buckets()["Buckets"][0]["CreationDate"]  # noqa: E731
    made = date()
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    s3.delete_bucket_policy(Bucket=name)
    assert date() == made
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
    document = {"Version": "2012-10-17", "Statement": {**statement, "Principal": {"AWS": "123456789012"}}}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps(document))
    edited = date()
    assert edited > made
    s3.delete_bucket_policy(Bucket=name)
    assert date() > edited


def test_keys_that_xml_cannot_hold_are_listed_encoded_and_deleted_one_by_one(s3) -> None:
    """API Reference, ListObjectVersions, `encoding-type`; DeleteObjects takes an XML document."""
    keys = ["raw/a\x01b", "raw/é + &<>\"' %41"]
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for key in keys:
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"1")
    # botocore asks for keys in URL encoding by itself, and decodes them.
    versions = s3.list_object_versions(Bucket=BUCKET)["Versions"]
    assert [each["Key"] for each in versions] == sorted(keys)
    first = s3.list_object_versions(Bucket=BUCKET, MaxKeys=1)
    assert (first["IsTruncated"], first["NextKeyMarker"]) == (True, sorted(keys)[0])
    rest = s3.list_object_versions(
        Bucket=BUCKET, KeyMarker=first["NextKeyMarker"], VersionIdMarker=first["NextVersionIdMarker"]
    )
    assert [each["Key"] for each in rest["Versions"]] == sorted(keys)[1:]
    every = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in versions]
    with refused("MalformedXML"):
        s3.delete_objects(Bucket=BUCKET, Delete={"Objects": every})
    for each in every:
        s3.delete_object(Bucket=BUCKET, **each)
    assert "Versions" not in s3.list_object_versions(Bucket=BUCKET)


def test_a_copy_is_made_only_of_what_was_seen(s3) -> None:
    """API Reference, CopyObject, `x-amz-copy-source-if-match`."""
    seen = s3.put_object(Bucket=BUCKET, Key="k", Body=b"one")["ETag"]
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"two")
    copy = {"Bucket": BUCKET, "Key": "k", "CopySource": f"{BUCKET}/k", "MetadataDirective": "REPLACE"}
    with refused("PreconditionFailed"):
        s3.copy_object(**copy, CopySourceIfMatch=seen)
    now = s3.head_object(Bucket=BUCKET, Key="k")["ETag"]
    s3.copy_object(**copy, CopySourceIfMatch=now, ChecksumAlgorithm="SHA256")
    head = s3.head_object(Bucket=BUCKET, Key="k", ChecksumMode="ENABLED")
    assert head["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(b"two").digest()).decode()


def test_a_sha256_that_came_with_an_upload_is_told_and_no_other(s3) -> None:
    """API Reference, HeadObject, `x-amz-checksum-mode`; PutObject, `x-amz-checksum-sha256`: "only present if the checksum
    was uploaded with the object"."""
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"one", ChecksumAlgorithm="SHA256")
    head = s3.head_object(Bucket=BUCKET, Key="k", ChecksumMode="ENABLED")
    assert head["ChecksumSHA256"] == base64.b64encode(hashlib.sha256(b"one").digest()).decode()
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"one")
    assert "ChecksumSHA256" not in s3.head_object(Bucket=BUCKET, Key="k", ChecksumMode="ENABLED")
