"""The doctor tells with which font cards are drawn in Chinese, Japanese and Korean, and where one is needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from bot.artwork import typefaces
from bot.workflow.letters import Letters
from storage.commit import Change, commit
from storage.redis import Database
from tests.world import world_on


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the user's own fonts, empty."""
    folder = tmp_path / "share" / "fonts"
    folder.mkdir(parents=True)
    monkeypatch.setenv("XDG_DATA_HOME", str(folder.parent))
    typefaces.forget_fonts()
    yield folder
    typefaces.forget_fonts()


async def test_a_language_that_is_spoken_and_has_no_font_is_said(
    database: Database, tmp_path: Path, home: Path
) -> None:
    with TTFont(typefaces.FOLDER / "Manrope-Bold.ttf") as font:
        for table in font["cmap"].tables:
            table.cmap = {ord("あ"): "A"}
        for record in font["name"].names:
            if record.nameID in (1, 4, 16):
                record.string = "Noto Sans JP"
        font.save(home / "NotoSansJP-Regular.ttf")
    async with world_on(database, tmp_path / "data") as world:
        account = (await world.people.store.all(world.people.store.accounts, world.ws))[0]
        kept = await world.people.store.accounts.get(world.ws, account.id)
        change = Change(world.ws)
        spoken = account.changed(language="ko-KR")
        world.people.store.accounts.put(change, spoken, account.id, ver=kept.ver, at=1.0)
        await commit(database, change)
        found = {each.what: each for each in await Letters(database, workspace=world.ws).look(world.owner)}
        assert found["pictures in Japanese"].found == "set with the font Noto Sans JP"
        if "pictures in Korean" in found and found["pictures in Korean"].state == "ok":
            pytest.skip("this machine has Korean letters")
        assert found["pictures in Korean"].state == "bad" and "cjk" in found["pictures in Korean"].do
        assert await Letters(database, workspace="w_other").look(world.owner) == [], "whose machine it is not"
