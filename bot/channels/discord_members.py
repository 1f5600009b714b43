"""How many can read a room of Discord: the members of its server, where all of them see it.

Discord counts members by server alone. Of a room for some of them, and of a thread, nobody can tell: that is
missing.
"""

from __future__ import annotations

from typing import Any, Final

from bot.channels.answers import count_of
from bot.channels.discord_api import Api, id_in

VIEW: Final = 1 << 10  # https://docs.discord.com/developers/topics/permissions: VIEW_CHANNEL
OPEN: Final = (0, 5)  # a text room, an announcement room


async def members_of(api: Api, room: str) -> int | None:
    """About as many as Discord says, without any scope or intent: two questions.

    https://docs.discord.com/developers/resources/guild#get-guild, `with_counts`. Raises ChannelRefused, ProvenNotSent.
    """
    there = await api.read(f"/channels/{room}")
    server = id_in(there.get("guild_id"))
    if not server or there.get("type") not in OPEN:
        return None
    told = await api.read(f"/guilds/{server}", with_counts="true")
    everybody = next((each for each in _objects(told.get("roles")) if each.get("id") == server), {})
    own = next((each for each in _objects(there.get("permission_overwrites")) if each.get("id") == server), {})
    seen = (_bits(everybody, "permissions") & ~_bits(own, "deny")) | _bits(own, "allow")
    return count_of(told.get("approximate_member_count")) if seen & VIEW else None


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _bits(said: dict[str, Any], name: str) -> int:
    """Discord writes sets of permissions as decimal words."""
    value = said.get(name)
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 40 else 0
