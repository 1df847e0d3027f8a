"""What exists: our own tables, as plain data, beside moto's backends."""

import copy
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.backends import get_backend

Tables = dict[tuple[str, str, str], dict[Any, Any]]


class World:
    """All state of the emulator. `lock` is held while a call is answered, so every call is atomic."""

    def __init__(self, account: str, region: str) -> None:
        self.lock = threading.RLock()
        #: The account of callers whose credentials say nothing else, and the region told to users.
        self.account, self.region = account, region
        self._tables: Tables = {}
        self._before: dict[tuple[str, str], Any] = {}
        self._armed: Any = None

    def table(self, name: str, account: str = "", region: str = "") -> dict[Any, Any]:
        """The records of one kind in one account and region; global kinds leave both empty."""
        return self._tables.setdefault((name, account, region), {})

    def tables(self, name: str) -> Iterator[tuple[str, str, dict[Any, Any]]]:
        """The records of one kind everywhere, with account and region."""
        for (kind, account, region), rows in list(self._tables.items()):
            if kind == name:
                yield account, region, rows

    def reset(self) -> None:
        """Nothing exists any more."""
        with self.lock:
            self._tables.clear()
            self._before.clear()
            self._armed = None
            for service in ("s3", "iam", "sts"):
                for backend in get_backend(service).values():
                    for part in backend.values():
                        part.reset()

    # Stale reads.

    def snapshot(self, account: str, partition: str = "aws") -> Any:
        """The world as it is: our tables and moto's IAM. Objects in buckets are left out: S3 is strongly consistent.

        `account` and `partition` are those of the call that is about to change it: moto makes their backend, empty, when
        first asked for it.
        """
        assert get_backend("iam")[account][partition] is not None
        iam = {
            (owner, part): {name: vars(backend)[name] for name in _IAM_STATE}
            for owner, parts in get_backend("iam").items()
            for part, backend in parts.items()
        }
        return copy.deepcopy((self._tables, iam))

    def arm(self) -> None:
        """Remembers the world of this moment, for rules that are stale since they were posted."""
        with self.lock:
            self._armed = self.snapshot(self.account)

    def remember(self, service: str, resource: str, snapshot: Any) -> None:
        """Keeps what the world was before the last write to a resource."""
        self._before[(service, _thing(service, resource))] = snapshot
        self._before[("", "")] = snapshot

    def before_last_write(self, service: str, resource: str, *, since_armed: bool) -> Any:
        """The snapshot that a stale read sees; None where nothing was written."""
        if since_armed:
            return self._armed
        if not resource or "," in resource:
            return self._before.get(("", ""))
        return self._before.get((service, _thing(service, resource)))

    @contextmanager
    def as_of(self, snapshot: Any) -> Iterator[None]:
        """Within, the world is as it was; what is read must not be changed."""
        if snapshot is None:
            yield
            return
        tables, iam = snapshot
        now, self._tables = self._tables, tables
        backends = get_backend("iam")
        parts = {key: backends[key[0]][key[1]] for key in iam}
        kept = {key: dict(vars(part)) for key, part in parts.items()}
        for key, values in iam.items():
            vars(parts[key]).update(values)
        try:
            yield
        finally:
            self._tables = now
            for key, values in kept.items():
                vars(parts[key]).update(values)


def _thing(service: str, resource: str) -> str:
    """What is written as a whole: `bucket` of `bucket/key`. The slashes of a log group's name are its own."""
    return resource if service == "logs" else resource.split("/")[0]


#: What moto's IAM holds of what is served here; AWS's managed policies never change.
_IAM_STATE = ("roles", "instance_profiles")
