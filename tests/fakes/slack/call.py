"""One call of the Web API, and the register of its methods."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes.slack.records import Channel, Json, Message, Team, Token, User
from tests.fakes.slack.world import Refused, World


@dataclass(frozen=True)
class Call:
    world: World
    given: Json
    team: Team
    token: Token

    def text(self, name: str, *, error: str = "") -> str:
        """Raises Refused when it is missing, and an `error` is named."""
        found = self.given.get(name)
        if (found is None or found == "") and error:
            raise Refused(error)
        return "" if found is None else str(found)

    def flag(self, name: str) -> bool:
        return str(self.given.get(name, "")).lower() in ("1", "true")

    def number(self, name: str, otherwise: int, most: int) -> int:
        found = str(self.given.get(name, otherwise))
        if not found.isdigit() or not 0 < int(found) <= most:
            raise Refused("invalid_limit")
        return int(found)

    def json(self, name: str, error: str) -> object | None:
        """A JSON argument, from a form or a JSON body. Raises Refused."""
        found = self.given.get(name)
        if not isinstance(found, str):
            return found
        try:
            parsed: object = json.loads(found) if found else None
        except ValueError:
            raise Refused(error) from None
        return parsed

    def need(self, *scopes: str) -> None:
        """One of these. Raises Refused."""
        if scopes and not self.token.scopes.intersection(scopes):
            raise Refused("missing_scope", needed=scopes[0], provided=",".join(sorted(self.token.scopes)))

    def channel(self, name: str = "channel", *, scope: str = "") -> Channel:
        """A channel that the app may know of; `scope`: history or read, of its kind. Raises Refused."""
        found = self.team.channels.get(self.text(name, error="channel_not_found"))
        if found is None or (found.kind != "channel" and self.token.user not in found.members):
            raise Refused("channel_not_found")
        if scope:
            kind = {"channel": "channels", "group": "groups", "im": "im"}[found.kind]
            self.need(f"{kind}:{scope}")
        return found

    def joined(self, name: str = "channel", *, scope: str = "") -> Channel:
        """The same, where the app is a member. Raises Refused."""
        found = self.channel(name, scope=scope)
        if self.token.user not in found.members:
            raise Refused("not_in_channel")
        return found

    def message(self, channel: Channel, name: str = "ts", error: str = "message_not_found") -> Message:
        found = channel.messages.get(self.text(name, error=error))
        if found is None:
            raise Refused(error)
        return found

    def user(self, name: str = "user") -> User:
        found = self.team.users.get(self.text(name, error="user_not_found"))
        if found is None:
            raise Refused("user_not_found")
        return found


def page(call: Call, items: list[Json], name: str, otherwise: int = 100, most: int = 1000) -> Json:
    """A page of a list, and the cursor to the next."""
    start = call.text("cursor").removeprefix("next:")
    if start and (not start.isdigit() or int(start) >= len(items)):
        raise Refused("invalid_cursor")
    begin = int(start or 0)
    end = begin + call.number("limit", otherwise, most)
    following = f"next:{end}" if end < len(items) else ""
    return {name: items[begin:end], "has_more": bool(following), "response_metadata": {"next_cursor": following}}


Method = Callable[[Call], Json]
METHODS: dict[str, tuple[Method, tuple[str, ...]]] = {}


def method(name: str, *scopes: str) -> Callable[[Method], Method]:
    """Serve it; a token needs one of the scopes."""

    def register(served: Method) -> Method:
        METHODS[name] = (served, scopes)
        return served

    return register
