"""A loopback Slack for posts: one room and one bot; strict about fields, blocks, files, scopes and metadata.

The Slack that chats live in is `tests.fakes.slack_server`; this one can fail in every way at the wire.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import regex

from tests.fakes.faulty_http import FaultyServer, Headers, Seen, listening

Answer = tuple[int, bytes, Headers]
TOKEN = "xoxb-1234567890-0987654321-aBcDeFgHiJkLmNoPqRsTuVwX"
TEAM, USER, ROOM = "T0123456789", "U0VELOBOT01", "C0123456789"
POST, WEB = "/api/chat.postMessage", "https://velo.slack.example"
FIELDS = {"channel", "text", "blocks", "metadata", "parse", "link_names", "mrkdwn", "unfurl_links", "unfurl_media"}
KINDS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}
EMOJI = regex.compile(r"\p{Emoji_Presentation}[\u200d\ufe0f\p{Emoji_Modifier}\p{Emoji_Presentation}]*")


def real_now() -> datetime:
    return datetime.now(UTC)


ICON = "/icons/velo_72.png"


@dataclass
class File:
    name: str
    length: int
    alt: str
    data: bytes = b""
    complete: bool = False
    looks: int = 1  # how often its kind is still unknown


@dataclass
class Message:
    ts: str
    asked: dict[str, Any]
    user: str = USER
    reactions: int = 0
    replies: int = 0


class No(Exception):
    """The API's `error`."""


@dataclass
class SlackRoom(FaultyServer):
    """Posts follow the plan. Build it with `slack_room`."""

    token: str = TOKEN
    member: bool = True
    archived: bool = False
    error: str = ""  # what the next post is answered, once
    followers: int | None = 1204
    limits: bool = False  # whether history is throttled
    elsewhere: str = ""  # where it says that pictures are shown, instead of here
    icon: bytes = b""  # of the bot
    kind: str = ""  # what pictures are taken for, instead of what they are
    now: Callable[[], datetime] = real_now
    messages: list[Message] = field(default_factory=list)
    files: dict[str, File] = field(default_factory=dict)
    _count: int = 0

    def sent(self) -> list[Seen]:
        return [seen for seen in self.seen if seen.path == POST]

    def texts(self) -> list[str]:
        """What people see, emoji as they were written."""
        return [_spoken(message.asked["blocks"]) for message in self.messages if message.user == USER]

    def somebody(self, text: str) -> None:
        asked = {"blocks": [{"type": "rich_text", "elements": [{"type": "text", "text": text}]}], "text": text}
        self.messages.append(Message(self._stamp(), asked, "U0SOMEBODY1"))

    def says(self, text: str, *, icon: bytes = b"") -> None:
        """What the bot said before, and the picture that it wears."""
        section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
        asked = {"blocks": [{"type": "rich_text", "elements": [section]}], "text": text}
        self.icon = icon
        self.messages.append(Message(self._stamp(), asked))

    def publishes(self, method: str, path: str) -> bool:
        return method == "POST" and path == POST

    def refusal(self, seen: Seen) -> tuple[int, bytes] | None:
        try:
            self._auth(seen)
            self._composed(seen)
        except No as no:
            return _no(no)[:2]
        return None

    def commit(self, seen: Seen) -> bytes:
        message = Message(self._stamp(), self._composed(seen))
        self.messages.append(message)
        return json.dumps({"ok": True, "channel": ROOM, "ts": message.ts, "message": self._shown(message)}).encode()

    def route(self, seen: Seen) -> Answer:
        if seen.path == ICON and self.icon and "authorization" not in seen.headers:
            return 200, self.icon, (("content-type", "image/png"),)
        if seen.path.startswith("/upload/"):
            return self._uploaded(seen)
        works: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "auth.test": self._me,
            "conversations.info": self._room,
            "conversations.history": self._history,
            "files.getUploadURLExternal": self._place,
            "files.completeUploadExternal": self._complete,
            "files.info": self._file,
            "files.delete": self._delete_file,
            "chat.delete": self._delete,
            "chat.getPermalink": self._address,
        }
        try:
            self._auth(seen)
            name = seen.path.removeprefix("/api/")
            if name not in works:
                raise No("unknown_method")
            reads = name in ("files.getUploadURLExternal", "files.info", "conversations.history", "conversations.info")
            if name == "conversations.history" and self.limits:
                return 429, json.dumps({"ok": False, "error": "ratelimited"}).encode(), (("retry-after", "60"),)
            return _json({"ok": True, **works[name](_asked(seen, form=reads))})
        except No as no:
            return _no(no)

    def _auth(self, seen: Seen) -> None:
        if seen.headers.get("authorization") != f"Bearer {self.token}":
            raise No("invalid_auth")

    def _me(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"url": f"{WEB}/", "team": "Velo", "user": "velo", "team_id": TEAM, "user_id": USER, "bot_id": "B0VELO"}

    def _room(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._here(asked["channel"])
        room: dict[str, Any] = {"id": ROOM, "name": "news", "is_channel": True}
        counted = asked.get("include_num_members") == "true" and self.followers is not None
        room |= {"num_members": self.followers} if counted else {}
        return {"channel": room | {"is_member": self.member, "is_archived": self.archived}}

    def _history(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._here(asked["channel"])
        if not self.member:
            raise No("not_in_channel")
        oldest, latest = float(asked.get("oldest", "0")), float(asked.get("latest", "9999999999"))
        inclusive = asked.get("inclusive") == "true"
        here = [each for each in self.messages if oldest < float(each.ts) < latest]
        if inclusive:
            here = [each for each in self.messages if oldest <= float(each.ts) <= latest]
        here.sort(key=lambda each: float(each.ts), reverse=True)
        start, limit = int(asked.get("cursor") or 0), int(asked.get("limit", "100"))
        metadata, more = asked.get("include_all_metadata") == "true", len(here) > start + limit
        return {
            "messages": [self._shown(each, metadata=metadata) for each in here[start : start + limit]],
            "has_more": more,
            "response_metadata": {"next_cursor": str(start + limit) if more else ""},
        }

    def _place(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._count += 1
        name = f"F{self._count:09d}"
        if not asked["alt_txt"]:
            raise No("invalid_arguments")
        self.files[name] = File(asked["filename"], int(asked["length"]), asked["alt_txt"])
        return {"upload_url": f"{self.origin}/upload/{name}", "file_id": name}

    def _uploaded(self, seen: Seen) -> Answer:
        file = self.files.get(seen.path.removeprefix("/upload/"))
        if file is None or "authorization" in seen.headers or len(seen.body) != file.length:
            return 400, b"bad upload", ()
        file.data = seen.body
        return 200, b"OK - 1", ()

    def _complete(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert set(asked) == {"files"}, "without a room it is nobody's"
        for each in asked["files"]:
            file = self.files.get(each["id"])
            if file is None or not file.data:
                raise No("file_not_found")
            file.complete = True
        return {"files": [{"id": each["id"]} for each in asked["files"]]}

    def _file(self, asked: dict[str, Any]) -> dict[str, Any]:
        file = self.files.get(asked["file"])
        if file is None or not file.complete:
            raise No("file_not_found")
        file.looks -= 1
        place = self.show(file.data, f"/files-tmb/{TEAM}-{asked['file']}/small_720.png")
        cut = {"thumb_64": f"{self.origin}/cut.png", "thumb_360": f"{self.origin}/smaller.png"}
        shown = {**cut, "thumb_720": self.elsewhere or place}
        return {"file": {"id": asked["file"], "mimetype": "" if file.looks >= 0 else self._kind(file), **shown}}

    def may_see(self, seen: Seen) -> bool:
        """In the workspace alone."""
        return seen.headers.get("authorization") == f"Bearer {self.token}"

    def _kind(self, file: File) -> str:
        return self.kind or next((kind for start, kind in KINDS.items() if file.data.startswith(start)), "text/plain")

    def _delete_file(self, asked: dict[str, Any]) -> dict[str, Any]:
        if self.files.pop(asked["file"], None) is None:
            raise No("file_not_found")
        return {}

    def _delete(self, asked: dict[str, Any]) -> dict[str, Any]:
        message = self._found(asked["channel"], asked["ts"])
        if message.user != USER:
            raise No("cant_delete_message")
        self.messages.remove(message)
        return {"channel": ROOM, "ts": message.ts}

    def _address(self, asked: dict[str, Any]) -> dict[str, Any]:
        message = self._found(asked["channel"], asked["message_ts"])
        return {"channel": ROOM, "permalink": f"{WEB}/archives/{ROOM}/p{message.ts.replace('.', '')}"}

    def _found(self, room: str, ts: str) -> Message:
        self._here(room)
        found = [each for each in self.messages if each.ts == ts]
        if not found:
            raise No("message_not_found")
        return found[0]

    def _here(self, room: str) -> None:
        if room != ROOM:
            raise No("channel_not_found")

    def _composed(self, seen: Seen) -> dict[str, Any]:
        """What the request would post. Raises No."""
        asked = _asked(seen, form=False)
        if set(asked) != FIELDS:
            raise No("invalid_arg_name")
        if len(asked["text"]) > 40_000:
            raise No("msg_too_long")
        assert (asked["parse"], asked["link_names"], asked["mrkdwn"]) == ("none", False, False)
        self._here(asked["channel"])
        if self.error:
            error, self.error = self.error, ""
            raise No(error)
        if not self.member:
            raise No("not_in_channel")
        if self.archived:
            raise No("is_archived")
        metadata = asked["metadata"]
        if set(metadata) != {"event_type", "event_payload"} or not isinstance(metadata["event_payload"], dict):
            raise No("invalid_metadata_format")
        assert not regex.search(r"[<>]|&(?!amp;|lt;|gt;)", asked["text"]), asked["text"]
        if not asked["text"]:
            raise No("no_text")
        self._check(asked["blocks"])
        return asked

    def _check(self, blocks: list[dict[str, Any]]) -> None:
        if not blocks or len(blocks) > 50:
            raise No("invalid_blocks")
        for block in blocks:
            if block["type"] == "image":
                file = self.files.get(block["slack_file"]["id"])
                if file is None or not file.complete or file.looks >= 0 or not 1 <= len(block["alt_text"]) <= 2000:
                    raise No("invalid_blocks")
                continue
            [section] = block["elements"]
            assert (block["type"], section["type"]) == ("rich_text", "rich_text_section")
            for each in section["elements"]:
                allowed = {"text": {"type", "text"}, "link": {"type", "url"}}[each["type"]]
                if set(each) != allowed or not all(each.values()):
                    raise No("invalid_blocks")
            if sum(len(str(each.get("text") or each.get("url"))) for each in section["elements"]) > 13_000:
                raise No("msg_blocks_too_long")

    def _shown(self, message: Message, *, metadata: bool = False) -> dict[str, Any]:
        """With emoji as elements of their own, as Slack gives them back."""
        blocks = json.loads(json.dumps(message.asked["blocks"]))
        for block in blocks:
            for section in block.get("elements", []):
                if "elements" in section:
                    section["elements"] = [found for each in section["elements"] for found in _split(each)]
        shown = {"type": "message", "user": message.user, "ts": message.ts, "text": "…", "blocks": blocks}
        if message.user == USER and self.icon:
            profile = {"id": "B0VELO", "name": "velo", "icons": {"image_72": f"{self.origin}{ICON}"}}
            shown |= {"bot_id": "B0VELO", "bot_profile": profile}
        if message.reactions:
            shown["reactions"] = [{"name": "tada", "count": message.reactions, "users": []}]
        if message.replies:
            shown["reply_count"] = message.replies
        return shown | ({"metadata": message.asked["metadata"]} if metadata and "metadata" in message.asked else {})

    def _stamp(self) -> str:
        self._count += 1
        return f"{int(self.now().timestamp())}.{self._count:06d}"


def _split(element: dict[str, Any]) -> list[dict[str, Any]]:
    if element["type"] != "text":
        return [element]
    found, end = list[dict[str, Any]](), 0
    for match in EMOJI.finditer(element["text"]):
        found.append({"type": "text", "text": element["text"][end : match.start()]})
        points = "-".join(f"{ord(char):x}" for char in match[0])
        found.append({"type": "emoji", "name": "some_emoji", "unicode": points})
        end = match.end()
    found.append({"type": "text", "text": element["text"][end:]})
    return [each for each in found if each.get("text") != ""]


def _spoken(blocks: list[dict[str, Any]]) -> str:
    inner = [each for block in blocks for section in block.get("elements", []) for each in section["elements"]]
    return "".join(str(each.get("text") or each.get("url")) for each in inner)


def _asked(seen: Seen, *, form: bool) -> dict[str, Any]:
    """Calls that read take a form, and JSON is none."""
    kind = seen.headers.get("content-type", "")
    if kind.startswith("application/json"):
        if form:
            raise No("invalid_arguments")
        return dict(json.loads(seen.body))
    return {name: values[0] for name, values in parse_qs(seen.body.decode(), keep_blank_values=True).items()}


def _no(no: No) -> Answer:
    return _json({"ok": False, "error": str(no)})


def _json(document: object) -> Answer:
    return 200, json.dumps(document).encode(), (("content-type", "application/json; charset=utf-8"),)


@asynccontextmanager
async def slack_room(**switches: Any) -> AsyncIterator[SlackRoom]:
    """A server on a free port of this machine, gone at the end with all its connections."""
    async with listening(SlackRoom(**switches)) as fake:
        yield fake
