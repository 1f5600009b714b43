"""Commands that show what there is: drafts, posts, the calendar, problems, one draft in full, and what waits for whom.

A terminal names drafts by their ids, because there people type them. A chat has buttons instead, and few lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.chat import Button
from bot.conversation.finding import explain, find
from bot.conversation.periods import read_period
from bot.conversation.speaking import Said, Speaking
from bot.conversation.turn import Turn
from bot.views import DraftView
from bot.when import say
from bot.words import reader, told, words
from bot.workflow.calendar_showing import Asked

CHATS: Final = frozenset({"slack", "discord"})  # surfaces with buttons
PICTURES: Final = CHATS | {"studio"}  # surfaces that show one below the words
FEW, MANY = 10, 20  # lines of a list in a chat, and elsewhere
OPENED: Final = 5  # drafts of a list with a button of their own
LABEL: Final = 24  # characters of a title on a button
EXCERPT: Final = 280


async def drafts(speaking: Speaking, argument: str) -> str | Said:
    turn = speaking.turn
    found = await find("drafts", "", turn)
    listed = _listed(told("Waiting for a decision:"), told("No draft is waiting."), found, turn, numbered=True)
    opens = [
        Button(label=f"{number} {_short(item['title'])}", action=f"details:{item['id']}")
        for number, item in enumerate(found["items"][:OPENED], 1)
    ]
    return Said(listed, (*await review_button(speaking), *opens)) if found["items"] else listed


async def posts(speaking: Speaking, argument: str) -> str:
    found = await find("published", argument, speaking.turn)
    days = found["period"]
    return _listed(
        told("Went out {days}:", days=days), told("Nothing went out {days}.", days=days), found, speaking.turn
    )


async def calendar(speaking: Speaking, argument: str) -> str | Said:
    """In words, and for surfaces that show pictures as one."""
    turn = speaking.turn
    argument = re.sub(r"^(?:for|of|für|von) ", "", argument, flags=re.I)
    found = await find("scheduled", argument, turn)
    days, asker = found["period"], turn.asker
    none = told("Nothing is planned {days}.", days=days)
    listed = _listed(told("Planned {days}:", days=days), none, found, turn)
    if not found["items"]:
        return Said(f"{listed} {how_to_plan(turn)}", (new_post(turn),))
    span = read_period(argument, turn.now, asker.zone, asker.language, past=False)
    if asker.surface not in PICTURES:
        return listed
    first, until = span.start.date(), span.end.date()
    asked = Asked(asker.workspace, asker.member, asker.brand, first, until, ZoneInfo(asker.zone))
    return Said(listed, picture=await speaking.calendar.kept(turn.windows, asked, words(reader())))


async def problems(speaking: Speaking, argument: str) -> str:
    found = await find("problems", "", speaking.turn)
    return _listed(told("Needs somebody's attention:"), told("No problems."), found, speaking.turn)


async def show(speaking: Speaking, argument: str) -> str:
    turn = speaking.turn
    view = await turn.windows.draft(turn.asker.workspace, turn.asker.member, argument)
    stands = await explain(argument, turn)
    lines = [f"{view.title} ({view.id}), {stands['when'] or told('as soon as it is approved')}"]
    lines += [f"— {version.account_name}:\n{version.text}" for version in view.versions]
    lines += [told("Must be mended: {what}", what=each) for each in stands["must_be_mended"]]
    lines += [told("Please look: {what}", what=each) for each in stands["look_at"]]
    lines += list(stands["waits_for"])
    lines += [f"{each['where']}: {each['state']}. {each['why']} {each['url']}".strip() for each in stands["posts"]]
    return "\n".join(lines)


async def review(speaking: Speaking, argument: str) -> str | Said:
    """One at a time: the draft that has to be decided first."""
    turn = speaking.turn
    mine = await _waiting(speaking)
    if not mine:
        here = (await find("drafts", "", turn))["total"]
        others = words(reader()).many("{count} waits for others: `drafts`.", "{count} wait for others: `drafts`.", here)
        return " ".join(part for part in (told("Nothing waits for your decision."), others if here else "") if part)
    first, more = mine[0], len(mine) - 1
    lines = [
        told("This one waits for you first ({count} more after it):", count=more)
        if more
        else told("This one waits for you first:")
    ]
    if turn.asker.surface in CHATS:
        return Said("\n".join([*lines, *_shortly(first, turn)]), await review_button(speaking, len(mine)))
    return "\n".join([*lines, await show(speaking, first.id), _how(first.id)])


async def how_to_decide(speaking: Speaking, argument: str) -> str | Said:
    if speaking.turn.asker.surface not in CHATS:
        return _how(argument or "ID")
    said = told("Deciding takes a person who has seen the post, so a message does not: press a button on its card.")
    return Said(said, await review_button(speaking))


async def review_button(speaking: Speaking, count: int | None = None) -> tuple[Button, ...]:
    """What opens the drafts that wait for this person, one at a time; nothing when none does."""
    waiting = len(await _waiting(speaking)) if count is None else count
    if not waiting:
        return ()
    label = words(reader()).many("Review {count}", "Review {count}", waiting)
    return (Button(label=label, action=f"next:{speaking.turn.asker.brand}", style="primary"),)


def new_post(turn: Turn) -> Button:
    return Button(label=told("New post"), action=f"new:{turn.asker.brand}")


def how_to_plan(turn: Turn) -> str:
    example = told("plan three tips for next week")
    return told("To fill it: `{command}`.", command=typed(example, turn))


def typed(command: str, turn: Turn) -> str:
    """A command as it is written where this was asked. In Discord what follows a command is typed into its options;
    what has none is said to AdMind.
    """
    if turn.asker.surface == "discord" and " " in command:
        name, _, rest = command.partition(" ")
        if name != "resume":
            return f"@AdMind {command}"
        kind, _, value = rest.partition(" ")
        return f"/admind resume {kind}:{value or True}"
    return f"/admind {command}" if turn.asker.surface in CHATS else command


async def _waiting(speaking: Speaking) -> Sequence[DraftView]:
    asker = speaking.turn.asker
    return await speaking.turn.windows.waits_for(asker.workspace, asker.member, asker.brand)


def _shortly(view: DraftView, turn: Turn) -> list[str]:
    """What is decided about, in so few lines that a phone shows them; the whole opens with the button."""
    when = say(view.due, turn.asker.zone, turn.asker.language, now=turn.now) if view.due else ""
    lines = [f"{view.title} · {when or told('as soon as it is approved')}"]
    for version in view.versions[:2]:
        text = " ".join(version.text.split())
        lines.append(f"{version.account_name}: {text if len(text) <= EXCERPT else text[:EXCERPT].rstrip() + '…'}")
    left = len(view.versions) - 2
    return [*lines, *([told("… and {count} more.", count=left)] if left > 0 else [])]


def _how(draft: str) -> str:
    return told(
        "Deciding takes a person who has seen the post: use the buttons on its card, or run `admind approve {id}` or "
        "`admind reject {id}` in the terminal. A message does not decide.",
        id=draft,
    )


def _short(title: str) -> str:
    return title if len(title) <= LABEL else title[: LABEL - 1].rstrip() + "…"


def _listed(head: str, none: str, found: dict[str, Any], turn: Turn, *, numbered: bool = False) -> str:
    if not found["items"]:
        return none
    chat = turn.asker.surface in CHATS
    lines = [head]
    shown = found["items"][: FEW if chat else MANY]
    for number, item in enumerate(shown, 1):
        mark = f"{number}." if chat and numbered else "•"
        facts = [str(item[name]) for name in ("when", "where", "state", "why", "numbers", "url") if item.get(name)]
        if chat:
            lines.append(f"{mark} {' · '.join([str(item['title']), *facts])}")
        else:
            lines.append(f"{mark} {item['title']} ({item['id']}): {', '.join(facts)}")
    more = found["total"] - len(shown)
    return "\n".join([*lines, *([told("… and {count} more.", count=more)] if more else [])])
