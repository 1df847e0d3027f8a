"""The middle of the launcher: from a request to its answer, strictly."""

import re
import time
import traceback
from typing import Any, NamedTuple

from moto.backends import get_backend

from lakeaws import faults as fault_rules
from lakeaws import journal as entries
from lakeaws import moto_bridge, registry, routing, services, validation, wire
from lakeaws.call import Call, Request
from lakeaws.errors import AwsError, NotEmulated
from lakeaws.models import SERVICES, mutates, operation_model
from lakeaws.wire import Response
from lakeaws.world import World

services.load()


class Dropped(Exception):
    """The connection must be closed without an answer."""


class InvalidAnswer(Exception):
    """What would be answered is nothing that AWS's model allows."""


class Outcome(NamedTuple):
    """What becomes of a request: its answer, and for the journal an error code and message."""

    answer: Response
    code: str | None = None
    message: str | None = None


_NO_ANSWER = Response(0, {}, b"")


class Front:
    """Answers requests against one world, with its journal and its faults."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.journal = entries.Journal()
        self.faults = fault_rules.Faults()

    def answer(self, request: Request) -> Response:
        """The answer to one request. Raises Dropped where the connection must be closed without one."""
        began = time.monotonic()
        if self.faults.latency_ms:
            time.sleep(self.faults.latency_ms / 1000)
        service, call = "", None
        try:
            signed = routing.signature(request)
            if signed is None:
                raise AwsError("MissingAuthenticationToken", "Missing Authentication Token", 403)
            service = signed.service
            call = self._decode(request, signed)
            if found := validation.check(call.model.input_shape, call.params):
                raise AwsError(validation.refusal(call.model, found), validation.told(found), 400)
            outcome = self._under_faults(call)
        except Exception as cause:
            outcome = _failed(service, request, cause)
        span = {"began": began * 1000, "ended": time.monotonic() * 1000}
        self.journal.add({**_entry(service, request, call, outcome), **span})
        if outcome.answer is _NO_ANSWER:
            raise Dropped
        named = "x-amz-request-id" if service in ("s3", "s3control") else "x-amzn-RequestId"
        if named.lower() not in {name.lower() for name in outcome.answer.headers}:
            outcome.answer.headers[named] = wire.request_id()
        return outcome.answer

    def _decode(self, request: Request, signed: routing.Signature) -> Call:
        operation, in_path = routing.route(request, signed.service)
        model = operation_model(signed.service, operation)
        account = request.headers.get("x-moto-account-id") or self._account_of(signed.access_key)
        if signed.service == "s3control" and (host := re.match(r"(\d{12})\.", request.headers.get("host", ""))):
            # The account stands before the host too; what the header says goes first.
            request.headers.setdefault("x-amz-account-id", host.group(1))
        call = Call(signed.service, operation, model, account, signed.region, signed.access_key, request)
        call.params = wire.decode(model, request, in_path)
        return call

    def _account_of(self, access_key: str) -> str:
        """The account that STS gave a key to, or the one that callers are in by themselves."""
        for account, parts in list(get_backend("iam").items()):
            if any(access_key in backend.access_keys for backend in parts.values()):
                return account
        return self.world.account

    def _under_faults(self, call: Call) -> Outcome:
        """Carries the call out, unless a fault rule has it otherwise."""
        rule = self.faults.for_call(call)
        said = rule.said
        if said.get("delayMs"):
            time.sleep(said["delayMs"] / 1000)
        lost = said.get("lost")
        if said.get("code") and not lost:
            raise AwsError(said["code"], said.get("message", "Injected by a fault rule."), said.get("status", 400))
        if said.get("hold") == "before":
            self.faults.hold(call)
            if call.request.gone():
                return Outcome(_NO_ANSWER, "GONE", "the client went away before the call was carried out")
        with self.world.lock:
            outcome = self._in_world(call, said)
        if said.get("hold") == "after":
            self.faults.hold(call)
        if lost and outcome.code is not None:
            # A refusal commits nothing that could be lost.
            self.faults.give_back(rule)
        elif lost == "drop":
            return Outcome(_NO_ANSWER, "LOST", "the connection was closed after the commit")
        elif lost:
            told = said.get("message", "We encountered an internal error. Please try again.")
            raise AwsError(said.get("code", "InternalError"), told, said.get("status", 500))
        return outcome

    def _in_world(self, call: Call, rule: dict[str, Any]) -> Outcome:
        """Carries the call out; the world's lock is held."""
        remembered = None
        if mutates(call.operation) and self.faults.any_stale:
            remembered = self.world.snapshot(call.account, call.partition)
        seen = None
        if "stale" in rule or "staleSeconds" in rule:
            since_armed = rule.get("staleSince") == "rule"
            seen = self.world.before_last_write(call.service, call.resource, since_armed=since_armed)
        try:
            with self.world.as_of(seen):
                answer, result = self._dispatch(call)
        except Exception as cause:
            return _failed(call.service, call.request, cause)
        if answer.status >= 400:
            refusal = moto_bridge.parse(call, answer).get("Error", {})
            return Outcome(answer, refusal.get("Code") or str(answer.status), refusal.get("Message"))
        if remembered is not None:
            self.world.remember(call.service, call.resource, remembered)
        if wrong := validation.check_answer(call.model.output_shape, result):
            return _failed(call.service, call.request, InvalidAnswer(validation.told(wrong)))
        return Outcome(answer)

    def _dispatch(self, call: Call) -> tuple[Response, dict[str, Any]]:
        """Our answer or moto's, and what a client reads in it."""
        key = (call.service, call.operation)
        for check in registry.BEFORE.get(key, ()):
            check(self.world, call)
        if answer := registry.OURS.get(key):
            result = answer(self.world, call)
            # What the model does not know would be lost in encoding, unseen by the check of what is read back.
            if wrong := validation.check_answer(call.model.output_shape, result):
                raise InvalidAnswer(validation.told(wrong))
            response = wire.encode(call, result)
            return response, _read_back(call, response)
        if key not in registry.MOTO:
            raise NotEmulated(f"{call.service} {call.operation} is not emulated")
        response = moto_bridge.ask(call)
        if response.status >= 300:
            return response, {}
        result = _read_back(call, response)
        for correct in registry.AFTER.get(key, ()):
            result = correct(self.world, call, result)
            response = wire.encode(call, result)
        return response, result


def _read_back(call: Call, response: Response) -> dict[str, Any]:
    shape = call.model.output_shape
    payload = shape.serialization.get("payload") if shape is not None else None
    if payload and shape.members[payload].type_name == "blob":
        return {}
    return moto_bridge.parse(call, response)


def _failed(service: str, request: Request, cause: Exception) -> Outcome:
    """A refusal as AWS words it; 501 for what is not emulated, what is a bug, and what AWS's model does not allow."""
    # S3's protocol, where the request's service is not served.
    spoken = service if service in SERVICES else "s3"
    if isinstance(cause, AwsError):
        return Outcome(wire.encode_error(spoken, request, cause), cause.code, cause.message)
    if isinstance(cause, NotEmulated):
        code, told = entries.NOT_EMULATED, AwsError("NotImplemented", str(cause), 501)
    elif isinstance(cause, InvalidAnswer):
        code, told = entries.INVALID, AwsError("EmulatorInvalid", f"answered against AWS's model: {cause}", 501)
    else:
        traceback.print_exception(cause)
        code, told = entries.CRASH, AwsError("EmulatorCrash", f"{request.method} {request.path}: {cause}", 501)
    return Outcome(wire.encode_error(spoken, request, told), code, told.message)


def _entry(service: str, request: Request, call: Call | None, outcome: Outcome) -> dict[str, Any]:
    return {
        "service": service,
        "operation": call.operation if call else f"{request.method} {request.path}",
        "status": outcome.answer.status,
        "code": outcome.code,
        "message": outcome.message,
        "account": call.account if call else None,
        "region": call.region if call else None,
        "resource": call.resource if call else "",
        "mutates": mutates(call.operation) if call else False,
        "userAgent": request.headers.get("user-agent", ""),
        "accessKey": signed.access_key if (signed := routing.signature(request)) else "",
        "params": entries.plain(call.params) if call else {},
    }
