"""Image providers on loopback: OpenAI, Gemini, Stability, Automatic1111 and ComfyUI, each in its own wire format.

    async with ImageServer("openai") as server:
        server.script(Fail(429, retry_after="1"), Show(png))

Written on asyncio streams like `model_server`: it has to break what a web framework would mend. Formats:
https://platform.openai.com/docs/api-reference/images/create, https://ai.google.dev/api/generate-content,
https://platform.stability.ai/docs/api-reference#tag/Generate, the web UI's /docs, and
https://docs.comfy.org/development/comfyui-server/comms_routes
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from tests.fakes.model_server import whole

Provider = Literal["openai", "gemini", "stability", "automatic1111", "comfyui"]


@dataclass(frozen=True)
class Show:
    """A picture, said to be of this type."""

    data: bytes
    mime: str = "image/png"


@dataclass(frozen=True)
class Fail:
    status: int
    retry_after: str | None = None


@dataclass(frozen=True)
class Filtered:
    """The provider's own refusal of the content; `late`: of what was made, where it tells the two apart."""

    late: bool = False


@dataclass(frozen=True)
class Raw:
    """Any good answer."""

    body: bytes
    content_type: str = "application/json"


@dataclass(frozen=True)
class Cut:
    """Half of a good answer, then the connection breaks."""

    data: bytes


@dataclass(frozen=True)
class Hang:
    """Takes the request and never answers."""


@dataclass(frozen=True)
class Drop:
    """Closes the connection without an answer."""


Reply = Show | Fail | Filtered | Raw | Cut | Hang | Drop


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    raw: bytes
    body: dict[str, Any] = field(default_factory=dict)


class ImageServer:
    """One provider. Requests beyond the script get a 501."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.requests: list[Request] = []
        self.looks = 0  # how often a running ComfyUI job is still running
        self._replies: deque[Reply] = deque()
        self._made: dict[str, Show] = {}
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    @property
    def host(self) -> str:
        assert self._server is not None
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def url(self) -> str:
        """As ADMIND_IMAGE_URL names it."""
        return f"http://{self.host}" + ("/v1" if self.provider == "openai" else "")

    def script(self, *replies: Reply) -> None:
        self._replies.extend(replies)

    @property
    def orders(self) -> list[Request]:
        """The requests that ask for a picture."""
        return [each for each in self.requests if each.method == "POST"]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            while request := await _read(reader):
                self.requests.append(request)
                if not await self._serve(request, reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _serve(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if self.provider == "comfyui" and request.method == "GET":
            await self._look(request, writer)
            return True
        reply = self._replies.popleft() if self._replies else Fail(501)
        match reply:
            case Drop():
                writer.transport.abort()
                return False
            case Hang():
                await reader.read(1)
                return False
            case Fail():
                headers = {} if reply.retry_after is None else {"Retry-After": reply.retry_after}
                await whole(writer, reply.status, "application/json", _error(self.provider), headers)
            case Filtered():
                await whole(writer, *self._refusal(reply))
            case Raw():
                await whole(writer, 200, reply.content_type, reply.body)
            case Cut():
                kind, payload = self._answer(Show(reply.data), request)
                head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(payload)}\r\n\r\n"
                writer.write(head.encode() + payload[: len(payload) // 2])
                await writer.drain()
                return False
            case Show():
                await whole(writer, 200, *self._answer(reply, request))
        return True

    def _answer(self, shown: Show, request: Request) -> tuple[str, bytes]:
        text = base64.b64encode(shown.data).decode()
        match self.provider:
            case "openai":
                answer: dict[str, Any] = {"created": 1, "data": [{"b64_json": text}], "output_format": "png"}
            case "gemini":
                parts = [{"text": "Here it is."}, {"inlineData": {"mimeType": shown.mime, "data": text}}]
                answer = {"candidates": [{"content": {"parts": parts, "role": "model"}, "finishReason": "STOP"}]}
            case "automatic1111":
                answer = {"images": [text], "parameters": {}, "info": "{}"}
            case "stability":
                return shown.mime, shown.data
            case "comfyui":
                job = f"job-{len(self._made)}"
                self._made[job] = shown
                answer = {"prompt_id": job, "number": len(self._made), "node_errors": {}}
        return "application/json", json.dumps(answer).encode()

    def _refusal(self, reply: Filtered) -> tuple[int, str, bytes, dict[str, str]]:
        kind = "application/json"
        match self.provider:
            case "openai":
                error = {"code": "moderation_blocked", "message": "Your request was rejected by the safety system."}
                return 400, kind, json.dumps({"error": error | {"type": "image_generation_user_error"}}).encode(), {}
            case "gemini" if reply.late:
                answer: dict[str, Any] = {"candidates": [{"content": {}, "finishReason": "IMAGE_SAFETY"}]}
                return 200, kind, json.dumps(answer).encode(), {}
            case "gemini":
                return 200, kind, json.dumps({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}).encode(), {}
            case "stability" if reply.late:
                return 200, "image/png", b"blurred", {"finish-reason": "CONTENT_FILTERED"}
            case "stability":
                errors = {"id": "1", "name": "content_moderation", "errors": ["Your request was flagged."]}
                return 403, kind, json.dumps(errors).encode(), {}
        raise AssertionError("servers of one's own refuse nothing")

    async def _look(self, request: Request, writer: asyncio.StreamWriter) -> None:
        job = request.path.rsplit("/", 1)[1]
        if request.path.startswith("/history/"):
            found: dict[str, Any] = {}
            if self.looks > 0:
                self.looks -= 1
            elif job in self._made:
                broken = self._made[job].mime == "error"
                status = {"status_str": "error" if broken else "success", "completed": not broken}
                picture = {"filename": f"{job}.png", "subfolder": "", "type": "temp"}
                found = {job: {"status": status, "outputs": {} if broken else {"7": {"images": [picture]}}}}
            await whole(writer, 200, "application/json", json.dumps(found).encode())
            return
        name = re.search(r"filename=([\w-]+)\.png", request.path)
        shown = self._made[name[1]] if name else None
        if shown is None:
            await whole(writer, 404, "application/json", b"{}")
        else:
            await whole(writer, 200, shown.mime, shown.data)


def _error(provider: Provider) -> bytes:
    message = "sk-secret-in-an-error: something went wrong at 10.0.0.7"
    shapes: dict[str, Any] = {
        "openai": {"error": {"message": message, "code": None}},
        "gemini": {"error": {"message": message, "status": "INTERNAL"}},
        "stability": {"id": "1", "name": "internal_error", "errors": [message]},
    }
    return json.dumps(shapes.get(provider, {"detail": message})).encode()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    raw = await reader.readexactly(int(headers.get("content-length", "0")))
    body = json.loads(raw) if headers.get("content-type", "").startswith("application/json") and raw else {}
    return Request(method, path, headers, raw, body)
