"""Review N: what waits for one person, a window at a time; deciding or putting off brings the next."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.errors import NotFound
from bot.views import DraftView
from bot.words import reader, told, words
from handlers.chat.visiting import Visitor
from handlers.slack import kit
from handlers.slack.calling import Json, asked
from handlers.slack.limits import checked_view
from handlers.slack.listeners import opening
from handlers.slack.modals import details
from handlers.slack.slack import Slack


async def following(slack: Slack, visitor: Visitor, brand: str, after: str = "") -> Json:
    """The window of what waits first, or first after that draft; or one that says how things stand."""
    waiting = await slack.admind.looking.waits_for(visitor.workspace, visitor.member.id, brand)
    passed = await _place(slack, visitor, after) if after else None
    ahead = [each for each in waiting if passed is None or _key(each) > passed]
    if not ahead:
        return _done(brand, len(waiting))
    return await opening.details(slack, visitor, ahead[0], approving=True, brand=brand)


async def begin(slack: Slack, visitor: Visitor, trigger: str, window: Json, ids: list[str]) -> None:
    """Open the first, or turn the window that is open to the next."""
    view = await following(slack, visitor, ids[0], ids[1] if len(ids) > 1 else "")
    if window.get("type") != "modal":
        await opening.show(slack, visitor, trigger, view)
        return
    client = await slack.teams.client(visitor.who.team)
    await asked(client.views_update(view_id=str(window["id"]), hash=str(window.get("hash") or ""), view=view))


async def _place(slack: Slack, visitor: Visitor, draft: str) -> tuple[datetime, datetime, str] | None:
    try:
        return _key(await opening.draft_of(slack, visitor, draft))
    except NotFound:
        return None


def _key(draft: DraftView) -> tuple[datetime, datetime, str]:
    return (draft.due or datetime.max.replace(tzinfo=UTC), draft.created_at, draft.id)


def _done(brand: str, left: int) -> Json:
    blocks = [kit.section(told("Nothing more waits for you."))]
    if left:
        still = words(reader()).many(
            "That was the last one. {count} that you put off still waits.",
            "That was the last one. {count} that you put off still wait.",
            left,
        )
        again = words(reader()).many("Review {count}", "Review {count}", left)
        blocks = [kit.section(still), kit.actions([kit.button(again, f"next:{brand}", "primary")])]
    return checked_view(kit.modal(details.CALLBACK, told("Review"), blocks, carried="{}", close=told("Close")))
