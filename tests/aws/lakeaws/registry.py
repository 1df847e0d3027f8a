"""Who answers which operation: we, or moto. What is in neither list is not emulated."""

from collections.abc import Callable
from typing import Any

from lakeaws.call import Call
from lakeaws.world import World

#: An operation of ours: the world and the call in, the result by botocore's names out; refusals are AwsError.
Answer = Callable[[World, Call], dict[str, Any]]

OURS: dict[tuple[str, str], Answer] = {}

#: Operations that moto answers.
MOTO: set[tuple[str, str]] = set()

#: What is checked before moto answers, and what is put right in its answer.
BEFORE: dict[tuple[str, str], list[Callable[[World, Call], None]]] = {}
AFTER: dict[tuple[str, str], list[Callable[[World, Call, dict[str, Any]], dict[str, Any]]]] = {}


def ours(service: str, *operations: str) -> Callable[[Answer], Answer]:
    """Declares a function as our answer to operations."""

    def register(answer: Answer) -> Answer:
        for operation in operations:
            OURS[(service, operation)] = answer
        return answer

    return register


def motos(service: str, *operations: str) -> None:
    """Declares operations that moto answers well enough."""
    MOTO.update((service, operation) for operation in operations)


def before(service: str, *operations: str) -> Callable[[Callable[[World, Call], None]], Callable[[World, Call], None]]:
    """Declares a check that AWS makes and moto does not; it runs first and refuses by AwsError."""

    def register(check: Callable[[World, Call], None]) -> Callable[[World, Call], None]:
        for operation in operations:
            BEFORE.setdefault((service, operation), []).append(check)
        return check

    return register


def after(service: str, *operations: str) -> Callable[[Any], Any]:
    """Declares a correction of moto's successful answer: the parsed result in, the right one out."""

    def register(correct: Any) -> Any:
        for operation in operations:
            AFTER.setdefault((service, operation), []).append(correct)
        return correct

    return register
