"""Tags: what every service asks of them, in each one's own words."""

from collections.abc import Callable
from typing import Any

#: Raises the service's own error for tags that it does not take.
Refuse = Callable[[str], Exception]


def checked(tags: dict[str, str], refuse: Refuse, too_many: Refuse | None = None) -> dict[str, str]:
    """The tags, or a refusal: at most 50, none with the prefix `aws:`.

    Source: AWS General Reference, "Tagging AWS resources", "Tag naming limits and requirements",
    https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html.
    """
    if len(tags) > 50:
        raise (too_many or refuse)("The number of tags exceeds the limit of 50 per resource.")
    for key in tags:
        if key.lower().startswith("aws:"):
            raise refuse(f"Tag key {key} is reserved: aws: prefixed tag key names are not allowed for external use.")
    return tags


def mapped(listed: list[dict[str, str]], refuse: Refuse) -> dict[str, str]:
    """A list of keys and values as a map; refuses a key that comes twice."""
    tags = {tag["Key"]: tag.get("Value", "") for tag in listed}
    if len(tags) != len(listed):
        raise refuse("Duplicate tag keys found.")
    return tags


def listed(tags: dict[str, str]) -> list[dict[str, Any]]:
    """A map as a list of keys and values, sorted."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def put(record: dict[str, Any], tags: dict[str, str], refuse: Refuse, too_many: Refuse | None = None) -> None:
    """Put tags on a record, over those of the same keys."""
    record["Tags"] = checked({**record["Tags"], **tags}, refuse, too_many)


def take(record: dict[str, Any], keys: list[str]) -> None:
    """Take the tags of these keys off a record; what it does not wear is passed over."""
    record["Tags"] = {key: value for key, value in record["Tags"].items() if key not in keys}
