"""What the assistant may propose and show besides drafts: slots, campaigns, the calendar, reports.

Thin doors to what people reach by commands. Words that go to a grammar are the person's own wherever they can be read;
a model's are taken only where every fact in them is the person's. Nothing is planned or started before a person says so
by a button or a command of their own. What is shown comes below the answer, unread by the model.
"""

from __future__ import annotations

import re
from typing import Final

from bot.conversation import listing, reporting
from bot.conversation.campaigning import Campaigning
from bot.conversation.reported import PERIOD, read_meant
from bot.conversation.restating import CAMPAIGN, CHANGE, SLOTS, heard, unsaid
from bot.conversation.speaking import Planning, Said, Speaking
from bot.conversation.turn import Turn
from bot.errors import BadInput
from bot.when.pieces import fold
from bot.words import told
from bot.workflow.campaigns import CampaignStatus
from storage.requests import Request

MOST_NAMED: Final = 6


class Proposing:
    """Of one request."""

    def __init__(self, speaking: Speaking, campaigning: Campaigning | None, request: Request) -> None:
        self._speaking = speaking
        self._campaigning = campaigning
        self._request = request
        self._proposed = 0

    async def slots(self, turn: Turn, words: str) -> str:
        """Read back; its button plans them. Once in a turn: a yes stands for one reading."""
        slotting = self._slotting()
        if turn.restated:
            raise BadInput(
                told("These slots were read back already."),
                kept=told("Nothing was planned."),
                do_next=told("A person says yes or no to them first."),
            )
        words = _own(turn) if await slotting.reads(turn.asker, _own(turn)) else _checked(turn, words, SLOTS)
        account = next((each.name for each in turn.around.accounts), "Feed")
        try:
            said = await slotting.read_back(turn.asker, words, self._request.id)
        except BadInput as error:
            raise _again(error, turn, told("{account} Mon and Wed 9:00 customer story", account=account)) from error
        turn.restated.append(words)
        _show(turn, said)
        return told("Nothing is planned before you say yes:")

    async def campaign(self, turn: Turn, words: str) -> str:
        """A proposal, kept; its button starts it."""
        campaigning = self._campaigns()
        words = _own(turn) if await campaigning.reads(turn.asker, _own(turn)) else _checked(turn, words, CAMPAIGN)
        key = f"{self._request.id}:{self._proposed}" if self._proposed else self._request.id
        try:
            said = await campaigning.propose(turn.asker, words, key)
        except BadInput as error:
            example = told("Launch the Gravel 2 on 15 March, three weeks of build-up, goal sales")
            raise _again(error, turn, example) from error
        self._proposed += 1
        _show(turn, said)
        return told("My proposal; nothing starts before you say yes:")

    async def change(self, turn: Turn, campaign: str, words: str) -> str:
        """A proposal changes. What runs is changed by a person's own words."""
        campaigning = self._campaigns()
        found = await campaigning.meant(self._request, turn.asker, campaign.strip())
        if found.status is not CampaignStatus.proposed:
            raise BadInput(
                told("“{name}” is no proposal any more, so it changes by your own words only.", name=found.name),
                kept=told("The campaign is as it was."),
                do_next=told("Say `campaign {name}:`, and the change.", name=found.name),
            )
        own = _own(turn)
        words = own if await campaigning.reads_change(turn.asker, found, own) else _checked(turn, words, CHANGE)
        try:
            said = await campaigning.change(turn.asker, found, words)
        except BadInput as error:
            raise _again(error, turn, told("one post fewer a week, the teaser before the webinar")) from error
        _show(turn, said)
        return told("The proposal as it is now; nothing starts before you say yes:")

    async def fill(self, turn: Turn) -> str:
        asker = turn.asker
        return await self._slotting().fill(asker.workspace, asker.member, asker.brand)

    async def calendar(self, turn: Turn, period: str) -> str:
        days = re.search(rf"(?<!\w)(?:{PERIOD})(?!\w)", period, re.I)  # and no other word of a model's
        said = await listing.calendar(self._speaking, days[0] if days else "")
        _show(turn, said if isinstance(said, Said) else Said(said))
        return told("Here is the calendar:")

    async def report(self, turn: Turn, what: str) -> str:
        name = read_meant(what).name
        if name and fold(name) not in fold(f"{turn.said}\n{_own(turn)}"):
            raise BadInput(
                told("Nobody said this here: {what}.", what=name),
                do_next=told("Say it with the words that were said, or ask for what is missing."),
            )
        _show(turn, await reporting.report(self._speaking, what.strip()))
        return told("Here is the report:")

    def _slotting(self) -> Planning:
        if self._speaking.slotting is None:
            raise BadInput(told("There are no plans here."))
        return self._speaking.slotting

    def _campaigns(self) -> Campaigning:
        if self._campaigning is None:
            raise BadInput(told("There are no campaigns here."))
        return self._campaigning


def _own(turn: Turn) -> str:
    return turn.verbatim or turn.words


def _checked(turn: Turn, words: str, free: frozenset[str]) -> str:
    """A model's words, where they say nothing that no person said. Raises BadInput."""
    invented = unsaid(words, f"{turn.said}\n{_own(turn)}", turn.around.accounts, free)
    if invented:
        raise BadInput(
            told("Nobody said this here: {what}.", what=", ".join(invented[:MOST_NAMED])),
            kept=told("Nothing was planned."),
            do_next=told("Say it with the words that were said, or ask for what is missing."),
        )
    return words.strip()


def _again(error: BadInput, turn: Turn, example: str) -> BadInput:
    """The grammar's question, with what could be read and a phrasing that it reads."""
    known = heard(_own(turn), turn.around.accounts)
    read = told("I could read: {what}.", what=known) + " " if known else ""
    how = told("In this form I can read it: “{example}”.", example=example)
    return BadInput(error.what, kept=error.kept, do_next=read + how)


def _show(turn: Turn, said: Said) -> None:
    turn.asides.append(said.text)
    turn.buttons.extend(said.buttons)
    if said.picture is not None:
        turn.pictures.append(said.picture)
