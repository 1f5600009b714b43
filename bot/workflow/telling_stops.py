"""Tells a brand's people, day or night, that somebody stopped what it posts, and that it goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.cards import Words
from bot.chat import Button, Card
from bot.clock import Clock, milliseconds
from bot.publishing.pause import concerns, say_scope
from bot.review.board import Board
from bot.review.round_table import RoundTable
from bot.words import words
from storage import pauses
from storage.pauses import Pause
from storage.posts import PostState
from storage.redis import Database
from storage.stores import PostStore
from storage.team import Member, Role

AHEAD: Final = timedelta(days=366)
MOST: Final = 500


class TellingStops:
    def __init__(self, database: Database, board: Board, clock: Clock) -> None:
        self._database = database
        self._posts = PostStore(database)
        self._board = board
        self._clock = clock

    async def tell(self, workspace: str, scope: str, *, home: str = "") -> None:
        """Into the review rooms of the brands concerned, or to their owners: what stands now, once each.

        A stop wakes who owns the brand or approves for it, but for who pressed it. Raises Undelivered.
        """
        found = next((each for each in (await pauses.read(self._database, workspace)).all if each.scope == scope), None)
        if found is None:
            return
        table = await self._board.round_table(workspace)
        for brand in _brands(found, table):
            card = await self._stopped(found, brand, table) if found.until is None else _goes_on(found, brand, table)
            key = f"stop:{scope}:{brand}:{milliseconds(found.until or found.since)}"
            await self._board.tell(workspace, brand, card, key=key, home=home, or_else=f"owners:{brand}")

    async def _stopped(self, pause: Pause, brand: str, table: RoundTable) -> Card:
        names = table.words(brand)
        held = await self._held(table.home.id, pause, brand)
        wait = words(names.language).many("{count} scheduled post waits.", "{count} scheduled posts wait.", held)
        rest = names.t("Nothing more goes out until somebody who may approve lets it go on.")
        how = (
            ""
            if pause.scope == f"brand:{brand}"
            else names.t("To let it go on: {command}", command=_resume(pause, names))
        )
        go_on = Button(label=names.t("Go on"), action=f"resume:{brand}")
        return Card(
            title=names.t("⏸ Stopped: {what}", what=_what(pause.scope, names)),
            when=names.time(pause.since),
            at=pause.since,
            status=names.t("{name} stopped it.", name=names.member(pause.by)),
            notes=tuple(note for note in (pause.reason, f"{wait} {rest}" if held else rest, how) if note),
            buttons=() if how else (go_on,),
            ping=tuple(member.id for member in table.members if member.id != pause.by and _decides(member, brand)),
        )

    async def _held(self, workspace: str, pause: Pause, brand: str) -> int:
        """How many scheduled posts of the brand it keeps back; a topic is looked for in their titles."""
        now = self._clock.now()
        page = await self._posts.page(
            workspace,
            index=f"of:{brand}",
            newest_first=False,
            limit=MOST,
            least=now.timestamp(),
            most=(now + AHEAD).timestamp(),
        )
        ahead = [post for post in page.items if post.state is PostState.scheduled]
        hits = [concerns(pause, post, post.title) for post in ahead]
        return sum(hit is not None and not hit.near for hit in hits)


def _goes_on(pause: Pause, brand: str, table: RoundTable) -> Card:
    names = table.words(brand)
    return Card(
        title=names.t("▶ Posts go out again: {what}", what=_what(pause.scope, names)),
        when=names.time(pause.until) if pause.until else "",
        at=pause.until,
        notes=(names.t("What fell due meanwhile was not sent: each of these posts waits for your word."),),
    )


def _brands(pause: Pause, table: RoundTable) -> tuple[str, ...]:
    kind, _, value = pause.scope.partition(":")
    if kind == "brand":
        return (value,) if value in table.brands else ()
    if kind == "account":
        return tuple(account.brand for account in table.accounts if account.id == value)
    return tuple(table.brands)


def _what(scope: str, names: Words) -> str:
    kind, _, value = scope.partition(":")
    if kind == "brand":
        return names.brand.name
    return names.account(value) if kind == "account" else names.said(say_scope(scope))


def _resume(pause: Pause, names: Words) -> str:
    """What somebody types where no button is enough."""
    kind, _, value = pause.scope.partition(":")
    if kind == "workspace":
        return "/admind resume everything"
    return f"/admind resume {kind} {names.account(value) if kind == 'account' else value}"


def _decides(member: Member, brand: str) -> bool:
    return member.erased_at is None and member.may(brand, Role.approver, Role.owner)
