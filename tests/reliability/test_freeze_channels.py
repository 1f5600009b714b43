"""SIGSTOP between the last check and the first byte, for two leases: one whole post, or a question.

On every channel a sender is frozen when the database has told it that the post may go out and before it read so.
Another takes the post over; then the frozen one wakes up, and sends. The channel takes it at once, or says nothing and
has it only later: each in turn, or with ADMIND_TEST_KILLS=every (`make kills`) both everywhere.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.posts import PostState
from storage.redis import Database
from tests.fakes.faulty_http import Act
from tests.fakes.waiting import until
from tests.reliability.channel_table import CASES, Case
from tests.reliability.dying import EVERY
from tests.reliability.posters import Poster
from tests.reliability.test_kill_channels import Nobody, stage
from tests.world import LEASE

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(300)]

CHECK = "database: check"


class Freezer:
    """Where others are killed."""

    def __init__(self, poster: Poster) -> None:
        self._poster = poster
        self.done = False

    def kill(self) -> None:
        self._poster.freeze()
        self.done = True


@pytest.mark.parametrize(
    ("case", "late"),
    [
        pytest.param(case, late, id=f"{case.name}-{'late' if late else 'at once'}")
        for number, case in enumerate(CASES)
        for late in (False, True)
        if EVERY or late == bool(number % 2)
    ],
)
async def test_a_sender_that_slept_through_two_leases_leaves_one_whole_post_or_a_question(
    database: Database, tmp_path: Path, case: Case, late: bool
) -> None:
    async with stage(case, database, tmp_path / "whole") as alive:
        checked = (await alive.lives()).index(CHECK) - len(alive.server.asked)
        whole = await alive.stands()
    async with stage(case, database, tmp_path / "frozen") as place:
        world, between = place.world, place.between
        if late:
            place.server.plan.append(Act(breaks="before answering", commits="late"))
        poster = place.poster(between.url)
        between.deadly_at, between.after, between.process = checked, True, (freezer := Freezer(poster))
        await until(lambda: freezer.done, "it is frozen")
        stood = await place.stands()
        world.clock.move(2 * LEASE)
        await world.run_due()
        assert (await place.now()).state is PostState.unknown, "another took it over, and knows that it may be out"
        assert await place.stands() == stood
        between.process, place.server.process = None, Nobody()
        poster.thaw()
        assert await poster.ended() == 0, poster.said()
        place.server.process = None
        assert place.server.asked or await place.stands() != stood, "it went on where it had stopped"
        place.server.commit_late()
        await place.one_or_a_question(whole)
