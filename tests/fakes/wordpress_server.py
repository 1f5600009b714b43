"""A loopback WordPress: the part of its REST API that AdMind speaks, as WP_REST_Posts_Controller describes it.

Strict about fields, states and rights. Slugs are unique: a second one gets `-2`, in the trash one gets `__trashed`.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.fakes.faulty_http import FaultyServer, Headers, Seen, listening
from tests.fakes.forms import parts_of

Answer = tuple[int, bytes, Headers]
USER, PASSWORD = "velo", "abcd EFGH 1234 ijkl MNOP 6789"
WRITABLE = {"title", "content", "featured_media", "categories", "tags", "slug", "status"}
STATUSES = {"publish", "future", "draft", "pending", "private", "trash", "any"}
TERMS = {"categories": {3: "News", 7: "Tips &amp; Tricks"}, "tags": {11: "velo"}}
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF")


def real_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Entry:
    id: int
    author: int
    slug: str
    title: str
    content: str
    status: str
    featured: int = 0
    at: datetime | None = None
    terms: dict[str, list[int]] = field(default_factory=dict)


@dataclass
class Picture:
    id: int
    slug: str
    data: bytes
    alt: str


class No(Exception):
    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status


@dataclass
class WordPressServer(FaultyServer):
    """POST on a post, which publishes it, follows the plan. Build it with `wordpress_server`."""

    base: str = ""  # where the site lies
    user: str = USER
    user_id: int = 5
    password: str = PASSWORD
    capabilities: tuple[str, ...] = ("edit_posts", "publish_posts", "upload_files")
    filters: str = ""  # a tag that this user may not write
    keeps_alt: bool = True
    has_trash: bool = True
    publishes_as: str = "publish"
    namespaces: tuple[str, ...] = ("oembed/1.0", "wp/v2")
    icon: str = ""
    comments: int = 4
    now: Callable[[], datetime] = real_now
    entries: list[Entry] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    answers: dict[str, list[Answer]] = field(default_factory=dict)  # "METHOD path" → what to say instead, in turn
    acted: dict[str, list[Answer]] = field(default_factory=dict)  # the same, after doing it
    _count: int = 100

    def public(self) -> list[Entry]:
        return [each for each in self.entries if each.status == "publish"]

    def published(self) -> list[Seen]:
        return [seen for seen in self.seen if self.publishes(seen.method, seen.path)]

    def publishes(self, method: str, path: str) -> bool:
        return method == "POST" and bool(re.fullmatch(rf"{self.base}/wp-json/wp/v2/posts/\d+", path))

    def refusal(self, seen: Seen) -> tuple[int, bytes] | None:
        try:
            self._may(seen, "publish_posts")
            if json.loads(seen.body) != {"status": "publish"}:
                raise No(400, "rest_invalid_param")
            self._entry(seen)
        except No as no:
            return _error(no)[:2]
        return None

    def commit(self, seen: Seen) -> bytes:
        entry = self._entry(seen)
        if entry.status != "publish":
            entry.status, entry.at = self.publishes_as, self.now()
        return json.dumps(self._shown(entry)).encode()

    def route(self, seen: Seen) -> Answer:
        name = f"{seen.method} {seen.path.removeprefix(f'{self.base}/wp-json')}"
        if self.answers.get(name):
            return self.answers[name].pop(0)
        for method, pattern, work in self._routes():
            if method == seen.method and re.fullmatch(f"{self.base}/wp-json{pattern}", seen.path):
                try:
                    done = work(seen)
                except No as no:
                    return _error(no)
                return self.acted[name].pop(0) if self.acted.get(name) else done
        return _error(No(404, "rest_no_route"))

    def _routes(self) -> list[tuple[str, str, Callable[[Seen], Answer]]]:
        return [
            ("GET", "/", self._index),
            ("GET", "/wp/v2/users/me", self._me),
            ("GET", "/wp/v2/(?:categories|tags)", self._terms),
            ("GET", "/wp/v2/media", self._library),
            ("POST", "/wp/v2/media", self._upload),
            ("GET", r"/wp/v2/media/\d+", self._picture),
            ("GET", "/wp/v2/posts", self._list),
            ("POST", "/wp/v2/posts", self._create),
            ("GET", r"/wp/v2/posts/\d+", self._get),
            ("PUT", r"/wp/v2/posts/\d+", self._update),
            ("DELETE", r"/wp/v2/posts/\d+", self._delete),
            ("GET", "/wp/v2/comments", self._comments),
        ]

    def _may(self, seen: Seen, right: str = "edit_posts") -> None:
        scheme, _, word = seen.headers.get("authorization", "").partition(" ")
        user, _, password = base64.b64decode(word).decode().partition(":") if scheme == "Basic" else ("", "", "")
        if user != self.user or password.replace(" ", "") != self.password.replace(" ", ""):
            raise No(401, "incorrect_password")
        if right not in self.capabilities:
            raise No(403, "rest_cannot_create")

    def _index(self, _: Seen) -> Answer:
        home = f"{self.origin}{self.base}"
        return _json(
            200,
            {
                "name": "Velo &amp; Co",
                "home": home,
                "namespaces": list(self.namespaces),
                "site_icon_url": self.icon,
            },
        )

    def _me(self, seen: Seen) -> Answer:
        self._may(seen)
        said: dict[str, Any] = {"id": self.user_id, "name": "Velo", "slug": "velo"}
        if seen.query.get("context") == ["edit"]:
            said["capabilities"] = dict.fromkeys(self.capabilities, True)
        return _json(200, said)

    def _terms(self, seen: Seen) -> Answer:
        kind, wanted = seen.path.rpartition("/")[2], seen.query.get("search", [""])[0].lower()
        found = [{"id": n, "name": name} for n, name in TERMS[kind].items() if wanted in html.unescape(name).lower()]
        return _json(200, found)

    def _library(self, seen: Seen) -> Answer:
        self._may(seen)
        wanted = seen.query.get("slug", [""])[0].split(",")
        return _json(200, [self._medium(each) for each in self.pictures if each.slug in wanted])

    def _upload(self, seen: Seen) -> Answer:
        self._may(seen, "upload_files")
        fields, files = parts_of(seen)
        if set(fields) - {"slug", "title", "alt_text"} or set(files) != {"file"}:
            raise No(400, "rest_invalid_param")
        name, mime, data = files["file"]
        if not data.startswith(PICTURES) or not mime.startswith("image/") or "." not in name:
            raise No(500, "rest_upload_unknown_error")
        alt = fields.get("alt_text", "") if self.keeps_alt else ""
        made = Picture(self._next(), self._free(fields.get("slug", "x")), data, alt)
        self.pictures.append(made)
        return _json(201, self._medium(made))

    def _picture(self, seen: Seen) -> Answer:
        self._may(seen)
        wanted = int(seen.path.rpartition("/")[2])
        found = next((each for each in self.pictures if each.id == wanted), None)
        return _json(200, self._medium(found)) if found else _error(No(404, "rest_post_invalid_id"))

    def _list(self, seen: Seen) -> Answer:
        asked = seen.query.get("status", ["publish"])[0].split(",")
        if not set(asked) <= STATUSES:
            raise No(400, "rest_invalid_param")
        if asked != ["publish"]:
            self._may(seen)
        states = set(asked) if "any" not in asked else STATUSES - {"trash"}
        slugs = seen.query.get("slug", [""])[0].split(",")
        most = int(seen.query.get("per_page", ["10"])[0])
        found = [each for each in self.entries if each.status in states and (slugs == [""] or each.slug in slugs)]
        return _json(200, [self._shown(each) for each in reversed(found)][:most])

    def _create(self, seen: Seen) -> Answer:
        self._may(seen)
        asked = self._asked(seen)
        if asked.get("status") == "publish":
            raise AssertionError("AdMind publishes drafts only")
        slug = self._free(_sanitised(asked.get("slug", "")))
        entry = Entry(self._next(), self.user_id, slug, "", "", asked.get("status", "draft"))
        self._write(entry, asked)
        self.entries.append(entry)
        return _json(201, self._shown(entry))

    def _get(self, seen: Seen) -> Answer:
        self._may(seen)
        return _json(200, self._shown(self._entry(seen)))

    def _update(self, seen: Seen) -> Answer:
        self._may(seen)
        entry, asked = self._entry(seen), self._asked(seen)
        if "status" in asked:
            raise AssertionError("a draft's text is changed without its state")
        self._write(entry, asked)
        return _json(200, self._shown(entry))

    def _delete(self, seen: Seen) -> Answer:
        self._may(seen)
        entry = self._entry(seen)
        if seen.query.get("force") == ["true"]:
            self.entries.remove(entry)
            return _json(200, {"deleted": True, "previous": self._shown(entry)})
        if not self.has_trash:
            raise No(501, "rest_trash_not_supported")
        if entry.status == "trash":
            raise No(410, "rest_already_trashed")
        entry.status, entry.slug = "trash", f"{entry.slug}__trashed"
        return _json(200, self._shown(entry))

    def _comments(self, seen: Seen) -> Answer:
        assert seen.query.get("post")
        return 200, b"[]", (("content-type", "application/json"), ("X-WP-Total", str(self.comments)))

    def _asked(self, seen: Seen) -> dict[str, Any]:
        if not seen.headers.get("content-type", "").startswith("application/json"):
            raise No(400, "rest_invalid_json")
        asked: dict[str, Any] = json.loads(seen.body)
        if set(asked) - WRITABLE:
            raise No(400, "rest_invalid_param")
        return asked

    def _write(self, entry: Entry, asked: dict[str, Any]) -> None:
        featured = asked.get("featured_media", entry.featured)
        if featured and featured not in [each.id for each in self.pictures]:
            raise No(400, "rest_invalid_featured_media")
        for kind in ("categories", "tags"):
            if not set(asked.get(kind, [])) <= TERMS[kind].keys():
                raise No(400, "rest_invalid_param")
            entry.terms[kind] = asked.get(kind, entry.terms.get(kind, []))
        entry.featured = featured
        entry.title = self._filtered(asked.get("title", entry.title))
        entry.content = self._filtered(asked.get("content", entry.content))

    def _filtered(self, text: str) -> str:
        return re.sub(rf"<{self.filters}\b[^>]*>.*?</{self.filters}>", "", text) if self.filters else text

    def _entry(self, seen: Seen) -> Entry:
        wanted = int(seen.path.rpartition("/")[2])
        found = next((each for each in self.entries if each.id == wanted), None)
        if found is None:
            raise No(404, "rest_post_invalid_id")
        return found

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _free(self, slug: str) -> str:
        taken = {each.slug for each in self.entries} | {each.slug for each in self.pictures}
        found, turn = slug, 1
        while found in taken:
            turn += 1
            found = f"{slug}-{turn}"
        return found

    def _medium(self, picture: Picture) -> dict[str, Any]:
        url = self.show(picture.data, f"{self.base}/wp-content/uploads/2026/12/{picture.slug}.png")
        return {"id": picture.id, "slug": picture.slug, "alt_text": picture.alt, "source_url": url}

    def _shown(self, entry: Entry) -> dict[str, Any]:
        at = (entry.at or self.now()).astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
        return {
            "id": entry.id,
            "slug": entry.slug,
            "status": entry.status,
            "date_gmt": at,
            "link": f"{self.origin}{self.base}/{entry.slug}/",
            "title": {"raw": entry.title, "rendered": entry.title},
            "content": {"raw": entry.content, "rendered": f"{entry.content}\n"},
            "featured_media": entry.featured,
            **entry.terms,
        }


def _sanitised(slug: str) -> str:
    """As sanitize_title() leaves it: anything else was no slug."""
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", slug) and len(slug) <= 200, slug
    return slug


def _error(no: No) -> Answer:
    return _json(no.status, {"code": str(no), "message": "<b>no</b>", "data": {"status": no.status}})


def _json(status: int, document: object) -> Answer:
    return status, json.dumps(document).encode(), (("content-type", "application/json"),)


@asynccontextmanager
async def wordpress_server(**switches: Any) -> AsyncIterator[WordPressServer]:
    """A server on a free port of this machine, gone at the end with all its connections."""
    async with listening(WordPressServer(**switches)) as fake:
        yield fake
