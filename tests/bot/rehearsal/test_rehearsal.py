"""A rehearsal shows what would come and makes none of it come: by the real rules, on a copy, with no way out."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from redis import Redis

from bot.channels.base import Comments, Documents, Mentions
from bot.channels.registry import build_channels
from bot.channels.rehearsed import rehearsed
from bot.errors import BadInput, NotAllowed
from bot.fetch import NotSent
from bot.fetch.shut import shut_client
from bot.rehearsal.apart import RehearsalRuns, rehearse_apart
from bot.rehearsal.material import Material, gather
from bot.rehearsal.page import page
from bot.rehearsal.report import RehearsalView
from bot.rehearsal.running import rehearse
from storage.feed import FeedStore
from storage.redis import Database
from storage.team import Away, Member, Policy, Role
from tests.bot.rehearsal.planning import material, whole
from tests.bot.workflow.planning import House, house
from tests.fakes.waiting import until

MONDAY = datetime(2026, 11, 30, 7, tzinfo=UTC)
POINTS = [
    "We repair every bike <b>within</b> two days.",
    "Our workshop is open on Saturdays.",
    "We take old bikes back.",
]
DAY = timedelta(days=1)


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data", MONDAY) as opened:
        await opened.set(pillars=[{"name": "Service", "points": POINTS, "share": 60}], horizon_days=3)
        await opened.plan("Feed daily 9:00 tip")
        yield opened


def kept_in(server: House) -> dict[bytes, bytes]:
    """Every key of the database, byte for byte as the server would move it elsewhere."""
    assert server.admind.embedded is not None
    with Redis(unix_socket_path=str(server.admind.embedded.socket)) as client:
        return {key: client.dump(key) for key in client.scan_iter()}


async def test_a_plan_of_twenty_accounts_runs_to_its_end_and_nothing_goes_out_unapproved(tmp_path: Path) -> None:
    view = await rehearse(material(MONDAY), tmp_path / "data", days=11, approve="0.8")
    whole(view)
    states = Counter(each.state for each in view.slots)
    assert len(view.slots) >= 12 and states["approved"] > states["expired"] > 0
    assert not view.cut_short and view.counts["reminder"] > 0, "whom nobody answers is reminded"
    sent = sum(len(each.accounts) for each in view.slots if each.state == "approved")
    assert view.counts["post"] == sent, "a post for each account of each approved slot"


async def test_people_decide_in_their_own_hours_and_as_many_as_the_policy_wants(tmp_path: Path) -> None:
    ws = {"workspace": "w_rehearsed", "created_at": MONDAY}
    away = Away(until=MONDAY + 30 * DAY, delegate="m_dee")
    who = (("m_own", Role.owner, "Europe/Zurich", away), ("m_ana", Role.approver, "Pacific/Auckland", None))
    team = [
        Member(id=name, name=name, subject=name, roles={"b_rehearsed": frozenset({role})}, zone=zone, away=gone, **ws)
        for name, role, zone, gone in (*who, ("m_dee", Role.requester, "America/New_York", None))
    ]
    given = material(MONDAY, accounts=3, a_week=3, policy=Policy(approvals=2), members=team)
    view = await rehearse(given, tmp_path / "data", days=8)
    whole(view)
    decisions = [each for each in view.events if each.kind == "decision"]
    assert {each.who for each in decisions} == {"m_ana", "m_dee"}, "who is away decides nothing, the delegate does"
    for each in decisions:
        local = each.at.astimezone(ZoneInfo({"m_ana": "Pacific/Auckland", "m_dee": "America/New_York"}[each.who]))
        assert local.weekday() < 5 and 8 <= local.hour < 19, (each.who, local)
    assert len(decisions) == 2 * len({each.draft for each in decisions})


async def test_the_real_one_is_read_and_never_written(at: House, tmp_path: Path) -> None:
    await at.work()
    first, *_ = await at.drafts()
    await at.decide(first)
    await at.admind.credentials.put(at.ws, at.accounts[0].id, "password", "correct horse battery")
    other = await at.admind.office.add_brand(at.ws, at.owner.id, "Quiet Bakery")
    before = kept_in(at)
    view = await rehearse_apart(at.admind, at.ws, at.owner.id, at.brand, days=4)
    assert kept_in(at) == before
    posts = [each for each in view.events if each.kind == "post"]
    assert first.id in {each.draft for each in posts}, "what is scheduled already goes out, too"
    assert len(posts) == 3 and view.counts["gap"] >= 1
    lacking = [(each.kind, each.due) for each in view.events if each.kind in ("gap", "open")]
    assert {(kind, bool(due and due >= view.end)) for kind, due in lacking} == {("gap", False), ("open", True)}, lacking
    assert not (await at.admind.feed.newest(at.ws)).items
    given = await gather(at.admind.database, at.admind.blobs, at.ws, at.brand, at.clock.now())
    said = given.model_dump_json()
    assert Material.model_validate_json(said) == given
    assert other.id not in said and "Quiet Bakery" not in said, "brands are kept apart"
    assert "correct horse" not in said
    drawn = page(view)
    assert "&lt;b&gt;within&lt;/b&gt;" in drawn and "<b>within" not in drawn
    assert "src=" not in drawn and "url(" not in drawn and "<script" not in drawn
    german = page(view, "de")
    assert "Eine Probe: nichts davon" in german and "Noch offen" in german


async def test_nobody_approves_and_nothing_goes_out(at: House) -> None:
    view = await rehearse_apart(at.admind, at.ws, at.owner.id, at.brand, days=4, approve="none")
    assert not {"post", "decision"} & view.counts.keys()
    assert view.counts["expired"] == 3 and {each.state for each in view.slots} == {"expired"}


async def test_who_goes_away_ends_it_and_one_runs_at_a_time(at: House) -> None:
    client = await at.member("Cleo", Role.client)
    with pytest.raises(NotAllowed):
        await rehearse_apart(at.admind, at.ws, client.id, at.brand)
    for wrong in ("most", "1.5", "nan"):
        with pytest.raises(BadInput):
            await rehearse_apart(at.admind, at.ws, at.owner.id, at.brand, approve=wrong)
    running = asyncio.create_task(rehearse_apart(at.admind, at.ws, at.owner.id, at.brand, days=300))
    await until(lambda: bool(_folders()), "it began")
    with pytest.raises(RehearsalRuns):
        await rehearse_apart(at.admind, at.ws, at.owner.id, at.brand)
    pid = _folders()[0] / "data" / "valkey" / "valkey.pid"
    await until(lambda: running.done() or (pid.exists() and bool(pid.read_text().strip())), "its database runs")
    server = int(pid.read_text())
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    await until(lambda: not _runs(server), "its database is gone")
    assert not _folders() and not at.admind.rehearsing.locked()


def _folders() -> list[Path]:
    """Those of rehearsals that this process began."""
    return list(Path(tempfile.gettempdir()).glob(f"admind-rehearsal-{os.getpid()}-*"))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_rehearsed_channel_is_the_real_one_without_its_platform(database: Database) -> None:
    real = build_channels(FeedStore(database), base_url="https://example.com")
    instead = rehearsed(real)
    for name, channel in real.items():
        for ability in (Comments, Documents, Mentions):
            assert isinstance(instead[name], ability) == isinstance(channel, ability), (name, ability)
        assert instead[name].capabilities.text_limit == channel.capabilities.text_limit
        assert isinstance(instead[name], type(channel))
    async with shut_client() as client:
        with pytest.raises(NotSent):
            await client.get("https://example.com/")
        with pytest.raises(NotSent):
            await client.dial_mail("mail.example.com", 465)


def test_a_report_is_whole_json() -> None:
    span = {"start": MONDAY, "end": MONDAY + DAY, "seconds": 1.0}
    view = RehearsalView(brand="Velo", zone="UTC", approve="all", events=[], slots=[], counts={}, **span)
    assert RehearsalView.model_validate(json.loads(view.model_dump_json())) == view
    assert "0" in page(view)
