"""The words that people type after /admind, as a newcomer reads their answers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.chat import ChatRequest, Role
from bot.clock import MovableClock
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel
from tests.fakes.slack_server import SlackServer
from tests.fakes.waiting import until
from tests.handlers.slack.asking import answered, drafted, shown
from tests.handlers.slack.office import Office, member, said, whispered

WEDNESDAY = datetime(2026, 12, 2, 9, tzinfo=UTC)
A_PHONE = 1300  # characters that somebody still reads there
ID = re.compile(r"\b[dbpamw]_[a-z0-9]{8,}")


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(WEDNESDAY)


@pytest.fixture
def lounge(slack: SlackServer, ana: Person) -> Channel:
    return slack.channel("lounge", ana)


NEWCOMER = [
    ("help", ["In threads slash commands do not work: mention me there", "/admind draft", "✅ approves", "New post"]),
    ("", ["In threads slash commands do not work"]),
    ("review", ["Nothing waits for your decision."]),
    ("drafts", ["No draft is waiting."]),
    ("posts", ["Nothing went out Thu 26 Nov to Wed 2 Dec."]),
    ("calendar", ["Nothing is planned Wed 2 Dec to Tue 8 Dec.", "/admind plan three tips for next week", "[New post]"]),
    ("calendar this week", ["Nothing is planned this week (Mon 30 Nov to Sun 6 Dec)."]),
    ("calendar next week", ["Mon 7 Dec to Sun 13 Dec"]),
    ("calendar month", ["Tue 1 Dec to Thu 31 Dec"]),
    ("plan", ["Nothing is planned Wed 2 Dec to Tue 8 Dec.", "/admind plan three tips for next week", "[New post]"]),
    ("report", ["Nothing went out Thu 26 Nov to Wed 2 Dec.", "No draft is"]),
    ("report last week", ["Mon 23 Nov to Sun 29 Nov"]),
    ("report november", ["Sun 1 Nov to Mon 30 Nov"]),
    ("problems", ["No problems."]),
    ("brand", ["My brand, written in English. A post needs 1 approval", "No voice is set", "Posts to: Feed"]),
    (
        "away until Friday",
        ["You are away until Fri 4 Dec, 23:59 UTC. Nobody stands in for you. `/admind back` ends it."],
    ),
    ("away until Friday Zoe decides", ["Who decides meanwhile? There are:"]),
    ("back", ["Welcome back."]),
    ("pause", ["Paused: My brand.", "To go on: /admind resume.", "[Go on]"]),
    ("resume", ["Posts go out again: My brand."]),
    ("resume", ["This is not paused"]),
    ("pause account Feed", ["Paused: Feed.", "/admind resume account Feed"]),
    ("resume account Feed", ["Posts go out again: Feed."]),
    ("pause everything because of a storm", ["Paused: everything."]),
    ("resume everything", ["Posts go out again: everything."]),
    ("approve", ["press a button on its card"]),
    ("join", ["Which code? Write /admind join and the code. Nothing changed."]),
    ("studio", ["Your way into the studio, good once", "/studio/in/"]),
]


async def test_every_word_is_answered_for_a_newcomer_shortly_and_without_ids(
    office: Office, ana: Person, lounge: Channel
) -> None:
    for command, wanted in NEWCOMER:
        found = shown(await answered(ana, lounge, command))
        flat = found.replace("`", "")
        assert all(each.replace("`", "") in flat for each in wanted), (command, found)
        assert len(found) <= A_PHONE, (command, len(found))
        assert command == "studio" or not ID.search(found), (command, found)


async def test_help_elsewhere_does_not_speak_of_slack(office: Office, ana: Person) -> None:
    who = await member(office, ana)
    request = await office.admind.desk.receive(
        ChatRequest(
            workspace=office.workspace,
            surface="terminal",
            member=who.id,
            conversation="v_1",
            text="help",
        )
    )

    async def done() -> bool:
        return (await office.admind.desk.get(office.workspace, request)).status == "done"

    await until(done, "help is answered")
    reply = (await office.admind.desk.get(office.workspace, request)).reply
    assert "`show ID`" in reply
    assert "@AdMind" not in reply and "slash" not in reply and "✅" not in reply


async def test_lists_have_buttons_and_review_goes_through_them_one_at_a_time(
    office: Office, ana: Person, lounge: Channel
) -> None:
    await drafted(
        office,
        ana,
        lounge,
        "Announce our sale for the feed, Saturday 10am",
        "Announce our workshop on bike repair for the feed, tomorrow 9am",
        "Announce our café for the feed, Sunday 10am",
    )
    listed = await answered(ana, lounge, "drafts")
    lines = shown(listed).splitlines()
    assert lines[1].startswith("1. Workshop on bike repair · Thu 3 Dec, 09:00 UTC · Feed · Waiting for")
    assert lines[-1].startswith("[!Review 3] [1 Workshop on bike repair]")
    await ana.click(listed, "details:" + (await office.draft(office.cards()[1])).id)
    assert ana.window is not None and "bike repair" in ana.window.words
    await ana.close()

    first = await answered(ana, lounge, "review")
    assert "2 more after it" in shown(first) and "bike repair" in shown(first) and not ID.search(shown(first))
    await ana.click(first, "next:")
    assert ana.window is not None and "bike repair" in ana.window.words
    assert (await ana.submit()).answer.ok
    await office.status(office.cards()[1], "approved")
    assert ana.window is not None and "Sale" in ana.window.words, "approving brings the next"
    await ana.click(ana.window, "next:")  # Later
    assert ana.window is not None and "Café" in ana.window.words
    assert (await ana.submit()).answer.ok
    assert ana.window is not None and "1 that you put off still waits" in ana.window.words
    await ana.click(ana.window, "next:")
    assert "Sale" in ana.window.words
    assert (await ana.submit()).answer.ok
    assert ana.window is not None and "Nothing more waits for you." in ana.window.words


async def test_in_a_thread_the_same_words_are_answered_with_the_same_buttons(
    office: Office, ana: Person, lounge: Channel
) -> None:
    await drafted(office, ana, lounge, "Announce our sale for the feed, Saturday 10am")
    asked = await ana.mention(lounge, "review")
    answer = await said(lounge, "This one waits for you first")
    assert answer.thread_ts == asked.ts
    await ana.click(answer, "next:")
    assert ana.window is not None and "Sale" in ana.window.words


async def test_what_went_out_is_listed_with_links_and_reported(
    office: Office, ana: Person, lounge: Channel, clock: MovableClock
) -> None:
    await drafted(office, ana, lounge, "Announce our sale for the feed, today 6pm")
    await ana.react(office.cards()[0], "white_check_mark")
    await office.status(office.cards()[0], "approved")
    ahead = shown(await answered(ana, lounge, "report"))
    assert re.search(r"Next: “Sale”, Wed 2 Dec, (18:00 UTC|19:00 CET), Feed", ahead)
    clock.move_to(WEDNESDAY.replace(hour=18, second=1))
    post = await office.published()
    assert post.receipt is not None
    listed = shown(await answered(ana, lounge, "posts"))
    assert f"<{post.receipt.url}>" in listed and "Sale · Wed 2 Dec" in listed
    await drafted(office, ana, lounge, "Announce our workshop for the feed, tomorrow 9am")
    clock.move_to(WEDNESDAY + timedelta(days=1, hours=1))
    await office.status(office.cards()[1], "late")
    await drafted(office, ana, lounge, "Announce our café for the feed, Sunday 10am")
    report = shown(await answered(ana, lounge, "report")).splitlines()
    assert report == [
        "Fri 27 Nov to Thu 3 Dec: 1 live · 1 lapsed unapproved",
        "• Feed: 1 live",
        "Nobody approved in time: “Workshop”",
        "How each one did: /admind posts.",
        report[4],
        "Nothing is scheduled. To fill it: /admind plan three tips for next week.",
        "[!Review 1]",
    ]
    assert report[4].startswith("Waiting: 1 draft, “Café” since Thu 3 Dec, 1")


async def test_a_plan_is_drafted_on_free_working_days_of_the_time_that_was_said(
    office: Office, ana: Person, lounge: Channel
) -> None:
    await drafted(office, ana, lounge, "Announce our sale for the feed, Tuesday 10am")
    await ana.slash(lounge, "/admind", "plan three tips for bike care next week on the feed")
    await office.card(4)
    drafts = sorted((each.due, each.brief.request) for each in await office.drafts() if each.due is not None)
    days = [due.strftime("%a %d %H:%M") for due, _ in drafts]
    assert days == ["Mon 07 10:00", "Tue 08 10:00", "Thu 10 10:00", "Fri 11 10:00"]
    assert drafts[0][1] == "plan three tips for bike care next week on the feed", "the person's own words are kept"
    answer = await whispered(ana, lounge, "Here are 3 drafts")
    assert not ID.search(shown(answer)) and shown(answer).count("slack.test/archives") == 3
    plan = shown(await answered(ana, lounge, "plan next week"))
    assert "Planned Mon 7 Dec to Sun 13 Dec: 4 posts." in plan
    assert "• Mon 7 Dec · 10:00 Feed: " in plan and "(not approved yet)" in plan
    assert "3 days have nothing: Wed 9 Dec, Sat 12 Dec, Sun 13 Dec." in plan
    assert "[!Review 4] [New post]" in plan


async def test_away_names_who_decides_meanwhile(
    office: Office, slack: SlackServer, ana: Person, lounge: Channel
) -> None:
    owner = await member(office, ana)
    brand = next(iter(owner.roles))
    await office.admind.office.add_member(office.workspace, owner.id, "Ben", brand, [Role.approver.value])
    away = shown(await answered(ana, lounge, "away until Friday Ben decides"))
    assert away == "You are away until Fri 4 Dec, 23:59 UTC. Ben decides for you meanwhile. /admind back ends it."
