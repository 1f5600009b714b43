"""Google's Gemini API on loopback. Format: https://ai.google.dev/api/generate-content."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.fakes.model_server import Fail, ModelServer, Request, Say, pieces, sse

_FINISH = {"stop": "STOP", "length": "MAX_TOKENS", "filter": "SAFETY"}
_STATUS = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND"}
_STATUS |= {429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED"}
_ERRORS = {
    "overflow": "The input token count (2000000) exceeds the maximum number of tokens allowed (1048576).",
    "key": "API key not valid. Please pass a valid API key.",
}


class GoogleServer(ModelServer):
    def keys(self) -> dict[str, str]:
        return {"GOOGLE_API_KEY": "AIza-secret-1234567890", "GOOGLE_GEMINI_BASE_URL": self.url}

    def wants_stream(self, request: Request) -> bool:
        return ":streamGenerateContent" in request.path

    def body(self, reply: Say, request: Request) -> dict[str, Any]:
        if reply.refusal:
            return {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, **_tail(reply, request)}
        parts: list[dict[str, Any]] = [{"text": reply.text}] if reply.text else []
        return {"candidates": [_candidate([*parts, *_calls(reply)], reply)], **_tail(reply, request)}

    def events(self, reply: Say, request: Request) -> Iterator[bytes]:
        if reply.refusal:
            yield sse(self.body(reply, request))
            return
        for part in pieces(reply.text):
            yield sse({"candidates": [_candidate([{"text": part}], None)], "modelVersion": _model(request)})
        yield sse({"candidates": [_candidate(_calls(reply), reply)], **_tail(reply, request)})

    def error_event(self) -> bytes:
        return sse({"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}})

    def error_body(self, failure: Fail) -> dict[str, Any]:
        message = _ERRORS.get(failure.kind, f"Scripted {failure.status} {failure.kind}")
        error: dict[str, Any] = {"code": failure.status, "message": message}
        error["status"] = _STATUS.get(failure.status, "UNKNOWN")
        if failure.kind == "key":
            error["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
        if failure.kind == "delay":
            error["details"] = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3s"}]
        return {"error": error}


def _candidate(parts: list[dict[str, Any]], reply: Say | None) -> dict[str, Any]:
    candidate: dict[str, Any] = {"index": 0, "content": {"role": "model", "parts": parts}}
    if reply is not None:
        candidate["finishReason"] = _FINISH[reply.finish]
    return candidate


def _calls(reply: Say) -> list[dict[str, Any]]:
    return [
        {"functionCall": {"name": call.name, "args": json.loads(call.text()), **({"id": call.id} if call.id else {})}}
        for call in reply.calls
    ]


def _tail(reply: Say, request: Request) -> dict[str, Any]:
    total = reply.input_tokens + reply.output_tokens
    counts = {"promptTokenCount": reply.input_tokens, "candidatesTokenCount": reply.output_tokens}
    return {"usageMetadata": {**counts, "totalTokenCount": total}, "modelVersion": _model(request)}


def _model(request: Request) -> str:
    return request.path.rpartition("/")[2].partition(":")[0]
