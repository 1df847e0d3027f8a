"""The control API under /_lake/: JSON in, JSON out."""

import json
import re
from collections.abc import Callable
from typing import Any

from lakeaws import clock
from lakeaws.call import Request
from lakeaws.front import Front
from lakeaws.services import crawled
from lakeaws.wire import Response

PREFIX = "/_lake/"


def answer(front: Front, request: Request) -> Response:
    """The answer to a request under /_lake/."""
    handler = _HANDLERS.get((request.method, request.path.removeprefix(PREFIX).strip("/")))
    if handler is None:
        ways = ", ".join(f"{method} {PREFIX}{path}" for method, path in _HANDLERS)
        return _json(404, {"error": f"no such control; there are {ways}"})
    try:
        body = json.loads(request.body) if request.body else None
        return _json(200, handler(front, body))
    except (ValueError, KeyError, TypeError, re.error) as cause:
        return _json(400, {"error": f"{type(cause).__name__}: {cause}"})


def _forget_journal(front: Front, _body: Any) -> Any:
    front.journal.clear()
    return {}


def _add_faults(front: Front, body: Any) -> Any:
    rules = body if isinstance(body, list) else [body]
    front.faults.add(rules)
    if any(rule.get("staleSince") == "rule" for rule in rules):
        front.world.arm()
    return {}


def _clear_faults(front: Front, _body: Any) -> Any:
    front.faults.clear()
    return {}


def _latency(front: Front, body: Any) -> Any:
    front.faults.latency_ms = float(body["ms"])
    return {}


def _reset(front: Front, _body: Any) -> Any:
    front.world.reset()
    clock.reset()
    front.faults.clear()
    front.faults.latency_ms = 0.0
    front.journal.clear()
    return {}


def _crawled(front: Front, body: Any) -> Any:
    with front.world.lock:
        return crawled.bring(front.world, body)


def _clock(_front: Front, body: Any) -> Any:
    return _set(clock.SECONDS, body, float)


def _looks(_front: Front, body: Any) -> Any:
    return _set(clock.LOOKS, body, int)


def _set(known: dict[str, Any], body: Any, kind: Callable[[Any], Any]) -> Any:
    if unknown := body.keys() - known.keys():
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(known)}")
    known.update({name: kind(value) for name, value in body.items()})
    return known


_HANDLERS = {
    ("GET", "journal"): lambda front, _body: front.journal.entries(),
    ("DELETE", "journal"): _forget_journal,
    ("GET", "unemulated"): lambda front, _body: front.journal.unemulated(),
    ("POST", "faults"): _add_faults,
    ("DELETE", "faults"): _clear_faults,
    # Answers as soon as a call is held by a rule that says `hold`, or after half a second.
    ("GET", "held"): lambda front, _body: front.faults.held(0.5),
    ("POST", "latency"): _latency,
    ("POST", "reset"): _reset,
    ("POST", "glue/crawled"): _crawled,
    ("POST", "glue/clock"): _clock,
    ("POST", "kinesis/looks"): _looks,
}


def _json(status: int, value: Any) -> Response:
    return Response(status, {"Content-Type": "application/json"}, json.dumps(value).encode())
