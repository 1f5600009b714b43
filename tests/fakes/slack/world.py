"""Slack's memory: workspaces, tokens, triggers, and what is about to be answered."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.clock import Clock, SystemClock
from tests.fakes.slack.records import Channel, File, Group, Json, Message, Team, Token, User, View

TRIGGER_LIFE = timedelta(seconds=3)
RESPONSE_LIFE = timedelta(minutes=30)
RESPONSE_USES = 5
SCOPES = frozenset(
    {
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "channels:join",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "reactions:read",
        "reactions:write",
        "team:read",
        "usergroups:read",
        "users:read",
    }
)


class Refused(Exception):
    """An answer with ok: false."""

    def __init__(self, error: str, **more: object) -> None:
        super().__init__(error)
        self.document: Json = {"ok": False, "error": error, **more}


@dataclass
class Trigger:
    user: str
    team: str
    until: datetime
    window: str = ""  # the view it came from
    used: bool = False


@dataclass
class ResponseUrl:
    team: str
    channel: str
    user: str
    until: datetime
    message: str = ""  # the ts of what was pressed
    left: int = RESPONSE_USES


@dataclass
class World:
    clock: Clock = field(default_factory=SystemClock)
    app: str = "A0ADMIND"
    client: str = "1111.2222"
    client_secret: str = "client-secret"
    signing_secret: str = "signing-secret"
    origin: str = ""
    rotates: bool = False
    agent_view: bool = True
    paced: bool = False  # a post a second a channel, and an edit a second a message
    teams: dict[str, Team] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    codes: dict[str, Json] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    responses: dict[str, ResponseUrl] = field(default_factory=dict)
    _count: int = 0
    _ts: int = 0

    def new_id(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count:010d}"

    def new_ts(self) -> str:
        """Of this moment, and after every one before."""
        self._ts = max(self._ts + 1, int(self.clock.now().timestamp() * 1_000_000))
        return f"{self._ts // 1_000_000}.{self._ts % 1_000_000:06d}"

    # Building

    def new_team(self, name: str) -> Team:
        """A workspace that has not installed the app."""
        team = Team(self.new_id("T"), name)
        self.teams[team.id] = team
        return team

    def new_user(self, team: Team, name: str, *, is_bot: bool = False, is_guest: bool = False) -> User:
        user = User(self.new_id("U"), team.id, name, is_bot=is_bot, is_guest=is_guest)
        team.users[user.id] = user
        return user

    def new_channel(self, team: Team, name: str, *members: str, private: bool = False) -> Channel:
        channel = Channel(self.new_id("C"), team.id, name, "group" if private else "channel", set(members))
        team.channels[channel.id] = channel
        return channel

    def new_group(self, team: Team, handle: str, *users: str) -> Group:
        group = Group(self.new_id("S"), handle, handle.title(), list(users))
        team.groups[group.id] = group
        return group

    def new_file(self, team: Team, user: str, name: str, length: int) -> File:
        file = File(self.new_id("F"), user, name, length)
        team.files[file.id] = file
        return file

    def install(self, team: Team, scopes: set[str]) -> Token:
        """The app works here, with these scopes; a fresh bot token."""
        if not team.bot:
            team.bot, team.bot_id = self.new_user(team, "admind", is_bot=True).id, self.new_id("B")
        token = Token(f"xoxb-{secrets.token_hex(12)}", "bot", team.id, team.bot, set(scopes))
        if self.rotates:
            token.value = f"xoxe.{token.value}"
            token.refresh = f"xoxe-1-{secrets.token_hex(12)}"
            token.expires = self.clock.now() + timedelta(hours=12)
        self.tokens[token.value] = token
        return token

    def app_token(self) -> str:
        token = Token(f"xapp-1-{secrets.token_hex(12)}", "app", "", "", {"connections:write"})
        self.tokens[token.value] = token
        return token.value

    def bot_token(self, team: Team) -> Token | None:
        """The newest one that works."""
        mine = [each for each in self.tokens.values() if each.team == team.id and each.kind == "bot" and not each.state]
        return mine[-1] if mine else None

    def dm(self, team: Team, user: str) -> Channel:
        """The room of a user and the app."""
        for each in team.channels.values():
            if each.kind == "im" and user in each.members and team.bot in each.members:
                return each
        channel = Channel(self.new_id("D"), team.id, "", "im", {user, team.bot})
        team.channels[channel.id] = channel
        return channel

    def add(self, channel: Channel, message: Message) -> Message:
        if message.only_for:
            channel.ephemerals.append(message)
        else:
            channel.messages[message.ts] = message
        return message

    # What lives shortly

    def new_trigger(self, user: User, window: str = "") -> str:
        name = f"{self.new_id('')}.{secrets.token_hex(6)}"
        self.triggers[name] = Trigger(user.id, user.team, self.clock.now() + TRIGGER_LIFE, window)
        return name

    def take_trigger(self, name: str, team: Team) -> Trigger:
        """Use it up. Raises Refused."""
        found = self.triggers.get(name)
        if found is None or found.team != team.id:
            raise Refused("invalid_trigger_id")
        if found.used:
            raise Refused("exchanged_trigger_id")
        if self.clock.now() > found.until:
            raise Refused("expired_trigger_id")
        found.used = True
        return found

    def new_response_url(self, channel: Channel, user: User, message: str = "") -> str:
        name = secrets.token_urlsafe(12)
        until = self.clock.now() + RESPONSE_LIFE
        self.responses[name] = ResponseUrl(channel.team, channel.id, user.id, until, message)
        return f"{self.origin}/response/{name}"

    def new_view(self, user: str, document: Json, *, root: str = "", previous: str = "") -> View:
        return View(self.new_id("V"), user, document, secrets.token_hex(6), root, previous)
