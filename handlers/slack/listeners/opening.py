"""Windows: opened within the three seconds that a trigger is good for."""

from __future__ import annotations

from bot.errors import AdMindError
from bot.views import DraftView
from handlers.chat.along import Along, keep
from handlers.chat.deciding import zone_of
from handlers.chat.settings import brand_of, settings_of
from handlers.chat.visiting import Visitor
from handlers.slack import modals
from handlers.slack.buttons import behind_more
from handlers.slack.calling import Json, asked
from handlers.slack.forms import Carried
from handlers.slack.slack import Slack


async def show(slack: Slack, visitor: Visitor, trigger: str, view: Json, *, over: bool = False) -> None:
    """`over`: on top of the window that is open. Raises SlackRefused."""
    client = await slack.teams.client(visitor.who.team)
    call = client.views_push if over else client.views_open
    await asked(call(trigger_id=trigger, view=view))


async def draft_of(slack: Slack, visitor: Visitor, draft: str) -> DraftView:
    """Raises NotFound."""
    return await slack.admind.looking.draft(visitor.workspace, visitor.member.id, draft)


async def new_post(
    slack: Slack, visitor: Visitor, trigger: str, *, room: str = "", brand: str = "", along: Along | None = None
) -> None:
    """`along` is the message that it is made from."""
    brand = brand or await brand_of(slack.admind, visitor, room)
    accounts = await slack.admind.looking.accounts(visitor.workspace, visitor.member.id)
    mine = [each for each in accounts.items if each.brand == brand]
    kept = await keep(slack.admind, visitor, along) if along else ""
    carried = Carried(brand=brand, room=room, along=kept)
    view = modals.new_post_modal(mine, carried, zone=await zone_of(slack.admind, visitor), along=along)
    await show(slack, visitor, trigger, view)


async def settings(slack: Slack, visitor: Visitor, trigger: str, *, room: str = "", brand: str = "") -> None:
    """Raises NotAllowed for who does not own the brand."""
    brand = brand or await brand_of(slack.admind, visitor, room)
    name, now = await settings_of(slack.admind, visitor, brand)
    view = modals.settings_modal(name, now, await _groups(slack, visitor.who.team), Carried(brand=brand))
    await show(slack, visitor, trigger, view)


async def _groups(slack: Slack, team: str) -> dict[str, str]:
    """Slack's user groups; none where it has none, or does not let us see them."""
    client = await slack.teams.client(team)
    try:
        found = (await asked(client.usergroups_list()))["usergroups"]
    except AdMindError:
        return {}
    return {str(each["id"]): str(each.get("handle") or each.get("name")) for each in found}


async def details(
    slack: Slack,
    visitor: Visitor,
    draft: DraftView,
    *,
    approving: bool,
    page: int = 0,
    digest: str = "",
    brand: str = "",
) -> Json:
    """One page of everything in it; what is approved there is what is shown there. `brand`: one of its Review N."""
    files = {medium.sha256: medium.mime for version in draft.versions for medium in version.media}
    shown = await slack.pictures.files(visitor.home, files)
    carried = Carried(draft=draft.id, digest=digest or draft.digest, brand=brand)
    return modals.details_modal(
        draft, carried, zone=await zone_of(slack.admind, visitor, draft), files=shown, page=page, approving=approving
    )


async def more(slack: Slack, visitor: Visitor, draft: DraftView) -> Json:
    card = await slack.admind.looking.draft_card(visitor.workspace, visitor.member.id, draft.id)
    return modals.more_modal(draft.title, behind_more(card), Carried(draft=draft.id, digest=draft.digest))
