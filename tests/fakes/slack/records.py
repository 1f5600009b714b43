"""What stands in a Slack workspace."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Json = dict[str, Any]
PINGS = re.compile(r"<(!channel|!here|!everyone|@[UW]\w+|!subteam\^S\w+)(?:\|[^>]*)?>")
LINK = re.compile(r"<([^>|]+)(?:\|([^>]*))?>")


@dataclass
class User:
    id: str
    team: str
    name: str
    is_bot: bool = False
    deleted: bool = False
    is_guest: bool = False
    tz: str = "Europe/Berlin"
    locale: str = "en-US"

    def shown(self, *, email: bool) -> Json:
        profile: Json = {"real_name": self.name.title(), "display_name": self.name}
        if email:
            profile["email"] = f"{self.name}@example.com"
        return {
            "id": self.id,
            "team_id": self.team,
            "name": self.name,
            "deleted": self.deleted,
            "real_name": self.name.title(),
            "tz": self.tz,
            "locale": self.locale,
            "is_bot": self.is_bot,
            "is_restricted": self.is_guest,
            "is_ultra_restricted": False,
            "profile": profile,
        }


@dataclass
class Message:
    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str = ""
    bot_id: str = ""
    app_id: str = ""
    metadata: Json = field(default_factory=dict)
    files: list[Json] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)  # emoji → users, in order
    edited: str = ""
    unfurl: bool = True
    only_for: str = ""  # the user who alone sees it
    streaming: bool = False
    next_edit: float = 0.0  # unix seconds from which another edit is taken, when paced
    versions: list[str] = field(default_factory=list)  # the words before each edit

    def document(self, *, metadata: bool = False) -> Json:
        """As the API gives it."""
        found: Json = {"type": "message", "ts": self.ts, "user": self.user, "text": self.text}
        if self.blocks:
            found["blocks"] = self.blocks
        if self.bot_id:
            found |= {"bot_id": self.bot_id, "app_id": self.app_id}
        if self.thread_ts:
            found["thread_ts"] = self.thread_ts
        if self.files:
            found["files"] = self.files
        if self.edited:
            found["edited"] = {"user": self.user, "ts": self.edited}
        if self.reactions:
            found["reactions"] = [
                {"name": name, "users": list(users), "count": len(users)} for name, users in self.reactions.items()
            ]
        if metadata and self.metadata:
            found["metadata"] = self.metadata
        return found

    @property
    def words(self) -> str:
        """What a person reads: blocks, else text; references as their labels."""
        texts = [text for text, _ in texts_of(self.blocks)] or [self.text]
        shown = (LINK.sub(lambda found: found[2] or found[1], each) for each in texts)
        return html.unescape("\n".join(shown))

    @property
    def pings(self) -> tuple[str, ...]:
        """Who is called by it: in marked-up blocks, and in the text that stands behind them."""
        marked = [text for text, kind in texts_of(self.blocks) if kind != "plain_text"]
        return tuple(found[1] for each in [self.text, *marked] for found in PINGS.finditer(each))

    @property
    def actions(self) -> tuple[str, ...]:
        """The action ids of everything to press, in order."""
        return tuple(each["action_id"] for each in elements_of(self.blocks) if each.get("action_id"))


@dataclass
class Channel:
    id: str
    team: str
    name: str
    kind: Literal["channel", "group", "im"] = "channel"
    members: set[str] = field(default_factory=set)
    is_archived: bool = False
    messages: dict[str, Message] = field(default_factory=dict)  # ts → message
    ephemerals: list[Message] = field(default_factory=list)
    next_post: float = 0.0  # unix seconds from which another post is taken, when paced
    status: dict[str, str] = field(default_factory=dict)  # thread → what the app says it does
    loading: dict[str, list[str]] = field(default_factory=dict)  # thread → the sentences beside its status
    status_until: dict[str, datetime] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)  # thread → status of the agent's work
    prompts: list[Json] = field(default_factory=list)

    def thread(self, ts: str) -> list[Message]:
        return [each for each in self.messages.values() if ts in (each.ts, each.thread_ts)]

    def shown(self, bot: str) -> Json:
        found: Json = {
            "id": self.id,
            "is_im": self.kind == "im",
            "is_private": self.kind != "channel",
            "is_archived": self.is_archived,
            "is_member": bot in self.members,
            "context_team_id": self.team,
        }
        if self.kind == "im":
            return found | {"user": next((each for each in self.members if each != bot), bot)}
        return found | {"name": self.name, "num_members": len(self.members)}


@dataclass
class View:
    id: str
    user: str
    document: Json
    hash: str
    root: str = ""
    previous: str = ""
    values: Json = field(default_factory=dict)

    def shown(self, team: str, app: str) -> Json:
        return self.document | {
            "id": self.id,
            "team_id": team,
            "app_id": app,
            "hash": self.hash,
            "root_view_id": self.root or self.id,
            "previous_view_id": self.previous or None,
            "state": {"values": self.values},
        }

    @property
    def blocks(self) -> list[Json]:
        return list(self.document["blocks"])

    @property
    def words(self) -> str:
        title = self.document.get("title", {}).get("text", "")
        return "\n".join([title, *(text for text, _ in texts_of(self.blocks))])


@dataclass
class File:
    id: str
    user: str
    name: str
    length: int
    alt_text: str = ""
    title: str = ""
    mimetype: str = "application/octet-stream"
    data: bytes | None = None
    complete: bool = False
    channels: list[str] = field(default_factory=list)


@dataclass
class Group:
    id: str
    handle: str
    name: str
    users: list[str]


@dataclass
class Token:
    value: str
    kind: Literal["bot", "user", "app"]
    team: str
    user: str
    scopes: set[str]
    state: Literal["", "token_revoked", "account_inactive"] = ""
    expires: datetime | None = None
    refresh: str = ""


@dataclass
class Team:
    id: str
    name: str
    bot: str = ""  # the app's user here, "" while it is not installed
    bot_id: str = ""
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    windows: dict[str, list[View]] = field(default_factory=dict)  # user → open views, the top one last
    homes: dict[str, View] = field(default_factory=dict)


def elements_of(blocks: list[Json]) -> Iterator[Json]:
    """Everything interactive in the blocks, with its `block_id` beside it."""
    for block in blocks:
        held = [*block.get("elements", []), block.get("accessory"), block.get("element")]
        for each in held:
            if isinstance(each, dict) and "action_id" in each:
                yield each | {"block_id": block.get("block_id", "")}


def texts_of(node: object) -> Iterator[tuple[str, str]]:
    """Every text that is shown, with its kind, in order."""
    if isinstance(node, list):
        for each in node:
            yield from texts_of(each)
    elif isinstance(node, dict):
        if isinstance(node.get("text"), str):
            yield node["text"], str(node.get("type"))
        for name, value in node.items():
            if name == "alt_text" and isinstance(value, str):
                yield value, "plain_text"
            elif isinstance(value, dict | list):
                yield from texts_of(value)
