"""Errors as RFC 9457 problem documents. What a person reads is the error's own sentence; nothing internal leaves."""

from __future__ import annotations

import math
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from bot.artwork.picture import PictureRefused
from bot.errors import (
    AdMindError,
    BadInput,
    ChangedSince,
    ChannelRefused,
    Conflict,
    NotAllowed,
    NotFound,
    unexpected,
)
from bot.team.signin import TooManyTries

STATUS: tuple[tuple[type[AdMindError], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (ChangedSince, 409),
    (Conflict, 409),
    (BadInput, 422),
    (ChannelRefused, 422),
    (PictureRefused, 422),
    (TooManyTries, 429),
)
PLAIN = {404: "There is nothing at this address.", 405: "This address does not take that method."}
MEDIA_TYPE = "application/problem+json"


def problem(status: int, detail: str, *, retry_after_seconds: float | None = None, **more: object) -> JSONResponse:
    """A problem document; `detail` is a sentence for the person."""
    content = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **more}
    headers = {"Retry-After": str(math.ceil(retry_after_seconds))} if retry_after_seconds else None
    return JSONResponse(content, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def status_of(error: AdMindError) -> int:
    status = next((code for kind, code in STATUS if isinstance(error, kind)), 0)
    return status or (503 if error.retry_after_seconds is not None else 400)


def of(error: AdMindError) -> JSONResponse:
    more = {name: text for name, text in (("kept", error.kept), ("do_next", error.do_next)) if text}
    return problem(status_of(error), error.sentence(), retry_after_seconds=error.retry_after_seconds, **more)


def install(app: FastAPI) -> None:
    """Answer every error of this application with a problem document."""

    async def known(_: Request, error: Exception) -> JSONResponse:
        return of(error) if isinstance(error, AdMindError) else of(unexpected(error, "answering"))

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        found = error.errors() if isinstance(error, RequestValidationError) else []
        where = [
            {"field": ".".join(str(part) for part in each.get("loc", ())), "reason": str(each.get("msg", ""))}
            for each in found[:20]
        ]
        return problem(422, "Some of what was sent does not have the form that is needed.", errors=where)

    async def http(_: Request, error: Exception) -> JSONResponse:
        status = error.status_code if isinstance(error, HTTPException) else 500
        detail = str(getattr(error, "detail", "")) or HTTPStatus(status).phrase
        answer = problem(status, PLAIN.get(status, detail) if detail == HTTPStatus(status).phrase else detail)
        answer.headers.update(getattr(error, "headers", None) or {})
        return answer

    async def unforeseen(_: Request, error: Exception) -> JSONResponse:
        found = unexpected(error, "answering this request")
        return problem(500, found.sentence())

    app.add_exception_handler(AdMindError, known)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, unforeseen)
