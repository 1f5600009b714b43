"""Warns before a platform ends the version of its API that AdMind speaks: the doctor, and owners of accounts there.

Owners are told sixty, fourteen days and one day ahead, in their working hours, each once. What must be done is a matter
for whoever runs AdMind; what happens otherwise, for them: posts there are refused.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, time, timedelta

from bot.cards import Words
from bot.channels.base import Channel
from bot.channels.versions import Versioned, VersionEnd
from bot.chat import Card
from bot.clock import Clock
from bot.review.board import Board
from bot.review.delivering import Undelivered
from bot.review.reminders import polite
from bot.workflow.symptoms import Symptom
from storage.accounts import Account
from storage.redis import Database
from storage.stores import TeamStore
from storage.team import Member

log = logging.getLogger(__name__)

DAYS = (60, 14, 1)


class ApiVersions:
    def __init__(self, database: Database, *, channels: Mapping[str, Channel], board: Board, clock: Clock) -> None:
        self._team = TeamStore(database)
        self._channels = channels
        self._board = board
        self._clock = clock

    async def look(self, member: Member) -> list[Symptom]:
        """A row for each such platform on which one of the member's brands has an account."""
        every = await self._team.all(self._team.accounts, member.workspace)
        mine = [each for each in every if each.brand in member.roles]
        found = list[Symptom]()
        for end in self._ends(mine):
            left, day = at(end) - self._clock.now(), end.ends.isoformat()
            what, spoken = f"{end.title}'s API", end.version
            do = f"Set {end.setting} to a newer one, or bring AdMind up to date."
            if left > timedelta(days=max(DAYS)):
                found.append(Symptom(what, "ok", f"version {spoken}, good until {day} at least"))
            elif left > timedelta():
                found.append(Symptom(what, "note", f"version {spoken}: from {day} on posts may be refused", do))
            else:
                found.append(Symptom(what, "bad", f"version {spoken}: since {day} posts may be refused any day", do))
        return found

    async def warn_all(self, workspaces: Collection[str]) -> None:
        """Tell every owner what ends soon. Who cannot be reached is told at the next look."""
        for workspace in workspaces:
            accounts = await self._team.all(self._team.accounts, workspace)
            for end in self._ends(accounts):
                if timedelta() < at(end) - self._clock.now() <= timedelta(days=max(DAYS)):
                    await self._warn(workspace, end, [each for each in accounts if self._end_of(each) == end])

    async def _warn(self, workspace: str, end: VersionEnd, accounts: Collection[Account]) -> None:
        table = await self._board.round_table(workspace)
        owners = {owner: each for each in accounts for owner in table.owners(each.brand)}
        for member in table.members:
            if member.id not in owners:
                continue
            names = table.words(owners[member.id].brand)
            zone, now = member.zone or names.zone, self._clock.now()
            reached = [days for days in DAYS if polite(at(end) - timedelta(days=days), zone, at(end)) <= now]
            if not reached or polite(now, zone, at(end)) > now:
                continue
            mine = [each.name for each in accounts if member.id in table.owners(each.brand)]
            names = dataclasses.replace(names, language=member.language or names.language, zone=zone)
            key = f"version:{end.title}:{end.version}:{min(reached)}"
            try:
                await self._board.tell(workspace, f"member:{member.id}", _card(end, mine, names), key=key)
            except Undelivered:
                log.warning("end of an API's version was not told member=%s key=%s", member.id, key)

    def _ends(self, accounts: Collection[Account]) -> list[VersionEnd]:
        """Of the platforms of these accounts, each once."""
        found = dict.fromkeys(self._end_of(account) for account in accounts)
        return [end for end in found if end is not None]

    def _end_of(self, account: Account) -> VersionEnd | None:
        channel = self._channels.get(account.channel)
        return channel.version_end if account.closed_at is None and isinstance(channel, Versioned) else None


def at(end: VersionEnd) -> datetime:
    return datetime.combine(end.ends, time(), UTC)


def _card(end: VersionEnd, accounts: Collection[str], names: Words) -> Card:
    named, when = ", ".join(accounts), names.time(at(end))
    do = names.t(
        "Whoever runs AdMind sets {setting} to a newer version, or brings AdMind up to date.", setting=end.setting
    )
    return Card(
        title=names.t("{platform} ends what AdMind speaks with it", platform=end.title),
        at=at(end),
        notes=(
            names.t("From {when} on, posts may be refused: {accounts}.", when=when, accounts=named),
            do,
            names.t("Nothing is lost: a post that is refused waits for your word."),
        ),
    )
