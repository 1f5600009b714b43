"""What a channel shows is compared as people see it: encoded again it is the same, another picture is told of."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import pytest

from storage.posts import PostState
from storage.redis import Database
from tests.bot.channels.photos import picture
from tests.reliability.channel_table import CASES, LONG, SHORT, Case
from tests.reliability.test_kill_channels import stage

SHOWN = ("mastodon", "pixelfed", "x", "threads", "instagram", "discord", "discord_webhook")


def drawn(case: Case) -> Case:
    """With real pictures, which Meta's servers fetch."""
    case = dataclasses.replace(case, drawn=True, text=SHORT if case.text == LONG else case.text)
    found = {hashlib.sha256(data).hexdigest(): data for data, _ in case.media()}

    def serve() -> object:
        server = case.serve()
        if hasattr(server, "pictures"):
            server.pictures = lambda url: next((data for sha256, data in found.items() if sha256 in url), None)
        return server

    return dataclasses.replace(case, serve=serve)


@pytest.mark.parametrize("case", [drawn(case) for case in CASES if case.name in SHOWN], ids=lambda case: case.name)
async def test_pictures_are_known_again_and_others_are_told_of(database: Database, tmp_path: Path, case: Case) -> None:
    async with stage(case, database, tmp_path / "same") as place:
        kept = await place.world.publish_due(place.post)
        assert kept.state is PostState.published and kept.receipt is not None, kept.failure
        assert (kept.receipt.compared, kept.receipt.differs) == ("same", ())
        looked = [seen for seen in place.server.seen if seen.path.startswith("/small/")]
        assert len(looked) == case.pictures, "each was looked at"
    async with stage(case, database, tmp_path / "other") as place:
        place.server.swapped = picture(*case.size, turn=120)
        kept = await place.world.publish_due(place.post)
        assert kept.state is PostState.published and kept.receipt is not None
        assert (kept.receipt.compared, kept.receipt.differs) == ("differs", ("pictures",))
        await place.world.run_due()
        told = [item.model_dump_json() for item in await place.world.notices()]
        assert any("The pictures are not the approved ones." in each for each in told)


@pytest.mark.parametrize("shown", [b"no picture", b"\x89PNG\r\n\x1a\n"])
async def test_what_cannot_be_judged_is_no_difference(database: Database, tmp_path: Path, shown: bytes) -> None:
    case = drawn(next(case for case in CASES if case.name == "mastodon"))
    async with stage(case, database, tmp_path) as place:
        place.server.swapped = shown
        kept = await place.world.publish_due(place.post)
        assert kept.receipt is not None and kept.receipt.compared == "same"
