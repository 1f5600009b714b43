"""Slots in words: read back first, planned once somebody says yes, by a button or by `plan yes`.

What a button carries is the request's id: its words, or those that were read back in their place, are read again when
it is pressed, by the same rules, and the same request plans nothing twice. A program proposes; a person says yes.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.chat import PROGRAMS, Button
from bot.clock import Clock
from bot.conversation.speaking import MCP, Planning, Said, Speaking, only_persons
from bot.errors import BadInput, NotAllowed, NotFound
from bot.insights.mix import Share
from bot.llm.languages import language_of
from bot.when import Unclear, resolve
from bot.words import reader, told, words
from bot.workflow.mixing import Mixing
from bot.workflow.plans import Plans
from bot.workflow.requests import Asker
from storage.redis import Database
from storage.requests import Request, RequestStore
from storage.stores import TeamStore

VERB: Final = "plan"
LOOKED_BACK: Final = 10  # of the person's latest requests
MOST_NAMED: Final = 8
MOST_WORDS: Final = 5  # of a form; more is another wish that stands in the same message
_ADD: Final = re.compile(r"^\s*/?(?:admind\s+)?plan\s+add\b", re.I)


class Slotting:
    def __init__(self, database: Database, plans: Plans, mixing: Mixing, clock: Clock) -> None:
        self._requests = RequestStore(database)
        self._team = TeamStore(database)
        self._plans = plans
        self._mixing = mixing
        self._clock = clock

    async def answer(self, request: Request, asker: Asker) -> Said | None:
        """The reading back, where a whole message plans slots beyond doubt or says `plan add`; None for all others."""
        text = request.text
        language = _language(text, asker.language)
        if _ADD.match(text) or await self._plans.is_plan(asker.workspace, asker.brand, text, language=language):
            return await self.read_back(asker, text, request.id)
        return None

    async def read_back(self, asker: Asker, text: str, request: str) -> Said:
        """What was understood, and the question whether it shall count. Raises BadInput with a question."""
        language = _language(text, asker.language)
        found = await self._plans.read(asker.workspace, asker.member, asker.brand, text, language=language)
        book = words(reader())
        asks = book.many("Plan this {count} slot?", "Plan these {count} slots?", len(found))
        lines = [told("I understood:"), *(f"• {each.line()}" for each in found), asks]
        if asker.surface in MCP:
            lines.append(told("A person plans it by saying `plan yes {id}`.", id=request))
        elif asker.surface not in ("slack", "discord"):
            lines.append(told("Say `plan yes`, or say it in other words."))
        return Said(
            "\n".join(lines),
            (Button(label=told("Yes, plan it"), action=f"{VERB}:{request}:{asker.brand}", style="primary"),),
        )

    async def reads(self, asker: Asker, text: str) -> bool:
        """Whether these words as they stand are slots and nothing besides."""
        language = _language(text, asker.language)
        try:
            found = await self._plans.read(asker.workspace, asker.member, asker.brand, text, language=language)
        except BadInput:
            return False
        return all(len(each.form.split()) <= MOST_WORDS for each in found)

    async def confirm(self, workspace: str, member: str, request_id: str) -> str:
        """Plan what that request asked for; again: no difference. Raises NotFound, NotAllowed, BadInput."""
        request = await self._requests.get(workspace, request_id)
        brand = _offered(request)
        if not brand:
            raise NotFound("There is nothing to plan here.", do_next="Say again what to plan.")
        text = _words(request)
        language = _language(text, reader())
        made = await self._plans.add(workspace, member, brand, text, language=language, key=request_id)
        said = words(reader()).many("Planned: {count} slot.", "Planned: {count} slots.", len(made))
        return said + " " + told("Drafts come for approval in time. `plan` shows the week.")

    async def confirm_last(self, asker: Asker) -> str:
        """The same for what was read back last in this conversation. Raises BadInput."""
        recent = await self._requests.recent(asker.workspace, asker.member, limit=LOOKED_BACK)
        for request in reversed(recent):
            if _offered(request) and request.conversation == asker.conversation:
                return await self.confirm(asker.workspace, asker.member, request.id)
        raise BadInput("There is nothing that waits to be planned.", do_next="Say `plan add`, and what.")

    async def standing(self, asker: Asker, start: datetime, end: datetime) -> Said:
        """The plan's slots in a span, those that lack something, and how the last 30 days were mixed.

        No words without a plan, and to clients: they see what the team approved.
        """
        try:
            places = await self._plans.between(asker.workspace, asker.member, asker.brand, start, end)
        except NotAllowed:
            return Said("")
        names = {each.id: each.name for each in await self._team.all(self._team.accounts, asker.workspace)}
        book, zone = words(reader()), ZoneInfo(asker.zone)
        lines, count = list[str](), Counter(each.state for each in places)
        if places:
            parts = [f"{number} {_state(state)}" for state, number in count.items()]
            lines.append(told("The plan's slots: {states}.", states=", ".join(parts)))
        for each in [each for each in places if each.state in ("empty", "skipped")][:MOST_NAMED]:
            accounts = ", ".join(names.get(account, account) for account in each.accounts)
            why = book.said(each.problem) or told("to be filled")
            lines.append(f"• {book.when(each.due, zone)} · {accounts}: {why}")
        lines += await self._balance(asker)
        proposed = await self._proposed(asker)
        lines += [
            told("A program proposes “{words}”: `plan yes {id}` plans it.", words=_words(each)[:200], id=each.id)
            for each in proposed
        ]
        yes = [Button(label=told("Yes, plan it"), action=f"{VERB}:{each.id}:{asker.brand}") for each in proposed]
        button = Button(label=told("Fill"), action=f"fill:{asker.brand}")
        return Said("\n".join(lines), (*((button,) if count["empty"] else ()), *yes))

    async def _proposed(self, asker: Asker) -> list[Request]:
        """What programs in this member's name proposed lately and nobody has planned."""
        recent = await self._requests.recent(asker.workspace, asker.member, limit=LOOKED_BACK)
        mine = [each for each in recent if each.surface in PROGRAMS and _offered(each) == asker.brand]
        return [
            each for each in mine if not await self._plans.holds(asker.workspace, asker.member, asker.brand, each.id)
        ]

    async def _balance(self, asker: Asker) -> list[str]:
        """Pillars and audiences beside what the team declared, a line each, where it declared any."""
        brand = (await self._team.brands.get(asker.workspace, asker.brand)).record
        mix = await self._mixing.of(asker.workspace, asker.brand, brand.profile.audiences)
        lines = []
        for what, spread in ((told("Pillars"), mix.pillars), (told("Audiences"), mix.audiences)):
            if not (spread.never or any(each.wanted is not None for each in spread.shares)):
                continue
            parts = [_share(each) for each in spread.shares[:MOST_NAMED]]
            parts += [told("{name} never", name=name) for name in spread.never[:MOST_NAMED]]
            lines.append(told("{what}, last 30 days: {parts}.", what=what, parts=", ".join(parts)))
        return lines

    async def fill(self, workspace: str, member: str, brand: str) -> str:
        """Empty slots of the horizon are drafted anew."""
        count = await self._plans.fill(workspace, member, brand)
        if not count:
            return told("No slot is empty.")
        return words(reader()).many("{count} slot is being filled.", "{count} slots are being filled.", count)

    async def pause(self, asker: Asker, argument: str) -> str:
        """Nothing is planned until a day. Raises BadInput with a question."""
        said, _, why = re.sub(r"\s+because\s+", "\n", argument, count=1, flags=re.I).partition("\n")
        zone = ZoneInfo(asker.zone)
        today, last = self._clock.now().astimezone(zone).date(), None
        when = re.sub(r"^(?:until|bis)\s+", "", said.strip(), flags=re.I)
        if when:
            found = resolve(f"{when} 12:00", now=self._clock.now(), zone=asker.zone, language=asker.language)
            if isinstance(found, Unclear):
                raise BadInput(found.question)
            last = found.instants[0].astimezone(zone).date() - timedelta(days=1)
        await self._plans.pause(asker.workspace, asker.member, asker.brand, today, last, why=why.strip()[:120])
        if last is None:
            return told("The plan pauses from today on. `plan go on` ends it.")
        return told("The plan pauses up to and including {day}.", day=words(reader()).day(last))

    async def go_on(self, asker: Asker) -> str:
        await self._plans.go_on(asker.workspace, asker.member, asker.brand)
        return told("The plan goes on.")


async def standing(speaking: Speaking, start: datetime, end: datetime) -> Said:
    """How the plan's slots stand; nothing where there are no plans."""
    if speaking.slotting is None or start >= end:
        return Said("")
    return await speaking.slotting.standing(speaking.turn.asker, start, end)


async def add(speaking: Speaking, argument: str) -> Said:
    return await _of(speaking).read_back(speaking.turn.asker, argument, speaking.request)


async def yes(speaking: Speaking, argument: str) -> str:
    """To what was read back last here, or to a request by its id: a program's, too."""
    asker = speaking.turn.asker
    only_persons(asker, told("Nothing was planned."))
    if argument:
        return await _of(speaking).confirm(asker.workspace, asker.member, argument)
    return await _of(speaking).confirm_last(speaking.turn.asker)


async def fill(speaking: Speaking, _argument: str) -> str:
    asker = speaking.turn.asker
    return await _of(speaking).fill(asker.workspace, asker.member, asker.brand)


async def pause(speaking: Speaking, argument: str) -> str:
    only_persons(speaking.turn.asker, told("The plan is as it was."))
    return await _of(speaking).pause(speaking.turn.asker, argument)


async def go_on(speaking: Speaking, _argument: str) -> str:
    only_persons(speaking.turn.asker, told("The plan is as it was."))
    return await _of(speaking).go_on(speaking.turn.asker)


def _of(speaking: Speaking) -> Planning:
    if speaking.slotting is None:
        raise BadInput("There are no plans here.")
    return speaking.slotting


def _offered(request: Request) -> str:
    """The brand for which it was offered to plan what this request said; "" where that was not offered."""
    begins = f"{VERB}:{request.id}:"
    return next((each.action.removeprefix(begins) for each in request.buttons if each.action.startswith(begins)), "")


def _words(request: Request) -> str:
    """What was read back of it."""
    return request.restated or request.text


def _share(each: Share) -> str:
    percent = round(each.percent)
    if each.wanted is None:
        return f"{each.name} {percent} %"
    return told("{name} {percent} % of {wanted} %", name=each.name, percent=percent, wanted=each.wanted)


def _state(state: str) -> str:
    return {
        "planned": told("to come"),
        "empty": told("empty"),
        "drafting": told("being drafted"),
        "drafted": told("waiting for approval"),
        "approved": told("approved"),
        "expired": told("not approved in time"),
        "skipped": told("left out"),
    }.get(state, state)


def _language(text: str, otherwise: str) -> str:
    """In which words weekdays and times are said: they tell it better than whoever says them."""
    found = language_of(text)
    return found if found in ("en", "de") else otherwise
