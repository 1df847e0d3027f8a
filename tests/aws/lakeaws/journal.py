"""The journal: every call, in order."""

import threading
from datetime import datetime
from typing import Any

#: What must not occur in a test: `GET /_lake/unemulated` lists these.
NOT_EMULATED, CRASH, INVALID = "NOT_EMULATED", "CRASH", "INVALID"


class Journal:
    """A list of entries, safe to append to from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[dict[str, Any]] = []
        self._count = 0

    def add(self, entry: dict[str, Any]) -> None:
        """Appends one entry and numbers it; numbers go on after `clear`."""
        with self._lock:
            self._count += 1
            self._entries.append({"n": self._count, **entry})

    def entries(self) -> list[dict[str, Any]]:
        """All entries, oldest first."""
        with self._lock:
            return list(self._entries)

    def unemulated(self) -> list[dict[str, Any]]:
        """The entries that make a test worthless: not emulated, crashed, or answered against AWS's model."""
        return [entry for entry in self.entries() if entry["code"] in (NOT_EMULATED, CRASH, INVALID)]

    def clear(self) -> None:
        """Forgets all entries."""
        with self._lock:
            self._entries.clear()


def plain(value: Any) -> Any:
    """A parameter as JSON can tell it: bytes by their length, times in ISO 8601."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (bytes, bytearray)):
        return f"<{len(value)} bytes>"
    if isinstance(value, datetime):
        return value.isoformat()
    return value
