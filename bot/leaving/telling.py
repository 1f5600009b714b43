"""What a brand's people are told while it leaves, and what its owner is told when it is gone."""

from __future__ import annotations

from bot.chat import Button, Card
from bot.clock import milliseconds
from bot.review.board import Board
from bot.words import words
from storage.leaving import Leaving
from storage.stores import TeamStore
from storage.team import Role


class Telling:
    def __init__(self, board: Board, team: TeamStore) -> None:
        self._board = board
        self._team = team

    async def asked(self, leaving: Leaving) -> None:
        """Into the review room and to the owners, day or night; any owner can undo it there. Raises Undelivered."""
        table = await self._board.round_table(leaving.workspace)
        names = table.words(leaving.brand)
        card = Card(
            title=names.t("{brand} leaves AdMind", brand=names.brand.name),
            when=names.time(leaving.ends_at),
            at=leaving.ends_at,
            status=names.t(
                "{name} asked that everything of it be erased: on {when}.",
                name=names.member(leaving.asked_by),
                when=names.time(leaving.ends_at),
            ),
            notes=(
                names.t("Nothing of it goes out from now on. What is scheduled is held, and goes on if it stays."),
                names.t("Until then every owner can bring everything back. Afterwards nobody can."),
            ),
            buttons=(Button(label=names.t("Keep it"), action=f"stay:{leaving.brand}", style="primary"),),
            ping=tuple(member.id for member in table.members if member.may(leaving.brand, Role.owner)),
        )
        await self._to_all(leaving, card, f"leaving:{leaving.brand}:{milliseconds(leaving.asked_at)}")

    async def stays(self, leaving: Leaving) -> None:
        """Raises Undelivered."""
        names = (await self._board.round_table(leaving.workspace)).words(leaving.brand)
        card = Card(
            title=names.t("{brand} stays", brand=names.brand.name),
            status=names.t("{name} brought it back: everything is as before.", name=names.member(leaving.by)),
            notes=(names.t("What fell due meanwhile was not sent: each of these posts waits for your word."),),
        )
        await self._to_all(leaving, card, f"stays:{leaving.brand}:{milliseconds(leaving.asked_at)}")

    async def gone(self, leaving: Leaving) -> None:
        """To who asked, without a word of what it was. Raises Undelivered."""
        member = (await self._team.members.get(leaving.workspace, leaving.asked_by)).record
        book = words(member.language)
        held = len(leaving.leftovers)
        rest = book.many(
            "{count} thing is held by others, and AdMind cannot take it back.",
            "{count} things are held by others, and AdMind cannot take them back.",
            held,
        )
        where = book.text("See the list in the studio under Settings, Brand, or with `admind brand leaving`.")
        card = Card(
            title=book.text("The brand that you asked to erase is gone"),
            notes=(rest, where) if held else (book.text("Nothing of it is held by others, as far as AdMind knows."),),
        )
        key = f"gone:{milliseconds(leaving.asked_at)}"
        await self._board.tell(leaving.workspace, f"member:{leaving.asked_by}", card, key=key)

    async def _to_all(self, leaving: Leaving, card: Card, key: str) -> None:
        workspace, brand = leaving.workspace, leaving.brand
        await self._board.tell(workspace, brand, card, key=key)
        await self._board.tell(workspace, f"owners:{brand}", card, key=f"{key}:owners")
