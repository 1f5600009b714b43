"""A loopback X: the parts of its API and its OAuth that AdMind speaks, as its documentation describes them.

It is as strict as the real one: unknown fields, too long texts, foreign pictures and the same words again are refused,
codes and refresh tokens are good once, and every paid read is counted in `reads`.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import secrets
import unicodedata
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs, urlencode

import regex

from tests.fakes.faces import face_of
from tests.fakes.faulty_http import FaultyServer, Headers, Seen, listening

Answer = tuple[int, bytes, Headers]
JSON: Headers = (("content-type", "application/json"),)
CLIENT, SECRET = "x-client", "x-secret-0123456789"
PEOPLE = {"velo": "2244994945", "ana": "783214"}
SCOPES = {"tweet.read", "tweet.write", "users.read", "media.write", "offline.access"}
FIELDS = {"text", "media", "reply", "made_with_ai", "paid_partnership"}
MOST, ADDRESS_WEIGHT = 280, 23
# https://github.com/twitter/twitter-text/blob/master/config/v3.json: what weighs 1; all else, and an emoji, weighs 2.
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))


def real_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Post:
    id: str
    user: str
    text: str
    asked: dict[str, Any]
    at: datetime

    @property
    def reply_to(self) -> str:
        return str(self.asked.get("reply", {}).get("in_reply_to_tweet_id", ""))


@dataclass
class XServer(FaultyServer):
    """POST /2/tweets follows the plan. Build it with `x_server`."""

    now: Callable[[], datetime] = real_now
    posts: list[Post] = field(default_factory=list)
    uploads: dict[str, bytes] = field(default_factory=dict)
    alts: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)  # token → user name
    labels: frozenset[str] = frozenset({"made_with_ai", "paid_partnership"})  # those it takes
    refreshes: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    followers: int | None = 1204
    reads: int = 0
    _count: int = 0

    def token_for(self, user: str) -> str:
        token = secrets.token_urlsafe(24)
        self.tokens[token] = user
        return token

    def posted(self) -> list[Seen]:
        return [seen for seen in self.seen if seen.method == "POST" and seen.path == "/2/tweets"]

    def threads(self) -> list[list[Post]]:
        """Each with its posts in the order in which they answer each other."""
        found = []
        for first in [post for post in self.posts if not post.reply_to]:
            thread = [first]
            while following := [post for post in self.posts if post.reply_to == thread[-1].id]:
                assert len(following) == 1, "two answers to one post"
                thread += following
            found.append(thread)
        return found

    def publishes(self, method: str, path: str) -> bool:
        return method == "POST" and path == "/2/tweets"

    def refusal(self, seen: Seen) -> tuple[int, bytes] | None:
        user = self._user(seen)
        if not user:
            return 401, b'{"title":"Unauthorized","status":401}'
        if not seen.headers.get("content-type", "").startswith("application/json"):
            return 400, b'{"title":"Invalid Request"}'
        asked = json.loads(seen.body)
        if set(asked) - FIELDS or not isinstance(asked.get("text"), str) or not asked["text"].strip():
            return 400, b'{"title":"Invalid Request","detail":"unknown field"}'
        for flag in {"made_with_ai", "paid_partnership"} & set(asked):
            if flag not in self.labels or asked[flag] is not True:
                return 400, json.dumps({"title": "Invalid Request", "detail": f"unknown field {flag}"}).encode()
        known = (("media", {"media_ids"}), ("reply", {"in_reply_to_tweet_id"}))
        if any(name in asked and set(asked[name]) != fields for name, fields in known):
            return 400, b'{"title":"Invalid Request","detail":"unknown field"}'
        if weight(asked["text"]) > MOST:
            return 400, b'{"title":"Invalid Request","detail":"Your post text is too long"}'
        media = asked.get("media", {}).get("media_ids", [])
        if len(media) > 4 or not set(media) <= set(self.uploads):
            return 400, b'{"detail":"Your media IDs are invalid."}'
        reply = asked.get("reply", {}).get("in_reply_to_tweet_id", "")
        if reply and reply not in [post.id for post in self.posts]:
            return 403, b'{"detail":"You attempted to reply to a post that is deleted or not visible to you."}'
        if asked["text"] in [post.text for post in self.posts if post.user == user]:
            detail = "You are not allowed to create a Tweet with duplicate content."
            return 403, json.dumps({"detail": detail, "title": "Forbidden", "status": 403}).encode()
        return None

    def commit(self, seen: Seen) -> bytes:
        asked = json.loads(seen.body)
        self._count += 1
        user = self._user(seen) or "velo"
        post = Post(str(1_990_000_000_000_000_000 + self._count), user, asked["text"], asked, self.now())
        self.posts.append(post)
        return json.dumps({"data": {"id": post.id, "text": post.text}}).encode()

    def route(self, seen: Seen) -> Answer:
        if self.answers.get(seen.path):
            return self.answers[seen.path].pop(0)
        for method, pattern, work in self._routes():
            match = re.fullmatch(pattern, seen.path)
            if match and method == seen.method:
                if seen.path.startswith("/2/") and "oauth2" not in seen.path and not self._user(seen):
                    return _json(401, {"title": "Unauthorized", "status": 401})
                return work(seen, *match.groups())
        return _json(404, {"title": "Not Found", "status": 404})

    def _routes(self) -> list[tuple[str, str, Callable[..., Answer]]]:
        return [
            ("GET", "/i/oauth2/authorize", self._ask),
            ("POST", "/i/oauth2/authorize", self._decided),
            ("POST", "/2/oauth2/token", self._token),
            ("POST", "/2/oauth2/revoke", self._revoke),
            ("GET", "/2/users/me", self._me),
            ("GET", "/profile_images/([a-z]+)\\.png", self._face),
            ("GET", "/2/users/([0-9]+)/tweets", self._of_user),
            ("POST", "/2/media/upload", self._upload),
            ("POST", "/2/media/metadata", self._metadata),
            ("GET", "/2/tweets", self._by_ids),
            ("DELETE", "/2/tweets/([0-9]+)", self._delete),
        ]

    # OAuth

    def _ask(self, seen: Seen) -> Answer:
        asked = {name: values[0] for name, values in seen.query.items()}
        fits = asked.get("client_id") == CLIENT and asked.get("state") and asked.get("code_challenge_method") == "S256"
        if not fits or not set(asked.get("scope", "").split()) <= SCOPES:
            return 400, b"<!doctype html><title>X</title><h1>Something went wrong</h1>", ()
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in asked.items()
        )
        page = (
            '<!doctype html><html lang="en"><title>Authorize</title><form method="post" action="/i/oauth2/authorize">'
            f'{hidden}<button name="decision" value="yes">Authorize app</button></form></html>'
        )
        return 200, page.encode(), (("content-type", "text/html; charset=utf-8"),)

    def _decided(self, seen: Seen) -> Answer:
        asked = _form(seen)
        code = secrets.token_urlsafe(24)
        self.codes[code] = asked
        location = f"{asked['redirect_uri']}?{urlencode({'state': asked['state'], 'code': code})}"
        return 302, b"", (("location", location),)

    def _client_fits(self, seen: Seen) -> bool:
        wanted = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        return seen.headers.get("authorization") == f"Basic {wanted}"

    def _token(self, seen: Seen) -> Answer:
        asked = _form(seen)
        if not self._client_fits(seen):
            return _json(401, {"error": "unauthorized_client"})
        if asked.get("grant_type") == "refresh_token":
            user = self.refreshes.pop(asked.get("refresh_token", ""), None)
        else:
            granted = self.codes.pop(asked.get("code", ""), {})
            digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
            fits = granted.get("code_challenge") == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            same = granted.get("redirect_uri") == asked.get("redirect_uri")
            user = granted.get("user", "velo") if granted and fits and same else None
        if user is None:
            return _json(400, {"error": "invalid_request"})
        refresh = secrets.token_urlsafe(24)
        self.refreshes[refresh] = user
        said = {"token_type": "bearer", "expires_in": 7200, "access_token": self.token_for(user)}
        return _json(200, said | {"refresh_token": refresh, "scope": " ".join(sorted(SCOPES))})

    def _revoke(self, seen: Seen) -> Answer:
        if not self._client_fits(seen):
            return _json(401, {"error": "unauthorized_client"})
        self.tokens.pop(_form(seen).get("token", ""), None)
        return _json(200, {"revoked": True})

    # Accounts, pictures and posts

    def _user(self, seen: Seen) -> str:
        return self.tokens.get(seen.headers.get("authorization", "").removeprefix("Bearer "), "")

    def _me(self, seen: Seen) -> Answer:
        user = self._user(seen)
        me: dict[str, Any] = {"id": PEOPLE[user], "name": user.title(), "username": user}
        said: dict[str, Any] = {"data": me}
        if "profile_image_url" in seen.query.get("user.fields", [""])[0]:
            me["profile_image_url"] = f"{self.origin}/profile_images/{user}.png"
        if "public_metrics" in seen.query.get("user.fields", [""])[0] and self.followers is not None:
            me["public_metrics"] = {"followers_count": self.followers, "following_count": 7, "tweet_count": 3}
        mine = [post for post in self.posts if post.user == user]
        if "most_recent_tweet_id" in seen.query.get("expansions", [""])[0] and mine:
            me["most_recent_tweet_id"] = mine[-1].id
            said["includes"] = {"tweets": [self._shown(mine[-1])]}
            self.reads += 1
        return _json(200, said)

    def _face(self, _: Seen, user: str) -> Answer:
        return 200, face_of(user), (("content-type", "image/png"),)

    def _upload(self, seen: Seen) -> Answer:
        head = f"content-type: {seen.headers['content-type']}\r\n\r\n".encode()
        parts: dict[str, bytes] = {}
        for part in BytesParser(policy=HTTP).parsebytes(head + seen.body).iter_parts():
            held = part.get_payload(decode=True)
            assert isinstance(held, bytes)
            parts[str(part.get_param("name", header="content-disposition"))] = held
        fits = parts.get("media_category") == b"tweet_image" and 0 < len(parts.get("media", b"")) <= 5_000_000
        if not fits or set(parts) - {"media", "media_category", "media_type"}:
            return _json(400, {"title": "Invalid Request"})
        self._count += 1
        found = str(1_880_000_000_000_000_000 + self._count)
        self.uploads[found] = parts["media"]
        return _json(200, {"data": {"id": found, "media_key": f"3_{found}", "expires_after_secs": 86400}})

    def _metadata(self, seen: Seen) -> Answer:
        asked = json.loads(seen.body)
        text = asked["metadata"]["alt_text"]["text"]
        if set(asked) != {"id", "metadata"} or set(asked["metadata"]) != {"alt_text"}:
            return _json(400, {"title": "Invalid Request"})
        if asked["id"] not in self.uploads or not 0 < len(text) <= 1000:
            return _json(400, {"title": "Invalid Request"})
        self.alts[asked["id"]] = text
        return _json(200, {"data": {"id": asked["id"], "associated_metadata": {"alt_text": {"text": text}}}})

    def _of_user(self, seen: Seen, user: str) -> Answer:
        most = int(seen.query.get("max_results", ["10"])[0])
        since = datetime.fromisoformat(seen.query["start_time"][0])
        if not 5 <= most <= 100:
            return _json(400, {"title": "Invalid Request"})
        mine = [each for each in reversed(self.posts) if PEOPLE[each.user] == user and each.at >= since]
        listed = [self._shown(each) for each in mine[:most]]
        self.reads += len(listed)
        meta: dict[str, Any] = {"result_count": len(listed)}
        if len(mine) > most:
            meta["next_token"] = "7140w"
        return _json(200, ({"data": listed} if listed else {}) | {"meta": meta})

    def _by_ids(self, seen: Seen) -> Answer:
        wanted = seen.query["ids"][0].split(",")
        found = [post for each in wanted for post in self.posts if post.id == each]
        self.reads += len(found)
        said: dict[str, Any] = (
            {"data": [self._shown(post) for post in found]} if found else {"errors": [{"status": 404}]}
        )
        keys = [key for post in found for key in post.asked.get("media", {}).get("media_ids", [])]
        if "media.fields" in seen.query and keys:
            media = [{"media_key": f"3_{key}", "type": "photo", "alt_text": self.alts.get(key)} for key in keys]
            if "url" in seen.query["media.fields"][0].split(","):
                media = [each | {"url": self.show(self.uploads[key])} for key, each in zip(keys, media, strict=True)]
            said["includes"] = {"media": media}
        return _json(200, said)

    def _delete(self, seen: Seen, wanted: str) -> Answer:
        found = [post for post in self.posts if post.id == wanted and post.user == self._user(seen)]
        if not found:
            return _json(404, {"title": "Not Found Error", "status": 404})
        self.posts.remove(found[0])
        return _json(200, {"data": {"deleted": True}})

    def _shown(self, post: Post) -> dict[str, Any]:
        text, urls = html.escape(post.text, quote=False), []
        for number, address in enumerate(re.findall(r"https?://[^\s<>]*[^\s<>.,;:!?)]", post.text)):
            short = f"https://t.co/{post.id[-6:]}{number:04}"
            text = text.replace(html.escape(address, quote=False), short, 1)
            urls.append({"url": short, "expanded_url": address, "display_url": address.partition("://")[2][:26]})
        media = post.asked.get("media", {}).get("media_ids", [])
        if media:
            short = f"https://t.co/{post.id[-6:]}pic0"
            text = f"{text} {short}"
            photo = {"url": short, "expanded_url": f"https://x.com/{post.user}/status/{post.id}/photo/1"}
            urls += [{**photo, "display_url": "pic.x.com/a", "media_key": f"3_{key}"} for key in media]
        shown: dict[str, Any] = {
            "id": post.id,
            "text": text,
            "created_at": post.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "public_metrics": {"impression_count": 90, "like_count": 3, "retweet_count": 1, "reply_count": 2}
            | {"quote_count": 0, "bookmark_count": 1},
        }
        shown |= {"entities": {"urls": urls}} if urls else {}
        shown |= {"attachments": {"media_keys": [f"3_{key}" for key in media]}} if media else {}
        if post.reply_to:
            shown["referenced_tweets"] = [{"type": "replied_to", "id": post.reply_to}]
        return shown


def weight(text: str) -> int:
    """By the published rules alone, which AdMind's own counting may exceed and never fall below."""
    text = re.sub(r"https?://[^\s<>]*[^\s<>.,;:!?)]", "x" * ADDRESS_WEIGHT, unicodedata.normalize("NFC", text))
    used = 0
    for seen in regex.findall(r"\X", text):
        light = all(any(first <= ord(char) <= last for first, last in LIGHT) for char in seen)
        emoji = regex.search(r"[\p{Extended_Pictographic}\p{RI}\u20e3]", seen)
        used += (
            2
            if emoji and not light
            else sum(1 if any(first <= ord(char) <= last for first, last in LIGHT) else 2 for char in seen)
        )
    return used


def _form(seen: Seen) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(seen.body.decode(), keep_blank_values=True).items()}


def _json(status: int, document: object) -> Answer:
    return status, json.dumps(document).encode(), JSON


@asynccontextmanager
async def x_server(**switches: Any) -> AsyncIterator[XServer]:
    """A server on a free port of this machine, gone at the end with all its connections."""
    async with listening(XServer(**switches)) as fake:
        yield fake
