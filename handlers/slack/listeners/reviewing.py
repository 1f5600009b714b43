"""Review N, a window at a time."""

from __future__ import annotations

from bot.words import told
from handlers.chat import reviewing
from handlers.chat.reviewing import Next
from handlers.chat.visiting import Visitor
from handlers.slack import kit
from handlers.slack.calling import Json, asked
from handlers.slack.limits import checked_view
from handlers.slack.listeners import opening
from handlers.slack.modals import details
from handlers.slack.slack import Slack


async def following(slack: Slack, visitor: Visitor, brand: str, after: str = "") -> Json:
    """The window of what waits first, or first after that draft; or one that says how things stand."""
    found = await reviewing.following(slack.admind, visitor, brand, after)
    if found.draft is None:
        return _done(brand, found)
    return await opening.details(slack, visitor, found.draft, approving=True, brand=brand)


async def begin(slack: Slack, visitor: Visitor, trigger: str, window: Json, ids: list[str]) -> None:
    """Open the first, or turn the window that is open to the next."""
    view = await following(slack, visitor, ids[0], ids[1] if len(ids) > 1 else "")
    if window.get("type") != "modal":
        await opening.show(slack, visitor, trigger, view)
        return
    client = await slack.teams.client(visitor.who.team)
    await asked(client.views_update(view_id=str(window["id"]), hash=str(window.get("hash") or ""), view=view))


def _done(brand: str, found: Next) -> Json:
    blocks = [kit.section(found.sentence)]
    if found.left:
        blocks.append(kit.actions([kit.button(found.again, f"next:{brand}", "primary")]))
    return checked_view(kit.modal(details.CALLBACK, told("Review"), blocks, carried="{}", close=told("Close")))
