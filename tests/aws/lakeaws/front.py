"""The middle of the launcher: from a request to its answer, strictly."""

import time
import traceback
from typing import Any

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


_NOTHING = Response(0, {}, b"")


class Front:
    """Answers requests against one world, with its journal and its faults."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.journal = entries.Journal()
        self.faults = fault_rules.Faults()

    def answer(self, request: Request) -> Response:
        """The answer to one request. Raises Dropped where a fault rule closes the connection."""
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
                told = f"{len(found)} validation error(s) detected: {'; '.join(found)}"
                raise AwsError(validation.refusal(call.model, found), told, 400)
        except NotEmulated as cause:
            return self._note(
                call, request, service, _not_emulated(service, request, cause), entries.NOT_EMULATED, str(cause)
            )
        except AwsError as refusal:
            return self._note(
                call,
                request,
                service,
                wire.encode_error(_spoken(service), request, refusal),
                refusal.code,
                refusal.message,
            )
        except Exception as cause:  # A bug of ours in reading the request: told in the journal, and no success.
            traceback.print_exc()
            crash = AwsError("EmulatorCrash", f"{request.method} {request.path}: {cause}", 501)
            return self._note(
                call, request, service, wire.encode_error(_spoken(service), request, crash), entries.CRASH, str(cause)
            )
        return self._answer_call(call)

    def _decode(self, request: Request, signed: routing.Signature) -> Call:
        operation, in_path = routing.route(request, signed.service)
        model = operation_model(signed.service, operation)
        account = request.headers.get("x-moto-account-id") or self._account_of(signed.access_key)
        call = Call(signed.service, operation, model, account, signed.region, signed.access_key, request)
        call.params = wire.decode(model, request, in_path)
        return call

    def _account_of(self, access_key: str) -> str:
        """The account that STS gave a key to, or the one that callers are in by themselves."""
        for account, parts in list(get_backend("iam").items()):
            if any(access_key in backend.access_keys for backend in parts.values()):
                return account
        return self.world.account

    def _answer_call(self, call: Call) -> Response:
        rule = self.faults.for_call(call)
        said = rule.said
        if said.get("delayMs"):
            time.sleep(said["delayMs"] / 1000)
        lost = said.get("lost")
        if said.get("code") and not lost:
            injected = AwsError(said["code"], said.get("message", "Injected by a fault rule."), said.get("status", 400))
            return self._refuse(call, injected)
        if said.get("hold") == "before":
            self.faults.hold(call)
            if call.request.gone():
                self._note(
                    call,
                    call.request,
                    call.service,
                    _NOTHING,
                    "GONE",
                    "the client went away before the call was carried out",
                )
                raise Dropped
        with self.world.lock:
            answer, code, message = self._in_world(call, said)
        if said.get("hold") == "after":
            self.faults.hold(call)
        if lost and code is not None:
            # A refusal commits nothing that could be lost.
            self.faults.give_back(rule)
        elif lost == "drop":
            self._note(call, call.request, call.service, _NOTHING, "LOST", "the connection was closed after the commit")
            raise Dropped
        elif lost:
            told = said.get("message", "We encountered an internal error. Please try again.")
            return self._refuse(call, AwsError(said.get("code", "InternalError"), told, said.get("status", 500)))
        return self._note(call, call.request, call.service, answer, code, message)

    def _in_world(self, call: Call, rule: dict[str, Any]) -> tuple[Response, str | None, str | None]:
        """The answer, its error code and message; the world's lock is held."""
        writes = mutates(call.operation)
        remembered = self.world.snapshot(call.account, call.partition) if writes and self.faults.any_stale else None
        seen = None
        if "stale" in rule or "staleSeconds" in rule:
            seen = self.world.before_last_write(
                call.service, call.resource, since_armed=rule.get("staleSince") == "rule"
            )
        try:
            with self.world.as_of(seen):
                answer, result = self._dispatch(call)
        except AwsError as refusal:
            return wire.encode_error(call.service, call.request, refusal), refusal.code, refusal.message
        except NotEmulated as cause:
            return _not_emulated(call.service, call.request, cause), entries.NOT_EMULATED, str(cause)
        except Exception as cause:  # A bug of ours or of moto: told in the journal, and no success.
            traceback.print_exc()
            told = AwsError("EmulatorCrash", f"{call.service} {call.operation}: {cause}", 501)
            return wire.encode_error(call.service, call.request, told), entries.CRASH, str(cause)
        if answer.status >= 400:
            refusal = moto_bridge.parse(call, answer).get("Error", {})
            return answer, refusal.get("Code") or str(answer.status), refusal.get("Message")
        if remembered is not None:
            self.world.remember(call.service, call.resource, remembered)
        if wrong := validation.check(call.model.output_shape, result):
            told = AwsError(
                "EmulatorInvalid",
                f"{call.service} {call.operation} was answered against AWS's model: {'; '.join(wrong)}",
                501,
            )
            return wire.encode_error(call.service, call.request, told), entries.INVALID, told.message
        return answer, None, None

    def _dispatch(self, call: Call) -> tuple[Response, dict[str, Any]]:
        """Our answer or moto's, and what a client reads in it."""
        key = (call.service, call.operation)
        for check in registry.BEFORE.get(key, ()):
            check(self.world, call)
        if answer := registry.OURS.get(key):
            result = answer(self.world, call)
            if unknown := validation.check(call.model.output_shape, result):
                # What the model does not know would be lost in encoding, unseen by the check of the bytes.
                return Response(200, {}, b""), {"!": unknown}
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

    def _refuse(self, call: Call, refusal: AwsError) -> Response:
        answer = wire.encode_error(call.service, call.request, refusal)
        return self._note(call, call.request, call.service, answer, refusal.code, refusal.message)

    def _note(
        self, call: Call | None, request: Request, service: str, answer: Response, code: str | None, message: str | None
    ) -> Response:
        self.journal.add(
            {
                "service": service,
                "operation": call.operation if call else f"{request.method} {request.path}",
                "status": answer.status,
                "code": code,
                "message": message,
                "account": call.account if call else None,
                "region": call.region if call else None,
                "resource": call.resource if call else "",
                "mutates": mutates(call.operation) if call else False,
                "userAgent": request.headers.get("user-agent", ""),
                "params": entries.plain(call.params) if call else {},
            }
        )
        named = "x-amz-request-id" if service in ("s3", "s3control") else "x-amzn-RequestId"
        if named.lower() not in {name.lower() for name in answer.headers}:
            answer.headers[named] = wire.request_id()
        return answer


def _read_back(call: Call, response: Response) -> dict[str, Any]:
    shape = call.model.output_shape
    payload = shape.serialization.get("payload") if shape is not None else None
    if payload and shape.members[payload].type_name == "blob":
        return {}
    return moto_bridge.parse(call, response)


def _not_emulated(service: str, request: Request, cause: NotEmulated) -> Response:
    return wire.encode_error(_spoken(service), request, AwsError("NotImplemented", str(cause), 501))


def _spoken(service: str) -> str:
    """The service whose protocol a refusal speaks: S3's, where the request's service is not served."""
    return service if service in SERVICES else "s3"
