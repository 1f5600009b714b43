"""A card as a Discord message: whole where it can be, and honest where it cannot.

In the order of people's questions: what and when, what it waits for, how it looks, what each account gets, what is
wrong with it, what can be pressed, who asked.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import discord

from bot.chat import Button, Card, CardPicture, CardSection
from bot.words import reader, told, words
from handlers.chat.cutting import shares
from handlers.discord.buttons import read_first, rows
from handlers.discord.limits import ALT, ATTACHMENTS, CHARACTERS, COMPONENTS, checked, plain, plainly, weight

MOST_ACCOUNTS: Final = (20, 10, 5, 0)  # the first number with which it all fits
TITLE, NOTES, STATUS, FOOTER = 250, 900, 400, 250  # characters at most
MOST_CALLED: Final = 15
NUMBERS: Final = ("1️⃣", "2️⃣", "3️⃣")
NOTE, WORDING = 300, 300
LEAST: Final = 80  # characters of a text that are worth showing
_ADDRESS = re.compile(r"https?://[^\s<>|\"]{1,1900}")
Part = discord.ui.Item[Any]


@dataclass(frozen=True, slots=True)
class DiscordMessage:
    """`files` maps names of attachments to pictures' sha256. Where not `shows_all`, a reaction approves nothing."""

    view: discord.ui.LayoutView
    files: Mapping[str, str]
    shows_all: bool


@dataclass(slots=True)
class _Drawing:
    """Parts so far, the pictures on them, and what could not be shown, a sentence each."""

    card: Card
    there: frozenset[str]
    called: tuple[str, ...] = ()
    parts: list[Part] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    lacking: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.parts.append(discord.ui.TextDisplay(text if text.strip() else "—"))  # Discord takes no empty text

    @property
    def taken(self) -> int:
        return sum(weight(each.content) for each in self.parts if isinstance(each, discord.ui.TextDisplay))


def message(
    card: Card, there: frozenset[str] = frozenset(), *, key: str = "", called: tuple[str, ...] = ()
) -> DiscordMessage:
    """`there` are the pictures (sha256) that can be attached; `key` marks the message, to find it again by; `called`
    are Discord's ids of whom it wakes.

    In the language of whoever is answered (`bot.words.reading`).
    """
    drawings = (_drawn(card, there, accounts, called) for accounts in MOST_ACCOUNTS)
    drawing = next(drawing for drawing in drawings if _fits(drawing))
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.Container(*drawing.parts, accent_colour=_colour(card), id=mark(key) if key else None))
    return DiscordMessage(checked(view), drawing.files, not drawing.lacking and bool(card.sections))


def mark(key: str) -> int:
    """What a message's box is numbered by, so that it can be found again: 31 bits, never 0."""
    return zlib.crc32(key.encode()) >> 1 | 1


def when(card: Card) -> str:
    """The workspace's time, and Discord's own beside it: each reader sees that in their own zone."""
    own = f"<t:{int(card.at.timestamp())}:f>" if card.at else ""
    return " · ".join(part for part in (plain(card.when), own) if part)


def _fits(drawing: _Drawing) -> bool:
    nested = sum(len(each.children) for each in drawing.parts if isinstance(each, discord.ui.ActionRow))
    components = 1 + len(drawing.parts) + nested
    return components <= COMPONENTS and drawing.taken <= CHARACTERS and len(drawing.files) <= ATTACHMENTS


def _colour(card: Card) -> discord.Colour | None:
    """Red where something went wrong, so that it is seen in passing."""
    return discord.Colour.red() if card.title.startswith(("❌", "❓", "⏰")) else None


def _drawn(card: Card, there: frozenset[str], accounts: int, called: tuple[str, ...]) -> _Drawing:
    drawing = _Drawing(card, there, tuple(f"<@{user}>" for user in called[:MOST_CALLED]))
    if not (card.when or card.picture or card.sections or card.notes or card.buttons or card.footer):
        drawing.say(f"-# {_cut(' · '.join(part for part in (card.title, card.status) if part), TITLE)}")
        _call(drawing)
        return drawing
    _head(drawing)
    _picture(drawing)
    _notes_and_sections(drawing, accounts)
    _foot(drawing)
    _call(drawing)
    return drawing


def _call(drawing: _Drawing) -> None:
    if drawing.called:
        drawing.say(" ".join(drawing.called))


def _head(drawing: _Drawing) -> None:
    card = drawing.card
    status = card.status if _ADDRESS.fullmatch(card.status) else _cut(card.status, STATUS)
    lines = [f"### {_cut(card.title, TITLE)}", when(card), status]
    drawing.say("\n".join(line for line in lines if line))


def _picture(drawing: _Drawing) -> None:
    picture = drawing.card.picture
    if picture is None:
        return
    if _attached(drawing, (picture,)):
        alt = _cut(picture.alt, ALT)
        if picture.alt.strip():
            drawing.say(f"-# {told('Alt: {text}', text=alt)}")
    else:
        drawing.lacking.append(told("The picture could not be shown here."))
    if not plainly.cut(picture.alt, ALT).whole:
        drawing.lacking.append(told("The alt text is longer than shown here."))


def _attached(drawing: _Drawing, pictures: tuple[CardPicture, ...]) -> bool:
    """All of these as a gallery, if they can be had."""
    if any(each.sha256 not in drawing.there for each in pictures):
        return False
    items = list[discord.MediaGalleryItem]()
    for each in pictures:
        name = f"{each.sha256[:16]}.{each.mime.rpartition('/')[2]}"
        drawing.files[name] = each.sha256
        items.append(discord.MediaGalleryItem(f"attachment://{name}", description=_short_alt(each.alt)))
    drawing.parts.append(discord.ui.MediaGallery(*items))
    return True


def _short_alt(alt: str) -> str | None:
    return plainly.cut(alt, ALT).text.strip() or None


def _notes_and_sections(drawing: _Drawing, accounts: int) -> None:
    """Texts get what the rest leaves: findings come below them, but never fall to their length."""
    after = _Drawing(drawing.card, drawing.there)
    _options(after)
    _notes(after)
    fixed = drawing.taken + after.taken + min(weight(plain(drawing.card.footer)), FOOTER)
    fixed += weight(" ".join(drawing.called))
    _sections(drawing, accounts, CHARACTERS - fixed - 500)  # what is said about what is missing
    drawing.parts += after.parts
    drawing.lacking += after.lacking


def _sections(drawing: _Drawing, accounts: int, room: int) -> None:
    sections = drawing.card.sections[:accounts]
    headings = [_heading(each) for each in sections]
    room -= sum(weight(each) + 1 for each in headings)
    texts = [each.full or each.text for each in sections]
    parts = shares([plainly.weigh(each) for each in texts], room, least=LEAST)
    short = 0
    for section, heading, whole, share in zip(sections, headings, texts, parts, strict=True):
        shown = plainly.cut(whole, share)
        short += not shown.whole
        drawing.say("\n".join(part for part in (heading, plain(shown.text)) if part.strip()))
        if section.pictures and not _attached(drawing, section.pictures[:ATTACHMENTS]):
            drawing.lacking.append(told("{account} has pictures that are not all shown here.", account=section.heading))
    if short:
        drawing.lacking.append(
            words(reader()).many(
                "One text is longer than shown here.", "{count} texts are longer than shown here.", short
            )
        )
    if (left := len(drawing.card.sections) - len(sections)) > 0:
        drawing.lacking.append(
            words(reader()).many("One more account does not fit here.", "{count} more accounts do not fit here.", left)
        )


def _heading(section: CardSection) -> str:
    """A bold line, and beside it what is measured."""
    meter = f"   {_cut(section.meter, 60)}" if section.meter else ""
    return f"**{_cut(section.heading, 100) or '—'}**{meter}"


def _options(drawing: _Drawing) -> None:
    """Other wordings under the numbers that choose them; the present one stands above."""
    options = drawing.card.options[: len(NUMBERS) - 1]
    if not options:
        return
    idea = f" ({drawing.card.idea})" if drawing.card.idea else ""
    lines = [f"{NUMBERS[0]} {told('the wording above')}{idea}"]
    lines += [f"{number} {_cut(text, WORDING)}" for number, text in zip(NUMBERS[1:], options, strict=False)]
    numbers = told(" or ").join(NUMBERS[1 : len(options) + 1])
    lines.append(f"-# {told('React with {numbers} to take that wording instead.', numbers=numbers)}")
    drawing.say("\n".join(lines))


def _notes(drawing: _Drawing) -> None:
    """What ends in an address stands first, with the address to be pressed."""
    notes = drawing.card.notes
    plain_ones, links, room, count = list[str](), list[str](), NOTES, 0
    for note in notes:
        before, _, last = note.rpartition(" ")
        linked = bool(before) and len(last) <= NOTE and bool(_ADDRESS.fullmatch(last))
        cut = plainly.cut(before if linked else note, NOTE)
        line = f"{plain(cut.text)} <{last}>" if linked else plain(cut.text)
        if weight(line) + 1 > room:
            break
        (links if linked else plain_ones).append(line)
        room -= weight(line) + 1
        count += cut.whole
    if shown := (*links, *plain_ones):
        drawing.say("\n".join(shown))
    if count < len(notes):
        drawing.lacking.append(told("Not all that was found is shown here."))


def _foot(drawing: _Drawing) -> None:
    card = drawing.card
    lacking = bool(drawing.lacking)
    if lacking:
        hidden = _cut(" ".join(dict.fromkeys(drawing.lacking)), 450)
        drawing.say(told("⚠ {what} Press “Read all”.", what=hidden))
    buttons = [read_first(each) for each in card.buttons] if lacking else list(card.buttons)
    drawing.parts += rows(buttons, name=card.draft or card.title[:40])
    if foot := _footing(card, buttons, whole=not lacking):
        drawing.say(f"-# {foot}")


def _footing(card: Card, buttons: list[Button], *, whole: bool) -> str:
    reacts = whole and card.sections and any(each.action.startswith("approve:") for each in buttons)
    foot = (_cut(card.footer, FOOTER), told("✅ on this message also approves") if reacts else "")
    return " · ".join(part for part in foot if part)


def _cut(text: str, most: int) -> str:
    """As much of these very words as fits, in one paragraph."""
    return plain(plainly.cut(" ".join(text.split()), most).text)
