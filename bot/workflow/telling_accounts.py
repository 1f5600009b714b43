"""Tells the people of an account how its access stands: that it ends soon, that it is gone, and what waited for it.

Warnings come fourteen, seven and one day ahead, within the working hours of who reads them, each once, to whoever
connected the account and to an owner. That an access is not renewed any more is told in the next of those hours, what
is gone at once. After it was connected again there is one question, however many posts were held back meanwhile.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
from collections.abc import Awaitable, Collection, Sequence
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
PAGE = 100


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
            for member in _people(account, table):
                if self._may_read(account, member, table):  # else `warn_all` tells them
                    await self._tell_trouble(account, member, table, home=home)
        if account.health.state != "broken" and (held := await self._lapses.held(workspace, account.id)):
            named = hashlib.sha256(" ".join(sorted(post.id for post in held)).encode()).hexdigest()[:16]
            card = _question(account, held, table.words(account.brand))
            room = f"owners:{account.brand}"
            await self._board.tell(
                workspace, account.brand, card, key=f"account:{account.id}:held:{named}", home=home, or_else=room
            )

    async def _tell_trouble(self, account: Account, member: Member, table: RoundTable, *, home: str = "") -> None:
        since = account.health.since.isoformat() if account.health.since else ""
        key = f"account:{account.id}:{account.health.state}:{since}"
        card = await self._trouble(account, _words_for(member, account, table))
        await self._board.tell(account.workspace, f"member:{member.id}", card, key=key, home=home)

    async def warn_all(self, workspaces: Collection[str]) -> None:
        """Warn of every access that a person must renew soon."""
        for workspace in workspaces:
            for account in await self._team.all(self._team.accounts, workspace):
                ends = _ends(account)
                if account.closed_at is None and account.health.state != "broken" and ends is not None:
                    await self._warn(account, ends)

    async def _warn(self, account: Account, ends: datetime) -> None:
        now = self._clock.now()
        soon = now < ends <= now + timedelta(days=max(DAYS) + WEEKEND)
        if not soon and account.health.state == "ok":
            return
        table, told = await self._board.round_table(account.workspace), list[str]()
        if account.health.state == "attention":
            for member in _people(account, table):
                mark = f"{ends.isoformat()}/refused/{member.id}"
                if mark not in account.warned and self._may_read(account, member, table):
                    told += await self._delivered(mark, self._tell_trouble(account, member, table))
        for member in _people(account, table, owners=1) if soon else ():
            days = _days(ends, _zone(account, member, table), now, account.health.since)
            mark = f"{ends.isoformat()}/{days}/{member.id}"
            if days and mark not in account.warned:
                told += await self._delivered(mark, self._tell_ending(account, ends, member, table, mark))
        if told:
            await self._remember(account, told)

    async def _delivered(self, mark: str, telling: Awaitable[None]) -> list[str]:
        """The mark, if it was told. Who cannot be reached now is told at the next look, and keeps nobody waiting."""
        try:
            await telling
        except Undelivered:
            log.warning("warning was not delivered mark=%s", mark)
            return []
        return [mark]

    async def _tell_ending(
        self, account: Account, ends: datetime, member: Member, table: RoundTable, mark: str
    ) -> None:
        card = await self._ending(account, ends, _words_for(member, account, table))
        key = f"account:{account.id}:ends:{mark}"
        await self._board.tell(account.workspace, f"member:{member.id}", card, key=key)

    def _may_read(self, account: Account, member: Member, table: RoundTable) -> bool:
        """Whether it is time to tell this member what stands: what still holds for a while wakes nobody."""
        ends, now = _ends(account), self._clock.now()
        if account.health.state != "attention" or ends is None:
            return True
        return polite(now, _zone(account, member, table), ends) <= now

    async def _remember(self, account: Account, told: Sequence[str]) -> None:
        kept = await self._team.accounts.find(account.workspace, account.id)
        if kept is None:
            return
        ends = _ends(kept.record)
        prefix = f"{ends.isoformat()}/" if ends else "/"
        warned = tuple(mark for mark in (*kept.record.warned, *told) if mark.startswith(prefix))
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
        mine, after = list[Post](), ""
        while True:
            page = await self._posts.page(
                account.workspace,
                index=f"of:{account.brand}",
                after=after,
                newest_first=False,
                limit=PAGE,
                least=since.timestamp(),
                most=(self._clock.now() + AHEAD).timestamp(),
            )
            mine += [each for each in page.items if each.account == account.id and each.state is PostState.scheduled]
            after = page.next
            if not after:
                break
        if not mine:
            return []
        count = words(names.language).many(
            "{count} scheduled post needs it:", "{count} scheduled posts need it:", len(mine)
        )
        return [count, *_named(mine, names)]


def _ends(account: Account) -> datetime | None:
    """When somebody must have signed in again; None: AdMind renews it, or it does not end."""
    lapses = account.options.get(LAPSE_OPTION, "") if account.health.state == "attention" else ""
    known = [at for at in (account.options.get(ENDS_OPTION, ""), lapses) if at]
    return min(map(datetime.fromisoformat, known), default=None)


def _zone(account: Account, member: Member, table: RoundTable) -> str:
    return member.zone or table.words(account.brand).zone


def _days(ends: datetime, zone: str, now: datetime, since: datetime | None) -> int:
    """Of which warning it is time for somebody in this zone; 0: of none, or they are not at work.

    Where no working hour is left between the day and the end, it comes before that day. What was reached before it was
    told `since` when AdMind renews it no more is said by that.
    """
    ahead = [days for days in DAYS if since is None or ends - timedelta(days=days) > since]
    reached = [days for days in ahead if polite(ends - timedelta(days=days), zone, ends) <= now]
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
