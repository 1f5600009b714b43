"""Reminders, stand-ins and what is late, in each home's own manner."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.chat import Role
from tests.fakes.waiting import until
from tests.handlers.both.office import YES, Both
from tests.handlers.discord.office import told
from tests.handlers.slack.office import said

STAMP = re.compile(r"<t:\d+:f>")  # Discord shows it in each reader's own zone


async def test_everybody_is_reminded_where_they_are_and_once(both: Both) -> None:
    """Ana, who is on both, in both; Dan in Discord alone. Whoever decides, all reminders know."""
    anna, dan = both.velo.person("anna"), both.velo.person("dan")
    await both.link(both.ana, anna)
    await both.works(dan, Role.approver)
    await both.tell_apart(dan)
    here, _ = await both.ask(both.tim)
    decide_by = (await both.draft()).decide_by
    assert decide_by is not None
    both.clock.move_to(decide_by - timedelta(minutes=119))
    in_slack = await said(both.slack.world.dm(both.slack.team, both.ana.id), "Still waiting")
    in_discord, for_dan = await told(anna, "Still waiting"), await told(dan, "Still waiting")
    assert STAMP.search(in_discord.words) and STAMP.search(for_dan.words)
    assert "<t:" not in in_slack.words and "decide by" in in_slack.words
    await both.ana.react(here, YES)
    await both.status("approved")
    for words in (lambda: in_slack.words, lambda: in_discord.words, lambda: for_dan.words):
        await until(lambda words=words: "Approved by ana" in words(), "it is over", seconds=20)
    assert len([each for each in anna.heard() if "Approved by" in each.words]) == 1


async def test_who_stands_in_is_woken_in_the_chat_where_they_are(both: Both) -> None:
    dan = both.velo.person("dan")
    await both.works(dan, Role.requester)
    await both.tell_apart(dan)
    here, there = await both.ask(both.tim)
    owner, stand_in, decide_by = await both.owner(), await both.member(dan), (await both.draft()).decide_by
    assert stand_in is not None and decide_by is not None
    until_then = decide_by + timedelta(days=1)
    await both.admind.office.set_away(both.workspace, owner.id, owner.id, until_then, stand_in.id)
    both.clock.move_to(decide_by - timedelta(hours=2) + timedelta(seconds=1))
    await told(dan, "Still waiting")
    both.clock.move_to(decide_by - timedelta(hours=1) + timedelta(seconds=1))
    await told(dan, f"One hour left, and you decide for {owner.name}: ")
    direct = both.slack.world.dm(both.slack.team, both.ana.id).messages.values()
    assert not any("waiting" in each.words or "One hour" in each.words for each in direct), "who is away is left alone"
    dan.react(there, "✅")
    await both.status("approved")
    await until(lambda: "Approved by Dan" in here.words and "Approved by Dan" in there.words, "on both", seconds=20)


async def test_what_nobody_decided_is_late_in_both(both: Both) -> None:
    here, there = await both.ask(both.tim)
    due = (await both.draft()).due
    assert due is not None
    both.clock.move_to(due + timedelta(seconds=1))
    await both.status("late")
    late = "The time has passed without an approval"
    await until(lambda: late in here.words and late in there.words, "both say so", seconds=20)
    assert STAMP.search(there.words) and "<t:" not in here.words
