"""The HTTP side of the loopback Discord: the REST API with rate limits and faults on demand, and the CDN."""

from __future__ import annotations

import asyncio
import hmac
import json
import re
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.discord import rest_commands, rest_guilds, rest_messages, rest_reactions, rest_threads, rest_webhooks
from tests.fakes.discord.call import ROUTES, Call
from tests.fakes.discord.composing import Upload
from tests.fakes.discord.events import Events
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.records import Json
from tests.fakes.discord.refusals import Refused
from tests.fakes.discord.world import World

SERVED = (rest_commands, rest_guilds, rest_messages, rest_reactions, rest_threads, rest_webhooks)  # register routes
MAJOR = ("channel", "guild", "webhook", "token")
FILE = re.compile(r"files\[(\d+)\]")


@dataclass(frozen=True)
class Fault:
    """How a call is treated. `commits`: it is done all the same, and the answer tells otherwise."""

    status: int = 200
    code: int = 0  # Discord's, with the status
    retry_after: float = 0  # seconds: 429
    everywhere: bool = False  # the global limit
    cloudflare: bool = False  # 429 from in front of Discord: HTML, no Via
    hangs: bool = False  # says nothing until the server ends
    breaks: bool = False  # cuts the connection
    commits: bool = False


@dataclass(frozen=True)
class Called:
    """A call as it came, and what it was answered."""

    route: str  # "POST /channels/{channel}/messages"
    path: dict[str, str]
    body: Any
    status: int
    answer: Any
    reason: str  # for the audit log


@dataclass
class Bucket:
    """So many calls in so many seconds of the machine's time, for each channel, guild or webhook."""

    most: int
    seconds: float
    used: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def take(self, major: str, now: float) -> tuple[int, float, bool]:
        """How many are left, when the next is free in seconds, and whether this one was granted."""
        used = self.used[major]
        while used and used[0] <= now - self.seconds:
            used.popleft()
        granted = len(used) < self.most
        if granted:
            used.append(now)
        return self.most - len(used), max(used[0] + self.seconds - now, 0.001), granted


@dataclass
class Rest:
    world: World
    events: Events
    gateway: Gateway
    calls: list[Called] = field(default_factory=list)
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    buckets: dict[str, Bucket] = field(default_factory=dict)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def routes(self) -> list[web.RouteDef]:
        api = [web.route(method, f"/api/{{v}}{path}", self.serve) for method, path in ROUTES]
        doors = [web.get("/api/{v}/gateway/bot", self.serve), web.get("/api/{v}/gateway", self.serve)]
        literal = [each for each in api if "{" not in each.path.removeprefix("/api/{v}")]
        # What is spelled out goes before what is a parameter: @me, search, messages/pins.
        order = sorted((each for each in api if each not in literal), key=lambda each: each.path.count("{"))
        cdn = web.get("/cdn/{kind}/{channel}/{file}/{name}", self.download)
        return [cdn, *doors, *literal, *order, web.route("*", "/api/{tail:.*}", self.nothing)]

    # The test's hand on it

    def fail(self, route: str, fault: Fault, times: int = 1) -> None:
        """The next calls of the route are treated so, in turn; "*": of any."""
        self.faults[route].extend([fault] * times)

    def limit(self, route: str, most: int, seconds: float) -> None:
        self.buckets[route] = Bucket(most, seconds)

    def of(self, route: str) -> list[Called]:
        return [each for each in self.calls if each.route == route]

    # Serving

    async def nothing(self, request: web.Request) -> web.Response:
        self.calls.append(Called(f"{request.method} {request.path}", {}, None, 404, None, ""))
        return _answered(404, {"message": "404: Not Found", "code": 0}, {})

    async def serve(self, request: web.Request) -> web.StreamResponse:
        resource = request.match_info.route.resource
        assert resource is not None
        name = f"{request.method} {resource.canonical.removeprefix('/api/{v}')}"
        fault = self._fault(name)
        path = {key: value for key, value in request.match_info.items() if key != "v"}
        status, answer, headers, body = 200, None, self._paced(name, path), None
        if headers.pop("refused", ""):
            status, answer = 429, _too_many(float(headers["X-RateLimit-Reset-After"]), False)
        elif fault == Fault() or fault.commits:
            body, uploads = await _read(request)
            status, answer = self._answer(
                request, name, Call(self.world, self.events, path, request.query, body, uploads)
            )
        if fault.retry_after:
            status, answer = 429, _too_many(fault.retry_after, fault.everywhere)
            headers |= {"X-RateLimit-Scope": "global" if fault.everywhere else "user"}
        elif fault.status != 200:
            status, answer = fault.status, {"message": "upstream error", "code": fault.code}
        reason = request.headers.get("X-Audit-Log-Reason", "")
        self.calls.append(Called(name, path, body, status, answer, reason))
        if fault.hangs:
            await self.over.wait()
        if fault.breaks:
            assert request.transport is not None
            request.transport.abort()
        if fault.cloudflare:
            return web.Response(status=429, text="<html>error 1015</html>", content_type="text/html")
        return _answered(status, answer, headers)

    def _fault(self, name: str) -> Fault:
        for key in (name, "*"):
            if self.faults.get(key):
                return self.faults[key].popleft()
        return Fault()

    def _paced(self, name: str, path: dict[str, str]) -> dict[str, str]:
        """The headers that tell how much is left."""
        bucket = self.buckets.get(name)
        major = "/".join(path[each] for each in MAJOR if each in path)
        now = asyncio.get_running_loop().time()
        left, free, granted = bucket.take(major, now) if bucket else (49, 1.0, True)
        headers = {
            "X-RateLimit-Limit": str(bucket.most if bucket else 50),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": f"{self.world.clock.now().timestamp() + free:.3f}",
            "X-RateLimit-Reset-After": f"{free:.3f}",
            "X-RateLimit-Bucket": f"{abs(hash(name)):x}",
        }
        return headers if granted else headers | {"refused": "yes", "X-RateLimit-Scope": "user"}

    def _answer(self, request: web.Request, name: str, call: Call) -> tuple[int, Any]:
        try:
            if request.match_info["v"] != "v10":
                raise Refused(400, 50041, "Invalid API version provided")
            method, path = name.split(" ", 1)
            served, token = ROUTES.get((method, path), (self._door, True))
            if token:
                self._authorize(request)
            answer = served(call)
            return (204, None) if answer is None else (200, answer)
        except Refused as refused:
            return refused.status, refused.document

    def _authorize(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bot {self.world.token}":
            raise Refused(401, 0, "401: Unauthorized")

    def _door(self, _: Call) -> Json:
        limits = {"total": 1000, "remaining": 1000 - len(self.gateway.identified)}
        limits |= {"reset_after": 14_400_000, "max_concurrency": 1}
        return {"url": self.gateway.url, "shards": self.gateway.shards, "session_start_limit": limits}

    async def download(self, request: web.Request) -> web.Response:
        """Only by an address that Discord signed, and for a day."""
        until = request.query.get("ex", "")
        signature = self.world.sign(request.path.removeprefix("/cdn"), until)
        fresh = bool(until) and int(until, 16) >= self.world.clock.now().timestamp()
        if not hmac.compare_digest(signature, request.query.get("hm", "")) or not fresh:
            return web.Response(status=404, text="This content is no longer available.")
        file = self.world.files.get((int(request.match_info["channel"]), int(request.match_info["file"])))
        if file is None:
            return web.Response(status=404, text="")
        return web.Response(body=file.data, content_type=file.mimetype)


async def _read(request: web.Request) -> tuple[Any, list[Upload]]:
    """The JSON body, or payload_json with its files."""
    if request.content_type == "multipart/form-data":
        form = await request.post()
        payload = form.get("payload_json", "{}")
        body = json.loads(payload.file.read() if isinstance(payload, web.FileField) else payload)
        uploads = []
        for name, value in form.items():
            number = FILE.fullmatch(name)
            if number and isinstance(value, web.FileField):
                uploads.append(Upload(int(number[1]), value.filename, value.file.read()))
        return body, uploads
    text = await request.text()
    return (json.loads(text) if text else {}), []


def _too_many(seconds: float, everywhere: bool) -> Json:
    return {"message": "You are being rate limited.", "retry_after": seconds, "global": everywhere}


def _answered(status: int, answer: Any, headers: dict[str, str]) -> web.Response:
    headers = headers | {"Via": "1.1 google"}
    if status == 429:
        headers["Retry-After"] = str(max(1, round(float(answer["retry_after"]))))
    if answer is None:
        return web.Response(status=status, headers=headers)
    # Without a charset, as Discord says it: discord.py takes nothing else for JSON.
    headers["Content-Type"] = "application/json"
    return web.Response(body=json.dumps(answer).encode(), status=status, headers=headers)
