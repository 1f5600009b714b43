"""How Slack reaches an app, by signed HTTP or a WebSocket that the app opened, and what it does when nobody answers."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol
from urllib.parse import urlencode

import aiohttp

from tests.fakes.slack.records import Json

Kind = Literal["events_api", "slash_commands", "interactive"]
Spoils = Literal["", "signature", "timestamp"]
MOST_TRIES = 4  # the first, and three more


@dataclass(frozen=True)
class Retry:
    number: int
    reason: str


@dataclass(frozen=True)
class Answer:
    """What the app said. `error`: "", or as Slack names it."""

    error: str = ""
    body: Json | str | None = None
    status: int = 0
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return not self.error


class Door(Protocol):
    async def send(self, kind: Kind, payload: Json, retry: Retry | None = None) -> Answer: ...


@dataclass
class HttpDoor:
    """Signs as Slack does, with the machine's time: a verifier has no other."""

    signing_secret: str
    address: str = ""
    patience: float = 3.0  # seconds
    spoils: Spoils = ""  # of the next requests
    now: Callable[[], float] = time.time
    session: aiohttp.ClientSession | None = None

    async def send(self, kind: Kind, payload: Json, retry: Retry | None = None) -> Answer:
        if kind == "events_api":
            body, of = json.dumps(payload), "application/json"
        elif kind == "slash_commands":
            body, of = urlencode(payload), "application/x-www-form-urlencoded"
        else:
            body, of = urlencode({"payload": json.dumps(payload)}), "application/x-www-form-urlencoded"
        headers = {"Content-Type": of, **self.signed(body)}
        if retry is not None:
            headers |= {"X-Slack-Retry-Num": str(retry.number), "X-Slack-Retry-Reason": retry.reason}
        return await self.post(body, headers)

    def signed(self, body: str) -> dict[str, str]:
        at = str(int(self.now()) - (600 if self.spoils == "timestamp" else 0))
        secret = "wrong" if self.spoils == "signature" else self.signing_secret
        digest = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"}

    async def post(self, body: str, headers: dict[str, str]) -> Answer:
        assert self.session is not None
        started = time.perf_counter()
        try:
            limit = aiohttp.ClientTimeout(total=self.patience)
            async with self.session.post(self.address, data=body.encode(), headers=headers, timeout=limit) as found:
                text = await found.text()
                took = time.perf_counter() - started
                if found.status != 200:
                    return Answer("http_error", text, found.status, took)
                is_json = found.content_type == "application/json" and text
                return Answer("", json.loads(text) if is_json else text, found.status, took)
        except TimeoutError:
            return Answer("http_timeout", seconds=time.perf_counter() - started)
        except aiohttp.ClientError:
            return Answer("connection_failed", seconds=time.perf_counter() - started)

    async def verify(self) -> bool:
        """Whether the address gives the challenge back, as at the app's setup."""
        challenge = hashlib.sha256(str(self.now()).encode()).hexdigest()
        answer = await self.send("events_api", {"type": "url_verification", "token": "x", "challenge": challenge})
        if isinstance(answer.body, dict):
            return bool(answer.body.get("challenge") == challenge)
        return answer.ok and answer.body == challenge


@dataclass
class Undelivered:
    payload: Json
    tries: int
    error: str


@dataclass
class Deliveries:
    """Events until they are acknowledged; everything else once."""

    door: Door
    answers: list[tuple[Kind, Json, Answer]] = field(default_factory=list)
    waiting: list[Undelivered] = field(default_factory=list)
    lost: list[Json] = field(default_factory=list)  # given up after the last try

    @property
    def last(self) -> Answer:
        return self.answers[-1][2]

    async def send(self, kind: Kind, payload: Json) -> Answer:
        answer = await self.door.send(kind, payload)
        self.answers.append((kind, payload, answer))
        if kind == "events_api" and not answer.ok:
            self.waiting.append(Undelivered(payload, 1, answer.error))
        return answer

    async def send_again(self) -> int:
        """Every event that was not acknowledged, as Slack does at once, after a minute and after five; how many are
        acknowledged now."""
        due, self.waiting = self.waiting, []
        done = 0
        for each in due:
            answer = await self.door.send("events_api", each.payload, Retry(each.tries, each.error))
            self.answers.append(("events_api", each.payload, answer))
            done += answer.ok
            if not answer.ok and each.tries + 1 < MOST_TRIES:
                self.waiting.append(Undelivered(each.payload, each.tries + 1, answer.error))
            elif not answer.ok:
                self.lost.append(each.payload)
        return done

    async def send_twice(self, payload: Json) -> tuple[Answer, Answer]:
        """The same event, at the same moment, as two deliveries."""
        first, second = await asyncio.gather(*(self.door.send("events_api", payload) for _ in range(2)))
        self.answers += [("events_api", payload, first), ("events_api", payload, second)]
        return first, second
