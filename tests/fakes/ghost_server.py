"""A loopback Ghost: the part of its Admin API that AdMind speaks, strict about tokens, fields and collisions."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.faulty_http import FaultyServer, Headers, Seen, listening
from tests.fakes.forms import parts_of

Answer = tuple[int, bytes, Headers]
KEY_ID, SECRET = "6748592f4b9b7700010f6564", "b1b5b9c1d4e5f6a7" * 4
KEY = f"{KEY_ID}:{SECRET}"
WRITABLE = {"title", "slug", "status", "visibility", "html", "tags", "feature_image", "feature_image_alt"}
CARD = re.compile(r"<!--kg-card-begin: html-->\n(.*)\n<!--kg-card-end: html-->", re.DOTALL)
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF")


def real_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Entry:
    id: str
    slug: str
    fields: dict[str, Any]
    status: str
    updated_at: datetime
    published_at: datetime | None = None


class No(Exception):
    def __init__(self, status: int, kind: str) -> None:
        super().__init__(kind)
        self.status = status


@dataclass
class GhostServer(FaultyServer):
    """PUT on a post, which publishes it, follows the plan. Build it with `ghost_server`."""

    base: str = ""
    key_id: str = KEY_ID
    secret: str = SECRET
    keeps_alt: bool = True
    loses: str = ""  # what its conversion leaves out of a text
    publishes_as: str = "published"
    icon: str = ""
    followers: int | None = 1204
    now: Callable[[], datetime] = real_now
    entries: list[Entry] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, list[Answer]] = field(default_factory=dict)  # "METHOD path" → what to say instead, in turn
    acted: dict[str, list[Answer]] = field(default_factory=dict)  # the same, after doing it
    _count: int = 0

    def public(self) -> list[Entry]:
        return [each for each in self.entries if each.status == "published"]

    def published(self) -> list[Seen]:
        return [seen for seen in self.seen if self.publishes(seen.method, seen.path)]

    def publishes(self, method: str, path: str) -> bool:
        return method == "PUT" and bool(re.fullmatch(rf"{self.base}/ghost/api/admin/posts/[0-9a-f]+/", path))

    def refusal(self, seen: Seen) -> tuple[int, bytes] | None:
        try:
            self._may(seen)
            [asked] = json.loads(seen.body)["posts"]
            if set(asked) != {"status", "updated_at"} or asked["status"] != "published" or seen.query:
                raise No(422, "ValidationError")
            entry = self._entry(seen)
            if asked["updated_at"] != _instant(entry.updated_at):
                raise No(409, "UpdateCollisionError")
        except No as no:
            return _error(no)[:2]
        return None

    def commit(self, seen: Seen) -> bytes:
        entry = self._entry(seen)
        if entry.status == "draft":
            entry.status, entry.published_at = self.publishes_as, self.now()
            entry.updated_at += timedelta(seconds=1)
        return json.dumps({"posts": [self._shown(entry, html=False)]}).encode()

    def route(self, seen: Seen) -> Answer:
        name = f"{seen.method} {seen.path.removeprefix(f'{self.base}/ghost/api/admin')}"
        if self.answers.get(name):
            return self.answers[name].pop(0)
        for method, pattern, work in self._routes():
            if method == seen.method and re.fullmatch(f"{self.base}/ghost/api/admin{pattern}", seen.path):
                try:
                    done = work(seen)
                except No as no:
                    return _error(no)
                return self.acted[name].pop(0) if self.acted.get(name) else done
        return _error(No(404, "NotFoundError"))

    def _routes(self) -> list[tuple[str, str, Callable[[Seen], Answer]]]:
        return [
            ("GET", "/site/", self._site),
            ("POST", "/images/upload/", self._upload),
            ("GET", "/members/stats/count/", self._members),
            ("GET", "/posts/", self._list),
            ("POST", "/posts/", self._create),
            ("GET", "/posts/slug/[a-z0-9-]+/", self._by_slug),
            ("GET", "/posts/[0-9a-f]+/", self._get),
            ("DELETE", "/posts/[0-9a-f]+/", self._delete),
        ]

    def _may(self, seen: Seen) -> None:
        """As its api-key/admin.js: kid, HS256 over the secret's bytes, audience, age."""
        scheme, _, word = seen.headers.get("authorization", "").partition(" ")
        pieces = word.split(".")
        if scheme != "Ghost" or len(pieces) != 3 or not seen.headers.get("accept-version", "").startswith("v"):
            raise No(401, "UnauthorizedError")
        header, claims = json.loads(_bytes(pieces[0])), json.loads(_bytes(pieces[1]))
        signed = hmac.new(bytes.fromhex(self.secret), f"{pieces[0]}.{pieces[1]}".encode(), hashlib.sha256).digest()
        age = self.now().timestamp() - claims["iat"]
        fits = header == {"alg": "HS256", "kid": self.key_id, "typ": "JWT"} and claims["aud"] == "/admin/"
        if not fits or _bytes(pieces[2]) != signed or age > 300 or claims["exp"] < self.now().timestamp():
            raise No(401, "UnauthorizedError")

    def _site(self, _: Seen) -> Answer:
        shown = {"title": "Velo & Co", "url": f"{self.origin}{self.base}/", "version": "6.2", "icon": self.icon or None}
        return _json(200, {"site": shown})

    def _upload(self, seen: Seen) -> Answer:
        self._may(seen)
        fields, files = parts_of(seen)
        name, mime, data = files["file"]
        if fields != {"purpose": "image"} or not data.startswith(PICTURES) or not mime.startswith("image/"):
            raise No(415, "UnsupportedMediaTypeError")
        self._count += 1
        url = self.show(data, f"{self.base}/content/images/2026/12/{self._count}-{name}")
        self.files[url] = data
        return _json(201, {"images": [{"url": url, "ref": None}]})

    def _members(self, seen: Seen) -> Answer:
        self._may(seen)
        said: dict[str, Any] = {"resource": "members", "data": [{"date": "2026-12-01", "free": 1204, "paid": 0}]}
        return _json(200, said | ({} if self.followers is None else {"total": self.followers}))

    def _list(self, seen: Seen) -> Answer:
        self._may(seen)
        found = self.public() if seen.query.get("filter") == ["status:published"] else self.entries
        return _json(200, {"posts": [self._shown(each, html=False) for each in reversed(found)][:1], "meta": {}})

    def _create(self, seen: Seen) -> Answer:
        self._may(seen)
        if seen.query.get("source") != ["html"] or list(json.loads(seen.body)) != ["posts"]:
            raise No(422, "ValidationError")
        [asked] = json.loads(seen.body)["posts"]
        if asked.get("status") != "draft":
            raise AssertionError("AdMind publishes drafts only")
        if set(asked) - WRITABLE or not asked.get("title") or len(asked["title"]) > 255:
            raise No(422, "ValidationError")
        if len(asked.get("feature_image_alt") or "") > 191 or asked["visibility"] not in ("public", "members", "paid"):
            raise No(422, "ValidationError")
        self._count += 1
        fields = dict(asked)
        slug, card = fields.pop("slug"), CARD.fullmatch(fields["html"])
        assert card and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) and len(slug) <= 191
        fields["html"] = fields["html"].replace(self.loses, "") if self.loses else fields["html"]
        if not self.keeps_alt:
            fields["feature_image_alt"] = None
        entry = Entry(f"{self._count:024x}", self._free(slug), fields, fields.pop("status"), self.now())
        self.entries.append(entry)
        return _json(201, {"posts": [self._shown(entry, html=True)]})

    def _by_slug(self, seen: Seen) -> Answer:
        self._may(seen)
        slug = seen.path.rstrip("/").rpartition("/")[2]
        found = next((each for each in self.entries if each.slug == slug), None)
        if found is None:
            raise No(404, "NotFoundError")
        return _json(200, {"posts": [self._shown(found, html="html" in seen.query.get("formats", []))]})

    def _get(self, seen: Seen) -> Answer:
        self._may(seen)
        shown = self._shown(self._entry(seen), html="html" in seen.query.get("formats", []))
        if seen.query.get("include"):
            names = [each.removeprefix("count.") for each in seen.query["include"][0].split(",")]
            shown["count"] = {name: number for number, name in enumerate(names, 2)}
        return _json(200, {"posts": [shown]})

    def _delete(self, seen: Seen) -> Answer:
        self._may(seen)
        self.entries.remove(self._entry(seen))
        return 204, b"", ()

    def _entry(self, seen: Seen) -> Entry:
        wanted = seen.path.rstrip("/").rpartition("/")[2]
        found = next((each for each in self.entries if each.id == wanted), None)
        if found is None:
            raise No(404, "NotFoundError")
        return found

    def _free(self, slug: str) -> str:
        found, turn = slug, 1
        while found in {each.slug for each in self.entries}:
            turn += 1
            found = f"{slug}-{turn}"
        return found

    def _shown(self, entry: Entry, *, html: bool) -> dict[str, Any]:
        shown = {name: value for name, value in entry.fields.items() if name != "html"}
        shown["tags"] = [{"name": name} for name in shown.get("tags", [])]
        if html:
            shown["html"] = entry.fields["html"]
        return {
            **shown,
            "id": entry.id,
            "slug": entry.slug,
            "status": entry.status,
            "updated_at": _instant(entry.updated_at),
            "published_at": _instant(entry.published_at) if entry.published_at else None,
            "url": f"{self.origin}{self.base}/{entry.slug}/",
        }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _bytes(part: str) -> bytes:
    assert "=" not in part
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _error(no: No) -> Answer:
    return _json(no.status, {"errors": [{"type": str(no), "message": "<b>no</b>"}]})


def _json(status: int, document: object) -> Answer:
    return status, json.dumps(document).encode(), (("content-type", "application/json"),)


@asynccontextmanager
async def ghost_server(**switches: Any) -> AsyncIterator[GhostServer]:
    """A server on a free port of this machine, gone at the end with all its connections."""
    async with listening(GhostServer(**switches)) as fake:
        yield fake
