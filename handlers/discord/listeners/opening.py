"""Windows and private pages: a window opens within the three seconds that Discord waits."""

from __future__ import annotations

import io
from typing import Any, Final, cast

import discord

from bot.chat import Button
from bot.errors import BadInput, ChangedSince
from bot.views import DraftView
from bot.words import told
from handlers.chat import deciding, on_posts, proving
from handlers.chat.along import Along, find, keep
from handlers.chat.reviewing import Next, following
from handlers.chat.settings import brand_of, settings_of
from handlers.chat.visiting import Visitor
from handlers.discord import forms
from handlers.discord.calling import asked
from handlers.discord.discord import Discord
from handlers.discord.fields import Sent
from handlers.discord.pages import Mode, page_of
from handlers.discord.telling import stopped, words_as_views

Interaction = discord.Interaction[Any]
OF_DRAFTS: Final = frozenset({"edit", "one", "changes", "reject", "some", "move", "prove"})
OF_POSTS: Final = frozenset({"later", "rework", "takedown"})
OF_BRANDS: Final = frozenset({"new", "rooms", "groups", "held"})
WINDOWS: Final = OF_DRAFTS | OF_POSTS | OF_BRANDS
MOST_BUTTONS: Final = 30


async def visitor_of(here: Discord, interaction: Interaction, *, deciding: bool = False) -> Visitor:
    """Raises NotAllowed for a stranger."""
    return await here.people.visitor(
        interaction.user,
        guild=str(interaction.guild_id or ""),
        channel=str(interaction.channel_id or ""),
        deciding=deciding,
        locale=str(interaction.locale),
    )


async def draft_of(here: Discord, visitor: Visitor, draft: str) -> DraftView:
    """Raises NotFound."""
    return await here.admind.looking.draft(visitor.workspace, visitor.member.id, draft)


async def room_brand(here: Discord, visitor: Visitor, interaction: Interaction) -> str:
    """The brand of the room, of the room that a thread is in, or the person's own."""
    return await brand_of(here.admind, visitor, _room(interaction))


async def tied_brand(here: Discord, interaction: Interaction) -> str:
    """The brand that the room is tied to; "" for any other room."""
    return await here.brand_of(str(interaction.guild_id), _room(interaction)) if interaction.guild_id else ""


def _room(interaction: Interaction) -> str:
    channel = interaction.channel
    return str(channel.parent_id) if isinstance(channel, discord.Thread) else str(interaction.channel_id or "")


async def show(
    here: Discord, visitor: Visitor, interaction: Interaction, verb: str, ids: list[str], sent: Sent | None = None
) -> None:
    """Open the window; `sent` is what stands in it already. Raises AdMindError."""
    if verb == "later" and len(ids) == 1 and interaction.message and not interaction.message.flags.ephemeral:
        ids = [ids[0], str(interaction.message.id)]
    window = await _window(here, visitor, verb, ids, sent)
    if window is None:
        await _one_by_one(here, visitor, interaction, verb, ids)
        return
    window.stop()  # discord.py keeps nothing of it: what is sent is understood by its id
    await asked(interaction.response.send_modal(window))


async def new_post(here: Discord, visitor: Visitor, interaction: Interaction, along: Along | None = None) -> None:
    """`along` is the message that it is made from. Raises AdMindError."""
    brand = await room_brand(here, visitor, interaction)
    kept = await keep(here.admind, visitor, along) if along else ""
    await show(here, visitor, interaction, "new", [brand, kept], Sent({"topic": along.shown if along else ""}))


async def settings(here: Discord, visitor: Visitor, interaction: Interaction, brand: str = "") -> None:
    """Raises NotAllowed for who does not own the brand."""
    brand = brand or await room_brand(here, visitor, interaction)
    name, _ = await settings_of(here.admind, visitor, brand)
    said = told("{brand} in this Discord server. Everything else about it is in the studio: /admind studio", brand=name)
    buttons = (
        Button(label=told("Rooms"), action=f"rooms:{brand}", style="primary"),
        Button(label=told("Who may do what"), action=f"groups:{brand}"),
    )
    await here.telling.answer(interaction, said, buttons=buttons)


async def pages(
    here: Discord,
    visitor: Visitor,
    interaction: Interaction,
    draft: DraftView,
    mode: Mode,
    *,
    number: int = 0,
    in_place: bool = False,
) -> None:
    """One private page of everything in it, with its pictures; what is approved there is what is shown there."""
    there = list[str]()
    for sha256 in {medium.sha256 for version in draft.versions for medium in version.media}:
        if await here.admind.blobs.has(sha256):
            there.append(sha256)
    zone = await deciding.zone_of(here.admind, visitor, draft)
    page = page_of(draft, zone=zone, mode=mode, number=number, there=frozenset(there))
    files = [
        discord.File(io.BytesIO(await here.admind.blobs.get(sha256)), filename=name)
        for name, sha256 in page.files.items()
    ]
    await put(interaction, page.view, files, in_place=in_place)


async def put(
    interaction: Interaction, view: discord.ui.LayoutView, files: list[discord.File], *, in_place: bool
) -> None:
    """For one person's eyes: in place of what they pressed, or below it. The answer was put off before."""
    view = stopped(view)
    if in_place:
        await asked(interaction.edit_original_response(view=view, attachments=files))
    else:
        await asked(interaction.followup.send(view=view, files=files, ephemeral=True))


async def review(
    here: Discord, visitor: Visitor, interaction: Interaction, brand: str, after: str = "", *, in_place: bool = False
) -> None:
    """What waits first, or first after that draft; or how things stand."""
    found = await following(here.admind, visitor, brand, after)
    if found.draft is not None:
        await pages(here, visitor, interaction, found.draft, "review", in_place=in_place)
        return
    await put(interaction, _over(found, brand), [], in_place=in_place)


def _over(found: Next, brand: str) -> discord.ui.LayoutView:
    again = (Button(label=found.again, action=f"next:{brand}", style="primary"),) if found.left else ()
    return words_as_views(found.sentence, buttons=again)[0]


async def _window(
    here: Discord, visitor: Visitor, verb: str, ids: list[str], sent: Sent | None
) -> discord.ui.Modal | None:
    if verb in OF_BRANDS:
        return await _of_brand(here, visitor, verb, ids[0], sent, *ids[1:2])
    if verb in OF_POSTS:
        return await _of_post(here, visitor, verb, ids[0], sent, *ids[1:2])
    draft = await draft_of(here, visitor, ids[0])
    if verb == "one":
        return forms.edit_form(draft, accounts=[ids[1]])
    if len(ids) > 1 and draft.digest != ids[1]:
        raise ChangedSince(
            told("This card is old: the draft was changed."), do_next=told("Look at its new card and do it there.")
        )
    match verb:
        case "edit":
            accounts, typed = (forms.edited_accounts(sent), sent.texts) if sent else ((), {})
            return forms.edit_form(draft, accounts=accounts, typed=typed)
        case "changes":
            return forms.changes_form(draft, sent.typed("reason") if sent else "")
        case "reject":
            return forms.reject_form(draft, sent.typed("reason") if sent else "")
        case "some":
            return _some(draft)
        case "prove":
            owner = proving.may_take_on(visitor, draft)
            return forms.prove_form(draft, proving.unproven(draft), owner=owner, sent=sent)
    zone = await deciding.zone_of(here.admind, visitor, draft)
    phrase = sent.typed("phrase") if sent else ""
    return forms.move_form(draft, zone=zone, now=here.admind.clock.now(), phrase=phrase)


def _some(draft: DraftView) -> discord.ui.Modal:
    if all(version.approved for version in draft.versions):
        raise BadInput(told("Every account of it is approved already."), kept=told("Nothing changed."))
    return forms.some_form(draft)


async def _of_brand(
    here: Discord, visitor: Visitor, verb: str, brand: str, sent: Sent | None, kept: str = ""
) -> discord.ui.Modal:
    if verb == "new":
        along = await find(here.admind, visitor, kept)
        accounts = await here.admind.looking.accounts(visitor.workspace, visitor.member.id)
        mine = [each for each in accounts.items if each.brand == brand]
        zone, named = await deciding.zone_of(here.admind, visitor), kept if along else ""
        return forms.new_post_form(mine, brand, zone=zone, along=along, kept=named, sent=sent)
    if verb == "held":
        zone = await deciding.zone_of(here.admind, visitor)
        return forms.held_form(await on_posts.kept_back(here.admind, visitor, brand), brand, zone)
    name, now = await settings_of(here.admind, visitor, brand)
    return forms.rooms_form(brand, name, now) if verb == "rooms" else forms.groups_form(brand, name, now)


async def _of_post(
    here: Discord, visitor: Visitor, verb: str, named: str, sent: Sent | None, message: str = ""
) -> discord.ui.Modal | None:
    if verb == "takedown":
        return forms.take_down_form(await on_posts.standing(here.admind, visitor, named), named)
    post = await here.admind.looking.post(visitor.workspace, visitor.member.id, named)
    if verb == "later":
        zone = await deciding.zone_of(here.admind, visitor)
        phrase = sent.typed("phrase") if sent else ""
        return forms.later_form(post, zone=zone, now=here.admind.clock.now(), phrase=phrase, message=message)
    return forms.edit_form(await draft_of(here, visitor, post.draft))


async def _one_by_one(here: Discord, visitor: Visitor, interaction: Interaction, verb: str, ids: list[str]) -> None:
    """A draft with more texts than a window has fields: which one is edited is chosen first."""
    named = ids[0]
    if verb == "rework":
        named = (await here.admind.looking.post(visitor.workspace, visitor.member.id, named)).draft
    buttons, left = forms.choices(await draft_of(here, visitor, named))
    left = (*left, *(each.label for each in buttons[MOST_BUTTONS:]))
    said = [told("Whose text? Each opens in a window of its own.")] if buttons else []
    if left:
        names = ", ".join(left)
        said.append(told("No room in a window of Discord: {accounts}. Edit these in the studio.", accounts=names))
    await here.telling.answer(interaction, "\n".join(said), buttons=buttons[:MOST_BUTTONS])


def mode_of(name: str) -> Mode:
    """What a button says of the pages that it turns; pages that approve nothing for anything else."""
    return cast(Mode, name) if name in ("details", "read", "review") else "details"
