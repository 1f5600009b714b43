"""A channel says yes, names the post, and nothing stands there: noticed on every channel that can be read, told as a
question, and never sent a second time by itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from storage.posts import ASKS, PostState
from storage.redis import Database
from tests.reliability.channel_table import CASES, LONG, SHORT, Case
from tests.reliability.forgetful import forgetful
from tests.reliability.test_kill_channels import Stage, stage

# One post each: what follows in a thread, a reply with the comment too, is refused where the first is not there.
READABLE = [
    dataclasses.replace(case, text=SHORT) if case.text == LONG else case
    for case in CASES
    if case.inside is None and case.compared and not (case.comment and case.channel in {"bluesky", "x", "threads"})
]
LATER = [timedelta(seconds=31)] * 4 + [timedelta(minutes=5)] * 3 + [timedelta(hours=1)] * 2
# Bluesky's adapter reads before it believes a yes; what is not there then is sent again under the same record key.
BELIEVES = [case for case in READABLE if case.name != "bluesky"]


def test_every_channel_that_can_be_read_is_here() -> None:
    names = {case.channel or case.name for case in READABLE}
    assert names == {
        *("bluesky", "mastodon", "x", "threads", "facebook", "instagram", "linkedin", "pinterest"),
        *("discord", "discord_webhook", "slack", "wordpress", "ghost", "devto"),
    }


@asynccontextmanager
async def forgetting(case: Case, database: Database, folder: Path) -> AsyncIterator[Stage]:
    async with stage(dataclasses.replace(case, serve=forgetful(case.serve)), database, folder) as found:
        yield found


@pytest.mark.parametrize("case", BELIEVES, ids=[case.name for case in BELIEVES])
async def test_a_yes_with_nothing_behind_it_is_a_question_and_no_second_post(
    database: Database, tmp_path: Path, case: Case
) -> None:
    async with forgetting(case, database, tmp_path) as place:
        kept = await place.world.publish_due(place.post)
        assert kept.state is PostState.unknown and kept.receipt is None and kept.claimed is not None
        assert not await place.told(), "it may only be late: nobody is woken before it has had its time"
        said, stood = place.server.said, await place.stands()  # on blogs: the draft, which nobody sees
        for pause in LATER:
            place.world.clock.move(pause)
            await place.world.run_due()
        kept = await place.now()
        assert kept.state is PostState.unknown and kept.failure is not None
        assert kept.failure.sentence == "Velo said yes, but the post does not stand there."
        assert place.server.said == said == 1 and await place.stands() == stood, "nothing was sent again"
        questions = [item for item in await place.world.notices() if "We can't tell" in item.card["title"]]
        assert len(questions) == 1, "asked once"
        assert "does not stand there" in questions[0].model_dump_json()

        place.server.shows_nothing = False
        sent = await place.resolve("send")
        assert sent.state is PostState.published and sent.claimed is None
        assert len(await place.stands()) == (2 if case.comment else 1)


@pytest.mark.parametrize("case", READABLE, ids=[case.name for case in READABLE])
async def test_what_only_shows_late_is_published_without_a_word(database: Database, tmp_path: Path, case: Case) -> None:
    async with forgetting(case, database, tmp_path) as place:
        assert (await place.world.publish_due(place.post)).state is PostState.unknown
        place.server.appear()
        for pause in (timedelta(seconds=61), timedelta(seconds=61)):  # the second where the attempt's time goes first
            place.world.clock.move(pause)
            await place.world.run_due()
        kept = await place.now()
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.claimed is None and kept.failure is None and len(await place.stands()) == 1
        if case.comment:  # of which the channel says yes, too, and shows nothing: that is told
            assert (kept.receipt.compared, kept.receipt.differs) == ("differs", ("first comment",))
            assert [item for item in await place.world.notices() if "first comment" in item.model_dump_json()]
        else:
            assert kept.receipt.compared == "same"
        assert not [item for item in await place.world.notices() if "We can't tell" in item.card["title"]]


async def test_on_bluesky_the_same_record_is_put_again_under_its_key_until_it_is_too_late(
    database: Database, tmp_path: Path
) -> None:
    [case] = [each for each in READABLE if each.name == "bluesky"]
    async with forgetting(case, database, tmp_path) as place:
        assert (await place.world.publish_due(place.post)).state is PostState.unknown
        for pause in LATER:
            place.world.clock.move(pause)
            await place.world.run_due()
        assert (await place.now()).state in ASKS and not await place.stands(), "by now it waits for a person's word"
        assert [item for item in await place.world.notices() if item.card["title"].startswith(("❓", "⏰"))]
        written = [seen.body for seen in place.server.seen if place.server.publishes(seen.method, seen.path)]
        assert len(set(written)) == 1, "the same record under the same key, however often"
        place.server.shows_nothing = False
        assert (await place.resolve("send")).state is PostState.published and len(await place.stands()) == 1


async def test_a_person_who_finds_it_says_so_and_is_led_to_what_the_channel_named(
    database: Database, tmp_path: Path
) -> None:
    [case] = [each for each in READABLE if each.name == "pinterest"]
    async with forgetting(case, database, tmp_path) as place:
        await place.world.publish_due(place.post)
        place.world.clock.move(timedelta(minutes=2))
        await place.world.run_due()
        claimed = (await place.now()).claimed
        assert claimed is not None and claimed.url
        [question] = [item for item in await place.world.notices() if "We can't tell" in item.card["title"]]
        assert claimed.url in question.model_dump_json()
        kept = await place.resolve("live")
        assert kept.state is PostState.published and kept.receipt is not None and kept.claimed is None
        assert (kept.receipt.url, kept.receipt.remote_id) == (claimed.url, "")


async def test_what_cannot_be_read_is_not_taken_for_absent(database: Database, tmp_path: Path) -> None:
    [case] = [each for each in CASES if each.name == "instagram"]
    async with stage(case, database, tmp_path) as place:
        place.server.plan.clear()
        original = place.server._one
        place.server._one = lambda seen, wanted: (
            (503, b"", ()) if "caption" in str(seen.query) else original(seen, wanted)
        )
        kept = await place.world.publish_due(place.post)
        assert kept.state is PostState.published and kept.receipt is not None and kept.receipt.compared == ""
