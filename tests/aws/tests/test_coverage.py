"""COVERAGE.md, and that every rule names its source."""

import inspect
import re

from lakeaws import coverage, registry, services


def test_the_page_is_current() -> None:
    assert coverage.PAGE.read_text() == coverage.page(), "tests/aws/run --python -m lakeaws.coverage"


def test_every_rule_names_its_source() -> None:
    services.load()
    rules = [
        *registry.OURS.values(),
        *(hook for hooks in (*registry.BEFORE.values(), *registry.AFTER.values()) for hook in hooks),
    ]
    source = re.compile(r"API|API Reference|User Guide|Developer Guide|https://|#\d+|the Rust SDK|README")
    unnamed = {f"{rule.__module__}.{rule.__name__}" for rule in rules if not source.search(inspect.getdoc(rule) or "")}
    assert unnamed == set()


def test_no_operation_is_answered_twice() -> None:
    services.load()
    assert registry.OURS.keys() & registry.MOTO == set()
    assert registry.AFTER.keys() <= registry.MOTO
