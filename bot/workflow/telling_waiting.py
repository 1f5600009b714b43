"""Tells owners of an account that a member connected and that waits for their word, and that member how it ended."""

from __future__ import annotations

import dataclasses

from bot.cards import Words
from bot.chat import Button, Card
from bot.review.board import Board
from storage.redis import Database
from storage.team import Member
from storage.waiting import Waiting, WaitingStore


class TellingWaiting:
    def __init__(self, database: Database, board: Board) -> None:
        self._store = WaitingStore(database)
        self._board = board

    async def tell(self, workspace: str, waiting_id: str, *, home: str = "") -> None:
        """What stands now, once each. Raises Undelivered."""
        kept = await self._store.find(workspace, waiting_id)
        if kept is None:
            return
        waiting, table = kept.record, await self._board.round_table(workspace)
        names = table.words(waiting.brand)
        there = {member.id: member for member in table.members if member.erased_at is None}
        asks = waiting.state == "waiting"
        for member_id in table.owners(waiting.brand) if asks else (waiting.member,):
            if member_id not in there or member_id == waiting.decided_by:
                continue
            reads = _reads(there[member_id], names)
            card = _question(waiting, reads) if asks else _ended(waiting, reads)
            key = f"waiting:{waiting.id}:{waiting.state}:{waiting.made_at.isoformat()}"
            await self._board.tell(workspace, f"member:{member_id}", card, key=key, home=home)


def _reads(member: Member, names: Words) -> Words:
    return dataclasses.replace(names, language=member.language or names.language, zone=member.zone or names.zone)


def _question(waiting: Waiting, names: Words) -> Card:
    account = waiting.account
    return Card(
        title=names.t("{account} waits for your word", account=account.name),
        status=names.t(
            "{member} connected {handle} ({channel}) for {brand}.",
            member=names.members.get(waiting.member, ""),
            handle=account.handle or account.name,
            channel=account.channel,
            brand=names.brand.name,
        ),
        at=waiting.expires_at,
        notes=(
            names.t("Nothing can go out there before an owner has seen whose account it is and said yes."),
            names.t(
                "Without a word it ends {when}, and the access is given back.", when=names.time(waiting.expires_at)
            ),
        ),
        buttons=(Button(label=names.t("See whose account it is"), action=f"whose:{waiting.id}", style="primary"),),
    )


def _ended(waiting: Waiting, names: Words) -> Card:
    account, by = waiting.account, names.members.get(waiting.decided_by, "")
    if waiting.state == "confirmed":
        status = names.t("{member} confirmed it. Drafts can go there from now on.", member=by)
    elif waiting.state == "declined":
        status = names.t("{member} declined it. The access was given back.", member=by)
    else:
        status = names.t("It was not confirmed. The access was given back.")
    return Card(title=names.t("{account}: how it ended", account=account.name), status=status)
