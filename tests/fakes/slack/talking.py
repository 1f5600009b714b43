"""What people do with words: messages, commands, reactions, files."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from tests.fakes.slack.doors import Answer
from tests.fakes.slack.events import Events
from tests.fakes.slack.records import Channel, File, Json, Message, Team, User
from tests.fakes.slack.web import answer_back
from tests.fakes.slack.web_views import shown_file
from tests.fakes.slack.world import Refused, World

ADDRESS = re.compile(r"https?://[^\s<>]+")


def typed(text: str) -> str:
    """As Slack passes on what somebody typed: three characters escaped, addresses in brackets."""
    return ADDRESS.sub(lambda found: f"<{found[0]}>", html.escape(text, quote=False))


class Talker:
    """Somebody at a keyboard. Told messages are returned; how the app answered is in `deliveries`."""

    def __init__(self, world: World, events: Events, team: Team, user: User) -> None:
        self.world, self.events, self.team, self.user = world, events, team, user

    @property
    def id(self) -> str:
        return self.user.id

    def __repr__(self) -> str:
        return f"<{self.user.name} of {self.team.name}>"

    # Messages

    async def say(
        self, channel: Channel, text: str, *, thread: Message | None = None, mentions: bool = False
    ) -> Message:
        words = f"<@{self.team.bot}> {typed(text)}" if mentions else typed(text)
        return await self._post(channel, words, thread, [])

    async def mention(self, channel: Channel, text: str, *, thread: Message | None = None) -> Message:
        return await self.say(channel, text, thread=thread, mentions=True)

    async def dm(self, text: str, *, thread: Message | None = None) -> Message:
        return await self.say(self.world.dm(self.team, self.id), text, thread=thread)

    async def reply(self, to: Message, text: str, *, mentions: bool = False) -> Message:
        return await self.say(self.team.channels[to.channel], text, thread=to, mentions=mentions)

    async def share(
        self, channel: Channel, name: str, data: bytes, text: str = "", *, thread: Message | None = None
    ) -> Message:
        """A message with a file."""
        return await self.share_all(channel, {name: data}, text, thread=thread)

    async def share_all(
        self,
        channel: Channel,
        files: Mapping[str, bytes],
        text: str = "",
        *,
        thread: Message | None = None,
        mentions: bool = False,
    ) -> Message:
        """A message with files, by their names."""
        shown = list[Json]()
        for name, data in files.items():
            file = self._file(name, data)
            file.channels = [channel.id]
            shown.append(shown_file(self.world, self.team, file))
        words = f"<@{self.team.bot}> {typed(text)}" if mentions else typed(text)
        return await self._post(channel, words, thread, shown)

    def _file(self, name: str, data: bytes) -> File:
        file = self.world.new_file(self.team, self.id, name, len(data))
        kinds = {
            "png": "image/png",
            "jpg": "image/jpeg",
            "gif": "image/gif",
            "m4a": "audio/mp4",
            "pdf": "application/pdf",
        }
        file.mimetype = kinds.get(name.rpartition(".")[2], "application/octet-stream")
        file.data, file.complete, file.title = data, True, name
        return file

    async def _post(self, channel: Channel, words: str, thread: Message | None, files: list[Json]) -> Message:
        assert not self.user.deleted, f"{self.user.name} is deactivated"
        assert self.id in channel.members, f"{self.user.name} is not in #{channel.name}"
        root = (thread.thread_ts or thread.ts) if thread else ""
        message = Message(self.world.new_ts(), channel.id, self.id, words, thread_ts=root, files=files)
        self.world.add(channel, message)
        event = message.document() | {"channel": channel.id, "event_ts": message.ts, "team": self.team.id}
        event |= {"parent_user_id": channel.messages[root].user} if root else {}
        kind: Json = {"channel_type": channel.kind} | ({"subtype": "file_share"} if files else {})
        if f"<@{self.team.bot}>" in words and channel.kind != "im":
            await self.events.tell(self.team, event | {"type": "app_mention"}, channel)
        await self.events.tell(self.team, event | kind, channel)
        return message

    async def edit(self, message: Message, text: str) -> None:
        assert message.user == self.id
        before = message.document()
        message.text, message.edited = typed(text), self.world.new_ts()
        await self._changed(message, "message_changed", {"message": message.document(), "previous_message": before})

    async def erase(self, message: Message) -> None:
        assert message.user == self.id
        channel = self.team.channels[message.channel]
        del channel.messages[message.ts]
        await self._changed(
            message, "message_deleted", {"deleted_ts": message.ts, "previous_message": message.document()}
        )

    async def _changed(self, message: Message, subtype: str, more: Json) -> None:
        channel = self.team.channels[message.channel]
        event = {"type": "message", "subtype": subtype, "channel": channel.id, "ts": self.world.new_ts()}
        await self.events.tell(self.team, event | {"channel_type": channel.kind, "hidden": True} | more, channel)

    # Reactions

    async def react(self, message: Message, name: str) -> None:
        channel = self.team.channels[message.channel]
        assert self.id in channel.members and not message.only_for, "nothing to react to"
        users = message.reactions.setdefault(name, [])
        assert self.id not in users, "already there"
        users.append(self.id)
        await self._reacted("reaction_added", message, name, channel)

    async def unreact(self, message: Message, name: str) -> None:
        message.reactions[name].remove(self.id)
        if not message.reactions[name]:
            del message.reactions[name]
        await self._reacted("reaction_removed", message, name, self.team.channels[message.channel])

    async def _reacted(self, kind: str, message: Message, name: str, channel: Channel) -> None:
        item = {"type": "message", "channel": message.channel, "ts": message.ts}
        event = {"type": kind, "user": self.id, "reaction": name, "item_user": message.user, "item": item}
        await self.events.tell(self.team, event, channel)

    # Commands and the app's own place

    def command(self, channel: Channel, command: str, text: str = "") -> Json:
        """What Slack sends when this is typed."""
        return {
            "token": "verification",
            "team_id": self.team.id,
            "team_domain": self.team.name,
            "channel_id": channel.id,
            "channel_name": channel.name or "directmessage",
            "user_id": self.id,
            "user_name": self.user.name,
            "command": command,
            "text": html.escape(text, quote=False),
            "api_app_id": self.world.app,
            "is_enterprise_install": "false",
            "response_url": self.world.new_response_url(channel, self.user),
            "trigger_id": self.world.new_trigger(self.user),
        }

    async def slash(self, channel: Channel, command: str, text: str = "") -> Answer:
        """What the app answers at once stands in the channel; a failure is told as by Slack, for this person alone."""
        token = self.world.bot_token(self.team)
        assert token is not None and "commands" in token.scopes, f"{command} is not a valid command"
        answer = await self.events.deliveries.send("slash_commands", self.command(channel, command, text))
        if not answer.ok:
            self._whisper(channel, f'{command} failed with the error "{_named(answer)}"')
        elif answer.body:
            given = {"text": answer.body} if isinstance(answer.body, str) else answer.body
            try:
                answer_back(self.world, self.team, channel, self.id, given)
            except Refused as refused:
                self._whisper(channel, f'{command} failed with the error "{refused.document["error"]}"')
        return answer

    def _whisper(self, channel: Channel, text: str) -> None:
        self.world.add(channel, Message(self.world.new_ts(), channel.id, "USLACKBOT", text, only_for=self.id))

    async def open_home(self, tab: str = "home") -> Answer | None:
        channel = self.world.dm(self.team, self.id)
        event: Json = {"type": "app_home_opened", "user": self.id, "channel": channel.id, "tab": tab}
        if self.id in self.team.homes and tab == "home":
            event["view"] = self.team.homes[self.id].shown(self.team.id, self.world.app)
        return await self.events.tell(self.team, event, channel)

    async def stop(self, thread: Message) -> Answer | None:
        """The stop button, there while the app says that it works: Slack ends its streams, the app all else."""
        channel = self.team.channels[thread.channel]
        assert channel.sessions.get(thread.ts) == "processing", "there is no stop button"
        streams = [each for each in channel.thread(thread.ts) if each.streaming]
        for each in streams:
            each.streaming = False
        event: Json = {
            "type": "agent_session_stopped",
            "user": self.id,
            "channel": channel.id,
            "thread_ts": thread.ts,
            "streaming_message_ts": [each.ts for each in streams],
        }
        return await self.events.tell(self.team, event, channel)

    # What this person sees

    def status(self, thread: Message) -> str:
        """What the app says it is doing below this message; "" when nothing is shown, or no longer."""
        channel = self.team.channels[thread.channel]
        if self.world.clock.now() >= channel.status_until.get(thread.ts, self.world.clock.now()):
            return ""
        return channel.status.get(thread.ts, "")

    def sees(self, channel: Channel) -> list[Message]:
        """Everything in the channel that is shown to this person, oldest first."""
        if self.id not in channel.members:
            return []
        own = [each for each in channel.ephemerals if each.only_for == self.id]
        return sorted([*channel.messages.values(), *own], key=lambda each: float(each.ts))

    def whispers(self, channel: Channel) -> list[Message]:
        """What only this person sees there."""
        return [each for each in channel.ephemerals if each.only_for == self.id]


def _named(answer: Answer) -> str:
    return {"http_timeout": "operation_timeout", "timeout": "operation_timeout"}.get(answer.error, "dispatch_failed")
