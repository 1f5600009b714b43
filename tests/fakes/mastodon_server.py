"""A loopback Mastodon: the parts of its API that AdMind speaks, with its OAuth, as its documentation describes them.

Switches make it one of its kin: `software`, `honours_key`, `has_source`, `media_takes` (looks until an upload is done).
Only JSON makes a status: from a form it publishes an empty one, as some servers did.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import html
import json
import re
import secrets
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs, urlencode

import regex

from tests.fakes.faces import face_of
from tests.fakes.faulty_http import FaultyServer, Headers, Seen, listening
from tests.fakes.shapes import shape_of

Answer = tuple[int, bytes, Headers]
JSON: Headers = (("content-type", "application/json"),)
HTML: Headers = (("content-type", "text/html; charset=utf-8"),)
PEOPLE = {"ana": "109500", "velo": "109777"}  # user name → account id
FIELDS = {"status", "visibility", "language", "in_reply_to_id", "media_ids", "spoiler_text", "sensitive"}
LIMITS = {
    "max_characters": 500,
    "max_media_attachments": 4,
    "characters_reserved_per_url": 23,
    "image_size_limit": 16_777_216,
    "image_matrix_limit": 33_177_600,
    "description_limit": 1500,
}
SCOPES = {"read", "write", "read:accounts", "read:statuses", "write:statuses", "write:media"}


def real_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Status:
    id: str
    account: str
    key: str
    text: str
    media: list[str]
    at: datetime
    asked: dict[str, Any]


@dataclass
class Upload:
    id: str
    data: bytes
    description: str
    left: int  # looks until it is done


@dataclass
class Registered:
    id: str
    secret: str
    redirect: str
    scopes: str
    name: str


@dataclass
class MastodonServer(FaultyServer):
    """POST /api/v1/statuses follows the plan. Build it with `mastodon_server`."""

    software: str = "mastodon"
    honours_key: bool = True
    has_source: bool = True
    has_pkce: bool = True
    keeps_alt: bool = True
    media_takes: int = 0
    token_life: int | None = None  # seconds; then it comes with a refresh token
    limits: dict[str, int] = field(default_factory=dict)
    now: Callable[[], datetime] = real_now
    statuses: list[Status] = field(default_factory=list)
    uploads: dict[str, Upload] = field(default_factory=dict)
    apps: dict[str, Registered] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)  # token → user name, "" for an app's own
    refreshes: dict[str, str] = field(default_factory=dict)
    given: dict[str, tuple[str, str]] = field(default_factory=dict)  # token → user name and application
    answers: dict[str, list[Answer]] = field(default_factory=dict)  # path → what to say instead, in turn
    numbers: dict[str, int] = field(default_factory=lambda: {"favourites": 3, "reblogs": 1, "replies": 0})
    followers: int | None = 1204
    _count: int = 0

    def token_for(self, user: str) -> str:
        """A token as somebody would copy it from Preferences → Development."""
        token = secrets.token_urlsafe(24)
        self.tokens[token] = user
        return token

    def posted(self) -> list[Seen]:
        return [seen for seen in self.seen if seen.method == "POST" and seen.path == "/api/v1/statuses"]

    def publishes(self, method: str, path: str) -> bool:
        return method == "POST" and path == "/api/v1/statuses"

    def refusal(self, seen: Seen) -> tuple[int, bytes] | None:
        if not self._user(seen):
            return 401, b'{"error":"The access token is invalid"}'
        if not seen.headers.get("content-type", "").startswith("application/json"):
            return None  # a form makes an empty post here
        asked = json.loads(seen.body)
        if set(asked) - FIELDS or asked.get("visibility") not in ("public", "unlisted", "private", "direct"):
            return 422, b'{"error":"Validation failed: unknown parameter"}'
        above = asked.get("in_reply_to_id")
        if above is not None and self._find(above) is None:
            return 404, b'{"error":"Record not found"}'
        media = asked.get("media_ids", [])
        if not asked["status"].strip() and not media:
            return 422, b'{"error":"Validation failed: Text can\'t be blank"}'
        if self._counted(asked.get("spoiler_text", "") + asked["status"]) > self._limit("max_characters"):
            return 422, b'{"error":"Validation failed: Text character limit exceeded"}'
        if len(media) > self._limit("max_media_attachments") or not set(media) <= set(self.uploads):
            return 422, b'{"error":"Validation failed: Cannot attach these media"}'
        return None

    def _limit(self, name: str) -> int:
        return (LIMITS | self.limits)[name]

    def _counted(self, text: str) -> int:
        """Each address of one length, mentions without their domain, and then characters as people see them."""
        shortened = re.sub(r"https?://[^\s<>]*[^\s<>.,;:!?)]", "x" * self._limit("characters_reserved_per_url"), text)
        return len(regex.findall(r"\X", re.sub(r"(?<![\w/])(@\w+)@[\w.-]+\w", r"\1", shortened)))

    def commit(self, seen: Seen) -> bytes:
        user = self._user(seen) or "ana"
        known = next((each for each in self.statuses if self.honours_key and each.key == seen.key), None)
        if known is None:
            is_json = seen.headers.get("content-type", "").startswith("application/json")
            asked = json.loads(seen.body) if is_json else {}
            self._count += 1
            text = str(asked.get("status", "")).strip()
            media = [str(each) for each in asked.get("media_ids", [])]
            known = Status(str(110_000 + self._count), user, seen.key, text, media, self.now(), asked)
            self.statuses.append(known)
        return json.dumps(self._shown(known)).encode()

    def route(self, seen: Seen) -> Answer:
        if self.answers.get(seen.path):
            return self.answers[seen.path].pop(0)
        for method, pattern, work in self._routes():
            match = re.fullmatch(pattern, seen.path)
            if match and method == seen.method:
                return work(seen, *match.groups())
        return _json(404, {"error": "Record not found"})

    def _routes(self) -> list[tuple[str, str, Callable[..., Answer]]]:
        return [
            ("GET", "/.well-known/nodeinfo", self._nodeinfo_index),
            ("GET", "/nodeinfo/2.0", self._nodeinfo),
            ("GET", "/api/v2/instance", self._instance),
            ("POST", "/api/v1/apps", self._register),
            ("GET", "/oauth/authorize", self._ask),
            ("POST", "/oauth/authorize", self._decided),
            ("POST", "/oauth/token", self._token),
            ("POST", "/oauth/revoke", self._revoke),
            ("GET", "/api/v1/accounts/verify_credentials", self._me),
            ("GET", "/avatars/([a-z]+)\\.png", self._face),
            ("GET", "/api/v1/accounts/([0-9]+)/statuses", self._of_account),
            ("POST", "/api/v2/media", self._upload),
            ("GET", "/api/v1/media/([0-9]+)", self._media),
            ("GET", "/api/v1/statuses/([0-9]+)", self._status),
            ("GET", "/api/v1/statuses/([0-9]+)/source", self._source),
            ("DELETE", "/api/v1/statuses/([0-9]+)", self._delete),
        ]

    # What it is

    def _nodeinfo_index(self, _: Seen) -> Answer:
        rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"
        return _json(200, {"links": [{"rel": rel, "href": f"{self.origin}/nodeinfo/2.0"}]})

    def _nodeinfo(self, _: Seen) -> Answer:
        return _json(200, {"version": "2.0", "software": {"name": self.software, "version": "1.2.3"}})

    def _instance(self, _: Seen) -> Answer:
        limits = LIMITS | self.limits
        statuses = ("max_characters", "max_media_attachments", "characters_reserved_per_url")
        media: dict[str, Any] = {name: value for name, value in limits.items() if name not in statuses}
        media["supported_mime_types"] = ["image/jpeg", "image/png", "image/gif", "image/heic", "image/webp"]
        configuration = {"statuses": {name: limits[name] for name in statuses}, "media_attachments": media}
        return _json(200, {"domain": "velo.example", "version": "4.4.2", "configuration": configuration})

    # OAuth

    def _register(self, seen: Seen) -> Answer:
        asked = _form(seen)
        if not asked.get("client_name") or not asked.get("redirect_uris"):
            return _json(422, {"error": "Validation failed: Name can't be blank"})
        if not set(asked.get("scopes", "read").split()) <= SCOPES:
            return _json(422, {"error": "Validation failed: Scopes doesn't match configured on the server."})
        app = Registered(
            secrets.token_urlsafe(12),
            secrets.token_urlsafe(24),
            asked["redirect_uris"],
            asked.get("scopes", "read"),
            asked["client_name"],
        )
        self.apps[app.id] = app
        return _json(200, {"id": "1", "name": app.name, "client_id": app.id, "client_secret": app.secret})

    def _ask(self, seen: Seen) -> Answer:
        asked = {name: values[0] for name, values in seen.query.items()}
        app = self.apps.get(asked.get("client_id", ""))
        if app is None or asked.get("redirect_uri") != app.redirect or asked.get("response_type") != "code":
            return 401, b"<!doctype html><title>Error</title><h1>Client authentication failed</h1>", HTML
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in asked.items()
        )
        people = "".join(f"<option>{user}</option>" for user in PEOPLE)
        page = (
            f'<!doctype html><html lang="en"><title>Authorization required</title><h1>{html.escape(app.name)} '
            f'would like to access your account</h1><form method="post" action="/oauth/authorize">{hidden}'
            f'<label>Account <select name="user">{people}</select></label><button name="decision" value="yes">'
            'Authorize</button><button name="decision" value="no">Deny</button></form></html>'
        )
        return 200, page.encode(), HTML

    def _decided(self, seen: Seen) -> Answer:
        asked = _form(seen)
        if asked.get("decision") != "yes":
            said = {"error": "access_denied", "error_description": "The resource owner denied the request."}
        else:
            code = secrets.token_urlsafe(24)
            self.codes[code] = asked
            said = {"code": code}
        location = f"{asked['redirect_uri']}?{urlencode({**said, 'state': asked.get('state', '')})}"
        return 302, b"", (("location", location),)

    def _token(self, seen: Seen) -> Answer:
        asked = _form(seen)
        app = self.apps.get(asked.get("client_id", ""))
        if app is None or app.secret != asked.get("client_secret"):
            return _json(401, {"error": "invalid_client", "error_description": "Client authentication failed"})
        if asked.get("grant_type") == "client_credentials":
            return self._granted("", app.scopes, app.id)
        if asked.get("grant_type") == "refresh_token":
            user = self.refreshes.pop(asked.get("refresh_token", ""), None)
            return (
                self._granted(user, app.scopes, app.id) if user is not None else _json(400, {"error": "invalid_grant"})
            )
        granted = self.codes.pop(asked.get("code", ""), None)
        fits = granted is not None and granted["client_id"] == app.id and asked.get("redirect_uri") == app.redirect
        if granted is None or not fits or not self._pkce_fits(granted, asked):
            return _json(400, {"error": "invalid_grant"})
        return self._granted(granted["user"], granted.get("scope", "read"), app.id)

    def _pkce_fits(self, granted: Mapping[str, str], asked: Mapping[str, str]) -> bool:
        if not self.has_pkce or "code_challenge" not in granted:
            return True
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        wanted = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return granted.get("code_challenge_method") == "S256" and wanted == granted["code_challenge"]

    def _granted(self, user: str, scope: str, client: str) -> Answer:
        # As Mastodon is set up: the same token again for the same person and application.
        known = [token for token, whose in self.given.items() if whose == (user, client) and token in self.tokens]
        token = known[0] if known and self.token_life is None else self.token_for(user)
        self.given[token] = (user, client)
        said: dict[str, Any] = {"access_token": token, "token_type": "Bearer", "scope": scope}
        if self.token_life is not None:
            refresh = secrets.token_urlsafe(24)
            self.refreshes[refresh] = user
            said |= {"expires_in": self.token_life, "refresh_token": refresh}
        return _json(200, said)

    def _revoke(self, seen: Seen) -> Answer:
        asked = _form(seen)
        app = self.apps.get(asked.get("client_id", ""))
        if app is None or app.secret != asked.get("client_secret"):
            return _json(403, {"error": "unauthorized_client"})
        self.tokens.pop(asked.get("token", ""), None)
        return _json(200, {})

    # Accounts, pictures and statuses

    def _user(self, seen: Seen) -> str:
        return self.tokens.get(seen.headers.get("authorization", "").removeprefix("Bearer "), "")

    def _me(self, seen: Seen) -> Answer:
        user = self._user(seen)
        if not user:
            return _json(401, {"error": "The access token is invalid"})
        face = f"{self.origin}/avatars/{user}.png"
        me = {
            "id": PEOPLE[user],
            "username": user,
            "acct": user,
            "display_name": user.title(),
            "followers_count": self.followers,
        }
        return _json(200, me | {"avatar": face, "avatar_static": face})

    def _face(self, _: Seen, user: str) -> Answer:
        return 200, face_of(user), (("content-type", "image/png"),)

    def _of_account(self, seen: Seen, account: str) -> Answer:
        below = int(seen.query.get("max_id", ["999999999"])[0])
        most = int(seen.query.get("limit", ["20"])[0])
        mine = [each for each in self.statuses if PEOPLE[each.account] == account and int(each.id) < below]
        mine = [each for each in mine if self._sees(seen, each)]
        return _json(200, [self._shown(each) for each in reversed(mine)][:most])

    def _upload(self, seen: Seen) -> Answer:
        if not self._user(seen):
            return _json(401, {"error": "The access token is invalid"})
        head = f"content-type: {seen.headers['content-type']}\r\n\r\n".encode()
        message = BytesParser(policy=HTTP).parsebytes(head + seen.body)
        data, description = b"", ""
        for part in message.iter_parts():
            held = part.get_payload(decode=True)
            assert isinstance(held, bytes)
            name = part.get_param("name", header="content-disposition")
            if name == "file":
                data = held
            elif name == "description":
                description = held.decode()
            else:
                return _json(422, {"error": "Validation failed: unknown parameter"})
        width, height = shape_of(data) or (0, 0)
        if len(data) > self._limit("image_size_limit") or width * height > self._limit("image_matrix_limit"):
            return _json(422, {"error": "Validation failed: File is too large"})
        if len(description) > self._limit("description_limit"):
            return _json(422, {"error": "Validation failed: Description is too long"})
        self._count += 1
        kept = Upload(str(22_000 + self._count), data, description if self.keeps_alt else "", self.media_takes)
        self.uploads[kept.id] = kept
        return _json(202 if kept.left else 200, self._medium(kept))

    def _media(self, _: Seen, upload: str) -> Answer:
        kept = self.uploads.get(upload)
        if kept is None:
            return _json(404, {"error": "Record not found"})
        kept.left = max(0, kept.left - 1)
        return _json(206 if kept.left else 200, self._medium(kept))

    def _medium(self, kept: Upload) -> dict[str, Any]:
        url = None if kept.left else f"{self.origin}/files/{kept.id}"
        small = None if kept.left else self.show(kept.data)
        shown = {"id": kept.id, "type": "image", "url": url, "preview_url": small}
        return shown | {"description": kept.description or None}

    def _find(self, wanted: str) -> Status | None:
        return next((each for each in self.statuses if each.id == wanted), None)

    def _sees(self, seen: Seen, status: Status) -> bool:
        """A token that it does not know makes a stranger: Api::BaseController, authorize_if_got_token!."""
        return status.asked.get("visibility") != "private" or self._user(seen) == status.account

    def _status(self, seen: Seen, wanted: str) -> Answer:
        found = self._find(wanted)
        found = found if found and self._sees(seen, found) else None
        return _json(200, self._shown(found)) if found else _json(404, {"error": "Record not found"})

    def _source(self, _: Seen, wanted: str) -> Answer:
        found = self._find(wanted) if self.has_source else None
        if found is None:
            return _json(404, {"error": "Record not found"})
        return _json(200, {"id": found.id, "text": found.text, "spoiler_text": found.asked.get("spoiler_text", "")})

    def _delete(self, seen: Seen, wanted: str) -> Answer:
        if not self._user(seen):
            return _json(401, {"error": "The access token is invalid"})
        found = self._find(wanted)
        if found is None or found.account != self._user(seen):
            return _json(404, {"error": "Record not found"})
        self.statuses.remove(found)
        return _json(200, self._shown(found))

    def _shown(self, status: Status) -> dict[str, Any]:
        return {
            "id": status.id,
            "created_at": status.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "url": f"{self.origin}/@{status.account}/{status.id}",
            "in_reply_to_id": status.asked.get("in_reply_to_id"),
            "content": rendered(status.text),
            "media_attachments": [self._medium(self.uploads[each]) for each in status.media if each in self.uploads],
            **{f"{name}_count": count for name, count in self.numbers.items()},
        }


def rendered(text: str) -> str:
    """As Mastodon's TextFormatter shows it: addresses in parts, mentions without domain, paragraphs."""

    def shown(match: re.Match[str]) -> str:
        whole = match[0]
        if whole.startswith("http"):
            scheme, _, rest = whole.partition("://")
            seen, hidden = rest[:30], rest[30:]
            inner = f'<span class="invisible">{scheme}://</span><span class="ellipsis">{seen}</span>'
            return f'<a href="{whole}" rel="nofollow">{inner}<span class="invisible">{hidden}</span></a>'
        name = whole[1:].partition("@")[0]
        link = f'<a href="https://x.example/@{name}" class="u-url mention">@<span>{name}</span></a>'
        return f'<span class="h-card">{link}</span>'

    escaped = html.escape(text, quote=False)
    linked = re.sub(r"https?://[^\s<]*[^\s<.,;:!?)]|(?<![\w/])@\w+(?:@[\w.-]+\w)?", shown, escaped)
    return "".join(f"<p>{block.replace(chr(10), '<br />')}</p>" for block in linked.split("\n\n"))


def _form(seen: Seen) -> dict[str, str]:
    if seen.headers.get("content-type", "").startswith("application/json"):
        return {name: str(value) for name, value in json.loads(seen.body).items()}
    return {name: values[0] for name, values in parse_qs(seen.body.decode(), keep_blank_values=True).items()}


def _json(status: int, document: object) -> Answer:
    return status, json.dumps(document).encode(), JSON


@asynccontextmanager
async def mastodon_server(**switches: Any) -> AsyncIterator[MastodonServer]:
    """A server on a free port of this machine, gone at the end with all its connections."""
    async with listening(MastodonServer(**switches)) as fake:
        yield fake


@contextmanager
def running_mastodon(**switches: Any) -> Iterator[MastodonServer]:
    """The same on a thread of its own, for tests that wait where they stand."""
    started: Future[MastodonServer] = Future()
    loop = asyncio.new_event_loop()
    over = asyncio.Event()

    async def run() -> None:
        async with mastodon_server(**switches) as fake:
            started.set_result(fake)
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), name="mastodon", daemon=True)
    thread.start()
    try:
        yield started.result(20)
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(20)
        loop.close()
