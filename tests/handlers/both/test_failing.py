"""What is called in whose chat when something fails."""

from __future__ import annotations

from datetime import timedelta

from storage.posts import PostState
from tests.fakes.waiting import until
from tests.handlers.both.office import YES, Both, SlackCard


async def test_a_failure_wakes_people_by_each_homes_own_mention(both: Both) -> None:
    """AdMind was away when the post was due: it asks, and calls those who can answer, each where they are."""
    anna = both.velo.person("anna")
    await both.link(both.ana, anna)
    here, there = await both.ask(both.tim)
    await both.ana.react(here, YES)
    await both.status("approved")
    due = (await both.draft()).due
    assert due is not None
    both.clock.move_to(due + timedelta(hours=3))

    async def missed() -> bool:
        return all(each.state is PostState.missed for each in await both.posts())

    await until(missed, "it was missed", seconds=30)
    thread = both.server.world.channel(there.id)
    assert thread is not None
    await until(lambda: any(anna.id in each.pinged for each in thread.messages.values()), "called", seconds=20)

    def below() -> list[SlackCard]:
        return [each for each in both.desk.thread(here.ts) if f"@{both.ana.id}" in each.pings]

    await until(lambda: len(below()) == 1, "called in Slack", seconds=20)
    assert str(anna.id) not in below()[0].words
    assert not any(both.ana.id in each.words for each in thread.messages.values())
