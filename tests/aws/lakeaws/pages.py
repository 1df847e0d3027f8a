"""Lists in pages."""

import base64
from collections.abc import Callable
from typing import Any


def page(
    items: list[Any], token: str | None, size: int, refuse: Callable[[str], Exception]
) -> tuple[list[Any], str | None]:
    """One page of a list, and the token of the next; raises what `refuse` makes of a token that is none."""
    try:
        start = int(base64.urlsafe_b64decode(token or "MA==").decode())
    except ValueError as cause:
        raise refuse("Invalid NextToken") from cause
    end = start + size
    return items[start:end], base64.urlsafe_b64encode(str(end).encode()).decode() if end < len(items) else None
