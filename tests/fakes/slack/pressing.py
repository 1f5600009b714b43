"""What people do with buttons, menus, windows and shortcuts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.fakes.slack.blocks import check_view
from tests.fakes.slack.doors import Answer
from tests.fakes.slack.records import Channel, Json, Message, View, elements_of
from tests.fakes.slack.talking import Talker
from tests.fakes.slack.values import chosen, filled, pressed_value
from tests.fakes.slack.web_people import new_code
from tests.fakes.slack.web_views import namer, push, replace


@dataclass(frozen=True)
class Submitted:
    """How a window took it. `errors`: block id → what the person reads there."""

    answer: Answer
    errors: dict[str, str] = field(default_factory=dict)
    window: View | None = None  # what is open now


def found_in(where: Message | View, wanted: str) -> Json:
    """The element of this action id, of one that starts with it, or of this label; there must be just one."""
    every = list(elements_of(where.blocks))
    for matches in (
        [each for each in every if each["action_id"] == wanted],
        [each for each in every if each["action_id"].startswith(wanted)],
        [each for each in every if each.get("text", {}).get("text") == wanted],
    ):
        if len(matches) == 1:
            return matches[0]
        assert not matches, f"{wanted} is ambiguous: {[each['action_id'] for each in matches]}"
    raise AssertionError(f"nothing like {wanted} among {[each['action_id'] for each in every]}")


class Person(Talker):
    """Somebody in Slack."""

    async def click(self, where: Message | View, wanted: str) -> Answer:
        """Press a button."""
        element = found_in(where, wanted)
        assert element["type"] == "button", f"{wanted} is a {element['type']}"
        return await self._act(where, element, pressed_value(element))

    async def choose(self, where: Message | View, wanted: str, *picked: str) -> Answer:
        """Choose from an overflow or another menu, by value or label; dates and words as they are."""
        element = found_in(where, wanted)
        value = chosen(element, picked[0] if len(picked) == 1 else list(picked))
        if isinstance(where, View):
            where.values.setdefault(element["block_id"], {})[element["action_id"]] = value
        return await self._act(where, element, value)

    async def _act(self, where: Message | View, element: Json, value: Json) -> Answer:
        named = {"action_id": element["action_id"], "block_id": element["block_id"]}
        payload = self._interaction("block_actions", where.id if isinstance(where, View) else "")
        payload["actions"] = [named | value | {"action_ts": self.world.new_ts()}]
        if isinstance(where, View):
            assert where.user == self.id, "somebody else's window"
            shown = where.shown(self.team.id, self.world.app)
            payload |= {"container": {"type": "view", "view_id": where.id}, "view": shown}
        else:
            assert where in self.sees(self.team.channels[where.channel]), f"{self.user.name} does not see it"
            payload |= self._pressed(where)
        return await self.events.deliveries.send("interactive", payload)

    def _pressed(self, message: Message) -> Json:
        channel = self.team.channels[message.channel]
        container: Json = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        found: Json = {
            "container": container | {"is_ephemeral": bool(message.only_for)},
            "channel": _named(channel),
            "state": {"values": {}},
            "response_url": self.world.new_response_url(channel, self.user, message.ts),
        }
        return found if message.only_for else found | {"message": message.document(metadata=True)}

    def _interaction(self, kind: str, window: str = "") -> Json:
        return {
            "type": kind,
            "user": {"id": self.id, "username": self.user.name, "name": self.user.name, "team_id": self.team.id},
            "team": {"id": self.team.id, "domain": self.team.name},
            "api_app_id": self.world.app,
            "token": "verification",
            "enterprise": None,
            "is_enterprise_install": False,
            "trigger_id": self.world.new_trigger(self.user, window),
        }

    # Windows

    @property
    def window(self) -> View | None:
        """The one on top."""
        stack = self.team.windows.get(self.id)
        return stack[-1] if stack else None

    @property
    def home(self) -> View | None:
        return self.team.homes.get(self.id)

    async def submit(self, view: View | None = None, values: dict[str, Any] | None = None) -> Submitted:
        """Fill in the window, block or action id → value, and send it. What Slack would not let go fails here."""
        view = view or self.window
        stack = self.team.windows.get(self.id, [])
        assert view is not None and stack and view is stack[-1], "no such window on top"
        view.values = filled(view.blocks, view.values, values or {})
        payload = self._interaction("view_submission", view.id)
        payload |= {"view": view.shown(self.team.id, self.world.app), "response_urls": []}
        answer = await self.events.deliveries.send("interactive", payload)
        errors = self._answered(view, answer) if answer.ok else {}
        return Submitted(answer, errors, self.window)

    def _answered(self, view: View, answer: Answer) -> dict[str, str]:
        given: Json = answer.body if isinstance(answer.body, dict) else {}
        stack = self.team.windows[self.id]
        action = given.get("response_action")
        if action == "errors":
            inputs = {each["block_id"] for each in view.blocks if each["type"] == "input"}
            wrong = {name: str(text) for name, text in given["errors"].items()}
            assert wrong and set(wrong) <= inputs, f"errors name no inputs of this window: {wrong}"
            return wrong
        if action == "clear":
            stack.clear()
        elif action in ("update", "push"):
            document = check_view(given.get("view"), ("modal",), self.team, namer(self.world))
            if action == "push":
                push(self.world, self.team, self.id, document)
            else:
                replace(view, document)
        else:
            assert not given, f"no such answer to a window: {given}"
            if view in stack:
                stack.remove(view)
        return {}

    async def close(self) -> Answer | None:
        """Cancel the window on top; the app hears of it when it asked to."""
        view = self.team.windows[self.id].pop()
        if not view.document.get("notify_on_close"):
            return None
        payload = self._interaction("view_closed") | {"is_cleared": False}
        payload["view"] = view.shown(self.team.id, self.world.app)
        return await self.events.deliveries.send("interactive", payload)

    # Shortcuts and installing

    async def shortcut(self, callback: str) -> Answer:
        payload = self._interaction("shortcut") | {"callback_id": callback, "action_ts": self.world.new_ts()}
        return await self.events.deliveries.send("interactive", payload)

    async def message_shortcut(self, message: Message, callback: str) -> Answer:
        channel = self.team.channels[message.channel]
        payload = self._interaction("message_action") | {
            "callback_id": callback,
            "action_ts": self.world.new_ts(),
            "message_ts": message.ts,
            "message": message.document(),
            "channel": _named(channel),
            "response_url": self.world.new_response_url(channel, self.user),
        }
        return await self.events.deliveries.send("interactive", payload)

    def agree(self, address: str) -> str:
        """Install the app through its authorization page: where Slack sends the browser then."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked.get("client_id") == self.world.client, "no such app"
        redirect = asked.get("redirect_uri", "")
        code = new_code(self.world, self.team.id, self.id, asked["scope"], redirect)
        return f"{redirect}?{urlencode({'code': code, 'state': asked.get('state', '')})}"


def _named(channel: Channel) -> Json:
    return {"id": channel.id, "name": channel.name or "directmessage"}
