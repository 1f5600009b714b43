"""Windows that were filled in and sent: understood by their ids and by what Discord sends, after a restart too."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import discord

from bot.chat import Button, Verdict
from bot.errors import AdMindError, BadInput
from bot.words import read_in, told
from handlers.chat import deciding, on_posts, proving
from handlers.chat import settings as houses
from handlers.chat.along import Along, whole_topic
from handlers.chat.along import sent as came_along
from handlers.chat.visiting import Visitor
from handlers.chat.wrong import FieldErrors
from handlers.discord import forms
from handlers.discord.calling import asked
from handlers.discord.discord import Discord
from handlers.discord.fields import Sent
from handlers.discord.listeners import errors, opening, pressing
from handlers.discord.places import Asking
from handlers.discord.surface import PERMISSIONS, spelled

log = logging.getLogger(__name__)
Interaction = discord.Interaction[Any]


@dataclass(frozen=True, slots=True)
class Filled:
    """A window that somebody sent: what it was about, and what stood in it."""

    here: Discord
    visitor: Visitor
    interaction: Interaction
    ids: list[str]
    sent: Sent


def register(here: Discord) -> None:
    async def on_interaction(interaction: Interaction) -> None:
        if interaction.type is discord.InteractionType.modal_submit:
            await submit(here, interaction)

    here.client.add_listener(on_interaction)


async def submit(here: Discord, interaction: Interaction) -> None:
    """Do what it says. Discord shows no errors at fields: what is wrong is told below, with a way back."""
    data: Any = interaction.data or {}
    form, sent = str(data.get("custom_id") or ""), Sent.read(data)
    verb, *ids = form.split(":")
    visitor: Visitor | None = None
    try:
        if verb not in SENDS:
            raise BadInput(told("I don't know this window any more."), do_next=told("Open it anew."))
        thinks = verb in THINKS or interaction.message is None
        await asked(interaction.response.defer(ephemeral=True, thinking=thinks))
        visitor = await opening.visitor_of(here, interaction, deciding=True)
        read_in(visitor.member.language)
        said = await SENDS[verb](Filled(here, visitor, interaction, ids, sent))
        if said:
            await here.telling.answer(interaction, said)
        elif thinks and verb != "new":
            await here.telling.answer(interaction, told("Done."))
    except (FieldErrors, BadInput) as error:
        await _wrong(here, visitor, interaction, form, sent, error)
    except AdMindError as error:
        await _refused(here, interaction, sent, error)
    except Exception as error:
        await errors.tell(here, interaction, error, "taking a window")


async def _wrong(
    here: Discord,
    visitor: Visitor | None,
    interaction: Interaction,
    form: str,
    sent: Sent,
    error: FieldErrors | BadInput,
) -> None:
    """It can be mended: the window opens again as it was sent."""
    said = error.sentence() if isinstance(error, BadInput) else "\n".join(dict.fromkeys(error.errors.values()))
    text = "\n".join(part for part in (said, _typed(sent)) if part)
    try:
        again = await _again(here, visitor, interaction, form, sent) if visitor else ()
        await here.telling.answer(interaction, text, buttons=again)
    except AdMindError:
        await errors.tell(here, interaction, BadInput(text), "taking a window")


async def _again(
    here: Discord, visitor: Visitor, interaction: Interaction, form: str, sent: Sent
) -> tuple[Button, ...]:
    """What opens the window again; nothing where it cannot be kept."""
    try:
        name = await here.typed.keep(visitor.workspace, str(interaction.user.id), form, sent)
    except AdMindError as error:
        log.warning("a window is not kept: %s", error.what)
        return ()
    action = f"again:{visitor.workspace}:{name}"
    return (Button(label=told("Open it again"), action=action, style="primary"),)


async def _refused(here: Discord, interaction: Interaction, sent: Sent, error: AdMindError) -> None:
    """What was typed is given back."""
    await errors.tell(here, interaction, error, "taking a window")
    if typed := _typed(sent):
        await errors.tell(here, interaction, BadInput(typed), "giving back words")


def _typed(sent: Sent) -> str:
    words = [text for text in sent.texts.values() if text.strip()]
    return "\n\n".join([told("What you wrote:"), *words]) if words else ""


async def _edit(it: Filled) -> str:
    draft = await opening.draft_of(it.here, it.visitor, it.ids[0])
    edited = forms.read_edit(it.sent, draft)
    return await deciding.reword(it.here.admind, it.visitor, draft, it.ids[1], edited)


async def _changes(it: Filled) -> str:
    return await _decided(it, Verdict.changes, forms.read_reason(it.sent, needed=True))


async def _reject(it: Filled) -> str:
    return await _decided(it, Verdict.reject, forms.read_reason(it.sent, needed=False))


async def _decided(it: Filled, verdict: Verdict, reason: str) -> str:
    said = await deciding.decide(it.here.admind, it.visitor, verdict, it.ids[0], it.ids[1], reason=reason)
    if brand := _reviewed(it.interaction.message):
        await opening.review(it.here, it.visitor, it.interaction, brand, it.ids[0], in_place=True)
    return said


def _reviewed(message: discord.Message | None) -> str:
    """The brand whose drafts are looked through on this page; "" for any other message."""
    if message is None:
        return ""
    names = [
        str(getattr(each, "custom_id", "") or "")
        for each in discord.ui.LayoutView.from_message(message).walk_children()
    ]
    found = [name.split(":")[2] for name in names if name.startswith("a:next:") and name.count(":") > 2]
    return found[0] if found else ""


async def _some(it: Filled) -> str:
    accounts = forms.read_some(it.sent)
    return await deciding.decide(it.here.admind, it.visitor, Verdict.approve, it.ids[0], it.ids[1], accounts=accounts)


async def _move(it: Filled) -> str:
    draft = await opening.draft_of(it.here, it.visitor, it.ids[0])
    zone = await deciding.zone_of(it.here.admind, it.visitor, draft)
    due = forms.read_move(it.sent, now=it.here.admind.clock.now(), zone=zone)
    await deciding.move(it.here.admind, it.visitor, draft, it.ids[1], due)
    return ""


async def _take_down(it: Filled) -> str:
    admind, visitor, chosen = it.here.admind, it.visitor, forms.read_take_down(it.sent)
    await admind.posts.promise(visitor.workspace, chosen, visitor.member.id, visitor.surface)
    return await on_posts.take_down(admind, visitor, chosen)


async def _held(it: Filled) -> str:
    return await on_posts.send_held(it.here.admind, it.visitor, forms.read_held(it.sent))


async def _prove(it: Filled) -> str:
    proof = forms.read_proof(it.sent)
    draft = await opening.draft_of(it.here, it.visitor, it.ids[0])
    return await proving.settle(it.here.admind, it.visitor, draft, it.ids[1], proof)


async def _later(it: Filled) -> str:
    zone = await deciding.zone_of(it.here.admind, it.visitor)
    due = forms.read_move(it.sent, now=it.here.admind.clock.now(), zone=zone)
    said = await on_posts.send_later(it.here.admind, it.visitor, it.ids[0], due)
    pressing.redraw(it.here, it.visitor, it.interaction, *it.ids[:2])  # it may have been opened again elsewhere
    return said


async def _new(it: Filled) -> str:
    zone = await deciding.zone_of(it.here.admind, it.visitor)
    along = await came_along(it.here.admind, it.visitor, it.ids[1] if len(it.ids) > 1 else "")
    post = forms.read_new_post(it.sent, now=it.here.admind.clock.now(), zone=zone)
    post = replace(post, topic=whole_topic(along, post.topic))
    accounts = await it.here.admind.looking.accounts(it.visitor.workspace, it.visitor.member.id)
    text = post.request({each.id: each.name for each in accounts.items}, zone)
    await requested(it.here, it.visitor, it.interaction, text, brand=it.ids[0], files=post.files, along=along)
    return ""


async def requested(
    here: Discord,
    visitor: Visitor,
    interaction: Interaction,
    text: str,
    *,
    brand: str,
    files: tuple[str, ...] = (),
    along: Along | None = None,
) -> None:
    """What is asked for in words, answered where Discord shows that it is thought about. `files` are addresses."""
    came = along or Along()
    asking = Asking(
        way="private",
        team=visitor.who.team,
        channel=str(interaction.channel_id or ""),
        user=visitor.who.user,
        token=interaction.token,
        files=(*files, *came.files),
        names=came.files,
        others=came.others,
    )
    await here.answering.take(visitor, text, asking, key=str(interaction.id), brand=brand)


async def _rooms(it: Filled) -> str:
    tied = forms.read_rooms(it.sent)
    guild = it.interaction.guild
    found = {room: guild.get_channel(int(room)) if guild else None for room in (tied.review, *tied.clients)}
    names = {room: channel.name if channel else room for room, channel in found.items()}
    for field, rooms in (("review", (tied.review,)), ("clients", tied.clients)):
        for room in rooms:
            if lacking := _lacking(found[room]):
                said = told("In #{room} I lack: {permissions}.", room=names[room], permissions=", ".join(lacking))
                raise FieldErrors({field: f"{said} {told('Give them to my role under Edit Channel, Permissions.')}"})
    said = await houses.save(it.here.admind, it.visitor, it.ids[0], tied, names)
    it.here.after(it.here.mended(it.visitor.who.team))
    return said


def _lacking(channel: discord.abc.GuildChannel | None) -> list[str]:
    """What AdMind may not do there, as Discord's own windows call it."""
    if channel is None:
        return [spelled("view_channel")]
    held = channel.permissions_for(channel.guild.me)
    return [spelled(name) for name in PERMISSIONS if not getattr(held, name)]


async def _groups(it: Filled) -> str:
    await houses.tie_groups(it.here.admind, it.visitor, it.ids[0], forms.read_groups(it.sent))
    return told("Saved. These roles count from now on.")


SENDS: Final[dict[str, Callable[[Filled], Awaitable[str]]]] = {
    "edit": _edit,
    "changes": _changes,
    "reject": _reject,
    "some": _some,
    "move": _move,
    "takedown": _take_down,
    "held": _held,
    "later": _later,
    "prove": _prove,
    "new": _new,
    "rooms": _rooms,
    "groups": _groups,
}
THINKS: Final = frozenset(
    {"new", "rooms", "groups", "takedown", "held", "prove"}
)  # their answer is for one person's eyes
