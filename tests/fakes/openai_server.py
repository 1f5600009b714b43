"""OpenAI's chat completions and Responses API on loopback.

Formats: https://platform.openai.com/docs/api-reference/chat and …/responses-streaming.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.fakes.model_server import Call, Fail, ModelServer, Request, Say, pieces, sse

_ERRORS = {
    "overflow": ("context_length_exceeded", "This model's maximum context length is 128000 tokens."),
    "filter": ("content_filter", "The response was filtered due to the prompt triggering content management policy."),
    "quota": ("insufficient_quota", "You exceeded your current quota, please check your plan and billing details."),
    "key": ("invalid_api_key", "Incorrect API key provided: sk-test-*****7890."),
}
_FINISH = {"stop": "stop", "length": "length", "filter": "content_filter"}


class OpenAIServer(ModelServer):
    def keys(self) -> dict[str, str]:
        return {"OPENAI_API_KEY": "sk-test-secret-1234567890", "OPENAI_BASE_URL": f"{self.url}/v1"}

    def wants_stream(self, request: Request) -> bool:
        return bool(request.body.get("stream"))

    def body(self, reply: Say, request: Request) -> dict[str, Any]:
        if request.path.endswith("/responses"):
            return _response(reply, request)
        message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
        message["refusal"] = reply.refusal or None
        if reply.calls:
            message["tool_calls"] = [_tool_call(call, request, number) for number, call in enumerate(reply.calls)]
        return {
            "id": f"chatcmpl-{request.number}",
            "object": "chat.completion",
            "created": 1,
            "model": request.body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": _finish(reply)}],
            "usage": _usage(reply),
        }

    def events(self, reply: Say, request: Request) -> Iterator[bytes]:
        if request.path.endswith("/responses"):
            yield from _response_events(reply, request)
            return
        yield _chunk(request, {"role": "assistant", "content": ""})
        for part in pieces(reply.text):
            yield _chunk(request, {"content": part})
        for part in pieces(reply.refusal):
            yield _chunk(request, {"refusal": part})
        for number, call in enumerate(reply.calls):
            first = {**_tool_call(call, request, number), "index": number}
            first["function"] = {"name": call.name, "arguments": ""}
            yield _chunk(request, {"tool_calls": [first]})
            for part in pieces(call.text()):
                yield _chunk(request, {"tool_calls": [{"index": number, "function": {"arguments": part}}]})
        yield _chunk(request, {}, finish=_finish(reply))
        if (request.body.get("stream_options") or {}).get("include_usage"):
            yield sse({**_chunk_head(request), "choices": [], "usage": _usage(reply)})
        yield b"data: [DONE]\n\n"

    def error_event(self) -> bytes:
        return sse({"error": {"message": "The server had an error", "type": "server_error", "code": None}})

    def error_body(self, failure: Fail) -> dict[str, Any]:
        code, message = _ERRORS.get(failure.kind, (None, f"Scripted {failure.status} {failure.kind}"))
        return {"error": {"message": message, "type": "scripted", "param": None, "code": code}}


def _finish(reply: Say) -> str:
    return "tool_calls" if reply.calls and reply.finish == "stop" else _FINISH[reply.finish]


def _tool_call(call: Call, request: Request, number: int) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.text()}
    return {"id": call.id or f"call_{request.number}_{number}", "type": "function", "function": function}


def _usage(reply: Say) -> dict[str, int]:
    total = reply.input_tokens + reply.output_tokens
    return {"prompt_tokens": reply.input_tokens, "completion_tokens": reply.output_tokens, "total_tokens": total}


def _chunk_head(request: Request) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{request.number}",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": request.body["model"],
    }


def _chunk(request: Request, delta: dict[str, Any], finish: str | None = None) -> bytes:
    return sse({**_chunk_head(request), "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def _response(reply: Say, request: Request) -> dict[str, Any]:
    whole = reply.finish == "stop"
    reason = {"length": "max_output_tokens", "filter": "content_filter"}.get(reply.finish)
    return {
        "id": f"resp_{request.number}",
        "object": "response",
        "created_at": 1,
        "status": "completed" if whole else "incomplete",
        "incomplete_details": None if whole else {"reason": reason},
        "error": None,
        "model": request.body["model"],
        "output": _output(reply, request),
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "metadata": {},
        "usage": {
            "input_tokens": reply.input_tokens,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": reply.output_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": reply.input_tokens + reply.output_tokens,
        },
    }


def _output(reply: Say, request: Request) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = []
    if reply.text:
        content.append({"type": "output_text", "text": reply.text, "annotations": []})
    if reply.refusal:
        content.append({"type": "refusal", "refusal": reply.refusal})
    message = {
        "type": "message",
        "id": f"msg_{request.number}",
        "role": "assistant",
        "status": "completed",
        "content": content,
    }
    calls = [
        {
            "type": "function_call",
            "id": f"fc_{request.number}_{number}",
            "call_id": call.id or f"call_{request.number}_{number}",
            "name": call.name,
            "arguments": call.text(),
            "status": "completed",
        }
        for number, call in enumerate(reply.calls)
    ]
    return [*([message] if content else []), *calls]


def _response_events(reply: Say, request: Request) -> Iterator[bytes]:
    whole = _response(reply, request)
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": {**whole, "status": "in_progress", "output": [], "usage": None}}
    ]
    for index, item in enumerate(whole["output"]):
        place = {"output_index": index, "item_id": item["id"]}
        if item["type"] == "message":
            opened: dict[str, Any] = {**item, "content": [], "status": "in_progress"}
            events.append({"type": "response.output_item.added", "output_index": index, "item": opened})
            for number, part in enumerate(item["content"]):
                events.extend(_content_events(part, {**place, "content_index": number}))
        else:
            opened = {**item, "arguments": "", "status": "in_progress"}
            events.append({"type": "response.output_item.added", "output_index": index, "item": opened})
            for piece in pieces(item["arguments"]):
                events.append({"type": "response.function_call_arguments.delta", **place, "delta": piece})
        events.append({"type": "response.output_item.done", "output_index": index, "item": item})
    events.append({"type": f"response.{whole['status']}", "response": whole})
    for number, event in enumerate(events):
        yield sse({**event, "sequence_number": number}, event["type"])


def _content_events(part: dict[str, Any], place: dict[str, Any]) -> Iterator[dict[str, Any]]:
    kind = "text" if part["type"] == "output_text" else "refusal"
    name = "output_text" if kind == "text" else "refusal"
    yield {"type": "response.content_part.added", **place, "part": {**part, kind: ""}}
    for piece in pieces(part[kind]):
        yield {"type": f"response.{name}.delta", **place, "delta": piece, "logprobs": []}
    yield {"type": f"response.{name}.done", **place, kind: part[kind], "logprobs": []}
    yield {"type": "response.content_part.done", **place, "part": part}
