"""Tokens that end: exchanged in time and once, or noticed when they are gone for ever."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.chat import Identified, MessageRef
from bot.clock import MovableClock
from bot.errors import AdMindError
from handlers.slack.teams import Teams
from storage.inbox import InboxItem, inbox_store
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel, Json
from tests.fakes.slack_server import Fault, SlackServer
from tests.fakes.waiting import until
from tests.handlers.slack.office import Office, all_of, rests, running, whispered
from tests.handlers.slack.test_installing import Public, opened
from tests.handlers.slack.test_journeys import approved


@pytest.fixture
def clock() -> MovableClock:
    """The machine's: bolt reckons by it when a token ends."""
    return MovableClock()


def exchanges(slack: SlackServer) -> list[Json]:
    return [each.answer for each in slack.web.of("oauth.v2.access") if each.given.get("grant_type") == "refresh_token"]


async def installed(public: Public, slack: SlackServer) -> tuple[Person, Json]:
    house = slack.workspace("bakery")
    boris = house.person("boris")
    await public.install(boris)
    document = await public.admind.installations.find("slack", house.team.id)
    assert document is not None
    return boris, document


async def test_a_token_is_exchanged_kept_encrypted_and_used_from_then_on(
    slack: SlackServer, clock: MovableClock, tmp_path: Path
) -> None:
    slack.world.rotates = True
    async with opened(slack, clock, tmp_path / "data") as public:
        boris, before = await installed(public, slack)
        lounge = slack.world.new_channel(boris.team, "lounge", boris.id, boris.team.bot)
        clock.move(timedelta(hours=9))
        await boris.slash(lounge, "/admind", "draft")
        assert boris.window is not None and not exchanges(slack), "it is good for three hours yet"
        clock.move(timedelta(hours=1, minutes=1))
        await boris.slash(lounge, "/admind", "draft")
        assert len(exchanges(slack)) == 1
        after = await public.admind.installations.find("slack", boris.team.id)
        assert after is not None and after["bot_token"] == exchanges(slack)[0]["access_token"] != before["bot_token"]
        assert after["bot_refresh_token"] not in ("", before["bot_refresh_token"])
        assert slack.web.of("views.open")[-1].token == after["bot_token"]
        client = cast(Any, public.admind.database.client)
        kept = repr(await client.hgetall("admind:{sys}:installs:slack"))
        assert after["bot_token"] not in kept and after["bot_refresh_token"] not in kept
        clock.move(timedelta(hours=10, minutes=1))
        await boris.slash(lounge, "/admind", "draft")
        assert len(exchanges(slack)) == 2 and all(each["ok"] for each in exchanges(slack)), "and the next one, too"


async def test_many_that_renew_at_once_exchange_once(slack: SlackServer, clock: MovableClock, tmp_path: Path) -> None:
    slack.world.rotates = True
    async with opened(slack, clock, tmp_path / "data") as public:
        boris, _ = await installed(public, slack)
        clock.move(timedelta(hours=13))
        processes = [Teams(public.admind) for _ in range(4)]
        found = await asyncio.gather(*(each.team(boris.team.id) for each in processes for _ in range(3)))
        assert len(exchanges(slack)) == 1 and exchanges(slack)[0]["ok"]
        document = await public.admind.installations.find("slack", boris.team.id)
        assert document is not None and {each.token for each in found} == {document["bot_token"]}
        for each in processes:
            await each.close()


async def test_a_token_that_ended_in_the_middle_of_a_call_is_renewed_and_the_call_made(
    slack: SlackServer, clock: MovableClock, tmp_path: Path
) -> None:
    slack.world.rotates = True
    async with opened(slack, clock, tmp_path / "data") as public:
        boris, before = await installed(public, slack)
        teams = Teams(public.admind)
        client = await teams.client(boris.team.id)
        clock.move(timedelta(hours=13))  # whoever holds the client does not look again
        answer = await client.auth_test()
        assert answer["ok"] and len(exchanges(slack)) == 1
        assert slack.web.of("auth.test")[-1].token != before["bot_token"]
        await teams.close()


async def test_an_exchange_that_fails_for_now_leaves_the_token_in_use(
    slack: SlackServer, clock: MovableClock, tmp_path: Path
) -> None:
    slack.world.rotates = True
    async with opened(slack, clock, tmp_path / "data") as public:
        boris, before = await installed(public, slack)
        lounge = slack.world.new_channel(boris.team, "lounge", boris.id, boris.team.bot)
        clock.move(timedelta(hours=11))
        slack.web.fail("oauth.v2.access", Fault(status=503), times=1)
        await boris.slash(lounge, "/admind", "draft")
        assert boris.window is not None and slack.web.of("views.open")[-1].token == before["bot_token"]
        teams = Teams(public.admind)
        assert (await teams.team(boris.team.id)).token == exchanges(slack)[-1]["access_token"], (
            "the next look renews it"
        )
        await teams.close()


async def test_what_was_removed_while_its_token_was_exchanged_stays_removed(
    slack: SlackServer, clock: MovableClock, tmp_path: Path
) -> None:
    slack.world.rotates = True
    async with opened(slack, clock, tmp_path / "data") as public:
        boris, before = await installed(public, slack)
        installations, team = public.admind.installations, boris.team.id

        async def exchange() -> dict[str, Any]:
            await installations.delete("slack", team)
            return {"bot_token": "xoxb-fresh"}

        assert await installations.renew("slack", team, before, exchange) is None
        assert await installations.find("slack", team) is None


@pytest.mark.parametrize("state", ["token_revoked", "account_inactive"])
async def test_a_token_that_was_revoked_without_a_word_ends_the_home_and_nothing_else(
    slack: SlackServer, clock: MovableClock, tmp_path: Path, state: Any
) -> None:
    async with opened(slack, clock, tmp_path / "data") as public:
        boris, _ = await installed(public, slack)
        house_team = boris.team
        homes = public.admind.homes
        home = await homes.home("slack", house_team.id)
        assert home is not None
        for token in slack.world.tokens.values():
            if token.team == house_team.id:
                token.state = state
        messenger = public.admind.open_home(home)
        assert messenger is not None
        for words in ("does not accept my token", "not installed"):
            with pytest.raises(AdMindError, match=words):
                await messenger.reread([_ref(home.key)])
        assert await homes.home("slack", house_team.id) is None
        assert await public.admind.installations.find("slack", house_team.id) is None
        assert list(await public.admind.board.homes(home.workspace)) == ["inbox"]
        told = [each.card for each in await notices(public, home.workspace)]
        assert len([card for card in told if "was removed" in card["title"]]) == 1, "owners hear of it once"
        assert (await public.install(boris)).status_code == 200
        revived = await homes.home("slack", house_team.id)
        assert revived is not None and revived.workspace == home.workspace


async def test_after_a_revocation_what_is_scheduled_elsewhere_goes_out_and_waits_for_the_way_back(
    slack: SlackServer, ana: Person, room: Channel, clock: MovableClock, tmp_path: Path
) -> None:
    async with running(tmp_path / "data", slack, ana, room, clock=clock) as office:
        await approved(office, ana)
        card = await office.card()
        await ana.react(card, "white_check_mark")
        await office.status(card, "approved")
        due = (await office.draft(card)).due
        assert due is not None
        await slack.revoke()
        calls = len(slack.web.of("chat.postMessage")) + len(slack.web.of("chat.update"))
        clock.move_to(due + timedelta(seconds=1))
        assert (await office.published()).receipt is not None
        assert len(slack.web.of("chat.postMessage")) + len(slack.web.of("chat.update")) == calls
    slack.token = slack.world.install(
        slack.team, {each for t in slack.world.tokens.values() for each in t.scopes}
    ).value
    async with running(tmp_path / "data", slack, ana, room, clock=clock) as office:
        who = Identified(platform="slack", team=slack.team.id, user=ana.id)
        assert await office.admind.homes.member(who) is not None, "with a fresh token all is as it was"
        lounge = slack.channel("lounge", ana)
        await ana.slash(lounge, "/admind", "posts")
        await whispered(ana, lounge, "bike repair")


async def test_a_refused_token_is_told_of_once_and_the_card_comes_with_a_good_one(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    office.slack.web.fail("chat.postMessage", Fault(error="invalid_auth"), times=30)
    lounge = office.slack.channel("lounge", ana)
    await ana.slash(lounge, "/admind", "draft a post about our new shop for the feed, tomorrow 9am")
    told = await whispered(ana, lounge, "does not accept my token")
    assert "invalid_auth" not in all_of(told)

    async def heard() -> int:
        items = await notices(office, office.workspace)
        return len([each for each in items if "I can't post where" in each.card["title"]])

    async def is_heard() -> bool:
        return await heard() > 0

    await until(is_heard, "the inbox says so")
    for _ in range(3):
        await rests(office)
        clock.move(timedelta(minutes=11))
        tries = len(office.slack.web.of("chat.postMessage"))
        await until(lambda: len(office.slack.web.of("chat.postMessage")) > tries, "it is tried again")  # noqa: B023
    await rests(office)
    assert await heard() == 1
    office.slack.web.faults.clear()
    clock.move(timedelta(minutes=11))
    await office.card()
    assert len(office.cards()) == 1


def _ref(home: str) -> MessageRef:
    return MessageRef(home=home, room="b", message="1.0", draft="d", digest="x", channel="C")


async def notices(of: Public | Office, workspace: str) -> list[InboxItem]:
    return list((await inbox_store(of.admind.database).page(workspace)).items)
