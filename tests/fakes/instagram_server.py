"""A loopback Instagram: the parts of the API with Instagram Login that AdMind speaks, as its documentation has them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.fakes.faulty_http import Seen, listening
from tests.fakes.meta_server import Answer, Container, MetaServer, answer, asked_in, error, missing, stamp

PEOPLE = {"velo": "17841400000000001", "ana": "17841400000000002"}
SCOPED = {"velo": "28000000000000001", "ana": "28000000000000002"}  # as this app knows them
PICTURE = {"image_url", "alt_text", "is_carousel_item", "caption", "is_ai_generated"}


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
    def caption(self) -> str:
        return self.asked.get("caption", "")


@dataclass
class Comment:
    id: str
    post: str
    user: str
    text: str
    at: datetime


@dataclass
class InstagramServer(MetaServer):
    """POST …/media_publish follows the plan. Build it with `instagram_server`."""

    SCOPES = frozenset(
        {
            "instagram_business_basic",
            "instagram_business_content_publish",
            "instagram_business_manage_comments",
            "instagram_business_manage_insights",
        }
    )

    posts: list[Post] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    most: int = 100

    def stands(self) -> list[tuple[str, list[str]]]:
        """Caption and alt texts of each post."""
        return [(post.caption, post.alts) for post in self.posts] + [(each.text, []) for each in self.comments]

    def published(self) -> list[Seen]:
        return [seen for seen in self.seen if self.publishes(seen.method, seen.path)]

    def publishes(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith(("/media_publish", "/comments"))

    def refusal(self, seen: Seen) -> tuple[int, bytes] | None:
        if seen.path.endswith("/comments"):
            return self._no_comment(seen)
        refused = self.refused(seen, "instagram_business_content_publish")
        asked = asked_in(seen)
        container = self.containers.get(asked.get("creation_id", ""))
        if refused is None and (set(asked) != {"creation_id", "access_token"} or container is None):
            refused = error(100, "Invalid parameter")
        if refused is None and container is not None:
            mine = seen.path == f"/v25.0/{container.user}/media_publish" and self._user(seen) == container.user
            ready = container.state == "FINISHED" and container.polls > self.polls
            if not mine or not ready or "is_carousel_item" in container.asked:
                refused = error(9007, "Media ID is not available", subcode=2207027)
        if refused is None and len(self.posts) >= self.most:
            refused = error(9, "Application request limit reached", subcode=2207042)
        return refused[:2] if refused else None

    def commit(self, seen: Seen) -> bytes:
        if seen.path.endswith("/comments"):
            text, at = asked_in(seen)["message"], self.now()
            comment = Comment(self.next_id(17), seen.path.split("/")[2], self._user(seen), text, at)
            self.comments.append(comment)
            return answer({"id": comment.id})[1]
        container = self.containers[asked_in(seen)["creation_id"]]
        container.state = "PUBLISHED"
        items = [self.containers[each].asked for each in container.asked.get("children", "").split(",") if each]
        alts = [each.get("alt_text", "") for each in items or [container.asked]]
        images = [self.show(self.fetches[each["image_url"]]) for each in items or [container.asked]]
        post = Post(self.next_id(18), container.user, container.asked, alts, self.now(), images)
        self.posts.append(post)
        return answer({"id": post.id})[1]

    def routes(self) -> list[tuple[str, str, str | None, Callable[..., Answer]]]:
        return [
            ("GET", "/oauth/authorize", None, self.ask),
            ("POST", "/oauth/authorize", None, self.decided),
            ("POST", "/oauth/access_token", None, self.code_for_access),
            ("GET", "/access_token", None, self.longer("ig")),
            ("GET", "/refresh_access_token", None, self.renewed("ig")),
            ("GET", r"/v25\.0/me", "instagram_business_basic", self._me),
            ("POST", r"/v25\.0/([0-9]+)/media", "instagram_business_content_publish", self._make),
            ("GET", r"/v25\.0/([0-9]+)/media", "instagram_business_basic", self._own),
            ("GET", r"/v25\.0/([0-9]+)/content_publishing_limit", "instagram_business_content_publish", self._limit),
            ("GET", r"/v25\.0/([0-9]+)/insights", "instagram_business_manage_insights", self._insights),
            ("GET", r"/v25\.0/([0-9]+)/comments", "instagram_business_manage_comments", self._comments),
            ("GET", r"/v25\.0/([0-9]+)", "instagram_business_basic", self._one),
        ]

    def _user(self, seen: Seen) -> str:
        granted = self.granted(seen)
        return PEOPLE[granted.user] if granted else ""

    def _me(self, seen: Seen) -> Answer:
        user = self._user(seen)
        name = next(name for name, each in PEOPLE.items() if each == user)
        known: dict[str, Any] = {"id": SCOPED[name], "user_id": user, "username": name, "name": name.title()}
        known["followers_count"] = self.followers
        return self.shown(known | {"profile_picture_url": self.face(name)}, seen)

    def _make(self, seen: Seen, user: str) -> Answer:
        asked = {name: value for name, value in asked_in(seen).items() if name != "access_token"}
        several = asked.get("media_type") == "CAROUSEL"
        known = {"media_type", "children", "caption", "is_ai_generated"} if several else PICTURE
        if user != self._user(seen) or set(asked) - known or ("is_carousel_item" in asked and "caption" in asked):
            return error(100, "Invalid parameter")
        # …/instagram-platform/changelog.md, June 22, 2026: of a carousel, on the carousel's container alone
        if "is_ai_generated" in asked and (asked["is_ai_generated"] != "true" or "is_carousel_item" in asked):
            return error(100, "Invalid parameter")
        caption = asked.get("caption", "")
        if len(caption) > 2200 or len(asked.get("alt_text", "")) > 1000:
            return error(36004, "The caption was too long", subcode=2207010)
        if len(re.findall(r"#\w", caption)) > 5 or len(re.findall(r"(?<!\w)@\w", caption)) > 20:
            return error(100, "Too many tags", subcode=2207040)
        items = [self.containers.get(each) for each in asked.get("children", "").split(",") if each]
        good = all(each and each.state == "FINISHED" and each.asked.get("is_carousel_item") == "true" for each in items)
        if several and not (2 <= len(items) <= 10 and good):
            return error(100, "children")
        state = "FINISHED" if several else self.fetched(asked, (b"\xff\xd8\xff",), 8_000_000, (0.8, 1.91))
        container = Container(self.next_id(17), user, asked, state=state)
        self.containers[container.id] = container
        return answer({"id": container.id})

    def _own(self, seen: Seen, user: str) -> Answer:
        if user != self._user(seen):
            return missing()
        return self.page_of([self._known(post) for post in reversed(self.posts) if post.user == user], seen)

    def _limit(self, seen: Seen, user: str) -> Answer:
        config = {"quota_total": self.most, "quota_duration": 86400}
        return self.page_of([{"id": user, "quota_usage": len(self.posts), "config": config}], seen)

    def _insights(self, seen: Seen, wanted: str) -> Answer:
        numbers = {"views": 90, "reach": 70, "likes": 3, "comments": 2, "shares": 1, "saved": 4}
        names = asked_in(seen).get("metric", "").split(",")
        if not set(names) <= set(numbers) or wanted not in [post.id for post in self.posts]:
            return error(100, "metric")
        data = [{"name": name, "period": "lifetime", "values": [{"value": numbers[name]}]} for name in names]
        return answer({"data": data})

    def _one(self, seen: Seen, wanted: str) -> Answer:
        found = [post for post in self.posts if post.id == wanted]
        if found:
            return self.shown(self._known(found[0]), seen)
        comments = [each for each in self.comments if each.id == wanted]
        if comments:
            return self.shown(_commented(comments[0]), seen)
        return self.state_of(seen, wanted, "status_code") or missing()

    def _no_comment(self, seen: Seen) -> tuple[int, bytes] | None:
        """On one's own media, with a message and nothing else."""
        refused, asked = self.refused(seen, "instagram_business_manage_comments"), asked_in(seen)
        own = [post.id for post in self.posts if post.user == self._user(seen)]
        if refused is None and seen.path.split("/")[2] not in own:
            refused = missing()
        message = asked.get("message", "")
        if refused is None and (set(asked) != {"message", "access_token"} or not 0 < len(message) <= 2200):
            refused = error(100, "Invalid parameter")
        return refused[:2] if refused else None

    def _comments(self, seen: Seen, wanted: str) -> Answer:
        if wanted not in [post.id for post in self.posts]:
            return missing()
        mine = [each for each in reversed(self.comments) if each.post == wanted]
        return self.page_of([_commented(each) for each in mine], seen)

    def _known(self, post: Post) -> dict[str, Any]:
        several = len(post.alts) > 1
        children = [
            {"id": "1", "media_url": url} | ({"alt_text": alt} if alt else {})
            for alt, url in zip(post.alts, post.images, strict=True)
        ]
        return {
            "id": post.id,
            "caption": post.caption or None,
            "timestamp": stamp(post.at),
            "permalink": f"https://www.instagram.com/p/{post.id[-6:]}/",
            "media_type": "CAROUSEL_ALBUM" if several else "IMAGE",
            "media_url": (post.images[0] or None) if len(post.images) == 1 else None,
            "alt_text": None if several else post.alts[0] or None,
            "children": {"data": children} if several else None,
        }


def _commented(comment: Comment) -> dict[str, Any]:
    name = next(name for name, each in PEOPLE.items() if each == comment.user)
    written = {"text": comment.text, "timestamp": stamp(comment.at), "username": name}
    return {"id": comment.id, **written, "from": {"id": SCOPED[name], "username": name}}


@asynccontextmanager
async def instagram_server(**switches: Any) -> AsyncIterator[InstagramServer]:
    """A server on a free port of this machine, gone at the end with all its connections."""
    async with listening(InstagramServer(**switches)) as fake:
        yield fake
