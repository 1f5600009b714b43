"""One draft in Slack and in Discord: one person one vote, whichever names they have."""

from __future__ import annotations

from bot.chat import Role
from tests.fakes.waiting import until
from tests.handlers.both.office import ASK, YES, Both
from tests.handlers.discord.office import told


async def test_two_of_three_with_one_person_on_both(both: Both) -> None:
    """Ana is on both; Ben is in Slack, Dan in Discord; Tim, who asks, decides nothing."""
    ben, tim = both.slack.person("ben"), both.tim
    anna, dan = both.velo.person("anna"), both.velo.person("dan")
    await both.works(ben, Role.approver)
    await both.works(anna, Role.approver)
    await both.works(dan, Role.approver)
    await both.rules(approvals=2)
    here, there = await both.ask(tim)
    await both.ana.react(here, YES)
    anna.react(there, "✅")
    await both.heard(2)
    await both.says("under another name")
    assert (await both.draft()).status.value == "waiting" and not await both.posts(), (
        "nobody knows whether they are two"
    )
    await both.link(both.ana, anna)
    assert await both.member(anna) == await both.owner()
    await both.says("Waiting for ben")
    assert (await both.draft()).status.value == "waiting", "they count once"
    dan.react(there, "✅")
    await both.heard(3)
    await both.says("Dan may be tim under another name")
    await both.tell_apart(dan)
    await both.status("approved")
    assert len(await both.posts()) == 1
    (post,) = await both.posts()
    assert len(post.approved_by) == 2


async def test_who_links_both_names_and_is_two_with_the_other_needs_no_owners_word(both: Both) -> None:
    """Dan and Ana are known in one server, so that they are two."""
    anna, dan, asks = both.velo.person("anna"), both.velo.person("dan"), both.velo.person("uma")
    await both.link(both.ana, anna)
    await both.works(dan, Role.approver)
    await both.works(asks, Role.requester)
    await both.rules(approvals=2)
    here, there = await both.ask(asks, ASK)
    await both.ana.react(here, YES)
    await both.heard(1)
    anna.react(there, "✅")
    await both.says("Waiting for Dan")
    dan.react(there, "✅")
    await both.status("approved")
    assert await both.says("Approved by") < 20


async def test_names_that_nobody_told_apart_never_sum_to_a_quorum(both: Both) -> None:
    ben, dan = both.slack.person("ben"), both.velo.person("dan")
    await both.works(dan, Role.approver)
    await both.works(ben, Role.approver)
    await both.rules(approvals=2, self_approval="allowed")
    here, there = await both.ask(both.ana)
    await ben.react(here, YES)
    dan.react(there, "✅")
    await both.heard(2)
    await both.says("may be one person under two names")
    assert (await both.draft()).status.value == "waiting"
    await both.tell_apart(dan)
    assert (await both.draft()).status.value == "waiting", "the other one may still be anybody"
    await both.tell_apart(ben)
    await both.status("approved")


async def test_nobody_approves_in_discord_what_they_asked_for_in_slack(both: Both) -> None:
    anna, ben = both.velo.person("anna"), both.slack.person("ben")
    await both.works(ben, Role.approver)
    await both.link(both.ana, anna)
    _, there = await both.ask(both.ana)
    anna.react(there, "✅")
    await told(anna, "somebody else must approve what you asked for")
    assert (await both.draft()).status.value == "waiting"
    await both.says("Waiting for ben")
    await ben.react((await both.cards())[0], YES)
    await both.status("approved")


async def test_an_unlinked_name_approves_nothing_that_it_may_have_asked_for_itself(both: Both) -> None:
    """Nobody has said that Anna is Ana: her approval of what Ana asked for waits all the same."""
    anna, ben = both.velo.person("anna"), both.slack.person("ben")
    await both.works(anna, Role.approver)
    await both.works(ben, Role.approver)
    _, there = await both.ask(both.ana)
    anna.react(there, "✅")
    await told(anna, "it does not count yet")
    await both.says("may be")
    assert (await both.draft()).status.value == "waiting"


async def test_a_withdrawal_in_the_other_home_withdraws_the_persons_word(both: Both) -> None:
    """They approve in Slack, reject in Discord, and think better of it."""
    anna, tim = both.velo.person("anna"), both.tim
    await both.link(both.ana, anna)
    here, there = await both.ask(tim)
    await both.ana.react(here, YES)
    await both.status("approved")
    anna.react(there, "❌")
    await both.status("rejected")
    anna.unreact(there, "❌")

    async def settled() -> bool:
        return (await both.draft()).status.value != "rejected"

    await until(settled, "the ❌ is taken back", seconds=20)
