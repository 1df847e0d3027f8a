"""Faults by rule: refusals, delays, answers lost after the commit, stale reads."""

import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from lakeaws.call import Call
from lakeaws.models import mutates

#: What a rule may say; anything else is refused, so that a misspelt rule is no silent pass.
_WORDS = {
    "service", "operation", "resource", "code", "message", "status", "times", "every", "afterCalls", "delayMs", "lost",
    "stale", "staleSeconds", "staleSince", "mutating", "hold",
}  # fmt: skip


@dataclass
class Rule:
    """One rule, and how often it matched and fired."""

    said: dict[str, Any]
    matched: int = 0
    fired: int = 0
    since: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        unknown = self.said.keys() - _WORDS
        if unknown:
            raise ValueError(
                f"a fault rule has no {', '.join(sorted(unknown))}; its words are {', '.join(sorted(_WORDS))}"
            )
        if self.said.get("hold", "before") not in ("before", "after"):
            raise ValueError("a fault rule holds a call before or after it is carried out")
        for name in ("operation", "resource"):
            re.compile(self.said.get(name, ""))

    @property
    def is_stale(self) -> bool:
        """Whether the rule makes reads stale."""
        return "stale" in self.said or "staleSeconds" in self.said

    def takes(self, call: Call) -> bool:
        """Whether the rule fires for this call; counts it."""
        said = self.said
        if "service" in said and said["service"] != call.service:
            return False
        if "operation" in said and not re.fullmatch(said["operation"], call.operation):
            return False
        if "resource" in said and not re.search(said["resource"], call.resource):
            return False
        if said.get("mutating") and not mutates(call.operation):
            return False
        if self.is_stale and mutates(call.operation):
            return False
        self.matched += 1
        if self.matched < said.get("afterCalls", 1) or self.matched % said.get("every", 1) != 0:
            return False
        limit = said.get("times", said.get("stale"))
        if limit is not None and self.fired >= limit:
            return False
        if "staleSeconds" in said and time.monotonic() - self.since > said["staleSeconds"]:
            return False
        self.fired += 1
        return True


class Faults:
    """The rules in force; the first that takes a call decides about it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[Rule] = []
        #: The calls that rules hold, until the rules are cleared; waited for and told by `held`.
        self._holding: list[str] = []
        self._changed = threading.Condition(self._lock)
        self._generation = 0
        #: Added to every call.
        self.latency_ms = 0.0

    def add(self, rules: list[dict[str, Any]]) -> None:
        """Puts rules in force, after those that are. Raises ValueError or re.error for what is no rule."""
        made = [Rule(said) for said in rules]
        with self._lock:
            self._rules += made

    def clear(self) -> None:
        """No rules; what they hold goes on."""
        with self._lock:
            self._rules = []
            self._generation += 1
            self._changed.notify_all()

    def for_call(self, call: Call) -> Rule:
        """The rule that this call meets, or one that says nothing."""
        with self._lock:
            return next((rule for rule in self._rules if rule.takes(call)), Rule({}))

    def give_back(self, rule: Rule) -> None:
        """The rule found nothing to do at the call that it took: it waits for the next."""
        with self._lock:
            rule.fired -= 1

    def hold(self, call: Call) -> None:
        """Holds a call until the rules are cleared."""
        with self._changed:
            generation, told = self._generation, f"{call.service}:{call.operation} {call.resource}"
            self._holding.append(told)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._generation != generation)
            self._holding.remove(told)

    def held(self, seconds: float) -> list[str]:
        """The calls that are held now; waits so long for one."""
        with self._changed:
            self._changed.wait_for(lambda: self._holding, timeout=seconds)
            return list(self._holding)

    @property
    def any_stale(self) -> bool:
        """Whether the world must remember what it was before each write."""
        with self._lock:
            return any(rule.is_stale for rule in self._rules)
