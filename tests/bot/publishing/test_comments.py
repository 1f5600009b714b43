"""A first comment after its post: a step of its own, resumed where it is missing, never twice and never silent."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import BadInput
from bot.publishing.run import comment_key
from storage.posts import Post, PostState
from storage.redis import Database
from tests.bot.publishing.test_linkedin import Town, town
from tests.fakes.faulty_http import GOOD, Act

COMMENT = "All our breads: https://velo.example/bread"
REFUSED, LOST, NEVER = Act(400, commits="never"), Act(breaks="before answering"), Act(500, commits="never")


async def commented(place: Town, *acts: Act) -> Post:
    """A post with a first comment; the acts meet the comment alone."""
    place.server.plan.extend([GOOD, *acts])
    return await place.world.publish_due(await place.world.approved(place.account, comment=COMMENT))


async def said(place: Town) -> str:
    return json.dumps([item.card for item in await place.world.notices()], ensure_ascii=False)


def stands(place: Town) -> tuple[int, list[str]]:
    return len(place.server.posts), [comment.text for comment in place.server.comments]


async def test_a_first_comment_follows_its_post_and_stands_there_once(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        kept = await commented(place)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        [post], [comment] = place.server.posts, place.server.comments
        assert (comment.text, comment.post) == (COMMENT, post.urn)
        assert kept.receipt.compared == "same" and kept.receipt.comment == comment.id
        assert [attempt.outcome for attempt in kept.attempts] == ["published", "published"]
        assert kept.attempts[1].key == comment_key(kept) != kept.attempts[0].key
        await place.world.run_due()
        assert stands(place) == (1, [COMMENT])


async def test_a_refused_comment_is_told_and_written_again_without_its_post(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        kept = await commented(place, REFUSED)
        assert kept.state is PostState.failed and kept.failure is not None and kept.commenting
        assert kept.failure.sentence.startswith("The post is out, but not its first comment.")
        assert "Nothing was published" not in kept.failure.sentence
        await place.world.run_due()
        told = await said(place)
        assert "Posted, but without its first comment" in told and f"send:{kept.id}" in told
        assert "Not posted" not in told and f"rework:{kept.id}" not in told
        await place.world.posts.resolve(place.world.ws, kept.id, place.world.owner.id, "send", "test")
        await place.world.run_due()
        kept = await place.world.post(kept)
        assert kept.state is PostState.published and stands(place) == (1, [COMMENT])


@pytest.mark.parametrize("act", [LOST, Act(504, commits="late")])
async def test_a_comment_that_came_out_is_found_and_not_written_again(
    database: Database, tmp_path: Path, act: Act
) -> None:
    async with town(database, tmp_path / "data") as place:
        kept = await commented(place, act)
        assert kept.state is PostState.unknown and kept.commenting
        place.server.commit_late()
        await place.later(2)
        kept = await place.world.post(kept)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert kept.receipt.comment == place.server.comments[0].id and stands(place) == (1, [COMMENT])


async def test_a_comment_of_which_nobody_knows_is_a_question(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        kept = await commented(place, NEVER)
        for _ in range(6):
            await place.later(2)
        kept = await place.world.post(kept)
        assert kept.state is PostState.unknown and stands(place) == (1, [])
        told = await said(place)
        assert "of its first comment we can't tell" in told and f"live:{kept.id}" in told
        await place.world.posts.resolve(place.world.ws, kept.id, place.world.owner.id, "send", "test")
        await place.world.run_due()
        assert (await place.world.post(kept)).state is PostState.published and stands(place) == (1, [COMMENT])


async def test_a_pause_between_the_two_keeps_the_comment_back(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        post = await place.world.approved(place.account, comment=COMMENT)
        place.world.clock.move_to(post.due + timedelta(seconds=1))
        await place.world.publisher.publish(place.world.ws, post.id)
        assert (await place.world.post(post)).commenting and stands(place) == (1, [])
        now = place.world.clock.now()
        await place.world.pausing.stop(place.world.ws, "topic:breads", place.world.owner, "", now)
        await place.world.run_due()
        kept = await place.world.post(post)
        assert kept.state is PostState.paused and kept.commenting and stands(place) == (1, [])


async def test_who_leaves_the_comment_out_keeps_the_post(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        kept = await commented(place, REFUSED)
        done = await place.world.posts.cancel(place.world.ws, kept.id, place.world.owner.id, "test")
        assert "stays" in done.sentence
        kept = await place.world.post(kept)
        assert kept.state is PostState.published and kept.receipt is not None and "without" in kept.receipt.note
        await place.world.run_due()
        assert stands(place) == (1, [])


async def test_a_post_can_be_taken_down_while_its_comment_is_missing(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        kept = await commented(place, REFUSED)
        await place.world.posts.take_down(place.world.ws, kept.id, place.world.owner.id, "test")
        await place.world.run_due()
        kept = await place.world.post(kept)
        assert kept.state is PostState.published and kept.receipt is not None and kept.receipt.taken_down_at
        assert stands(place) == (0, []) and not kept.asks


async def test_taking_a_post_down_takes_its_comment_along(database: Database, tmp_path: Path) -> None:
    async with town(database, tmp_path / "data") as place:
        kept = await commented(place)
        await place.world.posts.take_down(place.world.ws, kept.id, place.world.owner.id, "test")
        assert stands(place) == (0, [])


async def test_a_post_that_a_person_found_still_lacks_its_comment_and_they_are_asked(
    database: Database, tmp_path: Path
) -> None:
    """Nobody may read a person's posts: that it is there is known, and not what it is called."""
    async with town(database, tmp_path / "data", page=False) as place:
        place.server.plan.append(LOST)
        kept = await place.world.publish_due(await place.world.approved(place.account, comment=COMMENT))
        for _ in range(6):
            await place.later(2)
        who = (place.world.ws, kept.id, place.world.owner.id)
        await place.world.posts.resolve(*who, "live", "test")
        kept = await place.world.post(kept)
        assert kept.state is PostState.failed and kept.commenting and kept.asks
        with pytest.raises(BadInput):
            await place.world.posts.resolve(*who, "send", "test")
        await place.world.posts.resolve(*who, "live", "test")
        assert (await place.world.post(kept)).state is PostState.published and stands(place) == (1, [])


async def test_what_a_journal_knows_of_a_comment_is_looked_for_before_it_is_written(
    database: Database, tmp_path: Path
) -> None:
    """The database went back to the moment between post and comment; the comment stands there."""
    async with town(database, tmp_path / "data") as place:
        post = await place.world.approved(place.account, comment=COMMENT)
        place.world.clock.move_to(post.due + timedelta(seconds=1))
        await place.world.publisher.publish(place.world.ws, post.id)
        between = await database.client.dump(place.world.kept_posts.key(place.world.ws, post.id))
        assert between is not None
        await place.world.publisher.publish(place.world.ws, post.id)
        assert stands(place) == (1, [COMMENT])
        await database.client.restore(place.world.kept_posts.key(place.world.ws, post.id), 0, between, replace=True)
        await place.world.recovery.recover()
        assert (await place.world.post(post)).state is PostState.unknown
        for _ in range(3):
            await place.later(2)
        kept = await place.world.post(post)
        assert kept.state is PostState.published and stands(place) == (1, [COMMENT])
