"""What happens in a workspace, told to an app that is installed, subscribed, allowed and in the room."""

from __future__ import annotations

from dataclasses import dataclass

from tests.fakes.slack.doors import Answer, Deliveries
from tests.fakes.slack.records import Channel, Json, Team
from tests.fakes.slack.world import World

KINDS = {"channel": "channels", "group": "groups", "im": "im"}
NEEDS = {  # event → the scope that it needs
    "app_mention": "app_mentions:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "team_join": "users:read",
    "user_change": "users:read",
    "subteam_updated": "usergroups:read",
    "subteam_members_changed": "usergroups:read",
    "member_joined_channel": "channels:read",
    "channel_left": "channels:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "agent_session_stopped": "assistant:write",
}
ALWAYS = {"app_uninstalled", "tokens_revoked"}  # told when no token works any more, too


@dataclass
class Events:
    world: World
    deliveries: Deliveries
    subscribed: set[str] | None = None  # as a manifest names them; None: to all

    async def tell(self, team: Team, event: Json, channel: Channel | None = None) -> Answer | None:
        """None when this app does not hear of it."""
        if not self._hears(team, event, channel):
            return None
        return await self.deliveries.send("events_api", self.payload(team, event))

    def _hears(self, team: Team, event: Json, channel: Channel | None) -> bool:
        kind = str(event["type"])
        name, scope = kind, NEEDS.get(kind, "")
        if kind == "message":
            assert channel is not None
            name, scope = f"message.{KINDS[channel.kind]}", f"{KINDS[channel.kind]}:history"
        if self.subscribed is not None and name not in self.subscribed:
            return False
        token = self.world.bot_token(team)
        if token is None:
            return kind in ALWAYS
        if channel is not None and kind != "channel_left" and team.bot not in channel.members:
            return False
        return not scope or scope in token.scopes

    def payload(self, team: Team, event: Json) -> Json:
        event = {"event_ts": self.world.new_ts(), **event}
        return {
            "token": "verification",
            "team_id": team.id,
            "context_team_id": team.id,
            "api_app_id": self.world.app,
            "event": event,
            "type": "event_callback",
            "event_id": self.world.new_id("Ev"),
            "event_time": int(self.world.clock.now().timestamp()),
            "authorizations": [{"enterprise_id": None, "team_id": team.id, "user_id": team.bot, "is_bot": True}],
            "is_ext_shared_channel": False,
        }
