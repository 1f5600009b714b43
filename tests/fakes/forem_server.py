"""A loopback Forem (DEV): the part of its API that AdMind speaks, with the rules of app/models/article.rb."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.faulty_http import FaultyServer, Headers, Seen, listening

Answer = tuple[int, bytes, Headers]
API_KEY = "h4Q8dZ2kLm9RtVx3Yp7WsN6b"
WRITABLE = {"title", "body_markdown", "published", "tags", "canonical_url", "main_image"}
SHOWN = re.compile(r"!\[[^\]\n]*\]\((https?://[^\s()]+)\)")


def real_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Entry:
    id: int
    fields: dict[str, Any]
    created_at: datetime
    published: bool = False
    published_at: datetime | None = None  # kept when it is taken down
    broken: list[str] = field(
        default_factory=list
    )  # pictures that it could not fetch: it shows the article all the same


class No(Exception):
    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass
class ForemServer(FaultyServer):
    """PUT on an article, which publishes it or takes it down, follows the plan. Build it with `forem_server`."""

    key: str = API_KEY
    user_id: int = 4169381
    strips: str = ""  # a character that it takes out of titles
    picture: str = ""
    pictures: Callable[[str], bytes | None] = lambda url: None  # what lies at an address that an article names
    lists: bool = True  # whether one's own articles are listed: a late copy lists none
    now: Callable[[], datetime] = real_now
    entries: list[Entry] = field(default_factory=list)
    answers: dict[str, list[Answer]] = field(default_factory=dict)  # "METHOD path" → what to say instead, in turn
    acted: dict[str, list[Answer]] = field(default_factory=dict)  # the same, after doing it
    _count: int = 100

    def public(self) -> list[Entry]:
        return [each for each in self.entries if each.published]

    def published(self) -> list[Seen]:
        return [seen for seen in self.seen if self.publishes(seen.method, seen.path)]

    def publishes(self, method: str, path: str) -> bool:
        return method == "PUT" and bool(re.fullmatch(r"/api/articles/\d+", path))

    def refusal(self, seen: Seen) -> tuple[int, bytes] | None:
        try:
            self._may(seen)
            self._entry(seen)
            asked = json.loads(seen.body)
            if list(asked) != ["article"] or list(asked["article"]) != ["published"]:
                raise No(422, "param is missing or the value is empty: article")
        except No as no:
            return _error(no)[:2]
        return None

    def commit(self, seen: Seen) -> bytes:
        entry = self._entry(seen)
        entry.published = bool(json.loads(seen.body)["article"]["published"])
        self._fetch(entry)
        if entry.published and entry.published_at is None:
            entry.published_at = self.now()
        return json.dumps(self._shown(entry)).encode()

    def route(self, seen: Seen) -> Answer:
        name = f"{seen.method} {seen.path.removeprefix('/api')}"
        if self.answers.get(name):
            return self.answers[name].pop(0)
        for method, pattern, work in self._routes():
            if method == seen.method and re.fullmatch(f"/api{pattern}", seen.path):
                try:
                    done = work(seen)
                except No as no:
                    return _error(no)
                return self.acted[name].pop(0) if self.acted.get(name) else done
        return _error(No(404, "not found"))

    def _routes(self) -> list[tuple[str, str, Callable[[Seen], Answer]]]:
        return [
            ("GET", "/users/me", self._me),
            ("GET", "/articles/me/(?:all|published)", self._mine),
            ("POST", "/articles", self._create),
            ("GET", r"/articles/\d+", self._get),
        ]

    def _may(self, seen: Seen) -> None:
        if seen.headers.get("api-key") != self.key:
            raise No(401, "unauthorized")
        if not seen.headers.get("user-agent") or "forem.api-v1+json" not in seen.headers.get("accept", ""):
            raise No(403, "Forbidden Bots")

    def _me(self, seen: Seen) -> Answer:
        self._may(seen)
        said = {"type_of": "user", "id": self.user_id, "username": "velo", "name": "Velo & Co"}
        return _json(200, said | {"profile_image": self.picture})

    def _mine(self, seen: Seen) -> Answer:
        self._may(seen)
        every = self.entries if seen.path.endswith("all") else self.public()
        fresh = [each for each in every if each.published_at is None]
        dated = sorted((each for each in every if each.published_at), key=lambda e: e.published_at or e.created_at)
        page, most = int(seen.query["page"][0]), int(seen.query["per_page"][0])
        listed = [*reversed(fresh), *reversed(dated)] if self.lists else []
        return _json(200, [self._listed(each) for each in listed[(page - 1) * most : page * most]])

    def _create(self, seen: Seen) -> Answer:
        self._may(seen)
        asked = json.loads(seen.body).get("article")
        if not isinstance(asked, dict) or set(asked) - WRITABLE:
            raise No(422, "param is missing or the value is empty: article")
        if asked.get("published") is not False:
            raise AssertionError("AdMind publishes drafts only")
        title = " ".join(asked["title"].replace(self.strips or "\0", " ").split())
        if not title or len(title) > 128:
            raise No(422, "Title is too long (maximum is 128 characters for full_post)")
        if len(asked.get("tags", [])) > 4 or not all(tag.isalnum() for tag in asked.get("tags", [])):
            raise No(422, "Tag list exceed the maximum of 4 tags")
        recent = [each for each in self.entries if each.created_at > self.now() - timedelta(minutes=5)]
        if title in [each.fields["title"] for each in recent]:
            raise No(422, "Title has already been used in the last five minutes")
        if asked["body_markdown"].startswith("---") or "{%" in asked["body_markdown"]:
            raise AssertionError("front matter and Liquid are refused before")
        self._count += 1
        entry = Entry(self._count, dict(asked) | {"title": title}, self.now())
        self._fetch(entry)
        self.entries.append(entry)
        return _json(201, self._shown(entry))

    def _fetch(self, entry: Entry) -> None:
        """Pictures and cover, as its image proxy does whenever somebody looks at the article."""
        cover = entry.fields.get("main_image")
        named = [*([cover] if cover else []), *SHOWN.findall(entry.fields["body_markdown"])]
        entry.broken = [url for url in named if not self.pictures(url)]

    def _get(self, seen: Seen) -> Answer:
        found = self._entry(seen)
        if not found.published:
            raise No(404, "not found")
        return _json(200, self._shown(found))

    def _entry(self, seen: Seen) -> Entry:
        wanted = int(seen.path.rpartition("/")[2])
        found = next((each for each in self.entries if each.id == wanted), None)
        if found is None:
            raise No(404, "not found")
        return found

    def _shown(self, entry: Entry) -> dict[str, Any]:
        """An article by itself: without `published`."""
        at = entry.published_at.astimezone(UTC).isoformat().replace("+00:00", "Z") if entry.published_at else None
        return {
            "type_of": "article",
            "id": entry.id,
            "title": entry.fields["title"],
            "body_markdown": entry.fields["body_markdown"],
            "url": f"{self.origin}/velo/article-{entry.id}",
            "published_at": at,
            "published_timestamp": at if entry.published else "",
            "public_reactions_count": 5,
            "comments_count": 2,
        }

    def _listed(self, entry: Entry) -> dict[str, Any]:
        return self._shown(entry) | {"published": entry.published, "page_views_count": 77}


def _error(no: No) -> Answer:
    return _json(no.status, {"error": str(no), "status": no.status})


def _json(status: int, document: object) -> Answer:
    return status, json.dumps(document).encode(), (("content-type", "application/json"),)


@asynccontextmanager
async def forem_server(**switches: Any) -> AsyncIterator[ForemServer]:
    """A server on a free port of this machine, gone at the end with all its connections."""
    async with listening(ForemServer(**switches)) as fake:
        yield fake
