"""Policy documents: what S3, S3 Control and IAM check when one is put.

Grammar: IAM User Guide, "Grammar of the IAM JSON policy language",
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from moto.backends import get_backend

#: Raises the service's own error for a bad document.
Refuse = Callable[[str], Exception]

_TOP = {"Version", "Id", "Statement"}
_STATEMENT = {
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
}


def parse(document: str, refuse: Refuse, *, principals: bool, resources: bool) -> list[dict[str, Any]]:
    """The statements of a policy document; raises what `refuse` makes of the first mistake.

    `principals` says whether statements must name principals, `resources` whether they must name resources.
    """
    try:
        policy = json.loads(document)
    except ValueError as cause:
        raise refuse("This policy contains invalid Json") from cause
    if not isinstance(policy, dict):
        raise refuse("Policies must be valid JSON and the first byte must be '{'")
    if unknown := policy.keys() - _TOP:
        raise refuse(f"Unknown field {sorted(unknown)[0]}")
    if policy.get("Version", "2008-10-17") not in ("2012-10-17", "2008-10-17"):
        raise refuse("The policy must contain a valid version string")
    statements = policy.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        raise refuse("Missing required field Statement")
    seen: set[str] = set()
    for statement in statements:
        _statement(statement, refuse, principals=principals, resources=resources)
        sid = statement.get("Sid")
        if sid and sid in seen:
            raise refuse("Statement IDs (SID) in a single policy must be unique.")
        seen.add(sid or "")
    return statements


def _statement(statement: Any, refuse: Refuse, *, principals: bool, resources: bool) -> None:
    if not isinstance(statement, dict):
        raise refuse("Syntax errors in policy.")
    if unknown := statement.keys() - _STATEMENT:
        raise refuse(f"Unknown field {sorted(unknown)[0]}")
    if statement.get("Effect") not in ("Allow", "Deny"):
        raise refuse(
            "Missing required field Effect" if "Effect" not in statement else f"Invalid effect: {statement['Effect']}"
        )
    if ("Action" in statement) == ("NotAction" in statement):
        raise refuse("Missing required field Action")
    has_principal = "Principal" in statement or "NotPrincipal" in statement
    if principals and not has_principal:
        raise refuse("Missing required field Principal")
    if not principals and has_principal:
        raise refuse("Policy document should not specify a principal.")
    has_resource = "Resource" in statement or "NotResource" in statement
    if resources and not has_resource:
        raise refuse("Missing required field Resource")
    if not resources and has_resource:
        raise refuse("Has prohibited field Resource")
    for action in listed(statement.get("Action", statement.get("NotAction"))):
        if action != "*" and not re.fullmatch(r"[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+", str(action)):
            raise refuse("Policy has invalid action")


def listed(value: Any) -> list[Any]:
    """A value that a policy may write alone or in a list, as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def aws_principals(statements: list[dict[str, Any]]) -> Iterator[str]:
    """The AWS principals of statements, as written."""
    for statement in statements:
        principal = statement.get("Principal", statement.get("NotPrincipal"))
        if isinstance(principal, dict):
            yield from listed(principal.get("AWS"))
        elif principal is not None:
            yield from listed(principal)


def check_principals(
    statements: list[dict[str, Any]], account: str, refuse: Callable[[str], Exception]
) -> dict[str, str]:
    """The unique ids of the principals of the caller's own account; refuses those that do not exist.

    AWS checks principals of every account; here only the caller's is known whole.
    Source: AWS re:Post Knowledge Center, "How do I resolve the error 'Invalid principal in policy' when I update my
    Amazon S3 bucket policy", https://repost.aws/knowledge-center/s3-invalid-principal-in-policy-error.
    """
    ids: dict[str, str] = {}
    for principal in aws_principals(statements):
        if principal == "*" or re.fullmatch(r"\d{12}", str(principal)):
            continue
        found = re.fullmatch(r"arn:(aws[a-z-]*):(iam|sts)::(\d{12}):(root|\w[\w-]*)(?:/(.+))?", str(principal))
        if found is None:
            raise refuse(str(principal))
        _, _, owner, sort, _ = found.groups()
        if owner == account and sort in ("role", "user"):
            ids[principal] = _unique_id(principal, account) or ""
            if not ids[principal]:
                raise refuse(str(principal))
    return ids


def _unique_id(principal: str, account: str) -> str | None:
    backend = get_backend("iam")[account][principal.split(":")[1]]
    owners = [*backend.roles.values(), *backend.users.values()]
    return next((owner.id for owner in owners if owner.arn == principal), None)


def as_read(document: str, ids: dict[str, str], account: str) -> str:
    """A policy as it is read back: a principal that is gone, or was made anew since, stands there by its unique id.

    Source: IAM User Guide, "AWS JSON policy elements: Principal", "Role principals": an ARN "transforms to the role's
    unique principal ID when you save the policy", and a deleted role's id is shown "because AWS can no longer map it back
    to a valid ARN", https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html.
    """
    for principal, unique in ids.items():
        if _unique_id(principal, account) != unique:
            document = document.replace(json.dumps(principal), json.dumps(unique))
    return document


#: Conditions that, with a fixed value, keep an "everyone" statement from being public.
_NARROW = {
    "aws:sourceip", "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceaccount", "aws:sourceorgid",
    "aws:sourceowner", "aws:userid", "aws:principalaccount", "aws:principalarn", "aws:principalorgid",
    "s3:x-amz-server-side-encryption-aws-kms-key-id", "s3:dataaccesspointarn", "s3:dataaccesspointaccount",
}  # fmt: skip


def is_public(statements: list[dict[str, Any]]) -> bool:
    """Whether S3 calls a policy public.

    Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", section "The meaning of public",
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html.
    """
    for statement in statements:
        if statement["Effect"] != "Allow":
            continue
        everyone = "NotPrincipal" in statement or "*" in list(aws_principals([statement]))
        conditions = [
            (key.lower(), listed(value))
            for operator, pairs in statement.get("Condition", {}).items()
            if not operator.lower().startswith(("stringnot", "arnnot", "notip", "null"))
            for key, value in pairs.items()
        ]
        narrowed = any(
            key in _NARROW and not any(str(item) in ("*", "0.0.0.0/0", "::/0") for item in items)
            for key, items in conditions
        )
        if everyone and not narrowed:
            return True
    return False
