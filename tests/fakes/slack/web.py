"""The HTTP side of the loopback Slack: the Web API, uploads, downloads and response URLs, with faults on demand."""

from __future__ import annotations

import asyncio
import base64
import json
import mimetypes
from collections import defaultdict, deque
from dataclasses import dataclass, field

from aiohttp import web

from tests.fakes.slack import web_chat, web_people, web_rooms, web_streams, web_views
from tests.fakes.slack.blocks import check_message
from tests.fakes.slack.call import METHODS, Call
from tests.fakes.slack.records import Channel, Json, Message, Team, Token
from tests.fakes.slack.world import Refused, World

SERVED = (web_chat, web_people, web_rooms, web_streams, web_views)  # loading them registers their methods


@dataclass(frozen=True)
class Fault:
    """How a call is treated. `commits`: it is done all the same, and the answer tells otherwise; `channel`: only a call
    that names this one; `saying`: only one whose blocks hold these words.
    """

    status: int = 200
    error: str = ""  # ok: false
    retry_after: int = 0  # 429
    hangs: bool = False  # says nothing until the server ends
    breaks: bool = False  # cuts the connection
    commits: bool = False
    channel: str = ""
    saying: str = ""


@dataclass(frozen=True)
class Called:
    """A call as it came, and what it was answered."""

    method: str
    given: Json
    answer: Json
    token: str


@dataclass
class Web:
    world: World
    calls: list[Called] = field(default_factory=list)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    over: asyncio.Event = field(default_factory=asyncio.Event)
    socket_url: str = ""
    tickets: set[str] = field(default_factory=set)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/api/{method}", self.serve),
            web.post("/upload/{team}/{file}", self.upload),
            web.get("/files-pri/{team}/{file}/{name}", self.download),
            web.post("/response/{name}", self.respond),
        ]

    def fail(self, method: str, fault: Fault, times: int = 1) -> None:
        """The next calls of the method are treated so, in turn."""
        self.faults[method].extend([fault] * times)

    def of(self, method: str) -> list[Called]:
        return [each for each in self.calls if each.method == method]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        given = await _arguments(request)
        fault = self._fault(name, str(given.get("channel", "")), str(given.get("blocks") or ""))
        answer: Json = {"ok": True}
        if fault == Fault() or fault.commits:
            answer = self.answer(request, name, given)
        if fault.error:
            answer = {"ok": False, "error": fault.error}
        if fault.retry_after:
            answer = {"ok": False, "error": "ratelimited", "retry_after": fault.retry_after}
        header = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.calls.append(Called(name, given, answer, header))
        if fault.hangs:
            await self.over.wait()
        if fault.breaks:
            assert request.transport is not None
            request.transport.abort()
        if fault.status != 200:
            return web.Response(status=fault.status, text="upstream error")
        return _answered(answer, self.world.tokens.get(header))

    def _fault(self, name: str, channel: str, blocks: str) -> Fault:
        waiting = self.faults[name]
        fits = (each for each in waiting if each.channel in ("", channel) and each.saying in blocks)
        found = next(fits, Fault())
        if found != Fault():
            waiting.remove(found)
        return found

    def answer(self, request: web.Request, name: str, given: Json) -> Json:
        """What is done and said."""
        try:
            if name == "oauth.v2.access":
                return {"ok": True, **web_people.exchange(self.world, given, *_client(request, given))}
            token = self._token(request, given)
            if name == "apps.connections.open":
                return {"ok": True, "url": self._socket(token)}
            if name not in METHODS:
                raise Refused("unknown_method", req_method=name)
            if token.kind == "app":
                raise Refused("not_allowed_token_type")
            served, scopes = METHODS[name]
            call = Call(self.world, given, self.world.teams[token.team], token)
            call.need(*scopes)
            return {"ok": True, **served(call)}
        except Refused as refused:
            return refused.document

    def _token(self, request: web.Request, given: Json) -> Token:
        """Of the header or the body, never of the address. Raises Refused."""
        value = request.headers.get("Authorization", "").removeprefix("Bearer ")
        value = value or str(given.get("token", "") if "token" not in request.query else "")
        if not value:
            raise Refused("not_authed")
        token = self.world.tokens.get(value)
        if token is None:
            raise Refused("invalid_auth")
        if token.state:
            raise Refused(token.state)
        if token.expires is not None and self.world.clock.now() >= token.expires:
            raise Refused("token_expired")
        return token

    def _socket(self, token: Token) -> str:
        if token.kind != "app":
            raise Refused("not_allowed_token_type")
        if "connections:write" not in token.scopes:
            raise Refused("missing_scope", needed="connections:write", provided="")
        ticket = self.world.new_id("")
        self.tickets.add(ticket)
        return f"{self.socket_url}?ticket={ticket}&app_id={self.world.app}"

    async def upload(self, request: web.Request) -> web.Response:
        """The bytes of a file that was announced; they must be as many as was said."""
        team = self.world.teams.get(request.match_info["team"])
        file = team.files.get(request.match_info["file"]) if team else None
        if file is None or file.complete:
            return web.Response(status=404, text="not found")
        if request.content_type == "multipart/form-data":
            found = (await request.post()).get("file")
            data = found.file.read() if isinstance(found, web.FileField) else b""
        else:
            data = await request.read()
        if len(data) != file.length:
            return web.Response(status=400, text="size mismatch")
        file.data = data
        file.mimetype = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return web.Response(text=f"OK - {len(data)}")

    async def download(self, request: web.Request) -> web.Response:
        """Without a token of that workspace Slack sends its sign-in page, with 200."""
        team = self.world.teams.get(request.match_info["team"])
        file = team.files.get(request.match_info["file"]) if team else None
        try:
            token = self._token(request, {})
        except Refused:
            token = None
        if team is None or file is None or file.data is None:
            return web.Response(status=404)
        if token is None or token.team != team.id or "files:read" not in token.scopes:
            return web.Response(text="<html>Sign in to Slack</html>", content_type="text/html")
        return web.Response(body=file.data, content_type=file.mimetype)

    async def respond(self, request: web.Request) -> web.Response:
        """A response URL: five times within half an hour."""
        found = self.world.responses.get(request.match_info["name"])
        if found is None or self.world.clock.now() > found.until:
            return web.Response(status=404, text="expired_url")
        if found.left == 0:
            return web.Response(status=404, text="used_url")
        team = self.world.teams[found.team]
        try:
            answer_back(self.world, team, team.channels[found.channel], found.user, await request.json(), found.message)
        except Refused as refused:
            return web.Response(status=400, text=refused.document["error"])
        found.left -= 1
        return web.Response(text="ok")


def answer_back(world: World, team: Team, channel: Channel, user: str, given: Json, pressed: str = "") -> None:
    """An answer to a command or a press: another message, or the pressed one replaced or taken away. Raises Refused."""
    old = channel.messages.get(pressed) or next((each for each in channel.ephemerals if each.ts == pressed), None)
    if given.get("delete_original") and old is not None:
        channel.messages.pop(old.ts, None)
        channel.ephemerals = [each for each in channel.ephemerals if each is not old]
        return
    blocks = check_message(given.get("blocks"), team, lambda: world.new_id("b"))
    words = str(given.get("text") or "")
    if not words and not blocks:
        raise Refused("no_text")
    if given.get("replace_original") and old is not None:
        old.versions.append(old.words)
        old.text, old.blocks, old.edited = words, blocks, world.new_ts()
        return
    made = Message(world.new_ts(), channel.id, team.bot, words, blocks, str(given.get("thread_ts") or ""))
    made.bot_id, made.app_id = team.bot_id, world.app
    made.only_for = "" if given.get("response_type") == "in_channel" else user
    world.add(channel, made)


async def _arguments(request: web.Request) -> Json:
    given: Json = dict(request.query)
    if request.content_type == "application/json":
        given |= json.loads(await request.text() or "{}")
    elif request.method == "POST":
        given |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return given


def _client(request: web.Request, given: Json) -> tuple[str, str]:
    header = request.headers.get("Authorization", "")
    if header.startswith("Basic "):
        name, _, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
        return name, secret
    return str(given.get("client_id", "")), str(given.get("client_secret", ""))


def _answered(answer: Json, token: Token | None) -> web.Response:
    if answer.get("error") == "ratelimited":
        seconds = str(answer.get("retry_after", 30))
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": seconds})
    granted = {"X-OAuth-Scopes": ",".join(sorted(token.scopes))} if token else {}
    return web.json_response(answer, headers=granted)
