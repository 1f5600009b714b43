"""Tells a brand's people, day or night, that somebody stopped what it posts, and that it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.cards import Words
from bot.chat import Button, Card
from bot.clock import Clock, milliseconds
from bot.publishing.pause import say_scope
from bot.review.board import Board
from bot.review.round_table import RoundTable
from bot.words import words
from bot.workflow.stopping import judged, scheduled
from storage import pauses
from storage.pauses import Pause
from storage.posts import Post, PostState
from storage.redis import Database
from storage.stores import PostStore
from storage.team import Member, Role

MOST_NAMED: Final = 5
MOST_LISTED: Final = 10


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
            stopped = found.until is None
            card = await (self._stopped if stopped else self._goes_on)(found, brand, table)
            key = f"stop:{scope}:{brand}:{milliseconds(found.until or found.since)}"
            await self._board.tell(workspace, brand, card, key=key, home=home, or_else=f"owners:{brand}")

    async def _stopped(self, pause: Pause, brand: str, table: RoundTable) -> Card:
        names = table.words(brand)
        held, near = await self._judged(table.home.id, pause, brand)
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
            notes=tuple(
                note for note in (pause.reason, f"{wait} {rest}" if held else rest, *_close(near, names), how) if note
            ),
            buttons=() if how else (go_on,),
            ping=tuple(member.id for member in table.members if member.id != pause.by and _decides(member, brand)),
        )

    async def _goes_on(self, pause: Pause, brand: str, table: RoundTable) -> Card:
        """With one list of what fell due meanwhile, out of which people choose."""
        names, waited = table.words(brand), await self._waited(table.home.id, brand)
        choose = Button(label=names.t("Choose what goes out"), action=f"held:{brand}", style="primary")
        note = names.t("What fell due meanwhile was not sent: each of these posts waits for your word.")
        return Card(
            title=names.t("▶ Posts go out again: {what}", what=_what(pause.scope, names)),
            when=names.time(pause.until) if pause.until else "",
            at=pause.until,
            notes=(note, *_named(waited, names)),
            buttons=(choose,) if waited else (),
        )

    async def _waited(self, workspace: str, brand: str) -> list[Post]:
        """What was kept back and waits for a word, the earliest first."""
        found, after = list[Post](), ""
        while True:
            page = await self._posts.page(workspace, index="asking", after=after, newest_first=False)
            found += [post for post in page.items if post.brand == brand and post.state is PostState.paused]
            after = page.next
            if not after:
                return found

    async def _judged(self, workspace: str, pause: Pause, brand: str) -> tuple[int, tuple[Post, ...]]:
        """How many scheduled posts of the brand it keeps back, and which nearly name its topic."""
        now, index = self._clock.now(), f"of:{brand}"
        coming = [each async for each in scheduled(self._posts, workspace, now=now, index=index, since=timedelta(0))]
        held, near = await judged(pause, coming, self._database.files)
        return len(held), near


def _named(waited: Sequence[Post], names: Words) -> list[str]:
    lines = [f"{names.time(post.due)}: {names.account(post.account)}: {post.title}" for post in waited[:MOST_LISTED]]
    more = len(waited) - MOST_LISTED
    return lines + ([words(names.language).many("… and {count} more", "… and {count} more", more)] if more > 0 else [])


def _close(near: Sequence[Post], names: Words) -> list[str]:
    """What nearly names the topic goes out: people shall know, and stop it themselves."""
    said = [
        names.t("“{title}” nearly names the topic and is not stopped: please look.", title=post.title)
        for post in near[:MOST_NAMED]
    ]
    more = len(near) - MOST_NAMED
    return said + ([words(names.language).many("… and {count} more", "… and {count} more", more)] if more > 0 else [])


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
