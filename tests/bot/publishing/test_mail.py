"""E-mail goes out once: a doubt is a question to a person, and what went to some only is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.accounts import Account
from storage.posts import PostState
from storage.redis import Database
from tests.fakes.faulty_http import Act
from tests.fakes.imap_server import ImapServer, imap_server
from tests.fakes.smtp_server import PASSWORD, USER, SmtpServer, smtp_server
from tests.world import World, world_on

PEOPLE = ("ana@a.example", "beat@b.example")


@dataclass
class Town:
    world: World
    server: SmtpServer
    account: Account

    async def later(self, minutes: float) -> None:
        self.world.clock.move(timedelta(minutes=minutes))
        await self.world.run_due()


@asynccontextmanager
async def town(
    database: Database,
    folder: Path,
    people: Sequence[str] = (),
    mailbox: ImapServer | None = None,
    **switches: Any,
) -> AsyncIterator[Town]:
    allowed = {f"127.0.0.1:{mailbox.port}"} if mailbox else set[str]()
    async with (
        smtp_server(**switches) as server,
        world_on(database, folder, allow_hosts=frozenset(allowed | {f"127.0.0.1:{server.port}"})) as world,
    ):
        if mailbox is not None:
            server.copies = mailbox.folders["Sent"].mails
        options = {
            "server": f"smtp+plain://127.0.0.1:{server.port}",
            "user": USER,
            "from": "Velo <news@velo.example>",
            "list": "Velo News",
            "postal": "Velo AG, 8001 Zürich",
            "unsubscribe": "stop@velo.example",
        } | ({"consent": "yes"} if people else {"to": "news@lists.example"})
        options |= {"imap": f"imap+plain://127.0.0.1:{mailbox.port}"} if mailbox else {}
        secrets = {"password": PASSWORD} | ({"recipients": ", ".join(people)} if people else {})
        yield Town(world, server, await world.connected("email", "Newsletter", options, secrets))


async def test_an_e_mail_goes_out_once(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data", PEOPLE) as place:
        post = await place.world.approved(place.account, text="Fresh bread\n\nFrom six.")
        kept = await place.world.publish_due(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.remote_id.endswith("@velo.example") and kept.receipt.note == ""
        await place.world.publisher.publish(place.world.ws, post.id)
        assert [mail.recipients for mail in place.server.mails] == [list(PEOPLE)]
        assert place.server.mails[0].words == "Fresh bread\n\nFrom six."


@pytest.mark.parametrize(
    "act",
    [
        Act(breaks="before answering"),
        Act(commits="never", breaks="before answering"),
        Act(commits="never", breaks="before reading"),
        Act(commits="late", breaks="within answer"),
        Act(421),
    ],
)
async def test_after_a_doubt_people_are_asked_and_nothing_is_sent_again(
    database: Database, tmp_path: Path, act: Act
) -> None:
    async with town(database, tmp_path / "data", PEOPLE) as place:
        place.server.plan.append(act)
        post = await place.world.approved(place.account)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        for _ in range(6):
            await place.later(2)
        place.server.commit_late()
        assert (await place.world.post(post)).state is PostState.unknown
        assert place.server.commands.count("DATA") == 1 and len(place.server.mails) <= 1
        assert any("tell" in item.model_dump_json() for item in await place.world.notices())


async def test_after_a_doubt_the_mailbox_tells_what_was_taken(database: Database, tmp_path: Path) -> None:
    async with imap_server() as mailbox, town(database, tmp_path / "data", PEOPLE, mailbox) as place:
        place.server.plan.append(Act(breaks="before answering"))
        post = await place.world.approved(place.account)
        assert (await place.world.publish_due(post)).state is PostState.unknown
        await place.later(3)
        kept = await place.world.post(post)
        assert kept.state is PostState.published and kept.receipt is not None
        assert kept.receipt.remote_id.endswith("@velo.example") and "cannot be told any more" in kept.receipt.note
        assert len(place.server.mails) == 1 and place.server.commands.count("DATA") == 1


async def test_what_is_not_in_the_mailbox_is_asked_about_and_never_sent_again_by_itself(
    database: Database, tmp_path: Path
) -> None:
    async with imap_server() as mailbox, town(database, tmp_path / "data", PEOPLE, mailbox) as place:
        place.server.plan.append(Act(commits="late", breaks="before answering"))
        post = await place.world.approved(place.account)
        await place.world.publish_due(post)
        for _ in range(6):
            await place.later(2)
        place.server.commit_late()
        kept = await place.world.post(post)
        assert kept.state is PostState.unknown and kept.failure is not None
        assert "not there when we looked" in kept.failure.sentence
        assert place.server.commands.count("DATA") == 1
        assert any("tell" in item.model_dump_json() for item in await place.world.notices())


async def test_a_mailbox_that_is_away_is_looked_into_later(database: Database, tmp_path: Path) -> None:
    async with imap_server() as mailbox, town(database, tmp_path / "data", PEOPLE, mailbox) as place:
        mailbox.answers["CONNECT"] = [None, None]
        place.server.plan.append(Act(breaks="before answering"))
        post = await place.world.approved(place.account)
        await place.world.publish_due(post)
        for _ in range(6):
            await place.later(1)
        kept = await place.world.post(post)
        assert kept.state is PostState.published and not mailbox.answers["CONNECT"]


async def test_a_copy_that_a_person_sends_has_the_same_message_id(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(Act(breaks="before answering"))
        post = await place.world.approved(place.account)
        await place.world.publish_due(post)
        await place.later(3)
        await place.world.posts.resolve(place.world.ws, post.id, place.world.owner.id, "send", "test")
        await place.world.run_due()
        assert (await place.world.post(post)).state is PostState.published
        one, other = (mail.message["message-id"] for mail in place.server.mails)
        assert one == other, "whoever keeps count of these drops the second"


async def test_what_the_server_wants_later_goes_later(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        place.server.plan.append(Act(451, commits="never"))
        post = await place.world.approved(place.account)
        assert (await place.world.publish_due(post)).state is PostState.scheduled
        await place.later(2.5)
        assert (await place.world.post(post)).state is PostState.published and len(place.server.mails) == 1


async def test_whom_the_server_never_takes_is_told_once_the_others_have_it(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data", PEOPLE, recipients={PEOPLE[0]: "450 4.2.0 greylisted"}) as place:
        post = await place.world.approved(place.account)
        assert (await place.world.publish_due(post)).state is PostState.scheduled
        for _ in range(5):
            await place.later(2.1)
        kept = await place.world.post(post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert [mail.recipients for mail in place.server.mails] == [[PEOPLE[1]]]
        assert "a…@a.example" in kept.receipt.note
        await place.later(1)
        told = [item.model_dump_json() for item in await place.world.notices()]
        assert any("the mail server refused it: a…@a.example" in each for each in told)


async def test_a_password_that_ended_breaks_the_account(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.world.approved(place.account)
        place.server.answers["AUTH"] = ["535 5.7.8 no"] * 9
        kept = await place.world.publish_due(post)
        assert kept.state is PostState.failed and kept.failure is not None and kept.failure.code == "unauthorized"
        await place.world.run_due()
        accounts = await place.world.people.store.all(place.world.people.store.accounts, place.world.ws)
        [account] = [each for each in accounts if each.id == place.account.id]
        assert account.health.state == "broken" and not place.server.mails
