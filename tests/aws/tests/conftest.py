"""One launcher for all tests; each test starts with an empty world."""

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT, OTHER, REGION = "123456789012", "210987654321", "eu-west-1"

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)


class Aws:
    """A running launcher: clients of it, and its control API."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    @cache
    def client(self, service: str, region: str = REGION, key: str = "test") -> Any:
        """A client without retries, so that every call is one call."""
        client = boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=region,
            aws_access_key_id=key,
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
        )
        # The account in S3 Control's host name needs DNS; the header tells it as well.
        client.meta.events.register("before-sign.s3-control", _without_account)
        return client

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A call of the control API."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.endpoint}/_lake/{path}", method=method, data=data)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def fault(self, **rule: Any) -> None:
        """Puts one fault rule in force."""
        self.control("POST", "faults", [rule])

    def bucket(self, name: str = "lake-store") -> str:
        """A bucket."""
        self.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        return name

    def role(self, name: str = "etl") -> str:
        """A role that Glue may assume; its ARN."""
        made = self.client("iam").create_role(RoleName=name, Path="/lake/events/", AssumeRolePolicyDocument=TRUST)
        return made["Role"]["Arn"]

    def table(self, database: str = "lake", name: str = "orders") -> None:
        """A database with a table of three columns and a partition key."""
        glue = self.client("glue")
        glue.create_database(DatabaseInput={"Name": database})
        columns = [{"Name": column, "Type": "string"} for column in ("country", "card", "amount")]
        keys = [{"Name": "day", "Type": "string"}]
        glue.create_table(
            DatabaseName=database,
            TableInput={
                "Name": name,
                "StorageDescriptor": {"Columns": columns, "Location": "s3://x/y/"},
                "PartitionKeys": keys,
            },
        )


def _without_account(request: Any, **_: Any) -> None:
    request.url = re.sub(r"//\d{12}\.", "//", request.url)


@contextmanager
def refused(code: str, anchor: str = "") -> Iterator[None]:
    """Expects a refusal with this code, and these words in its message."""
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    assert anchor in error.get("Message", ""), error


def start(*words: str) -> subprocess.Popen[bytes]:
    """A launcher of one's own."""
    return subprocess.Popen(
        [sys.executable, "-m", "lakeaws", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
    )


@pytest.fixture(scope="session")
def launcher() -> Iterator[Aws]:
    """The launcher of this run."""
    process = start("--until-stdin-closes")
    assert process.stdout and process.stdin
    word, address = process.stdout.readline().decode().split()
    assert word == "listening"
    yield Aws(address)
    process.stdin.close()
    assert process.wait(10) == 0


@pytest.fixture
def aws(launcher: Aws) -> Iterator[Aws]:
    """An empty world; what is left in it must have been answered by AWS's model."""
    launcher.control("POST", "reset")
    yield launcher
    assert launcher.control("GET", "unemulated") == []
