"""What people do with commands, buttons, menus and windows. Each returns how it was answered."""

from __future__ import annotations

from typing import Any

from tests.fakes.discord.commanding import Options, chosen_command, filled, resolve, shown_options
from tests.fakes.discord.documents import channel_document, member_document, user_document
from tests.fakes.discord.message_documents import message_document
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.reading import buttons, menus
from tests.fakes.discord.records import EPHEMERAL, Channel, Json, Message
from tests.fakes.discord.submitting import filled_in
from tests.fakes.discord.talking import Talker
from tests.fakes.discord.world import Interaction
from tests.fakes.waiting import until

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5


class Person(Talker):
    locale: str = "en-US"

    async def _interact(
        self, kind: int, room: Channel, data: Json, *, message: Message | None = None, waits: bool = True
    ) -> Interaction:
        """Tell the bot; wait for its first answer, or until it is too late for one."""
        made = self.world.new_interaction(kind, self.user, room, message)
        made.document = self._document(made, room, data)
        told = self.events.tell_interaction(made.document, room.guild)

        def over() -> bool:
            late = self.world.clock.now() > made.made + self.world.answer_within
            made.failed = not made.answered and (late or not told)
            return made.answered or made.failed

        if waits:
            await until(over, f"an answer to {data}")
        return made

    def _document(self, made: Interaction, room: Channel, data: Json) -> Json:
        guild = self.world.guild_of(room)
        powers = self.world.permissions(room, self.world.bot.id)
        channel = channel_document(self.world, room)
        document: Json = {
            "id": str(made.id),
            "application_id": str(self.world.application),
            "type": made.type,
            "token": made.token,
            "version": 1,
            "data": data,
            "channel_id": str(room.id),
            "channel": channel | {"permissions": str(int(self.powers(room)))},
            "app_permissions": str(int(powers)),
            "locale": self.locale,
            "entitlements": [],
            "attachment_size_limit": 10 * 2**20,
            "context": 1 if guild is None else 0,
            "authorizing_integration_owners": {"0": "0" if guild is None else str(guild.id)},
        }
        if guild is None:
            document["user"] = user_document(self.user)
        else:
            member = member_document(guild.members[self.id]) | {"permissions": str(int(self.powers(room)))}
            document |= {"guild_id": str(guild.id), "guild_locale": guild.locale, "member": member}
            document["guild"] = {"id": str(guild.id), "locale": guild.locale, "features": []}
        if made.message is not None:
            document["message"] = message_document(self.world, made.message)
        return document

    # Commands

    async def slash(self, room: Channel, /, *path: str, waits: bool = True, **options: Options) -> Interaction:
        """slash(room, "/admind", "draft", topic="…"): options by name, as people, roles, channels, files or values."""
        command, here = self._command(room, path)
        data, resolved = filled(self.world, room, here["options"], options)
        return await self._interact(COMMAND, room, _nested(command, here["path"], data, resolved), waits=waits)

    async def suggestions(
        self, room: Channel, /, *path: str, option: str, typed: str = "", **options: Options
    ) -> list[Json]:
        """What the bot proposes while this person types into an option: name and value each."""
        command, here = self._command(room, path)
        asked = next((each for each in here["options"] if each["name"] == option), None)
        assert asked is not None and asked.get("autocomplete"), f"{option} has no autocomplete"
        data, resolved = filled(self.world, room, here["options"], options, complete=False)
        data.append({"name": option, "type": asked["type"], "value": typed, "focused": True})
        answer = await self._interact(AUTOCOMPLETE, room, _nested(command, here["path"], data, resolved))
        return answer.choices

    def commands(self, room: Channel) -> list[str]:
        """Every slash command on offer here with its sub-commands, and the context menus by their names."""
        return shown_options(self.world, room, self.powers(room))

    def _command(self, room: Channel, path: tuple[str, ...]) -> tuple[Json, Json]:
        name, *rest = " ".join(path).removeprefix("/").split()
        self._can(room, Permission.VIEW_CHANNEL, Permission.USE_APPLICATION_COMMANDS)
        return chosen_command(self.world, room, self.powers(room), 1, name, rest)

    async def menu_on(self, message: Message, name: str) -> Interaction:
        """Apps → name, from the menu of a message; the bot gets all of the message."""
        room = self._room(message)
        self._can(room, Permission.VIEW_CHANNEL, Permission.USE_APPLICATION_COMMANDS)
        command, _ = chosen_command(self.world, room, self.powers(room), 3, name, [])
        data = _nested(command, [], [], {"messages": {str(message.id): message_document(self.world, message)}})
        return await self._interact(COMMAND, room, data | {"target_id": str(message.id)})

    # Buttons and menus

    def _room(self, message: Message) -> Channel:
        room = self.world.channel(message.channel)
        assert room is not None and message in self.sees(room), f"{self.user.name} does not see it"
        return room

    async def click(self, message: Message, wanted: str, *, waits: bool = True) -> Interaction:
        """The button of that label, emoji or custom id."""
        names = [
            (each.get("label"), (each.get("emoji") or {}).get("name"), each.get("custom_id"))
            for each in buttons(message)
        ]
        pressed = [each for each, name in zip(buttons(message), names, strict=True) if wanted in name]
        assert len(pressed) == 1, f"{len(pressed)} buttons {wanted!r} among {names}"
        assert not pressed[0].get("disabled"), f"{wanted} is greyed out"
        assert "custom_id" in pressed[0], f"{wanted} only leads to {pressed[0].get('url')}"
        data = {"component_type": 2, "custom_id": pressed[0]["custom_id"], "id": pressed[0]["id"]}
        return await self._interact(COMPONENT, self._room(message), data, message=message, waits=waits)

    async def choose(self, message: Message, *wanted: Any, menu: str = "") -> Interaction:
        """Options by label or value (people, roles and channels as such); `menu`: placeholder or custom id."""
        found = [each for each in menus(message) if menu in ("", each.get("placeholder"), each["custom_id"])]
        assert len(found) == 1, f"{len(found)} menus in {message.words}"
        assert not found[0].get("disabled"), "it is greyed out"
        least, most = found[0].get("min_values", 1), found[0].get("max_values", 1)
        assert (least or 0) <= len(wanted) <= (most or 1), f"it takes {least} to {most}"
        data: Json = {"component_type": found[0]["type"], "custom_id": found[0]["custom_id"], "id": found[0]["id"]}
        if found[0]["type"] == 3:
            known = {name: each["value"] for each in found[0]["options"] for name in (each["label"], each["value"])}
            data["values"] = [known[each] for each in wanted]
        else:
            data |= self._picked(self._room(message), wanted)
        return await self._interact(COMPONENT, self._room(message), data, message=message)

    def _picked(self, room: Channel, wanted: tuple[Any, ...]) -> Json:
        resolved: Json = {}
        for each in wanted:
            resolve(self.world, room, each, resolved)
        return {"values": [str(each.id) for each in wanted], "resolved": resolved}

    # Windows

    @property
    def window(self) -> Json | None:
        """The modal on this person's screen."""
        found = self.world.windows.get(self.id)
        return found.modal if found is not None else None

    async def submit(self, waits: bool = True, **values: Any) -> Interaction:
        """The window's fields by label (spaces as _) or custom id; what is not named keeps what stands there."""
        opened = self.world.windows.get(self.id)
        assert opened is not None and opened.modal is not None, "no window is open"
        parts, resolved = filled_in(self.world, opened.modal, values)
        room = self.world.channel(opened.channel)
        assert room is not None
        data: Json = {"custom_id": opened.modal["custom_id"], "components": parts}
        if resolved:
            data["resolved"] = resolved
        return await self._interact(SUBMIT, room, data, message=opened.message, waits=waits)

    def dismiss(self) -> None:
        """Close the window; the bot never hears of it."""
        self.world.windows.pop(self.id)

    def hides(self, message: Message) -> None:
        """ "Dismiss message" under what only this person sees."""
        assert message.flags & EPHEMERAL
        self._room(message).whispers.remove(message)


def _nested(command: Json, path: list[tuple[str, int]], data: list[Json], resolved: Json) -> Json:
    """The options inside their sub-command and group."""
    for name, kind in reversed(path):
        data = [{"name": name, "type": kind, "options": data}]
    made: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
    if data:
        made["options"] = data
    if command.get("guild_id"):
        made["guild_id"] = command["guild_id"]
    return made | ({"resolved": resolved} if resolved else {})
