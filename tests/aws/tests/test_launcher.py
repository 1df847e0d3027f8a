"""Starting, listening, ending."""

import http.client
import json
import signal
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import ACCOUNT, OTHER, Aws, start


def test_says_one_line_and_ends_with_its_stdin() -> None:
    process = start("--until-stdin-closes", "--account", OTHER)
    assert process.stdout and process.stdin
    word, address = process.stdout.readline().decode().split()
    assert (word, urlsplit(address).hostname) == ("listening", "127.0.0.1")
    assert Aws(address).client("sts").get_caller_identity()["Account"] == OTHER
    process.stdin.close()
    assert process.wait(10) == 0
    assert process.stdout.read() == b""


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_in_the_foreground_it_says_what_to_export_and_ends_quietly(told: signal.Signals) -> None:
    process = start("--foreground", "--region", "eu-central-1")
    assert process.stdout
    lines = [process.stdout.readline().decode() for _ in range(6)]
    process.send_signal(told)
    _, errors = process.communicate(timeout=10)
    assert lines[1] == f"export AWS_ENDPOINT_URL={lines[0].split()[1]}\n"
    assert "export AWS_REGION=eu-central-1\n" in lines
    assert (process.returncode, errors.count(b"\n")) == (0, 1)


def test_one_connection_serves_many_requests(aws: Aws) -> None:
    connection = http.client.HTTPConnection(urlsplit(aws.endpoint).netloc)
    connection.connect()
    socket = connection.sock
    for _ in range(3):
        connection.request("GET", "/_lake/journal")
        assert json.loads(connection.getresponse().read()) == []
    assert connection.sock is socket
    connection.close()


def test_misspelt_controls_are_refused(aws: Aws) -> None:
    connection = http.client.HTTPConnection(urlsplit(aws.endpoint).netloc)
    for path, body, status in (
        ("/_lake/fault", "{}", 404),
        ("/_lake/faults", '[{"servce": "s3"}]', 400),
        ("/_lake/kinesis/looks", '{"ACTIVE": 1}', 400),
    ):
        connection.request("POST", path, body=body)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
    connection.close()


def test_an_assumed_role_changes_the_account(aws: Aws) -> None:
    assumed = aws.client("sts").assume_role(RoleArn=f"arn:aws:iam::{OTHER}:role/x", RoleSessionName="there")
    there = aws.client("sts", key=assumed["Credentials"]["AccessKeyId"]).get_caller_identity()
    assert (there["Account"], aws.client("sts").get_caller_identity()["Account"]) == (OTHER, ACCOUNT)


def test_setup_is_done_once() -> None:
    run = Path(__file__).parent.parent / "run"
    done = subprocess.run([run, "--setup-only"], capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")
