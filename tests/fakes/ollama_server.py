"""Ollama's chat API on loopback: one JSON object a line. Format: https://docs.ollama.com/api/chat."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.fakes.model_server import Fail, ModelServer, Request, Say, pieces

_ERRORS = {"overflow": "input length exceeds the available context size (8192 tokens)"}


class OllamaServer(ModelServer):
    stream_type = "application/x-ndjson"

    def keys(self) -> dict[str, str]:
        return {"OLLAMA_HOST": self.url.removeprefix("http://")}

    def wants_stream(self, request: Request) -> bool:
        return bool(request.body.get("stream", True))

    def body(self, reply: Say, request: Request) -> dict[str, Any]:
        return {**_end(reply, request), "message": {"role": "assistant", "content": reply.text, **_calls(reply)}}

    def events(self, reply: Say, request: Request) -> Iterator[bytes]:
        for part in pieces(reply.text):
            yield _line({**_head(request), "message": {"role": "assistant", "content": part}, "done": False})
        if reply.calls:
            message = {"role": "assistant", "content": "", **_calls(reply)}
            yield _line({**_head(request), "message": message, "done": False})
        yield _line({**_end(reply, request), "message": {"role": "assistant", "content": ""}})

    def error_event(self) -> bytes:
        return _line({"error": "an error was encountered while running the model: unexpected EOF"})

    def error_body(self, failure: Fail) -> dict[str, Any]:
        return {"error": _ERRORS.get(failure.kind, f"scripted {failure.status} {failure.kind}")}


def _head(request: Request) -> dict[str, Any]:
    return {"model": request.body["model"], "created_at": "2026-01-01T00:00:00.000000Z"}


def _end(reply: Say, request: Request) -> dict[str, Any]:
    counts = {"prompt_eval_count": reply.input_tokens, "eval_count": reply.output_tokens, "total_duration": 1}
    reason = "length" if reply.finish == "length" else "stop"
    return {**_head(request), "done": True, "done_reason": reason, **counts}


def _calls(reply: Say) -> dict[str, Any]:
    """Ollama parses arguments itself: a malformed text travels inside the object, as its parser leaves it."""
    if not reply.calls:
        return {}
    return {"tool_calls": [{"function": {"name": call.name, "arguments": call.args}} for call in reply.calls]}


def _line(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload, default=dict).encode() + b"\n"
