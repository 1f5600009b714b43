"""Anthropic's messages API on loopback. Format: https://docs.claude.com/en/api/messages-streaming."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.fakes.model_server import Fail, ModelServer, Request, Say, pieces, sse

_ERRORS = {
    "overflow": ("invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum"),
    "quota": ("invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
    "key": ("authentication_error", "invalid x-api-key"),
}
_KINDS = {401: "authentication_error", 429: "rate_limit_error", 500: "api_error", 529: "overloaded_error"}


class AnthropicServer(ModelServer):
    def keys(self) -> dict[str, str]:
        return {"ANTHROPIC_API_KEY": "sk-ant-secret-1234567890", "ANTHROPIC_BASE_URL": self.url}

    def wants_stream(self, request: Request) -> bool:
        return bool(request.body.get("stream"))

    def body(self, reply: Say, request: Request) -> dict[str, Any]:
        content: list[dict[str, Any]] = [{"type": "text", "text": reply.text}] if reply.text else []
        for number, call in enumerate(reply.calls):
            args = json.loads(call.args) if isinstance(call.args, str) else dict(call.args)
            content.append(
                {
                    "type": "tool_use",
                    "id": call.id or f"toolu_{request.number}_{number}",
                    "name": call.name,
                    "input": args,
                }
            )
        return {**_head(request), "content": content, "stop_reason": _stop(reply), "usage": _usage(reply)}

    def events(self, reply: Say, request: Request) -> Iterator[bytes]:
        usage = {"input_tokens": reply.input_tokens, "output_tokens": 1}
        message = {**_head(request), "content": [], "stop_reason": None, "usage": usage}
        yield _event("message_start", message=message)
        index = 0
        if reply.text:
            yield _event("content_block_start", index=0, content_block={"type": "text", "text": ""})
            for part in pieces(reply.text):
                yield _event("content_block_delta", index=0, delta={"type": "text_delta", "text": part})
            yield _event("content_block_stop", index=0)
            index = 1
        for number, call in enumerate(reply.calls, start=index):
            block = {
                "type": "tool_use",
                "id": call.id or f"toolu_{request.number}_{number}",
                "name": call.name,
                "input": {},
            }
            yield _event("content_block_start", index=number, content_block=block)
            for part in pieces(call.text()):
                delta = {"type": "input_json_delta", "partial_json": part}
                yield _event("content_block_delta", index=number, delta=delta)
            yield _event("content_block_stop", index=number)
        ending = {"stop_reason": _stop(reply), "stop_sequence": None}
        yield _event("message_delta", delta=ending, usage=_usage(reply))
        yield _event("message_stop")

    def error_event(self) -> bytes:
        return _event("error", error={"type": "overloaded_error", "message": "Overloaded"})

    def error_body(self, failure: Fail) -> dict[str, Any]:
        default = (_KINDS.get(failure.status, "api_error"), f"Scripted {failure.status} {failure.kind}")
        kind, message = _ERRORS.get(failure.kind, default)
        return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}


def _head(request: Request) -> dict[str, Any]:
    model = request.body["model"]
    head: dict[str, Any] = {"id": f"msg_{request.number}", "type": "message", "role": "assistant", "model": model}
    return {**head, "stop_sequence": None}


def _usage(reply: Say) -> dict[str, int]:
    """Cumulative, in the last event too, as the API sends it."""
    return {"input_tokens": reply.input_tokens, "output_tokens": reply.output_tokens}


def _stop(reply: Say) -> str:
    if reply.refusal or reply.finish == "filter":
        return "refusal"
    if reply.finish == "length":
        return "max_tokens"
    return "tool_use" if reply.calls else "end_turn"


def _event(kind: str, **fields: Any) -> bytes:
    return sse({"type": kind, **fields}, kind)
