"""A loopback Discord for posts: one room, a bot and a webhook; strict about fields, lengths, files and tokens.

The Discord that chats live in is `tests.fakes.discord_server`; this one can fail in every way at the wire.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from tests.fakes.faulty_http import FaultyServer, Headers, Seen, listening

Answer = tuple[int, bytes, Headers]
BOT_TOKEN = "MTE5ODAwMDAwMDAwMDAwMDAwMQ.Gh0St1.aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789ab"
BOT, GUILD, ROOM, THREAD, HOOK = "1198000000000000001", "1198000000000000002", "1198000000000000003", "119807", "119809"
HOOK_TOKEN = "hOoK_tOkEn-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU"
EPOCH_MS = 1_420_070_400_000
NONCE_LIFE = timedelta(minutes=3)
FIELDS = {"content", "allowed_mentions", "flags", "attachments"}
MESSAGES = f"/api/v10/channels/{ROOM}/messages"
HOOKED = f"/api/v10/webhooks/{HOOK}/{HOOK_TOKEN}"


def real_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Message:
    number: str
    room: str
    content: str
    author: str
    alts: list[str]
    pictures: list[bytes]
    flags: int = 0
    nonce: str = ""
    hook: str = ""
    replies: int | None = None  # in a thread of its own
    at: datetime = datetime(1970, 1, 1, tzinfo=UTC)


class No(Exception):
    """Discord's status, code and message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass
class DiscordRoom(FaultyServer):
    """Posts follow the plan. Build it with `discord_room`."""

    token: str = BOT_TOKEN
    kind: int = 0
    sees: bool = True
    hidden: bool = False  # from who is merely on the server
    open: bool = True  # whether these see rooms at all
    followers: int | None = 1204
    may_post: bool = True
    hook_room: str = ROOM
    hook_gone: bool = False
    honours_nonce: bool = True
    crossposting: list[int] = field(default_factory=list)  # statuses of the next crossposts; 0 does it and says 500
    now: Callable[[], datetime] = real_now
    messages: list[Message] = field(default_factory=list)
    _count: int = 0

    def sent(self) -> list[Seen]:
        return [seen for seen in self.seen if self.publishes(seen.method, seen.path)]

    def somebody(self, content: str, *, author: str = "1198000000000000777") -> None:
        self.messages.append(Message(self._id(), ROOM, content, author, [], [], at=self.now()))

    def publishes(self, method: str, path: str) -> bool:
        return method == "POST" and path in (MESSAGES, HOOKED)

    def refusal(self, seen: Seen) -> tuple[int, bytes] | None:
        try:
            self._auth(seen)
            self._composed(seen)
        except No as no:
            return _error(no)[:2]
        return None

    def commit(self, seen: Seen) -> bytes:
        made = self._composed(seen)
        known = [each for each in self.messages if made.nonce and each.nonce == made.nonce]
        if self.honours_nonce and known and self.now() - known[-1].at < NONCE_LIFE:
            return json.dumps(self._shown(known[-1]) | {"nonce": made.nonce}).encode()
        made.number = self._id()
        self.messages.append(made)
        if made.hook and seen.query.get("wait") != ["true"]:
            return b""
        return json.dumps(self._shown(made) | ({"nonce": made.nonce} if made.nonce else {})).encode()

    def route(self, seen: Seen) -> Answer:
        try:
            self._auth(seen)
            return self._routed(seen)
        except No as no:
            return _error(no)

    def _routed(self, seen: Seen) -> Answer:
        path = seen.path.removeprefix("/api/v10")
        if (seen.method, path) == ("GET", "/users/@me"):
            return _json(200, {"id": BOT, "username": "velo", "avatar": None, "bot": True})
        if (seen.method, path) == ("GET", f"/channels/{ROOM}"):
            self._visible()
            hidden = [{"id": GUILD, "type": 0, "allow": "0", "deny": "1024"}] if self.hidden else []
            room = {"id": ROOM, "type": self.kind, "guild_id": GUILD, "name": "news"}
            return _json(200, room | {"permission_overwrites": hidden})
        if (seen.method, path) == ("GET", f"/guilds/{GUILD}"):
            roles = [{"id": GUILD, "name": "@everyone", "permissions": "1024" if self.open else "0"}]
            counts = {"approximate_member_count": self.followers} if seen.query.get("with_counts") == ["true"] else {}
            return _json(200, {"id": GUILD, "name": "Velo", "roles": roles} | counts)
        if (seen.method, seen.path) == ("GET", HOOKED):
            hook = {"id": HOOK, "type": 1, "guild_id": GUILD, "channel_id": self.hook_room, "name": "Velo News"}
            return _json(200, hook | {"avatar": None, "token": HOOK_TOKEN, "application_id": None})
        if (seen.method, seen.path) == ("GET", MESSAGES):
            return self._listed(seen)
        one = re.fullmatch(rf"(?:{MESSAGES}|{HOOKED}/messages)/([0-9]+)(/crosspost)?", seen.path)
        if one is None:
            raise No(404, 0, "404: Not Found")
        found = [each for each in self.messages if each.number == one[1]]
        if seen.path.startswith(HOOKED):
            found = [each for each in found if each.hook and each.room == self._hooked(seen)]
        if not found:
            raise No(404, 10008, "Unknown Message")
        if one[2] and seen.method == "POST":
            return self._crossposted(found[0])
        if seen.method == "DELETE":
            self.messages.remove(found[0])
            return 204, b"", ()
        return _json(200, self._shown(found[0]))

    def _listed(self, seen: Seen) -> Answer:
        self._visible()
        limit, after = int(seen.query.get("limit", ["50"])[0]), int(seen.query.get("after", ["0"])[0])
        if not 1 <= limit <= 100:
            raise No(400, 50035, "Invalid Form Body")
        here = sorted((each for each in self.messages if each.room == ROOM), key=lambda each: int(each.number))
        if "after" in seen.query:
            found = [each for each in here if int(each.number) > after][:limit]
        else:
            found = here[-limit:]
        return _json(200, [self._shown(each) for each in reversed(found)])

    def _crossposted(self, message: Message) -> Answer:
        if self.kind != 5:
            raise No(400, 50024, "Cannot execute action on this channel type")
        status = self.crossposting.pop(0) if self.crossposting else 200
        if message.flags & 1:
            raise No(400, 40033, "This message has already been crossposted")
        if status in (0, 200):
            message.flags |= 1
        return _json(status or 500, self._shown(message) if status == 200 else {"message": "x", "code": 0})

    def _auth(self, seen: Seen) -> None:
        if not seen.headers.get("user-agent", "").startswith("DiscordBot ("):
            raise No(403, 0, "error code: 1010")
        if seen.path.startswith("/api/v10/webhooks/"):
            if not seen.path.startswith(HOOKED):
                raise No(401, 50027, "Invalid Webhook Token")
            if self.hook_gone:
                raise No(404, 10015, "Unknown Webhook")
        elif seen.headers.get("authorization") != f"Bot {self.token}":
            raise No(401, 0, "401: Unauthorized")

    def _visible(self) -> None:
        if not self.sees:
            raise No(403, 50001, "Missing Access")

    def _hooked(self, seen: Seen) -> str:
        thread = seen.query.get("thread_id", [""])[0]
        if thread not in ("", THREAD):
            raise No(404, 10003, "Unknown Channel")
        return thread or self.hook_room

    def _composed(self, seen: Seen) -> Message:
        """What the request would post. Raises No."""
        hooked = seen.path == HOOKED
        asked, files = _body(seen)
        fields = FIELDS | (set() if hooked else {"nonce", "enforce_nonce"})
        if set(asked) - fields or asked["allowed_mentions"] != {"parse": []}:
            raise No(400, 50035, "Invalid Form Body")
        if not hooked:
            self._visible()
            if not self.may_post:
                raise No(403, 50013, "Missing Permissions")
        nonce, content = str(asked.get("nonce", "")), str(asked.get("content", "")).strip()
        attached = asked.get("attachments", [])
        if len(content) > 2000 or len(nonce) > 25 or len(attached) > 10:
            raise No(400, 50035, "Invalid Form Body")
        if any(len(each.get("description", "")) > 1024 for each in attached) or any(
            set(each) - {"id", "filename", "description"} for each in attached
        ):
            raise No(400, 50035, "Invalid Form Body")
        if any(len(data) > 10 * 1024 * 1024 for data, _ in files.values()):
            raise No(413, 40005, "Request entity too large")
        named = [(f"files[{each['id']}]", each["filename"]) for each in attached]
        assert named == [(name, file) for name, (_, file) in files.items()], (named, list(files))
        if not content and not files:
            raise No(400, 50006, "Cannot send an empty message")
        return Message(
            "",
            self._hooked(seen) if hooked else ROOM,
            content,
            HOOK if hooked else BOT,
            [each.get("description", "") for each in attached],
            [data for data, _ in files.values()],
            flags=int(asked.get("flags", 0)),
            nonce=nonce if asked.get("enforce_nonce") else "",
            hook=HOOK if hooked else "",
            at=self.now(),
        )

    def _shown(self, message: Message) -> dict[str, Any]:
        """Without its nonce: that is told to whoever posts it, and kept with no message."""
        attached: list[dict[str, Any]] = [
            {
                "id": f"{message.number[:-1]}{number}",
                "filename": f"{number}.png",
                "size": len(data),
                "url": self.show(data),
            }
            | ({"description": alt} if alt else {})
            for number, (alt, data) in enumerate(zip(message.alts, message.pictures, strict=True))
        ]
        author = {"id": message.author, "username": "velo"} | ({"bot": True} if message.author == BOT else {})
        thread = {"id": message.number, "type": 11, "message_count": message.replies}
        shown: dict[str, Any] = ({} if message.replies is None else {"thread": thread}) | {
            "id": message.number,
            "channel_id": message.room,
            "content": message.content,
            "author": author,
        }
        shown |= {"attachments": attached, "embeds": [], "flags": message.flags, "type": 0}
        return shown | ({"webhook_id": message.hook} if message.hook else {})

    def _id(self) -> str:
        self._count += 1
        return str((round(self.now().timestamp() * 1000) - EPOCH_MS << 22) + self._count)


def _body(seen: Seen) -> tuple[dict[str, Any], dict[str, tuple[bytes, str]]]:
    kind = seen.headers.get("content-type", "")
    if kind.startswith("application/json"):
        return json.loads(seen.body), {}
    message = BytesParser(policy=HTTP).parsebytes(f"content-type: {kind}\r\n\r\n".encode() + seen.body)
    asked: dict[str, Any] = {}
    files: dict[str, tuple[bytes, str]] = {}
    for part in message.iter_parts():
        held = part.get_payload(decode=True)
        assert isinstance(held, bytes)
        name, file = str(part.get_param("name", header="content-disposition")), part.get_filename()
        if file:
            assert held and part.get_content_type().startswith("image/"), name
            files[name] = (held, file)
        else:
            assert name == "payload_json", name
            asked = json.loads(held)
    return asked, files


def _error(no: No) -> Answer:
    return _json(no.status, {"message": str(no), "code": no.code})


def _json(status: int, document: object) -> Answer:
    return status, json.dumps(document).encode(), (("content-type", "application/json"),)


@asynccontextmanager
async def discord_room(**switches: Any) -> AsyncIterator[DiscordRoom]:
    """A server on a free port of this machine, gone at the end with all its connections."""
    async with listening(DiscordRoom(**switches)) as fake:
        yield fake
