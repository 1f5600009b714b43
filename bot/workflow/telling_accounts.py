"""Tells the people of an account how its access stands: that it ends soon, that it is gone, and what waited for it.

Warnings come fourteen, seven and one day ahead, within the working hours of who reads them, each once, to whoever
connected the account and to an owner. What is gone is told at once. After it was connected again there is one question,
however many posts were held back meanwhile.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from bot.accounts.access import ENDS_OPTION, LAPSE_OPTION
from bot.cards import Words
from bot.chat import Button, Card
from bot.clock import Clock
from bot.review.board import Board
from bot.review.delivering import Undelivered
from bot.review.reminders import polite
from bot.review.round_table import RoundTable
from bot.words import words
from bot.workflow.lapses import Lapses
from storage.accounts import Account
from storage.commit import Change, commit
from storage.errors import Conflict
from storage.posts import Post, PostState
from storage.redis import Database
from storage.stores import PostStore, TeamStore
from storage.team import Member

log = logging.getLogger(__name__)

DAYS = (14, 7, 1)
WEEKEND = 3  # days by which a warning may come earlier, when nobody works on its day
AHEAD = timedelta(days=366)
MOST_NAMED = 10
PAGE = 500


class TellingAccounts:
    def __init__(self, database: Database, board: Board, lapses: Lapses, clock: Clock) -> None:
        self._database = database
        self._team = TeamStore(database)
        self._posts = PostStore(database)
        self._board = board
        self._lapses = lapses
        self._clock = clock

    async def tell(self, workspace: str, account_id: str, *, home: str = "") -> None:
        """What stands now, once each: that it broke, that it must be connected again, or the one question afterwards.

        Raises Undelivered.
        """
        kept = await self._team.accounts.find(workspace, account_id)
        if kept is None or kept.record.closed_at is not None:
            return
        account, table = kept.record, await self._board.round_table(workspace)
        if account.health.state != "ok" and account.health.since is not None:
            key = f"account:{account.id}:{account.health.state}:{account.health.since.isoformat()}"
            for member in _people(account, table):
                card = await self._trouble(account, _words_for(member, account, table))
                await self._board.tell(workspace, f"member:{member.id}", card, key=key, home=home)
        if account.health.state != "broken" and (held := await self._lapses.held(workspace, account.id)):
            named = hashlib.sha256(" ".join(sorted(post.id for post in held)).encode()).hexdigest()[:16]
            card = _question(account, held, table.words(account.brand))
            room = f"owners:{account.brand}"
            await self._board.tell(
                workspace, account.brand, card, key=f"account:{account.id}:held:{named}", home=home, or_else=room
            )

    async def warn_all(self, workspaces: Collection[str]) -> None:
        """Warn of every access that a person must renew soon."""
        for workspace in workspaces:
            for account in await self._team.all(self._team.accounts, workspace):
                if account.closed_at is None and account.options.get(ENDS_OPTION):
                    await self._warn(account)

    async def _warn(self, account: Account) -> None:
        now, ends = self._clock.now(), datetime.fromisoformat(account.options[ENDS_OPTION])
        if not now < ends <= now + timedelta(days=max(DAYS) + WEEKEND):
            return
        table, told = await self._board.round_table(account.workspace), list[str]()
        for member in _people(account, table, owners=1):
            days = _days(ends, member.zone or table.words(account.brand).zone, now)
            mark = f"{account.options[ENDS_OPTION]}/{days}/{member.id}"
            if not days or mark in account.warned:
                continue
            card = await self._ending(account, ends, _words_for(member, account, table))
            key = f"account:{account.id}:ends:{mark}"
            try:
                await self._board.tell(account.workspace, f"member:{member.id}", card, key=key)
            except Undelivered:  # the next look tries again
                log.warning("warning was not delivered account=%s", account.id)
                continue
            told.append(mark)
        if told:
            await self._remember(account, told)

    async def _remember(self, account: Account, told: Sequence[str]) -> None:
        kept = await self._team.accounts.find(account.workspace, account.id)
        if kept is None:
            return
        ends = kept.record.options.get(ENDS_OPTION, "")
        warned = tuple(mark for mark in (*kept.record.warned, *told) if mark.startswith(f"{ends}/"))
        change, changed = Change(account.workspace), kept.record.changed(warned=warned)
        self._team.accounts.put(change, changed, changed.id, ver=kept.ver, at=changed.created_at.timestamp())
        try:
            await commit(self._database, change)
        except Conflict:  # told again it changes nothing: the message is known by its key
            log.info("account changed while people were warned account=%s", account.id)

    async def _ending(self, account: Account, ends: datetime, names: Words) -> Card:
        return Card(
            title=names.t("{account}: the login ends {when}", account=account.name, when=names.time(ends)),
            at=ends,
            notes=(
                *await self._beyond(account, ends, names),
                names.t("Connect it again before then, and all of it goes on by itself."),
            ),
            buttons=(_reconnect(account, names),),
        )

    async def _trouble(self, account: Account, names: Words) -> Card:
        """Broken now, or soon."""
        lapses = account.options.get(LAPSE_OPTION, "")
        until = datetime.fromisoformat(lapses) if lapses else None
        broken = account.health.state == "broken"
        if broken or until is None:
            title = names.t("{account} needs a new login", account=account.name)
        else:
            title = names.t("{account}: the login ends {when}", account=account.name, when=names.time(until))
        rest = names.t("What falls due meanwhile is held: nothing is lost, and nothing goes out late by itself.")
        since = self._clock.now() if broken or until is None else until
        return Card(
            title=title,
            notes=(names.said(account.health.reason), *await self._beyond(account, since, names), rest),
            buttons=(_reconnect(account, names),),
        )

    async def _beyond(self, account: Account, since: datetime, names: Words) -> list[str]:
        """The account's posts that are due from then on, by name."""
        page = await self._posts.page(
            account.workspace,
            index=f"of:{account.brand}",
            newest_first=False,
            limit=PAGE,
            least=since.timestamp(),
            most=(self._clock.now() + AHEAD).timestamp(),
        )
        mine = [post for post in page.items if post.account == account.id and post.state is PostState.scheduled]
        if not mine:
            return []
        count = words(names.language).many(
            "{count} scheduled post needs it:", "{count} scheduled posts need it:", len(mine)
        )
        return [count, *_named(mine, names)]


def _days(ends: datetime, zone: str, now: datetime) -> int:
    """Of which warning it is time for somebody in this zone; 0: of none, or they are not at work.

    Where no working hour is left between the day and the end, it comes before that day.
    """
    reached = [days for days in DAYS if polite(ends - timedelta(days=days), zone, ends) <= now]
    waits = polite(now, zone, ends) > now
    return min(reached) if reached and not waits else 0


def _people(account: Account, table: RoundTable, *, owners: int = 100) -> list[Member]:
    """Who connected it, and as many owners besides."""
    there = {member.id: member for member in table.members if member.erased_at is None}
    connector = [account.connected_by] if account.connected_by in there else []
    others = [owner for owner in table.owners(account.brand) if owner in there and owner not in connector]
    return [there[each] for each in (*connector, *others[:owners])]


def _words_for(member: Member, account: Account, table: RoundTable) -> Words:
    names = table.words(account.brand)
    return dataclasses.replace(names, language=member.language or names.language, zone=member.zone or names.zone)


def _question(account: Account, held: Sequence[Post], names: Words) -> Card:
    book = words(names.language)
    return Card(
        title=names.t("{account} is connected again", account=account.name),
        status=book.many("{count} post waited for it:", "{count} posts waited for it:", len(held)),
        notes=(
            *_named(held, names),
            names.t("Each can still be sent or dropped by itself, at its own message."),
        ),
        buttons=(
            Button(
                label=book.many("Send it now", "Send all {count} now", len(held)),
                action=f"release:{account.id}",
                style="primary",
            ),
        ),
    )


def _named(posts: Sequence[Post], names: Words) -> list[str]:
    lines = [f"{names.time(post.due)}: {post.title}" for post in posts[:MOST_NAMED]]
    more = len(posts) - MOST_NAMED
    return [
        *lines,
        *([words(names.language).many("… and {count} more", "… and {count} more", more)] if more > 0 else []),
    ]


def _reconnect(account: Account, names: Words) -> Button:
    return Button(label=names.t("Connect it again"), action=f"reconnect:{account.id}", style="primary")
