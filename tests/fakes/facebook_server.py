"""A loopback Facebook: the parts of the Pages API and of its login that AdMind speaks, as its documentation has them.

Every call must prove that it knows the app's secret. Pages post in their own name alone, with their own access.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.fakes.faulty_http import Seen, listening
from tests.fakes.meta_server import (
    CLIENT,
    LIFE,
    SECRET,
    Answer,
    Granted,
    MetaServer,
    answer,
    asked_in,
    error,
    missing,
    multipart,
    proved,
    stamp,
)

PEOPLE = {"velo": "122100000000001", "ana": "122100000000002"}
VELO, OTHER, READ_ONLY = "104000000000001", "104000000000002", "104000000000003"
PAGES = {VELO: "Velo AG", OTHER: "Velo Bern", READ_ONLY: "Nur lesen"}
TASKS = {VELO: ["ANALYZE", "CREATE_CONTENT", "MANAGE"], OTHER: ["CREATE_CONTENT"], READ_ONLY: ["ANALYZE"]}
OPTIONS = {"message", "link", "access_token", "appsecret_proof"}


@dataclass
class Photo:
    id: str
    page: str
    data: bytes
    alt: str
    used: bool = False


@dataclass
class Post:
    id: str
    page: str
    message: str
    link: str
    photos: list[Photo]
    at: datetime


@dataclass
class Comment:
    id: str
    post: str
    text: str
    at: datetime


@dataclass
class FacebookServer(MetaServer):
    """POST …/feed follows the plan. Build it with `facebook_server`."""

    SCOPES = frozenset(
        {
            "pages_show_list",
            "pages_manage_posts",
            "pages_read_engagement",
            "pages_manage_engagement",
            "read_insights",
        }
    )

    posts: list[Post] = field(default_factory=list)
    photos: dict[str, Photo] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)

    def page_token(self, page: str = VELO, user: str = "velo") -> str:
        return self.token_for(user, page=page)

    def stands(self) -> list[tuple[str, list[str]]]:
        """Text and alt texts of each post."""
        return [(post.message, [photo.alt for photo in post.photos]) for post in self.posts] + [
            (comment.text, []) for comment in self.comments
        ]

    def published(self) -> list[Seen]:
        return [seen for seen in self.seen if self.publishes(seen.method, seen.path)]

    def publishes(self, method: str, path: str) -> bool:
        return method == "POST" and path.endswith(("/feed", "/comments"))

    def refused(self, seen: Seen, scope: str) -> Answer | None:
        if not proved(seen):
            return error(100, "API calls from the server require an appsecret_proof argument")
        return super().refused(seen, scope)

    def refusal(self, seen: Seen) -> tuple[int, bytes] | None:
        if seen.path.endswith("/comments"):
            return self._no_comment(seen)
        refused = self.refused(seen, "pages_manage_posts")
        asked, page = asked_in(seen), seen.path.split("/")[2]
        granted = self.granted(seen)
        if refused is None and (granted is None or granted.page != page):
            refused = error(200, "Unpublished posts must be posted to a page as the page itself.")
        attached = self._attached(asked)
        others = {name for name in asked if not re.fullmatch(r"attached_media\[\d\]", name)}
        if refused is None and (others - OPTIONS or None in attached or ("link" in asked and attached)):
            refused = error(100, "Invalid parameter")
        if refused is None and len(asked.get("message", "")) > 63_206:
            refused = error(100, "Param message must be at most 63206 characters long.")
        if refused is None and not asked.get("message", "").strip() and not attached and "link" not in asked:
            refused = error(100, "The post is empty.")
        last = next((post for post in reversed(self.posts) if post.page == page), None)
        if refused is None and last is not None and last.message == asked.get("message") and not attached:
            refused = error(506, "Duplicate status message")
        return refused[:2] if refused else None

    def commit(self, seen: Seen) -> bytes:
        asked, page = asked_in(seen), seen.path.split("/")[2]
        if seen.path.endswith("/comments"):
            comment = Comment(f"{page.partition('_')[2]}_{self.next_id(7)}", page, asked["message"], self.now())
            self.comments.append(comment)
            return answer({"id": comment.id})[1]
        photos = [each for each in self._attached(asked) if each]
        for photo in photos:
            photo.used = True
        post = Post(
            f"{page}_{self.next_id(9)}", page, asked.get("message", ""), asked.get("link", ""), photos, self.now()
        )
        self.posts.append(post)
        return answer({"id": post.id})[1]

    def _attached(self, asked: dict[str, str]) -> list[Photo | None]:
        found = [json.loads(asked[name])["media_fbid"] for name in sorted(asked) if name.startswith("attached_media")]
        photos = [self.photos.get(each) for each in found]
        return [photo if photo and not photo.used else None for photo in photos]

    def routes(self) -> list[tuple[str, str, str | None, Callable[..., Answer]]]:
        version = r"/v25\.0"
        return [
            ("GET", f"{version}/dialog/oauth", None, self.ask),
            ("POST", f"{version}/dialog/oauth", None, self.decided),
            ("GET", f"{version}/oauth/access_token", None, self._token),
            ("GET", f"{version}/debug_token", None, self._debug),
            ("DELETE", f"{version}/([0-9]+)/permissions", None, self._given_back),
            ("GET", f"{version}/me", "", self._me),
            ("GET", f"{version}/me/accounts", "pages_show_list", self._accounts),
            ("POST", f"{version}/([0-9]+)/photos", "pages_manage_posts", self._photo),
            ("GET", f"{version}/([0-9]+)/published_posts", "pages_read_engagement", self._listed),
            ("GET", f"{version}/([0-9]+_[0-9]+)/insights", "read_insights", self._insights),
            ("GET", f"{version}/([0-9]+_[0-9]+)/comments", "pages_read_engagement", self._comments),
            ("GET", f"{version}/([0-9]+_[0-9]+)", "pages_read_engagement", self._one),
            ("DELETE", f"{version}/([0-9]+_[0-9]+)", "pages_manage_posts", self._delete),
            ("GET", f"{version}/([0-9]+)", "pages_show_list", self._page),
            ("GET", f"{version}/", "pages_read_engagement", self._by_ids),
        ]

    # Login

    def _token(self, seen: Seen) -> Answer:
        asked = asked_in(seen)
        if asked.get("grant_type") == "fb_exchange_token":
            granted = self.tokens.get(asked.get("fb_exchange_token", ""))
            if granted is None or (asked.get("client_id"), asked.get("client_secret")) != (CLIENT, SECRET):
                return error(190, "Invalid OAuth access token.")
            token = self.given(Granted(granted.user, granted.scopes))
            return answer({"access_token": token, "token_type": "bearer", "expires_in": LIFE})
        granted = self.traded(asked)
        if granted is None:
            return error(100, "This authorization code has been used.")
        return answer({"access_token": self.given(granted), "token_type": "bearer", "expires_in": 5400})

    def _own(self, seen: Seen) -> bool:
        return asked_in(seen).get("access_token") == f"{CLIENT}|{SECRET}"

    def _debug(self, seen: Seen) -> Answer:
        granted = self.tokens.get(asked_in(seen).get("input_token", ""))
        if not self._own(seen):
            return error(190, "Invalid OAuth access token.")
        return answer({"data": {"is_valid": True, "user_id": PEOPLE[granted.user]} if granted else {"is_valid": False}})

    def _given_back(self, seen: Seen, person: str) -> Answer:
        """All of a person's accesses end, their pages' too."""
        if not self._own(seen):
            return error(190, "Invalid OAuth access token.")
        for token in [token for token, granted in self.tokens.items() if PEOPLE[granted.user] == person]:
            del self.tokens[token]
        return answer({"success": True})

    def _me(self, seen: Seen) -> Answer:
        granted = self.granted(seen)
        assert granted is not None
        known = {"id": granted.page or PEOPLE[granted.user], "name": PAGES.get(granted.page, granted.user.title())}
        status, body, headers = self.shown(known, seen)
        if asked_in(seen).get("metadata") != "1" or status != 200:
            return status, body, headers
        return answer(json.loads(body) | {"metadata": {"type": "page" if granted.page else "user"}})

    def _accounts(self, seen: Seen) -> Answer:
        granted = self.granted(seen)
        if granted is None or granted.page:
            return error(100, "Tried accessing nonexisting field (accounts) on node type (Page)")
        mine = [{"id": page, "name": PAGES[page], "tasks": TASKS[page]} for page in PAGES]
        return self.page_of(mine if granted.user == "velo" else mine[1:2], seen)

    def _page(self, seen: Seen, wanted: str) -> Answer:
        granted = self.granted(seen)
        if granted is None or wanted not in PAGES or (granted.user == "ana" and wanted != OTHER):
            return missing()
        token = next((t for t, g in self.tokens.items() if (g.user, g.page) == (granted.user, wanted)), "")
        token = token or self.page_token(wanted, granted.user)
        picture = {"data": {"url": self.face(wanted)}}
        if "followers_count" in asked_in(seen).get("fields", "") and "pages_read_engagement" not in granted.scopes:
            return error(10, "This endpoint requires the 'pages_read_engagement' permission")
        known = {"id": wanted, "name": PAGES[wanted], "access_token": token, "picture": picture}
        return self.shown(known | {"followers_count": self.followers}, seen)

    # Posts

    def _mine(self, seen: Seen, page: str) -> bool:
        granted = self.granted(seen)
        return granted is not None and granted.page == page

    def _photo(self, seen: Seen, page: str) -> Answer:
        asked, files = asked_in(seen), multipart(seen)
        data = files.get("source", b"")
        known = {"source", "published", "alt_text_custom", "access_token", "appsecret_proof"}
        if not self._mine(seen, page) or set(asked) - known or asked.get("published") != "false":
            return error(100, "Invalid parameter")
        if not data.startswith((b"\xff\xd8\xff", b"\x89PNG")) or len(data) > 4_000_000:
            return error(324, "Missing or invalid image file")
        photo = Photo(self.next_id(8), page, data, asked.get("alt_text_custom", ""))
        self.photos[photo.id] = photo
        return answer({"id": photo.id})

    def _listed(self, seen: Seen, page: str) -> Answer:
        if not self._mine(seen, page):
            return error(10, "This endpoint requires the page's own access")
        since = int(asked_in(seen).get("since", "0"))
        mine = [post for post in reversed(self.posts) if post.page == page and post.at.timestamp() >= since]
        return self.page_of([self._known(post) for post in mine], seen)

    def _post(self, seen: Seen, wanted: str) -> Post | None:
        return next((post for post in self.posts if post.id == wanted and self._mine(seen, post.page)), None)

    def _one(self, seen: Seen, wanted: str) -> Answer:
        post = self._post(seen, wanted)
        comment = next((each for each in self.comments if each.id == wanted and self._post(seen, each.post)), None)
        if comment is not None:
            return self.shown(_commented(comment), seen)
        if post is None:
            return missing()
        fields = asked_in(seen).get("fields", "")
        counts = {name: {"summary": {"total_count": many}} for name, many in (("reactions", 3), ("comments", 2))}
        if "summary(total_count)" in fields:
            return answer({"id": post.id, "shares": {"count": 1}} | counts)
        return self.shown(self._known(post), seen)

    def _insights(self, seen: Seen, wanted: str) -> Answer:
        numbers = {"post_media_view": 90, "post_total_media_view_unique": 70, "post_clicks": 4}
        names = asked_in(seen).get("metric", "").split(",")
        if not set(names) <= set(numbers) or self._post(seen, wanted) is None:
            return error(100, "The value must be a valid insights metric")
        return answer({"data": [{"name": name, "values": [{"value": numbers[name]}]} for name in names]})

    def _delete(self, seen: Seen, wanted: str) -> Answer:
        post = self._post(seen, wanted)
        if post is None:
            return missing()
        self.posts.remove(post)
        self.comments = [each for each in self.comments if each.post != post.id]
        return answer({"success": True})

    def _no_comment(self, seen: Seen) -> tuple[int, bytes] | None:
        """As the page itself, on a post of its own, with a message and nothing else."""
        refused, asked = self.refused(seen, "pages_manage_engagement"), asked_in(seen)
        if refused is None and self._post(seen, seen.path.split("/")[2]) is None:
            refused = missing()
        known = {"message", "access_token", "appsecret_proof"}
        if refused is None and (set(asked) != known or not 0 < len(asked["message"].strip()) <= 8000):
            refused = error(100, "Invalid parameter")
        return refused[:2] if refused else None

    def _comments(self, seen: Seen, wanted: str) -> Answer:
        if self._post(seen, wanted) is None:
            return missing()
        asked = asked_in(seen)
        if asked.get("filter") != "toplevel" or asked.get("order") != "reverse_chronological":
            return error(100, "Invalid parameter")
        mine = [each for each in reversed(self.comments) if each.post == wanted]
        return self.page_of([_commented(each) for each in mine], seen)

    def _by_ids(self, seen: Seen) -> Answer:
        asked = asked_in(seen)
        found = {each: self.photos.get(each) for each in asked.get("ids", "").split(",")}
        if asked.get("fields") != "alt_text_custom,images" or None in found.values():
            return missing()
        said = {each: {"id": each, "images": self._sizes(photo)} for each, photo in found.items() if photo}
        return answer(
            {
                each: about | ({"alt_text_custom": self.photos[each].alt} if self.photos[each].alt else {})
                for each, about in said.items()
            }
        )

    def _sizes(self, photo: Photo) -> list[dict[str, Any]]:
        """Largest first, as Facebook lists them; the smallest cannot be judged."""
        source = self.show(photo.data)
        shown = [{"width": width, "height": width, "source": source} for width in (1080, 720)]
        return [*shown, {"width": 130, "height": 130, "source": f"{self.origin}/tiny.jpg"}]

    def _known(self, post: Post) -> dict[str, Any]:
        targets = [{"target": {"id": photo.id}} for photo in post.photos]
        several = {"subattachments": {"data": targets}, "target": {"id": "77"}}
        attached = [several] if len(targets) > 1 else targets
        return {
            "id": post.id,
            "message": post.message or None,
            "created_time": stamp(post.at),
            "permalink_url": f"https://www.facebook.com/{post.id.replace('_', '/posts/')}",
            "attachments": {"data": attached} if attached else None,
        }


def _commented(comment: Comment) -> dict[str, Any]:
    page = comment.post.partition("_")[0]
    written = {"message": comment.text, "created_time": stamp(comment.at)}
    return {"id": comment.id, **written, "from": {"id": page, "name": PAGES[page]}}


@asynccontextmanager
async def facebook_server(**switches: Any) -> AsyncIterator[FacebookServer]:
    """A server on a free port of this machine, gone at the end with all its connections."""
    async with listening(FacebookServer(**switches)) as fake:
        yield fake
