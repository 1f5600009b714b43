"""A card as a Slack message: short on a phone, whole where it can be, and honest where it cannot.

In the order of people's questions: what and when, what it waits for, how it looks, what each account gets, what is
wrong with it, what can be pressed, who asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import regex

from bot.chat import Card, CardSection
from bot.words import reader, told, words
from handlers.chat.cutting import shares
from handlers.slack import kit
from handlers.slack.buttons import elements, read_first
from handlers.slack.limits import (
    FALLBACK,
    HEADER,
    MESSAGE_BLOCKS,
    MESSAGE_CHARACTERS,
    SECTION,
    Json,
    characters,
    checked_message,
    cut,
    escape,
    pieces,
    weight,
)

CARD_EVENT = "admind_card"
NUMBERS = ("1️⃣", "2️⃣", "3️⃣")
MOST_ACCOUNTS = (20, 10, 5, 0)  # the first number with which it all fits
THUMBNAIL_ALT = 160
NOTES = 2000
LEAST = 120  # characters of a text that are worth showing
_ADDRESS = regex.compile(r"https?://[^\s<>|\"]{1,1900}")


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """`text` is for notifications and screen readers. Where not `shows_all`, a reaction alone approves nothing."""

    text: str
    blocks: list[Json]
    metadata: Json
    shows_all: bool

    def arguments(self) -> Json:
        """For chat.postMessage and chat.update: nothing in it is read as a mention, a link or markup."""
        return {"text": self.text, "blocks": self.blocks, "metadata": self.metadata, "parse": "none"}


@dataclass(slots=True)
class _Drawing:
    """Blocks so far, and what could not be shown, a sentence each."""

    card: Card
    files: Mapping[str, str]
    blocks: list[Json] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)


def message(card: Card, files: Mapping[str, str] | None = None, *, key: str = "") -> SlackMessage:
    """`files` maps a picture's sha256 to its file id at Slack; `key` is kept in the message, to find it again by.

    In the language of whoever is answered (`bot.words.reading`).
    """
    drawing = next(
        drawing for accounts in MOST_ACCOUNTS if _fits((drawing := _drawn(card, files or {}, accounts)).blocks)
    )
    ids = {"draft": card.draft, "digest": card.digest, "key": key}
    return SlackMessage(
        text=_fallback(card),
        blocks=checked_message(drawing.blocks),
        metadata={"event_type": CARD_EVENT, "event_payload": {name: value for name, value in ids.items() if value}},
        shows_all=not drawing.lacking and bool(card.sections),
    )


def brief(card: Card, *, key: str = "") -> SlackMessage:
    """What is left of a card that Slack would not take: what it is about, and the way to all of it."""
    left = card.model_copy(
        update={
            "title": cut(card.title, HEADER).text,
            "status": cut(card.status, 300).text,
            "picture": None,
            "sections": (),
            "notes": (told("This is more than Slack shows in one message. Read it in full under Details."),),
            "buttons": tuple(map(read_first, card.buttons)),
        }
    )
    return message(left, key=key)


def _fits(blocks: Sequence[Json]) -> bool:
    return len(blocks) <= MESSAGE_BLOCKS and characters(blocks) <= MESSAGE_CHARACTERS


def _drawn(card: Card, files: Mapping[str, str], accounts: int) -> _Drawing:
    drawing = _Drawing(card, files)
    if _is_a_line(card):
        drawing.blocks.append(kit.context(" · ".join(part for part in (card.title, card.status) if part)))
        return drawing
    _head(drawing)
    _pictures(drawing)
    _notes_and_sections(drawing, accounts)
    _foot(drawing)
    return drawing


def _is_a_line(card: Card) -> bool:
    """What was replaced, or only says that something is over."""
    return not (card.when or card.picture or card.sections or card.notes or card.buttons or card.footer)


def _head(drawing: _Drawing) -> None:
    card = drawing.card
    shown = cut(card.title, HEADER)
    drawing.blocks.append(kit.header(card.title))
    if not shown.whole:
        drawing.blocks.append(kit.section(cut(card.title, 1000).text))
    if _ADDRESS.fullmatch(card.status):
        drawing.blocks.append(kit.link(card.status, card.when))
    elif lines := "\n".join(part for part in (card.when, cut(card.status, 1000).text) if part):
        drawing.blocks.append(kit.section(lines))


def _pictures(drawing: _Drawing) -> None:
    picture = drawing.card.picture
    if picture is None:
        return
    file = drawing.files.get(picture.sha256)
    if file is None:
        drawing.lacking.append(told("The picture could not be shown here."))
    else:
        drawing.blocks.append(kit.picture(file, cut(picture.alt, 600).text))
    alt = cut(picture.alt, 600)
    if picture.alt.strip():
        drawing.blocks.append(kit.context(told("Alt: {text}", text=alt.text)))
    if not alt.whole:
        drawing.lacking.append(told("The alt text is longer than shown here."))


def _notes_and_sections(drawing: _Drawing, accounts: int) -> None:
    """Texts get what the rest leaves: findings come below them, but never fall to their length."""
    after = _Drawing(drawing.card, drawing.files)
    _notes(after)
    fixed = characters(drawing.blocks) + characters(after.blocks) + weight(drawing.card.footer)
    fixed += sum(weight(each.label) + 2 * weight(each.action) for each in drawing.card.buttons)
    fixed += sum(weight(each) + 8 for each in drawing.card.options)
    _sections(drawing, accounts, MESSAGE_CHARACTERS - fixed - 1200)  # what is said about what is missing, and the menu
    _options(drawing)
    drawing.blocks += after.blocks
    drawing.lacking += after.lacking


def _sections(drawing: _Drawing, accounts: int, room: int) -> None:
    sections = drawing.card.sections[:accounts]
    room -= sum(
        min(weight(each.heading), HEADER)
        + min(weight(each.meter), HEADER)
        + (THUMBNAIL_ALT + 20 if each.pictures else 3)
        for each in sections
    )
    texts = [each.full or each.text for each in sections]
    parts_of = shares([weight(each) for each in texts], room, least=LEAST)
    short = 0
    for section, whole, share in zip(sections, texts, parts_of, strict=True):
        shown = cut(whole, share)
        short += not shown.whole
        drawing.blocks.append(kit.heading(section.heading, section.meter))
        parts = [part for part in pieces(shown.text, SECTION) if part.strip()]
        thumbnail = _thumbnail(section, drawing)
        if parts or thumbnail:
            drawing.blocks.append(kit.section(parts[0] if parts else "", accessory=thumbnail))
        drawing.blocks += [kit.section(part) for part in parts[1:]]
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


def _thumbnail(section: CardSection, drawing: _Drawing) -> Json | None:
    """A picture of the account's own beside its text; more of them, or a long alt text, do not fit."""
    if not section.pictures:
        return None
    first = section.pictures[0]
    file = drawing.files.get(first.sha256)
    if file is None or len(section.pictures) > 1 or weight(first.alt) > THUMBNAIL_ALT:
        drawing.lacking.append(told("{account} has pictures that are not all shown here.", account=section.heading))
    return kit.picture(file, cut(first.alt, THUMBNAIL_ALT).text) if file else None


def _options(drawing: _Drawing) -> None:
    """Other wordings under the numbers that choose them; the present one stands above."""
    options = drawing.card.options[: len(NUMBERS) - 1]
    if not options:
        return
    idea = f" ({drawing.card.idea})" if drawing.card.idea else ""
    lines = [f"{NUMBERS[0]} {told('the wording above')}{idea}"]
    lines += [f"{number} {text}" for number, text in zip(NUMBERS[1:], options, strict=False)]
    drawing.blocks.append(kit.section("\n".join(lines)))
    numbers = told(" or ").join(NUMBERS[1 : len(options) + 1])
    drawing.blocks.append(kit.context(told("React with {numbers} to take that wording instead.", numbers=numbers)))


def _notes(drawing: _Drawing) -> None:
    """What ends in an address stands first, with the address to be pressed."""
    notes = drawing.card.notes
    shown, room = list[str](), NOTES
    plain, links = list[str](), list[tuple[str, str]]()
    for note in notes:
        line = cut(note, 500).text
        if weight(line) + 1 > room:
            break
        shown.append(line)
        room -= weight(line) + 1
        words, _, last = line.rpartition(" ")
        if words and line == note and _ADDRESS.fullmatch(last):
            links.append((words, last))
        else:
            plain.append(line)
    if links:
        drawing.blocks.append(kit.links(links))
    if plain:
        drawing.blocks.append(kit.section("\n".join(plain)))
    if len(shown) < len(notes) or any(not cut(note, 500).whole for note in notes):
        drawing.lacking.append(told("Not all that was found is shown here."))


def _foot(drawing: _Drawing) -> None:
    card = drawing.card
    lacking = bool(drawing.lacking)
    if lacking:
        hidden = cut(" ".join(dict.fromkeys(drawing.lacking)), 800).text
        drawing.blocks.append(kit.section(told("⚠ {what} Read it in full under Details.", what=hidden)))
    buttons = [read_first(each) for each in card.buttons] if lacking else list(card.buttons)
    if drawn := elements(buttons, card):
        drawing.blocks.append(kit.actions(drawn))
    reacts = card.sections and not lacking and any(each.action.startswith("approve:") for each in buttons)
    foot = [cut(card.footer, 300).text, told("✅ on this message also approves") if reacts else ""]
    if any(foot):
        drawing.blocks.append(kit.context(" · ".join(part for part in foot if part)))


def _fallback(card: Card) -> str:
    """One line for a notification; a card without accounts also says what is the matter."""
    parts = [card.title, card.when, card.status, *(card.notes if not card.footer else ())]
    return escape(cut(" · ".join(part for part in parts if part), FALLBACK // 3).text)
