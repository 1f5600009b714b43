"""What admins and Slack itself do in a workspace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tests.fakes.slack.events import Events
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel, Group, Json, Team
from tests.fakes.slack.world import World


@dataclass
class Workspace:
    world: World
    events: Events
    team: Team

    def person(self, name: str, *, guest: bool = False) -> Person:
        """The person of that name, there already or new without a word to the app."""
        known = next((each for each in self.team.users.values() if each.name == name), None)
        user = known or self.world.new_user(self.team, name, is_guest=guest)
        return Person(self.world, self.events, self.team, user)

    def channel(self, name: str, *people: Person, bot: bool = True, private: bool = False) -> Channel:
        """A new channel with these people in it, and the app unless told otherwise."""
        members = [each.id for each in people] + ([self.team.bot] if bot else [])
        return self.world.new_channel(self.team, name, *members, private=private)

    def group(self, handle: str, *people: Person) -> Group:
        return self.world.new_group(self.team, handle, *(each.id for each in people))

    async def join(self, name: str, *, guest: bool = False) -> Person:
        """Somebody new."""
        person = self.person(name, guest=guest)
        await self.events.tell(self.team, {"type": "team_join", "user": person.user.shown(email=False)})
        return person

    async def deactivate(self, person: Person) -> None:
        person.user.deleted = True
        await self.events.tell(self.team, {"type": "user_change", "user": person.user.shown(email=False)})

    async def change_group(self, group: Group, *people: Person) -> None:
        """Now it is these."""
        before, group.users = set(group.users), [each.id for each in people]
        await self.events.tell(
            self.team,
            {
                "type": "subteam_members_changed",
                "subteam_id": group.id,
                "team_id": self.team.id,
                "added_users": sorted(set(group.users) - before),
                "removed_users": sorted(before - set(group.users)),
            },
        )
        shown: Json = {"id": group.id, "handle": group.handle, "name": group.name, "users": list(group.users)}
        await self.events.tell(self.team, {"type": "subteam_updated", "subteam": shown})

    async def invite(self, channel: Channel, by: Person) -> None:
        """/invite @AdMind."""
        channel.members.add(self.team.bot)
        event = {"type": "member_joined_channel", "user": self.team.bot, "channel": channel.id, "inviter": by.id}
        await self.events.tell(self.team, event, channel)

    async def remove(self, channel: Channel) -> None:
        """/remove @AdMind."""
        channel.members.discard(self.team.bot)
        await self.events.tell(self.team, {"type": "channel_left", "channel": channel.id}, channel)

    async def archive(self, channel: Channel, by: Person) -> None:
        channel.is_archived = True
        event = {"type": "channel_archive", "channel": channel.id, "user": by.id}
        await self.events.tell(self.team, event, channel)

    async def unarchive(self, channel: Channel, by: Person) -> None:
        channel.is_archived = False
        event = {"type": "channel_unarchive", "channel": channel.id, "user": by.id}
        await self.events.tell(self.team, event, channel)

    async def uninstall(self) -> None:
        """No token works any more; both events come, in this order or the other."""
        self._end("account_inactive")
        revoked = {"oauth": [], "bot": [self.team.bot]}
        await self.events.tell(self.team, {"type": "tokens_revoked", "tokens": revoked})
        await self.events.tell(self.team, {"type": "app_uninstalled"})

    async def revoke(self) -> None:
        """The bot's tokens only."""
        self._end("token_revoked")
        revoked = {"oauth": [], "bot": [self.team.bot]}
        await self.events.tell(self.team, {"type": "tokens_revoked", "tokens": revoked})

    def _end(self, state: Literal["token_revoked", "account_inactive"]) -> None:
        for each in self.world.tokens.values():
            if each.team == self.team.id:
                each.state = state
