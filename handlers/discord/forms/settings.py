"""Settings of a brand in Discord: the rooms and the summary of the week, and which roles work for the brand.

Two windows, as one holds five fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import discord

from bot.words import told
from handlers.chat.settings import ROLES, RoomSettings, Tied, group_labels
from handlers.chat.wrong import FieldErrors
from handlers.discord.fields import Option, Sent, roles, rooms, text, ticked, window
from handlers.discord.limits import OPTIONS

ROOMS, GROUPS = "rooms", "groups"  # rooms:<brand>, groups:<brand>
WEEKLY: Final = "weekly"


def rooms_form(brand: str, name: str, now: RoomSettings) -> discord.ui.Modal:
    hint = told("Drafts wait here for a decision.")
    later = told("Drafts come here only after the team has approved them.")
    weekly = Option(told("A summary of the week, in the review room"), WEEKLY)
    parts = [
        rooms("review", told("Review room"), [now.review] if now.review else [], hint=hint, least=1),
        rooms("clients", told("Client rooms"), now.clients, hint=later, most=OPTIONS),
        ticked("digest", told("Each Monday at nine"), [weekly], (WEEKLY,) if now.digest else ()),
        text(told("In each room I need to see it, to write, to attach files, to add reactions and to open threads.")),
    ]
    return window(f"{ROOMS}:{brand}", name, parts)


def read_rooms(sent: Sent) -> Tied:
    """Raises FieldErrors."""
    review, clients = sent.values("review"), sent.values("clients")
    if not review:
        raise FieldErrors({"review": told("Choose the room where drafts wait.")})
    if review[0] in clients:
        raise FieldErrors({"clients": told("Clients would see drafts before the team has approved them.")})
    return Tied(review[0], clients, WEEKLY in sent.values("digest") if "digest" in sent.chosen else None, None)


def groups_form(brand: str, name: str, now: RoomSettings) -> discord.ui.Modal:
    labels = group_labels()
    return window(f"{GROUPS}:{brand}", name, [roles(each, labels[each], now.groups.get(each, ())) for each in ROLES])


def read_groups(sent: Sent) -> Mapping[str, tuple[str, ...]]:
    """The ids of Discord's roles, by what they are for."""
    return {role: sent.chosen.get(role, ()) for role in ROLES}
