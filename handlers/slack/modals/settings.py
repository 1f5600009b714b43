"""Settings of a brand in Slack: the rooms, the weekly summary, and which groups work for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.words import told
from handlers.chat.settings import ROLES, RoomSettings, Tied, group_labels
from handlers.chat.wrong import FieldErrors
from handlers.slack import kit
from handlers.slack.forms import Carried, chosen
from handlers.slack.limits import SELECT_OPTIONS, Json, checked_view

CALLBACK = "settings"
WEEKLY: Final = "weekly"


def settings_modal(brand: str, now: RoomSettings, groups: Mapping[str, str], carried: Carried) -> Json:
    """`groups` maps the ids of Slack's user groups to their names; workspaces without them offer none."""
    rooms = {"include": ["public", "private"], "exclude_bot_users": True}
    review: Json = {"type": "conversations_select", "filter": rooms}
    review |= {"initial_conversation": now.review} if now.review else {}
    clients: Json = {"type": "multi_conversations_select", "filter": rooms | {"include": ["public", "private"]}}
    clients |= {"initial_conversations": list(now.clients)} if now.clients else {}
    weekly = kit.option(told("A summary of the week, in the review room"), WEEKLY)
    blocks = [
        kit.field("review", told("Review room"), review, hint=told("Drafts wait here for a decision.")),
        kit.field(
            "clients",
            told("Client rooms"),
            clients,
            hint=told("Drafts come here only after the team has approved them."),
            optional=True,
        ),
        kit.context(told("Invite me to each room: /invite @AdMind")),
        kit.field(
            "digest",
            told("Each Monday at nine"),
            kit.chooser("checkboxes", [weekly], (WEEKLY,) if now.digest else ()),
            hint=told("What went out last week, what waits and what is planned."),
            optional=True,
        ),
    ]
    offered = [kit.option(f"@{name}", group) for group, name in groups.items()][:SELECT_OPTIONS]
    if offered:
        for role, label in group_labels().items():
            chooser = kit.chooser("multi_static_select", offered, now.groups.get(role, ()))
            blocks.append(kit.field(f"groups:{role}", label, chooser, optional=True))
    if len(groups) > SELECT_OPTIONS:
        blocks.append(kit.context(told("Only the first {count} groups are offered here.", count=SELECT_OPTIONS)))
    return checked_view(
        kit.modal(CALLBACK, brand, blocks, carried=carried.dump(), submit=told("Save"), close=told("Cancel"))
    )


def read_settings(view: Json) -> Tied:
    """Raises FieldErrors."""
    review, clients = chosen(view, "review"), chosen(view, "clients")
    if not review:
        raise FieldErrors({"review": told("Choose the room where drafts wait.")})
    if review[0] in clients:
        raise FieldErrors({"clients": told("Clients would see drafts before the team has approved them.")})
    offered = [role for role in ROLES if any(b.get("block_id") == f"groups:{role}" for b in view["blocks"])]
    digest = WEEKLY in chosen(view, "digest") if any(b.get("block_id") == "digest" for b in view["blocks"]) else None
    groups = {role: chosen(view, f"groups:{role}") for role in offered} if offered else None
    return Tied(review[0], clients, digest, groups)
