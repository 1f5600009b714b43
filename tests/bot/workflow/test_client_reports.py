"""A client's report goes out once, after one word on exactly its bytes; what nobody knows is not sent again."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import MovableClock
from bot.errors import Conflict, NotAllowed, NotFound
from bot.workflow.client_reports import SHOWN, ClientReports
from bot.workflow.reports import Reports
from storage.accounts import Account
from storage.client_reports import ROOMS, ClientReport, ClientReportStore, Delivery
from storage.commit import Change, commit
from storage.homes import HomeStore, Room
from storage.redis import Database
from storage.team import Role
from tests.bot.channels.mail_bench import OPTIONS
from tests.fakes.chat_home import ChatHome
from tests.fakes.counted_posts import grown, put_out
from tests.fakes.smtp_server import PASSWORD, SmtpServer, smtp_server
from tests.world import World, world_on

EVE = datetime(2026, 11, 30, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ANA, BEAT = "ana@client.example", "beat@client.example"


@dataclass
class Office:
    world: World
    server: SmtpServer
    mail: Account
    chat: ChatHome
    work: ClientReports

    async def kept(self) -> ClientReport:
        return (
            await ClientReportStore(self.world.database).get(self.world.ws, f"{self.world.brand.id}:2026-11")
        ).record

    async def decide(self, by: str, digest: str, *, yes: bool = True) -> str:
        return await self.work.decide(
            self.world.ws, by, self.world.brand.id, "2026-11", digest, yes=yes, surface="test"
        )


@asynccontextmanager
async def opened(database: Database, folder: Path, **plan: Any) -> AsyncIterator[Office]:
    """With a plan, on the day before the 1st."""
    async with smtp_server() as server:
        hosts = frozenset({f"127.0.0.1:{server.port}"})
        async with world_on(database, folder, allow_hosts=hosts, clock=MovableClock(EVE)) as world:
            options = OPTIONS | {"to": "list@velo.example", "server": f"smtp+plain://127.0.0.1:{server.port}"}
            mail = await world.connected("email", "Newsletter", options, {"password": PASSWORD})
            for day in range(20):
                at = EVE - timedelta(days=day, hours=1)
                await put_out(database, world.ws, world.brand.id, mail.id, at, grown(at, {"likes": 30}, EVE))
            chat = ChatHome()
            world.board.add_home(world.ws, chat)
            work = ClientReports(
                database,
                reports=Reports(database, blobs=world.blobs, numbers=world.numbers, clock=world.clock),
                board=world.board,
                blobs=world.blobs,
                audit=world.audit,
                open_door=world.doors,
                clock=world.clock,
                base_url="http://localhost:8484",
            )
            await work.set_plan(world.ws, world.owner.id, world.brand.id, plan)
            server.commands.clear()
            yield Office(world, server, mail, chat, work)


async def test_it_waits_on_the_first_and_goes_out_once_after_one_word(database: Database, tmp_path: Path) -> None:
    async with opened(database, tmp_path / "data", emails=(ANA, BEAT)) as office:
        world, work = office.world, office.work
        await work.prepare_due()
        with pytest.raises(NotFound):
            await ClientReportStore(database).get(world.ws, f"{world.brand.id}:2026-11")
        world.clock.move_to(datetime(2026, 12, 1, 8, 1, tzinfo=UTC))  # 9:01 in Zurich
        for _ in range(2):
            await work.prepare_due()
        report = await office.kept()
        [card] = office.chat.rooms[world.brand.id].values()
        assert card.picture is not None and ANA in card.status and "November 2026 in numbers" in card.title
        assert card.buttons[0].action == f"sendreport:{world.brand.id}:2026-11:{report.digest[:SHOWN]}"
        assert not office.server.mails and report.state == "waiting"
        asker = await world.member("Tom", Role.requester)
        with pytest.raises(NotAllowed):
            await office.decide(asker.id, report.digest)
        with pytest.raises(Conflict, match="changed since"):
            await office.decide(world.owner.id, "0" * 64)
        assert not office.server.mails
        ben = await world.member("Ben", Role.approver)
        said = await office.decide(ben.id, report.digest[:SHOWN])
        assert said == "Approved and sent.", (await office.kept()).deliveries
        pages = await world.blobs.get(report.pdf)
        assert sorted(mail.recipients[0] for mail in office.server.mails) == [ANA, BEAT]
        for mail in office.server.mails:
            [file] = list(mail.message.iter_attachments())
            assert file.get_content() == pages and file.get_content_type() == "application/pdf"
            assert hashlib.sha256(pages).hexdigest() == report.pdf and mail.message["Subject"] == report.title
        with pytest.raises(Conflict, match="decided"):
            await office.decide(world.owner.id, report.digest)
        await work.prepare_due()
        assert len(office.server.mails) == 2 and (await office.kept()).state == "done"
        kinds = [entry.kind for entry in await world.audit.read(world.ws, brand=world.brand.id)]
        assert [kind for kind in kinds if "report" in kind] == [
            "client reports planned",
            "client report approved",
            "client report sent",
        ]


async def test_what_is_declined_or_changed_in_the_database_is_not_sent(database: Database, tmp_path: Path) -> None:
    async with opened(database, tmp_path / "data", emails=(ANA,)) as office:
        office.world.clock.move(2 * DAY)
        await office.work.prepare_due()
        report = await office.kept()
        store, change = ClientReportStore(database), Change(office.world.ws)
        kept = await store.get(office.world.ws, report.id)
        other = report.changed(emails=("mallory@evil.example",))
        await commit(database, store.keep(change, other, ver=kept.ver))
        with pytest.raises(Conflict, match="changed since"):
            await office.decide(office.world.owner.id, report.digest)
        await commit(database, store.keep(Change(office.world.ws), report, ver=kept.ver + 1))
        assert "nothing is sent" in await office.decide(office.world.owner.id, report.digest, yes=False)
        await office.work.prepare_due()
        assert not office.server.mails and (await office.kept()).state == "declined"


async def test_what_broke_off_is_never_sent_again_by_itself(database: Database, tmp_path: Path) -> None:
    async with opened(database, tmp_path / "data", emails=(ANA, BEAT)) as office:
        office.world.clock.move(2 * DAY)
        await office.work.prepare_due()
        report = await office.kept()
        store = ClientReportStore(database)
        kept = await store.get(office.world.ws, report.id)
        begun = report.changed(state="approved").with_delivery(
            Delivery(to=ANA, became="sending", at=office.world.clock.now())  # and the process died
        )
        await commit(database, store.keep(Change(office.world.ws), begun, ver=kept.ver))
        await office.work.prepare_due()
        assert [mail.recipients for mail in office.server.mails] == [[BEAT]]
        assert (await office.kept()).state == "approved"
        office.world.clock.move(timedelta(minutes=20))
        await office.work.prepare_due()
        done = await office.kept()
        assert done.state == "done" and len(office.server.mails) == 1
        delivery = done.became(ANA)
        assert delivery is not None and delivery.became == "unknown" and "nothing is sent again" in delivery.why
        told = [card for card in office.chat.rooms[office.world.brand.id].values() if "did not go" in card.status]
        assert len(told) == 1 and ANA not in told[0].notes[0]  # masked


async def test_it_comes_into_the_client_rooms_once_or_says_that_there_is_none(
    database: Database, tmp_path: Path
) -> None:
    async with opened(database, tmp_path / "data", rooms=True) as office:
        world, homes = office.world, HomeStore(database)
        room = Room(
            platform="chat",
            team="T1",
            channel="C9",
            name="clients",
            workspace=world.ws,
            brand=world.brand.id,
            kind="client",
            tied_at=EVE,
        )
        change = Change(world.ws)
        homes.rooms.put(change, room, "chat|T1|C9", ver=None, at=1.0)
        await commit(database, change)
        client = ChatHome(home="chat:T1")
        world.board.add_home(world.ws, client)
        world.clock.move(2 * DAY)
        await office.work.prepare_due()
        name = f"client:{world.brand.id}/C9"
        assert name not in client.rooms
        await office.decide(world.owner.id, (await office.kept()).digest)
        [card] = client.rooms[name].values()
        assert card.picture is not None and not card.buttons and (await office.kept()).state == "done"


async def test_without_a_room_for_clients_the_team_is_told(database: Database, tmp_path: Path) -> None:
    async with opened(database, tmp_path / "data", rooms=True) as office:
        office.world.clock.move(2 * DAY)
        await office.work.prepare_due()
        said = await office.decide(office.world.owner.id, (await office.kept()).digest)
        assert "did not go everywhere" in said
        delivery = (await office.kept()).became(ROOMS)
        assert delivery is not None and delivery.became == "refused" and "/admind settings" in delivery.why
