"""Glue: what its nouns share."""

import json
import re
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from moto.backends import get_backend

from lakeaws import pages, policy
from lakeaws.call import Call
from lakeaws.errors import AwsError
from lakeaws.world import World


def now() -> datetime:
    """The moment, as AWS tells it: to the second, in UTC."""
    return datetime.now(UTC).replace(microsecond=0)


def invalid(told: str) -> AwsError:
    """Glue API, "Exceptions": InvalidInputException, https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-exceptions.html."""
    return AwsError("InvalidInputException", told)


def missing(told: str) -> AwsError:
    """Glue API, "Exceptions": EntityNotFoundException."""
    return AwsError("EntityNotFoundException", told)


def exists(told: str) -> AwsError:
    """Glue API, "Exceptions": AlreadyExistsException."""
    return AwsError("AlreadyExistsException", told)


def rows(world: World, call: Call, kind: str) -> dict[Any, Any]:
    """The records of one kind of Glue's in the call's account and region."""
    return world.table(f"glue.{kind}", call.account, call.region)


def catalog(call: Call) -> str:
    """The catalogue the call means: the caller's own; others' need grants that nobody has here.

    Glue API, "Catalog": "If none is provided, the Amazon Web Services account ID is used by default".
    """
    asked = call.params.get("CatalogId", call.account)
    if asked != call.account:
        raise AwsError("AccessDeniedException", f"User is not authorized to access the catalog {asked}")
    return asked


def page(items: list[Any], params: dict[str, Any], most: int) -> tuple[list[Any], dict[str, str]]:
    """One page of a list, and the member that carries the token of the next (Glue API, `NextToken`)."""
    listed, token = pages.page(items, params.get("NextToken"), min(params.get("MaxResults", most), most), invalid)
    return listed, {"NextToken": token} if token else {}


def check_tags(tags: dict[str, str]) -> None:
    """Glue Developer Guide, "AWS tags in AWS Glue": at most 50, none with the prefix `aws:`,
    https://docs.aws.amazon.com/glue/latest/dg/monitor-tags.html."""
    if len(tags) > 50:
        raise invalid("Number of tags exceeds the limit of 50")
    for key in tags:
        if key.lower().startswith("aws:"):
            raise invalid(f"Tag key {key} is reserved")


def role_name(role: str) -> str:
    """The name of a role given by name, by path and name, or by ARN."""
    return role.rpartition("/")[2]


def check_role(call: Call, role: str) -> None:
    """Crawlers and jobs need a role that Glue can assume: it exists, and trusts glue.amazonaws.com.

    Glue Developer Guide, "Create an IAM role for AWS Glue", https://docs.aws.amazon.com/glue/latest/dg/create-an-iam-role.html;
    the words of the refusal: hashicorp/terraform-provider-aws, internal/service/glue/crawler.go and job.go, which wait
    for "Service is unable to assume provided role. Please verify the role's TrustPolicy".
    """
    refusal = invalid("Service is unable to assume provided role. Please verify the role's TrustPolicy")
    by_arn = role.startswith("arn:")
    if by_arn and f"::{call.account}:role/" not in role:
        raise refusal
    roles = get_backend("iam")[call.account][call.partition].roles.values()
    found = next((each for each in roles if each.arn == role or (not by_arn and each.name == role_name(role))), None)
    if found is None:
        raise refusal
    for statement in policy.listed(json.loads(found.assume_role_policy_document).get("Statement")):
        trusted = statement.get("Principal", {})
        services = policy.listed(trusted.get("Service")) if isinstance(trusted, dict) else [trusted]
        actions = policy.listed(statement.get("Action"))
        if (
            statement["Effect"] == "Allow"
            and set(services) & {"glue.amazonaws.com", "*"}
            and set(actions) & {"sts:AssumeRole", "sts:*", "*"}
        ):
            return
    raise refusal


#: Minutes between two runs that Glue allows at least.
_LEAST_MINUTES = 5


def check_cron(expression: str) -> None:
    """Refuses what is no schedule of Glue's.

    Glue Developer Guide, "Time-based schedules for jobs and crawlers": six fields, `?` in exactly one of day of month
    and day of week, UTC, no schedule more often than every five minutes, `rate()` is not supported,
    https://docs.aws.amazon.com/glue/latest/dg/monitor-data-warehouse-schedule.html. What is asked for is its; the words
    of the refusals are ours, since no source has AWS's.
    """
    found = re.fullmatch(r"cron\((.*)\)", expression.strip())
    fields = found.group(1).split() if found else []
    if len(fields) != 6:
        raise invalid(f"The Schedule expression is invalid: {expression}")
    minutes, hours, day, _, weekday, _ = fields
    if (day == "?") == (weekday == "?"):
        raise invalid(
            f"The Schedule expression is invalid: exactly one of day-of-month and day-of-week must be '?': {expression}"
        )
    names = r"[\d*?,/LW#\-]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT"
    if not all(re.fullmatch(f"({names})+", field, re.IGNORECASE) for field in fields):
        raise invalid(f"The Schedule expression is invalid: {expression}")
    at = sorted(_minutes(minutes, expression))
    gaps = [later - earlier for earlier, later in pairwise(at)]
    if hours not in ("?",) and len(at) > 1:
        gaps.append(at[0] + 60 - at[-1])
    if any(gap < _LEAST_MINUTES for gap in gaps):
        raise invalid(f"The minimum precision for a schedule is {_LEAST_MINUTES} minutes: {expression}")


def _minutes(field: str, expression: str) -> set[int]:
    out: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        try:
            low = 0 if first in ("*", "?") else int(first)
            high = 59 if (first == "*" or step) and not last else int(last or first)
            each = int(step or 1)
        except ValueError as cause:
            raise invalid(f"The Schedule expression is invalid: {expression}") from cause
        if not (0 <= low <= high <= 59 and each > 0):
            raise invalid(f"The Schedule expression is invalid: {expression}")
        out |= set(range(low, high + 1, each))
    return out
