"""A loopback Pinterest: the parts of its API v5 and its OAuth that AdMind speaks, strict about fields and limits.

After https://github.com/pinterest/api-description (v5/openapi.json).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode

from tests.fakes.faces import face_of
from tests.fakes.faulty_http import FaultyServer, Headers, Seen, listening

Answer = tuple[int, bytes, Headers]
CLIENT, SECRET = "1499999", "pin-secret-0123456789"
SCOPES = {"boards:read", "pins:read", "pins:write", "user_accounts:read"}
NEWS, SHOP, OTHERS = "549755885175", "549755885176", "111111111111"
FIELDS = {"title", "description", "link", "alt_text", "board_id", "media_source"}
MOST = {"title": 100, "description": 800, "alt_text": 500, "link": 2048}
LIVES = {"expires_in": 2_592_000, "refresh_token_expires_in": 5_184_000}


def real_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Pin:
    number: str
    asked: dict[str, Any]
    pictures: list[bytes]
    at: datetime

    @property
    def words(self) -> str:
        return "\n\n".join(filter(None, (self.asked.get("title", ""), self.asked.get("description", ""))))


@dataclass
class PinterestServer(FaultyServer):
    """Creating pins follows the plan. Build it with `pinterest_server`."""

    boards: dict[str, str] = field(default_factory=lambda: {NEWS: "Velo News", SHOP: "Räder & Co"})
    tokens: set[str] = field(default_factory=set)
    user: str = "4812"  # whose accesses all are
    refreshes: set[str] = field(default_factory=set)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    pins: list[Pin] = field(default_factory=list)
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    now: Callable[[], datetime] = real_now
    most_listed: int = 250
    followers: int | None = 1204
    _count: int = 813744226420795000

    def token(self) -> str:
        found = "pina_" + secrets.token_urlsafe(24)
        self.tokens.add(found)
        return found

    def posted(self) -> list[Seen]:
        return [seen for seen in self.seen if self.publishes(seen.method, seen.path)]

    def publishes(self, method: str, path: str) -> bool:
        return method == "POST" and path == "/v5/pins"

    def refusal(self, seen: Seen) -> tuple[int, bytes] | None:
        if self._stranger(seen):
            return 401, b'{"code":2,"message":"Authentication failed."}'
        asked = json.loads(seen.body)
        if set(asked) - FIELDS or not {"board_id", "media_source"} <= set(asked):
            return 400, b'{"code":1,"message":"unknown or missing field"}'
        if asked["board_id"] not in self.boards:
            return 403, b'{"code":29,"message":"You are not permitted to access that resource."}'
        if any(len(asked.get(name, "")) > most for name, most in MOST.items()):
            return 400, b'{"code":1,"message":"too long"}'
        try:
            _pictures(asked["media_source"])
        except (KeyError, ValueError, binascii.Error):
            return 400, b'{"code":1,"message":"media_source"}'
        return None

    def commit(self, seen: Seen) -> bytes:
        asked = json.loads(seen.body)
        self._count += 1
        pin = Pin(str(self._count), asked, _pictures(asked["media_source"]), self.now())
        self.pins.append(pin)
        return json.dumps(self._shown(pin)).encode()

    def route(self, seen: Seen) -> Answer:
        if self.answers.get(seen.path):
            return self.answers[seen.path].pop(0)
        if seen.path.startswith("/oauth"):
            return self._ask(seen) if seen.method == "GET" else self._decided(seen)
        if (seen.method, seen.path) == ("POST", "/v5/oauth/token"):
            return self._access(seen)
        if (seen.method, seen.path) == ("GET", "/face.png"):  # a picture's address is no part of the API
            return 200, face_of("velo"), (("content-type", "image/png"),)
        if self._stranger(seen):
            return _json(401, {"code": 2, "message": "Authentication failed."})
        for method, pattern, work in (
            ("GET", "/v5/user_account", self._me),
            ("GET", "/v5/boards", self._boards),
            ("GET", "/v5/boards/([0-9]+)/pins", self._of_board),
            ("GET", "/v5/pins/([0-9]+)", self._pin),
            ("DELETE", "/v5/pins/([0-9]+)", self._delete),
            ("GET", "/v5/pins/([0-9]+)/analytics", self._analytics),
        ):
            match = re.fullmatch(pattern, seen.path)
            if match and method == seen.method:
                return work(seen, *match.groups())
        return _json(404, {"code": 50, "message": "Not found"})

    def _stranger(self, seen: Seen) -> bool:
        return seen.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens

    # OAuth

    def _ask(self, seen: Seen) -> Answer:
        asked = {name: values[0] for name, values in seen.query.items()}
        known = {"client_id", "redirect_uri", "response_type", "scope", "state"}
        if set(asked) != known or asked["client_id"] != CLIENT or set(asked["scope"].split(",")) - SCOPES:
            return 400, b"<!doctype html><title>Pinterest</title>", ()
        return 200, b"<!doctype html><title>Give access?</title>", (("content-type", "text/html"),)

    def _decided(self, seen: Seen) -> Answer:
        asked = _form(seen)
        code = secrets.token_urlsafe(24)
        self.codes[code] = asked
        location = f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        return 302, b"", (("location", location),)

    def _access(self, seen: Seen) -> Answer:
        asked, pair = _form(seen), base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if seen.headers.get("authorization") != f"Basic {pair}":
            return _json(401, {"code": 2, "message": "Authentication failed."})
        if asked.get("grant_type") == "refresh_token":
            fits = asked.get("refresh_token") in self.refreshes
            self.refreshes.discard(asked.get("refresh_token", ""))
        else:
            granted = self.codes.pop(asked.get("code", ""), None)
            fits = granted is not None and granted["redirect_uri"] == asked.get("redirect_uri")
        if not fits or asked.get("continuous_refresh") != "true":
            return _json(400, {"code": 1, "message": "invalid"})
        refresh = "pinr_" + secrets.token_urlsafe(24)
        self.refreshes.add(refresh)
        said = {"access_token": self.token(), "refresh_token": refresh, "token_type": "bearer", **LIVES}
        return _json(200, said | {"response_type": asked["grant_type"], "scope": " ".join(sorted(SCOPES))})

    # Boards and pins

    def _me(self, seen: Seen) -> Answer:
        face = f"{self.origin}/face.png"
        known = {"id": self.user, "username": "velo", "business_name": "Velo AG", "profile_image": face}
        return _json(200, known | {"follower_count": self.followers})

    def _boards(self, seen: Seen) -> Answer:
        return self._paged(seen, [{"id": number, "name": name} for number, name in self.boards.items()])

    def _of_board(self, seen: Seen, board: str) -> Answer:
        if board not in self.boards:
            return _json(404, {"code": 40, "message": "Board not found."})
        return self._paged(seen, [self._shown(pin) for pin in self.pins if pin.asked["board_id"] == board])

    def _paged(self, seen: Seen, items: list[dict[str, Any]]) -> Answer:
        size = int(seen.query.get("page_size", ["25"])[0])
        start = int(seen.query.get("bookmark", ["0"])[0])
        if size > 250:
            return _json(400, {"code": 1, "message": "page_size"})
        end = start + min(size, self.most_listed)
        return _json(200, {"items": items[start:end], "bookmark": str(end) if end < len(items) else None})

    def _found(self, number: str) -> Pin | None:
        return next((pin for pin in self.pins if pin.number == number), None)

    def _pin(self, seen: Seen, number: str) -> Answer:
        pin = self._found(number)
        return _json(404, {"code": 50, "message": "Pin not found."}) if pin is None else _json(200, self._shown(pin))

    def _delete(self, seen: Seen, number: str) -> Answer:
        pin = self._found(number)
        if pin is None:
            return _json(404, {"code": 50, "message": "Pin not found."})
        self.pins.remove(pin)
        return 204, b"", ()

    def _analytics(self, seen: Seen, number: str) -> Answer:
        start, end = (datetime.fromisoformat(seen.query[name][0]) for name in ("start_date", "end_date"))
        asked = seen.query["metric_types"][0].split(",")
        if (end - start).days > 90 or set(asked) - {"IMPRESSION", "SAVE", "PIN_CLICK", "OUTBOUND_CLICK"}:
            return _json(400, {"code": 1, "message": "range"})
        counts = {"IMPRESSION": 120, "SAVE": 5, "PIN_CLICK": 7, "OUTBOUND_CLICK": 2}
        return _json(200, {"all": {"lifetime_metrics": counts, "daily_metrics": []}})

    def _sizes(self, data: bytes) -> dict[str, Any]:
        """Those that keep a picture's shape, and those that are cut."""
        cut = {"width": 150, "height": 150, "url": f"{self.origin}/cut.jpg"}
        whole = {"width": 600, "height": 900, "url": self.show(data)}
        return {"150x150": cut, "400x300": cut, "600x": whole, "1200x": whole}

    def _shown(self, pin: Pin) -> dict[str, Any]:
        asked = {name: value for name, value in pin.asked.items() if name != "media_source"}
        media: dict[str, Any] = {"media_type": "image", "images": self._sizes(pin.pictures[0]) if pin.pictures else {}}
        if len(pin.pictures) > 1:
            items = [{"item_type": "image", "images": self._sizes(each)} for each in pin.pictures]
            media = {"media_type": "multiple_images", "items": items}
        at = pin.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return {**asked, "id": pin.number, "created_at": at, "media": media, "is_owner": True}


def _pictures(source: dict[str, Any]) -> list[bytes]:
    kind, items = source["source_type"], [source]
    if kind == "multiple_image_base64":
        items = source["items"]
        if not 2 <= len(items) <= 5:
            raise ValueError("items")
    elif kind != "image_base64":
        raise ValueError(kind)
    if any(item["content_type"] not in ("image/jpeg", "image/png") for item in items):
        raise ValueError("content_type")
    return [base64.b64decode(item["data"], validate=True) for item in items]


def _form(seen: Seen) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(seen.body.decode(), keep_blank_values=True).items()}


def _json(status: int, document: object) -> Answer:
    return status, json.dumps(document).encode(), (("content-type", "application/json"),)


@asynccontextmanager
async def pinterest_server(**switches: Any) -> AsyncIterator[PinterestServer]:
    """A server on a free port of this machine, gone at the end with all its connections."""
    async with listening(PinterestServer(**switches)) as fake:
        yield fake
