"""A loopback Threads: the parts of its API and its OAuth that AdMind speaks, as its documentation describes them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import regex

from tests.fakes.faulty_http import Seen, listening
from tests.fakes.meta_server import (
    Answer,
    Container,
    MetaServer,
    answer,
    asked_in,
    error,
    missing,
    stamp,
)

PEOPLE = {"velo": "26000000000000001", "ana": "26000000000000002"}
OPTIONS = {"text", "reply_to_id", "topic_tag", "alt_text", "link_attachment", "is_carousel_item"}
KINDS = {"TEXT": OPTIONS - {"alt_text"}, "IMAGE": OPTIONS | {"image_url"}, "CAROUSEL": OPTIONS | {"children"}}
_EMOJI = regex.compile(r"\p{Extended_Pictographic}")


def counted(text: str) -> int:
    """As documented: characters, and an emoji by its bytes."""
    return sum(
        len(each.encode()) if _EMOJI.search(each) and not each.isascii() else 1 for each in regex.findall(r"\X", text)
    )


@dataclass
class Post:
    id: str
    user: str
    asked: dict[str, str]
    alts: list[str]
    at: datetime
    images: list[str] = field(default_factory=list)  # where they are shown

    def __post_init__(self) -> None:
        self.images = self.images or [""] * len(self.alts)

    @property
    def text(self) -> str:
        return self.asked.get("text", "")

    @property
    def reply_to(self) -> str:
        return self.asked.get("reply_to_id", "")


@dataclass
class ThreadsServer(MetaServer):
    """POST …/threads_publish follows the plan. Build it with `threads_server`."""

    SCOPES = frozenset(
        {"threads_basic", "threads_content_publish", "threads_manage_replies", "threads_read_replies"}
        | {"threads_manage_insights", "threads_delete"}
    )

    posts: list[Post] = field(default_factory=list)
    most: int = 250

    def threads(self) -> list[list[Post]]:
        """Each chain with its posts in the order in which they answer each other."""
        found = []
        for first in [post for post in self.posts if not post.reply_to]:
            thread = [first]
            while following := [post for post in self.posts if post.reply_to == thread[-1].id]:
                assert len(following) == 1, "two answers to one post"
                thread += following
            found.append(thread)
        return found

    def stands(self) -> list[tuple[str, list[str]]]:
        """Text and alt texts of each chain."""
        return [("\n\n".join(post.text for post in chain), chain[0].alts) for chain in self.threads()]

    def published(self) -> list[Seen]:
        return [seen for seen in self.seen if self.publishes(seen.method, seen.path)]

    def publishes(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith("/threads_publish")

    def refusal(self, seen: Seen) -> tuple[int, bytes] | None:
        refused = self.refused(seen, "threads_content_publish")
        asked = asked_in(seen)
        container = self.containers.get(asked.get("creation_id", ""))
        if refused is None and (set(asked) != {"creation_id", "access_token"} or container is None):
            refused = error(24, "The requested resource does not exist", subcode=4279009)
        if refused is None and container is not None:
            mine = seen.path == f"/v1.0/{container.user}/threads_publish" and self._user(seen) == container.user
            ready = container.state == "FINISHED" and container.polls > self.polls
            if not mine or not ready or "is_carousel_item" in container.asked:
                refused = error(24, "The requested resource does not exist", subcode=4279009)
        if refused is None and len(self.posts) >= self.most:
            refused = error(368, "limit")
        return refused[:2] if refused else None

    def commit(self, seen: Seen) -> bytes:
        container = self.containers[asked_in(seen)["creation_id"]]
        container.state = "PUBLISHED"
        items = [self.containers[each].asked for each in container.asked.get("children", "").split(",") if each]
        pictured = items or ([container.asked] if "image_url" in container.asked else [])
        alts = [each.get("alt_text", "") for each in pictured]
        images = [self.show(self.fetches[each["image_url"]]) for each in pictured]
        post = Post(self.next_id(18), container.user, container.asked, alts, self.now(), images)
        self.posts.append(post)
        return answer({"id": post.id})[1]

    def routes(self) -> list[tuple[str, str, str | None, Callable[..., Answer]]]:
        return [
            ("GET", "/oauth/authorize", None, self.ask),
            ("POST", "/oauth/authorize", None, self.decided),
            ("POST", "/oauth/access_token", None, self.code_for_access),
            ("GET", "/access_token", None, self.longer("th")),
            ("GET", "/refresh_access_token", None, self.renewed("th")),
            ("GET", "/v1.0/me", "threads_basic", self._me),
            ("POST", "/v1.0/([0-9]+)/threads", "threads_content_publish", self._make),
            ("GET", "/v1.0/([0-9]+)/threads", "threads_basic", self._own),
            ("GET", "/v1.0/([0-9]+)/replies", "threads_read_replies", self._replies),
            ("GET", "/v1.0/([0-9]+)/threads_publishing_limit", "threads_content_publish", self._limit),
            ("GET", "/v1.0/([0-9]+)/threads_insights", "threads_manage_insights", self._of_user),
            ("GET", "/v1.0/([0-9]+)/insights", "threads_manage_insights", self._insights),
            ("GET", "/v1.0/([0-9]+)", "threads_basic", self._one),
            ("DELETE", "/v1.0/([0-9]+)", "threads_delete", self._delete),
        ]

    def _user(self, seen: Seen) -> str:
        granted = self.granted(seen)
        return PEOPLE[granted.user] if granted else ""

    def _me(self, seen: Seen) -> Answer:
        user = self._user(seen)
        name = next(name for name, each in PEOPLE.items() if each == user)
        known = {"id": user, "username": name, "name": name.title(), "threads_profile_picture_url": self.face(name)}
        return self.shown(known, seen)

    def _make(self, seen: Seen, user: str) -> Answer:
        asked = {name: value for name, value in asked_in(seen).items() if name != "access_token"}
        kind = asked.get("media_type", "")
        if user != self._user(seen) or kind not in KINDS or set(asked) - KINDS[kind] - {"media_type"}:
            return error(100, "Invalid parameter")
        if counted(asked.get("text", "")) > 500 or len(asked.get("alt_text", "")) > 1000:
            return error(100, "Param text must be at most 500 characters long.")
        if kind == "TEXT" and not asked.get("text", "").strip() and not asked.get("link_attachment"):
            return error(100, "The parameter text is required")
        if kind != "TEXT" and "link_attachment" in asked:
            return error(100, "link_attachment is for text alone")
        links = set(re.findall(r"https?://\S+", asked.get("text", ""))) | {asked.get("link_attachment", "")}
        if len(links - {""}) > 5:
            return error(100, "THREADS_API__LINK_LIMIT_EXCEEDED")
        topic = asked.get("topic_tag")
        if topic is not None and (not 1 <= len(topic) <= 50 or set(topic) & set(".&")):
            return error(100, "topic_tag")
        if asked.get("reply_to_id"):
            if refused := self.refused(seen, "threads_manage_replies"):
                return refused
            if asked["reply_to_id"] not in [post.id for post in self.posts]:
                return missing()
        items = [self.containers.get(each) for each in asked.get("children", "").split(",") if each]
        good = all(each and each.state == "FINISHED" and each.asked.get("is_carousel_item") == "true" for each in items)
        if kind == "CAROUSEL" and not (2 <= len(items) <= 20 and good):
            return error(100, "children")
        state = "FINISHED"
        if kind == "IMAGE":
            state = self.fetched(asked, (b"\xff\xd8\xff", b"\x89PNG"), 8_000_000, (0.1, 10))
        container = Container(self.next_id(17), user, asked, state=state)
        self.containers[container.id] = container
        return answer({"id": container.id})

    def _listed(self, seen: Seen, user: str, *, replies: bool) -> Answer:
        since = int(asked_in(seen).get("since", "1688540400"))
        if user != self._user(seen) or since < 1688540400:
            return error(100, "Invalid parameter")
        mine = [post for post in reversed(self.posts) if post.user == user and bool(post.reply_to) == replies]
        return self.page_of([self._known(post) for post in mine if post.at.timestamp() >= since], seen)

    def _own(self, seen: Seen, user: str) -> Answer:
        return self._listed(seen, user, replies=False)

    def _replies(self, seen: Seen, user: str) -> Answer:
        return self._listed(seen, user, replies=True)

    def _limit(self, seen: Seen, user: str) -> Answer:
        replies = sum(bool(post.reply_to) for post in self.posts)
        known = {
            "id": user,
            "quota_usage": len(self.posts) - replies,
            "config": {"quota_total": self.most, "quota_duration": 86400},
            "reply_quota_usage": replies,
            "reply_config": {"quota_total": 1000, "quota_duration": 86400},
        }
        return self.page_of([known], seen)

    def _insights(self, seen: Seen, wanted: str) -> Answer:
        numbers = {"views": 90, "likes": 3, "replies": 2, "reposts": 1, "quotes": 0, "shares": 1}
        names = asked_in(seen).get("metric", "").split(",")
        if not set(names) <= set(numbers) or wanted not in [post.id for post in self.posts]:
            return error(100, "metric")
        data = [{"name": name, "period": "lifetime", "values": [{"value": numbers[name]}]} for name in names]
        return answer({"data": data})

    def _of_user(self, seen: Seen, user: str) -> Answer:
        if user != self._user(seen) or asked_in(seen).get("metric") != "followers_count":
            return error(100, "metric")
        total = {"name": "followers_count", "period": "day", "total_value": {"value": self.followers}}
        return answer({"data": [total] if self.followers is not None else []})

    def _one(self, seen: Seen, wanted: str) -> Answer:
        found = [post for post in self.posts if post.id == wanted]
        if found:
            return self.shown(self._known(found[0]), seen)
        return self.state_of(seen, wanted, "status") or missing()

    def _delete(self, seen: Seen, wanted: str) -> Answer:
        found = [post for post in self.posts if post.id == wanted and post.user == self._user(seen)]
        if not found:
            return missing()
        self.posts.remove(found[0])
        return answer({"success": True, "deleted_id": wanted})

    def _known(self, post: Post) -> dict[str, Any]:
        kinds = {"TEXT": "TEXT_POST", "IMAGE": "IMAGE", "CAROUSEL": "CAROUSEL_ALBUM"}
        several = len(post.alts) > 1
        children = [
            {"id": "1", "media_url": url} | ({"alt_text": alt} if alt else {})
            for alt, url in zip(post.alts, post.images, strict=True)
        ]
        return {
            "id": post.id,
            "text": post.text or None,
            "timestamp": stamp(post.at),
            "permalink": f"https://www.threads.com/@velo/post/{post.id[-6:]}",
            "media_type": kinds[post.asked["media_type"]],
            "alt_text": (post.alts[0] or None) if len(post.alts) == 1 else None,
            "media_url": (post.images[0] or None) if len(post.images) == 1 else None,
            "children": {"data": children} if several else None,
            "replied_to": {"id": post.reply_to} if post.reply_to else None,
        }


@asynccontextmanager
async def threads_server(**switches: Any) -> AsyncIterator[ThreadsServer]:
    """A server on a free port of this machine, gone at the end with all its connections."""
    async with listening(ThreadsServer(**switches)) as fake:
        yield fake
