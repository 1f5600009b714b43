"""A loopback Bot API: the methods that AdMind calls, strict about fields, lengths and pictures."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from tests.fakes.faulty_http import FaultyServer, Headers, Seen, listening
from tests.fakes.shapes import shape_of

Answer = tuple[int, bytes, Headers]
TOKEN = "4839574812:AAFD39kkdpWt3ywyRZergyOLMaJhac60qcM"
CHANNEL = -1001234567890
PHOTO = "profile_photos/file_7.jpg"
SENDING = {
    "sendMessage": {"chat_id", "text", "link_preview_options"},
    "sendPhoto": {"chat_id", "caption", "photo"},
    "sendMediaGroup": {"chat_id", "media"},
}


def real_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Message:
    number: int
    text: str
    picture: bytes = b""


class No(Exception):
    """The API's `error_code` and `description`."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code = code


@dataclass
class TelegramServer(FaultyServer):
    """What sends follows the plan. Build it with `telegram_server`."""

    token: str = TOKEN
    username: str = "velo"
    status: str = "administrator"
    may_post: bool = True
    too_old: bool = False
    photo: bytes = b""  # of the chat
    now: Callable[[], datetime] = real_now
    messages: list[Message] = field(default_factory=list)
    reacted: list[tuple[int, dict[str, int]]] = field(default_factory=list)  # message and its reactions, as told
    followers: int | None = 1204
    taken: bool = False  # somebody else reads the updates
    _count: int = 40

    def sent(self) -> list[Seen]:
        return [seen for seen in self.seen if seen.path.rpartition("/")[2] in SENDING]

    def publishes(self, method: str, path: str) -> bool:
        return method == "POST" and path.rpartition("/")[2] in SENDING

    def refusal(self, seen: Seen) -> tuple[int, bytes] | None:
        try:
            self._auth(seen)
            self._messages(seen)
        except No as no:
            return _error(no)[:2]
        return None

    def commit(self, seen: Seen) -> bytes:
        made = self._messages(seen)
        for message in made:
            self._count += 1
            message.number = self._count
        self.messages += made
        shown = [self._shown(message) for message in made]
        album = seen.path.endswith("sendMediaGroup")
        return json.dumps({"ok": True, "result": shown if album else shown[0]}).encode()

    def route(self, seen: Seen) -> Answer:
        if seen.method == "GET" and self.photo and seen.path == f"/file/bot{self.token}/{PHOTO}":
            return 200, self.photo, (("content-type", "application/octet-stream"),)
        works = {"getMe": self._me, "getChat": self._chat, "getChatMember": self._member, "deleteMessage": self._delete}
        works |= {"getFile": self._file, "getUpdates": self._updates, "getChatMemberCount": self._members}
        try:
            self._auth(seen)
            return _json(200, {"ok": True, "result": works[seen.path.rpartition("/")[2]](json.loads(seen.body))})
        except KeyError:
            return _error(No(404, "Not Found"))
        except No as no:
            return _error(no)

    def _auth(self, seen: Seen) -> None:
        if not seen.path.startswith(f"/bot{self.token}/"):
            raise No(401, "Unauthorized")

    def _me(self, _: dict[str, Any]) -> object:
        return {"id": int(self.token.partition(":")[0]), "is_bot": True, "first_name": "Velo", "username": "velo_bot"}

    def _chat(self, asked: dict[str, Any]) -> object:
        if str(asked["chat_id"]) not in (f"@{self.username}", str(CHANNEL)):
            raise No(400, "Bad Request: chat not found")
        photo = {"photo": {"small_file_id": "AQADsmall", "big_file_id": "AQADbig"}} if self.photo else {}
        return {"id": CHANNEL, "type": "channel", "title": "Velo News", "username": self.username} | photo

    def _file(self, asked: dict[str, Any]) -> object:
        if asked != {"file_id": "AQADsmall"} or not self.photo:
            raise No(400, "Bad Request: invalid file_id")
        return {"file_id": "AQADsmall", "file_unique_id": "AQAD", "file_size": len(self.photo), "file_path": PHOTO}

    def _updates(self, asked: dict[str, Any]) -> object:
        """The newest of the queue, and those before them are forgotten: a negative offset."""
        if set(asked) != {"offset", "limit", "timeout", "allowed_updates"} or asked["timeout"] != 0:
            raise No(400, "Bad Request: wrong parameters")
        if self.taken:
            raise No(409, "Conflict: terminated by other getUpdates request")
        assert asked["allowed_updates"] == ["message_reaction_count"] and -100 <= asked["offset"] < 0
        self.reacted = self.reacted[asked["offset"] :]
        chat = {"id": CHANNEL, "type": "channel", "title": "Velo News"}
        return [
            {
                "update_id": number,
                "message_reaction_count": {
                    "chat": chat,
                    "message_id": message,
                    "date": int(self.now().timestamp()),
                    "reactions": [
                        {"type": {"type": "emoji", "emoji": emoji}, "total_count": count}
                        for emoji, count in counts.items()
                    ],
                },
            }
            for number, (message, counts) in enumerate(self.reacted, 900)
        ]

    def _members(self, asked: dict[str, Any]) -> object:
        self._chat(asked)
        return self.followers

    def _member(self, asked: dict[str, Any]) -> object:
        if asked["user_id"] != int(self.token.partition(":")[0]):
            raise No(400, "Bad Request: member not found")
        return {"status": self.status, "can_post_messages": self.may_post}

    def _delete(self, asked: dict[str, Any]) -> object:
        found = next((each for each in self.messages if each.number == asked["message_id"]), None)
        if found is None:
            raise No(400, "Bad Request: message to delete not found")
        if self.too_old:
            raise No(400, "Bad Request: message can't be deleted for everyone")
        self.messages.remove(found)
        return True

    def _messages(self, seen: Seen) -> list[Message]:
        """What the request would send. Raises No."""
        name = seen.path.rpartition("/")[2]
        asked, files = _body(seen)
        if set(asked) | (set(files) if name == "sendPhoto" else set()) != SENDING[name]:
            raise No(400, f"Bad Request: wrong parameters of {name}: {sorted(asked)}")
        self._chat(asked)
        if not self.may_post:
            raise No(403, "Forbidden: bot is not a member of the channel chat")
        if name == "sendMessage":
            return [Message(0, _fits(asked["text"], 4096))]
        if name == "sendPhoto":
            return [Message(0, _fits(asked["caption"], 1024), files["photo"])]
        media = json.loads(asked["media"])
        if not 2 <= len(media) <= 10:
            raise No(400, "Bad Request: group must have 2 to 10 elements")
        return [
            Message(0, _fits(each.get("caption", ""), 1024), files[each["media"].removeprefix("attach://")])
            for each in media
        ]

    def _shown(self, message: Message) -> dict[str, Any]:
        chat = {"id": CHANNEL, "type": "channel", "title": "Velo News", "username": self.username}
        said = {"message_id": message.number, "chat": chat, "date": int(self.now().timestamp())}
        return said | ({"caption": message.text} if message.picture else {"text": message.text})


def _fits(text: str, most: int) -> str:
    if len(text) > most:
        raise No(
            400, "Bad Request: message is too long" if most == 4096 else "Bad Request: message caption is too long"
        )
    return text


def _body(seen: Seen) -> tuple[dict[str, Any], dict[str, bytes]]:
    kind = seen.headers.get("content-type", "")
    if kind.startswith("application/json"):
        return json.loads(seen.body), {}
    message = BytesParser(policy=HTTP).parsebytes(f"content-type: {kind}\r\n\r\n".encode() + seen.body)
    asked: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    for part in message.iter_parts():
        held = part.get_payload(decode=True)
        assert isinstance(held, bytes)
        name = str(part.get_param("name", header="content-disposition"))
        if part.get_filename():
            if not held or len(held) > 10_000_000:
                raise No(400, "Bad Request: IMAGE_PROCESS_FAILED")
            width, height = shape_of(held) or (1, 1)
            if width + height > 10_000 or max(width, height) > 20 * min(width, height):
                raise No(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
            files[name] = held
        else:
            asked[name] = held.decode()
    return asked, files


def _error(no: No) -> Answer:
    return _json(no.code, {"ok": False, "error_code": no.code, "description": str(no)})


def _json(status: int, document: object) -> Answer:
    return status, json.dumps(document).encode(), (("content-type", "application/json"),)


@asynccontextmanager
async def telegram_server(**switches: Any) -> AsyncIterator[TelegramServer]:
    """A server on a free port of this machine, gone at the end with all its connections."""
    async with listening(TelegramServer(**switches)) as fake:
        yield fake
