"""Answer an HTTP request in parts: what is deferred follows in the same response."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from graphwing.exact_json import encode_json
from graphwing.execution import Completed, FirstPart, NextPart, Pending, ResponsePart, SendPart
from graphwing.server.http.incremental_type import IncrementalType
from graphwing.server.http.media_type import JSON
from graphwing.server.http.multipart import Multipart
from graphwing.server.http.request import Send
from graphwing.server.http.response import HttpResponse, refusal, told_errors
from graphwing.server.telemetry.record import note_errors

_OK = 200
_MULTIPART = Multipart("-")


class PartsResponse:
    """Sends the parts of one response, each as soon as it is given.

    It is whole if nothing follows the first part and the client accepts `media_type` for that.
    """

    def __init__(
        self, incremental_type: IncrementalType, media_type: str | None, send: Send
    ) -> None:
        self._is_begun = False
        self._whole: HttpResponse | None = None
        self._type = incremental_type
        self._media_type = media_type
        self._send = send
        self._pending: dict[str, Pending] = {}

    async def answered(self, answer: Callable[[SendPart], Awaitable[None]]) -> HttpResponse | None:
        """Return the response, or nothing when `answer` has sent it in parts."""
        try:
            await answer(self._part)
        except Exception as error:  # noqa: BLE001 - the one place where everything else ends
            if not self._is_begun:
                return refusal(error, self._media_type or JSON)
            await self._fail(error)
        return self._whole

    async def _part(self, part: ResponsePart) -> None:
        self._pending.update((one.id, one) for one in part.pending)
        if errors := _errors_in(part):
            note_errors(errors)
        match part:
            case FirstPart() if not part.has_next and self._media_type is not None:
                body = self._type.first(part)
                del body["hasNext"]
                self._whole = HttpResponse(_OK, encode_json(body), self._media_type)
            case FirstPart():
                await self._begin()
                await self._write(self._type.first(part), more=part.has_next)
            case NextPart():
                for completed in part.completed:
                    self._pending.pop(completed.pending.id, None)
                await self._write(self._type.next(part), more=part.has_next)

    async def _fail(self, error: Exception) -> None:
        """Tell the client that nothing of what it waits for will come."""
        errors = told_errors(error)
        lost = tuple(Completed(one, errors=errors) for one in self._pending.values())
        await self._part(NextPart(lost, (), has_next=False))

    async def _begin(self) -> None:
        self._is_begun = True
        content_type = f'{self._type.content_type};boundary="{_MULTIPART.boundary}"'
        headers = [
            (b"content-type", content_type.encode()),
            (b"cache-control", b"no-cache"),
            # Some proxies would collect the parts and pass them on together.
            (b"x-accel-buffering", b"no"),
        ]
        await self._send({"type": "http.response.start", "status": _OK, "headers": headers})
        await self._send(
            {"type": "http.response.body", "body": _MULTIPART.opening, "more_body": True}
        )

    async def _write(self, body: dict[str, Any], *, more: bool) -> None:
        part = _MULTIPART.part(encode_json(body))
        if not more:
            part += _MULTIPART.closing
        await self._send({"type": "http.response.body", "body": part, "more_body": more})


def _errors_in(part: ResponsePart) -> list[Mapping[str, Any]]:
    match part:
        case FirstPart():
            return [*part.errors]
        case NextPart():
            return [
                error
                for completed in part.completed
                for errors in (
                    completed.errors or (),
                    *(one.errors for one in completed.increments),
                )
                for error in errors
            ]
