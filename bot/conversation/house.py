"""Commands about the house: the brand, who is away, and where to change what.

A reply stands in a record and perhaps in a room that others read: what is for one person alone, such as a link that
signs in, is never in one. What gives somebody else a word is done only where it is certain who speaks.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from bot.conversation.listing import CHATS, typed
from bot.conversation.speaking import Speaking
from bot.errors import BadInput
from bot.when import Resolved, resolve, say
from bot.words import LANGUAGES, reader, told, words

PERSONAL: Final = frozenset({"slack", "discord", "studio"})  # surfaces where nobody speaks in another's name
_SOURCE: Final = 280


async def brand(speaking: Speaking, argument: str) -> str:
    """How the brand speaks and who must approve."""
    turn = speaking.turn
    found = await turn.windows.brands(turn.asker.workspace, turn.asker.member)
    here = next((each for each in found.items if each.id == turn.asker.brand), None)
    if here is None:
        return told("You have no brand here yet. An owner can give you a role in one.")
    language = LANGUAGES.get(here.language.partition("-")[0], here.language)
    book = words(reader())
    lines = [
        told("{name}, written in {language}.", name=here.name, language=language),
        book.many(
            "A post needs {count} approval of the team.", "A post needs {count} approvals of the team.", here.approvals
        ),
    ]
    if here.client_approvals:
        after = here.client_approvals
        lines.append(book.many("Then {count} of the client.", "Then {count} of the client.", after))
    lines = [" ".join(lines)]
    voice = told("Voice: {voice}", voice=here.voice[:_SOURCE]) if here.voice else ""
    points = [voice or told("No voice is set yet: I write plainly.")]
    points += [told("Never says: {words}", words=", ".join(here.avoid_words[:20]))] if here.avoid_words else []
    points += (
        [told("Facts: {facts}", facts="; ".join(fact.text for fact in here.facts[:5])[:_SOURCE])] if here.facts else []
    )
    accounts = ", ".join(account.name for account in turn.around.accounts)
    points += [told("Posts to: {accounts}", accounts=accounts)] if accounts else []
    lines += [f"• {point}" for point in points]
    how = (
        told("An owner changes this in the studio: `{command}`.", command=typed("studio", turn))
        if turn.asker.surface in CHATS
        else told("An owner changes this in the studio, or with `admind brand` at the terminal.")
    )
    return "\n".join([*lines, how])


async def away(speaking: Speaking, argument: str) -> str:
    """Away until the end of a day, or until a time; with a name that person decides meanwhile."""
    turn = speaking.turn
    said = re.sub(r"^until\s+", "", argument.strip(), flags=re.I)
    when, delegate = await _delegate(speaking, said)
    until = _moment(speaking, when)
    if turn.asker.surface not in PERSONAL:
        command = f"admind members away {speaking.member.id} {until.date()}"
        return told(
            "Who decides is a person's word, and from here I can't be sure whose this is. Nothing changed. At the "
            "terminal: `{command}`; or say it in your chat or in the studio.",
            command=f"{command} --delegate {delegate[0]}" if delegate else command,
        )
    await speaking.absences.set_away(
        turn.asker.workspace, speaking.member.id, speaking.member.id, until, delegate[0] if delegate else ""
    )
    stands_in = (
        told("{name} decides for you meanwhile.", name=delegate[1]) if delegate else told("Nobody stands in for you.")
    )
    day = say(until, turn.asker.zone, turn.asker.language, now=turn.now)
    return " ".join(
        (
            told("You are away until {day}.", day=day),
            stands_in,
            told("`{command}` ends it.", command=typed("back", turn)),
        )
    )


async def back(speaking: Speaking, argument: str) -> str:
    turn = speaking.turn
    if speaking.member.away is None:
        return told("You are not away.")
    if turn.asker.surface not in PERSONAL:
        return told("At the terminal: `admind members away {id}` without a date ends it.", id=speaking.member.id)
    await speaking.absences.set_away(turn.asker.workspace, speaking.member.id, speaking.member.id, None, "")
    return told("Welcome back. You decide for yourself again.")


async def studio(speaking: Speaking, argument: str) -> str:
    """A link that signs in is never in a reply, which others may read."""
    return told(
        "The studio opens by a link that is for you alone, good once: `admind studio` at the terminal, or `/admind "
        "studio` in your chat, which only you see."
    )


async def settings(speaking: Speaking, argument: str) -> str:
    if speaking.turn.asker.surface in CHATS:
        return "\n".join(
            [
                told("Where to change what:"),
                told("• Rooms, clients and groups: `/admind settings`"),
                told("• Brand, approvals, people, accounts: `/admind studio`, then Settings"),
                told("• You yourself: `/admind away until Friday Ben decides`; your language and zone in the studio"),
            ]
        )
    return "\n".join(
        [
            told("Where to change what:"),
            told(
                "• Brand, approvals, people and their roles: the studio, Settings; or `admind brand` and `admind "
                "members`."
            ),
            told("• Accounts: the studio, Settings, Accounts; or `admind accounts`."),
            told("• Rooms and groups of a chat: `/admind settings` there."),
            told("• You yourself: `away until DAY NAME decides`; your language and zone in the studio."),
        ]
    )


async def _delegate(speaking: Speaking, said: str) -> tuple[str, tuple[str, str] | None]:
    """The time that was said, and id and name of who decides meanwhile. Raises BadInput."""
    match = re.fullmatch(r"(.+?)\s+(?:decides|entscheidet)", said, re.I)
    if match is None:
        return said, None
    turn, words = speaking.turn, match[1].strip()
    people = await turn.windows.members(turn.asker.workspace, turn.asker.member)
    others = [each for each in people.items if each.id != speaking.member.id and each.roles]
    fits = [each for each in others if re.search(rf"(?:^|[\s,]){re.escape(each.name)}$", words, re.I)]
    first = [each for each in others if re.search(rf"(?:^|[\s,]){re.escape(each.name.split()[0])}$", words, re.I)]
    found = fits or first
    if len(found) != 1:
        names = ", ".join(each.name for each in (found or others)[:8]) or "nobody else yet"
        raise BadInput(f"Who decides meanwhile? There are: {names}.", kept="Nothing changed.")
    name = found[0].name if fits else found[0].name.split()[0]
    return words[: -len(name)].strip(" ,"), (found[0].id, found[0].name)


def _moment(speaking: Speaking, phrase: str) -> datetime:
    """Raises BadInput for what is no time, or past."""
    turn = speaking.turn
    for day in (phrase, f"{phrase} 23:59"):
        found = resolve(day, now=turn.now, zone=turn.asker.zone, language=turn.asker.language)
        if isinstance(found, Resolved) and found.instants and not found.soon and found.instants[0] > turn.now:
            return found.instants[0]
    raise BadInput(
        "Until when? Say a day, such as `away until Friday` or `away until 24 December Ben decides`.",
        kept="Nothing changed.",
    )
