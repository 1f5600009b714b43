"""What a channel shows is compared as people see it: encoded again it is the same, another picture is told of."""

from __future__ import annotations

import dataclasses
import hashlib
import logging
from pathlib import Path

import pytest

from bot.channels.pages import Page, as_pdf
from storage.posts import Post, PostState
from storage.redis import Database
from storage.sealed import Medium
from tests.bot.channels.photos import grainy, picture
from tests.reliability.channel_table import CASES, LONG, SHORT, Case
from tests.reliability.test_kill_channels import Stage, stage

BY_NAME = {case.name: case for case in CASES}
SHOWN = (
    *("mastodon", "pixelfed", "x", "threads", "instagram", "facebook", "linkedin_page", "pinterest"),
    *("discord", "discord_webhook", "slack", "wordpress", "ghost"),
)
LARGE = 2_000_000  # far more than answers of an API may have


def drawn(case: Case) -> Case:
    """With real pictures, which Meta's servers fetch."""
    return given(dataclasses.replace(case, drawn=True))


def given(case: Case) -> Case:
    case = dataclasses.replace(case, text=SHORT if case.text == LONG else case.text)
    found = {hashlib.sha256(data).hexdigest(): data for data, _ in case.media()}

    def serve() -> object:
        server = case.serve()
        if "pictures" in {each.name for each in dataclasses.fields(server)} and callable(server.pictures):
            server.pictures = lambda url: next((data for sha256, data in found.items() if sha256 in url), None)
        return server

    return dataclasses.replace(case, serve=serve)


@dataclasses.dataclass(frozen=True)
class Large(Case):
    """With pictures of many bytes, as photos have them."""

    def media(self) -> list[tuple[bytes, Medium]]:
        found = []
        for number in range(self.pictures):
            data = grainy(*self.size, turn=45 * number)
            sha256 = hashlib.sha256(data).hexdigest()
            sizes = {"size": len(data), "width": self.size[0], "height": self.size[1]}
            found.append((data, Medium(sha256=sha256, mime="image/png", alt="Bread", **sizes)))
        return found


async def compared(place: Stage) -> tuple[str, tuple[str, ...]]:
    kept: Post = await place.world.publish_due(place.post)
    assert kept.state is PostState.published and kept.receipt is not None, kept.failure
    return kept.receipt.compared, kept.receipt.differs


@pytest.mark.parametrize("name", SHOWN)
async def test_pictures_are_known_again_and_others_are_told_of(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    case = drawn(BY_NAME[name])
    async with stage(case, database, tmp_path / "same") as place:
        assert await compared(place) == ("same", ())
        assert len(place.server.looked_at()) == case.pictures, "each was looked at"
    async with stage(case, database, tmp_path / "other") as place:
        place.server.swapped = picture(*case.size, turn=120)
        assert await compared(place) == ("differs", ("pictures",))
        await place.world.run_due()
        told = [item.model_dump_json() for item in await place.world.notices()]
        assert any("The pictures are not the approved ones." in each for each in told)
    caplog.clear()
    async with stage(case, database, tmp_path / "hidden") as place:
        place.server.hidden = True
        assert await compared(place) == ("same", ()), "what cannot be fetched is no difference"
        assert place.server.looked_at()
    logged = [each.getMessage() for each in caplog.records if each.name == "bot.publishing.same_pictures"]
    assert logged and all("not shown" in each for each in logged)


@pytest.mark.parametrize("name", ["mastodon", "slack", "pinterest", "ghost"])
async def test_large_pictures_are_compared_too(database: Database, tmp_path: Path, name: str) -> None:
    case = given(Large(**vars(dataclasses.replace(BY_NAME[name], pictures=1))))
    assert case.media()[0][1].size > LARGE
    async with stage(case, database, tmp_path / "same") as place:
        place.server.whole = True
        assert await compared(place) == ("same", ())
        assert place.server.looked_at()
    async with stage(case, database, tmp_path / "other") as place:
        place.server.whole, place.server.swapped = True, grainy(*case.size, turn=120)
        assert len(place.server.swapped) > LARGE
        assert await compared(place) == ("differs", ("pictures",))


@pytest.mark.parametrize("shown", [b"no picture", b"\x89PNG\r\n\x1a\n", b"\x89PNG" * 6_000_000])
async def test_what_cannot_be_judged_is_no_difference(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture, shown: bytes
) -> None:
    async with stage(drawn(BY_NAME["mastodon"]), database, tmp_path) as place:
        place.server.swapped = shown
        assert await compared(place) == ("same", ())
    too_large = len(shown) > 20_000_000
    logged = [each for each in caplog.records if each.name == "bot.publishing.same_pictures"]
    assert bool(logged) == too_large and all(each.levelno == logging.WARNING for each in logged)


def document(*pages: bytes, title: str = "Another") -> bytes:
    return as_pdf([Page(data, "Bread") for data in pages], title=title, language="en")


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
async def test_a_document_is_compared_page_by_page(database: Database, tmp_path: Path, kind: str) -> None:
    case = drawn(BY_NAME["linkedin_document"])
    pages = [data for data, _ in case.media()]
    again = [picture(*case.size, kind=kind, turn=45 * number) for number in range(case.pictures)]
    other = picture(*case.size, kind=kind, turn=120)
    for number, (shown, verdict) in enumerate(
        [
            (b"", ("same", ())),
            (document(*again), ("same", ())),
            (document(pages[0]), ("differs", ("pictures",))),
            (document(pages[0], other), ("differs", ("pictures",))),
            (b"%PDF-1.7 packed in another way", ("same", ())),
        ]
    ):
        async with stage(case, database, tmp_path / str(number)) as place:
            place.server.swapped = shown
            assert await compared(place) == verdict
            assert len(place.server.looked_at()) == 1
