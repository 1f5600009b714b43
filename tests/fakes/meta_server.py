"""What loopback servers of Meta's graphs share: accesses, errors as Meta writes them, fields that must be asked for.

They are strict as the real ones: an access comes as `access_token`, calls name the version, unknown fields are refused,
codes are good once. An access is a person's (or a page's) with the permissions that were given.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs, urlencode

from tests.fakes.faces import face_of
from tests.fakes.faulty_http import FaultyServer, Headers, Seen
from tests.fakes.shapes import within

Answer = tuple[int, bytes, Headers]
JSON: Headers = (("content-type", "application/json"),)
CLIENT, SECRET = "1234567890", "meta-secret-0123456789"
LIFE = 5_183_944  # seconds: what the documentation shows for an access of 60 days


def real_now() -> datetime:
    return datetime.now(UTC)


def no_picture(url: str) -> bytes | None:
    return None


@dataclass
class Granted:
    """An access: whose it is, and what it may do. `short`: one of an hour, to be traded."""

    user: str
    scopes: frozenset[str]
    short: bool = False
    page: str = ""


@dataclass
class Container:
    id: str
    user: str
    asked: dict[str, str]
    polls: int = 0
    state: str = "IN_PROGRESS"


@dataclass
class MetaServer(FaultyServer):
    """Subclasses route. `pictures` fetches what an address holds; `polls` is how often a container is not ready yet."""

    SCOPES = frozenset[str]()
    VERSION = ""

    now: Callable[[], datetime] = real_now
    pictures: Callable[[str], bytes | None] = no_picture
    polls: int = 0
    fetches: dict[str, bytes] = field(default_factory=dict)  # what it found at each address
    tokens: dict[str, Granted] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    containers: dict[str, Container] = field(default_factory=dict)
    signs_in: str = "velo"
    followers: int | None = 1204
    _count: int = 0

    def token_for(self, user: str, *, scopes: frozenset[str] | None = None, short: bool = False, page: str = "") -> str:
        token = f"EAA{secrets.token_urlsafe(24)}"
        self.tokens[token] = Granted(user, self.SCOPES if scopes is None else scopes, short, page)
        return token

    def route(self, seen: Seen) -> Answer:
        if self.answers.get(seen.path):
            return self.answers[seen.path].pop(0)
        if (seen.method, seen.path) == ("GET", "/face.png"):  # a picture's address is no part of the graph
            return 200, face_of(seen.query["of"][0]), (("content-type", "image/png"),)
        for method, pattern, scope, work in self.routes():
            match = re.fullmatch(pattern, seen.path)
            if not match or method != seen.method:
                continue
            if scope is not None and (refused := self.refused(seen, scope)):
                return refused
            return work(seen, *match.groups())
        return error(2500, f"Unknown path components: {seen.path}")

    def routes(self) -> list[tuple[str, str, str | None, Callable[..., Answer]]]:
        """Method, path, the permission that it takes (None: no access at all), and what answers."""
        raise NotImplementedError

    def face(self, name: str) -> str:
        """Where somebody's profile picture stands."""
        return f"{self.origin}/face.png?of={name}"

    def refused(self, seen: Seen, scope: str) -> Answer | None:
        granted = self.granted(seen)
        if granted is None or "authorization" in seen.headers:
            return error(190, "Invalid OAuth access token.", kind="OAuthException")
        if scope and scope not in granted.scopes:
            return error(10, "Application does not have permission for this action")
        return None

    def granted(self, seen: Seen) -> Granted | None:
        return self.tokens.get(asked_in(seen).get("access_token", ""))

    def next_id(self, first: int) -> str:
        self._count += 1
        return str(first * 10**15 + self._count)

    # OAuth

    def ask(self, seen: Seen) -> Answer:
        asked = {name: values[0] for name, values in seen.query.items()}
        scopes = set(asked.get("scope", "").split(","))
        if asked.get("client_id") != CLIENT or not asked.get("state") or not scopes <= self.SCOPES:
            return 400, b"<!doctype html><title>Meta</title><h1>Invalid Request</h1>", ()
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in asked.items()
        )
        page = (
            f'<!doctype html><html lang="en"><title>Continue</title><form method="post" action="{seen.path}">'
            f'{hidden}<button name="decision" value="yes">Continue</button></form></html>'
        )
        return 200, page.encode(), (("content-type", "text/html; charset=utf-8"),)

    def decided(self, seen: Seen) -> Answer:
        asked = {name: values[0] for name, values in parse_qs(seen.body.decode(), keep_blank_values=True).items()}
        code = secrets.token_urlsafe(24)
        self.codes[code] = asked
        query = urlencode({"code": code, "state": asked["state"]})
        return 302, b"", (("location", f"{asked['redirect_uri']}?{query}#_"),)

    def traded(self, asked: Mapping[str, str]) -> Granted | None:
        """Who gave the code that comes back, with the app's secret and the same redirect."""
        granted = self.codes.pop(asked.get("code", ""), {})
        client = (asked.get("client_id"), asked.get("client_secret")) == (CLIENT, SECRET)
        if not granted or not client or granted.get("redirect_uri") != asked.get("redirect_uri"):
            return None
        return Granted(self.signs_in, frozenset(granted["scope"].split(",")), short=True)

    def given(self, granted: Granted) -> str:
        token = f"EAA{secrets.token_urlsafe(24)}"
        self.tokens[token] = granted
        return token

    def code_for_access(self, seen: Seen) -> Answer:
        asked = asked_in(seen)
        granted = self.traded(asked) if asked.get("grant_type") == "authorization_code" else None
        if granted is None:
            return error(100, "Invalid verification code", kind="OAuthException")
        return answer({"access_token": self.given(granted), "user_id": 17841400000000001})

    def longer(self, prefix: str) -> Callable[[Seen], Answer]:
        def work(seen: Seen) -> Answer:
            asked = asked_in(seen)
            granted = self.tokens.get(asked.get("access_token", ""))
            fits = asked.get("grant_type") == f"{prefix}_exchange_token" and asked.get("client_secret") == SECRET
            if granted is None or not granted.short or not fits:
                return error(190, "Invalid OAuth access token.")
            return self._long(granted)

        return work

    def renewed(self, prefix: str) -> Callable[[Seen], Answer]:
        def work(seen: Seen) -> Answer:
            asked = asked_in(seen)
            granted = self.tokens.get(asked.get("access_token", ""))
            if granted is None or granted.short or asked.get("grant_type") != f"{prefix}_refresh_token":
                return error(190, "Invalid OAuth access token.")
            return self._long(granted)

        return work

    def _long(self, granted: Granted) -> Answer:
        token = self.given(Granted(granted.user, granted.scopes))
        return answer({"access_token": token, "token_type": "bearer", "expires_in": LIFE})

    # Containers

    def fetched(
        self, asked: Mapping[str, str], kinds: tuple[bytes, ...], most_bytes: int, ratios: tuple[float, float]
    ) -> str:
        """How a container ends whose picture is fetched."""
        data = self.fetches[asked.get("image_url", "")] = self.pictures(asked.get("image_url", "")) or b""
        fits = data and data.startswith(kinds) and len(data) <= most_bytes and within(data, *ratios)
        return "FINISHED" if fits else "ERROR"

    def state_of(self, seen: Seen, wanted: str, field: str) -> Answer | None:
        """None for what is no container."""
        container = self.containers.get(wanted)
        if container is None:
            return None
        container.polls += 1
        late = container.polls <= self.polls and container.state != "PUBLISHED"
        return self.shown({"id": wanted, field: "IN_PROGRESS" if late else container.state}, seen)

    def shown(self, known: Mapping[str, Any], seen: Seen) -> Answer:
        """Of what is known what was asked for, and the id."""
        found = picked(known, asked_in(seen).get("fields", "id"))
        return error(100, "Tried accessing nonexisting field") if found is None else answer(found)

    def page_of(self, every: list[dict[str, Any]], seen: Seen) -> Answer:
        """An edge's newest things, a page at a time."""
        asked = asked_in(seen)
        start, most = int(asked.get("after") or 0), int(asked.get("limit", "25"))
        if not 0 < most <= 100:
            return error(100, "limit")
        shown = [picked(each, asked.get("fields", "id")) for each in every[start : start + most]]
        if None in shown:
            return error(100, "Tried accessing nonexisting field")
        said: dict[str, Any] = {"data": shown}
        if len(every) > start + most:
            cursors = {"before": str(start), "after": str(start + most)}
            said["paging"] = {"cursors": cursors, "next": f"{self.origin}{seen.path}?after={start + most}"}
        return answer(said)


def picked(known: Mapping[str, Any], fields: str) -> dict[str, Any] | None:
    """None where something is asked for that there is not. What is known as None is left out."""
    flat = fields
    while "{" in flat:  # what is asked for of what comes along is not looked at
        flat = re.sub(r"\{[^{}]*\}", "", flat)
    names = flat.split(",")
    if not set(names) <= set(known):
        return None
    return {"id": known["id"]} | {name: known[name] for name in names if known[name] is not None}


def asked_in(seen: Seen) -> dict[str, str]:
    """The parameters: of the address, or of the form that a POST holds. A file comes by its name alone."""
    if seen.method != "POST":
        return {name: values[0] for name, values in seen.query.items()}
    kind = seen.headers.get("content-type", "")
    if kind.startswith("multipart/form-data"):
        return {name: data.decode("utf-8", "replace") for name, data in multipart(seen).items()}
    if not kind.startswith("application/x-www-form-urlencoded"):
        return {}
    return {name: values[0] for name, values in parse_qs(seen.body.decode(), keep_blank_values=True).items()}


def multipart(seen: Seen) -> dict[str, bytes]:
    head = f"content-type: {seen.headers['content-type']}\r\n\r\n".encode()
    found: dict[str, bytes] = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + seen.body).iter_parts():
        held = part.get_payload(decode=True)
        assert isinstance(held, bytes)
        found[str(part.get_param("name", header="content-disposition"))] = held
    return found


def proved(seen: Seen) -> bool:
    asked = asked_in(seen)
    wanted = hmac.new(SECRET.encode(), asked.get("access_token", "").encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(asked.get("appsecret_proof", ""), wanted)


def answer(document: object, status: int = 200) -> Answer:
    return status, json.dumps(document).encode(), JSON


def error(
    code: int, message: str, *, subcode: int = 0, kind: str = "GraphMethodException", status: int = 400
) -> Answer:
    said: dict[str, Any] = {"message": f"(#{code}) {message}", "type": kind, "code": code, "fbtrace_id": "AbC"}
    return answer({"error": said | ({"error_subcode": subcode} if subcode else {})}, status)


def missing() -> Answer:
    return error(100, "Unsupported request. Object does not exist, or missing permissions", subcode=33)


def stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+0000"
