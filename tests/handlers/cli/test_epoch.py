"""An `admind` that is older than what is kept: it says so in a sentence, and what a newer one keeps stays as it is."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from storage.embedded import EmbeddedValkey
from storage.epoch import Epoch, Needs
from storage.redis import connect
from storage.stores import TeamStore
from tests.handlers.cli.admind import AdMindHere
from tests.handlers.serving import until

FIRST = "Tell people that we open a shop. Feed, tomorrow 9am."


async def _raised(here: AdMindHere, asked: Needs) -> None:
    """What a newer AdMind leaves behind."""
    async with EmbeddedValkey(here.data) as server, connect(server.url) as database:
        workspaces = await TeamStore(database).workspace_ids()
        await Epoch(9, asked).raise_in(database, workspaces, "9.0.0")


@pytest.fixture
def here(tmp_path: Path) -> AdMindHere:
    return AdMindHere(tmp_path)


def test_too_old_to_read_opens_nothing(here: AdMindHere) -> None:
    here.run("ask", FIRST)
    asyncio.run(_raised(here, Needs(2, 2)))
    for command in (["run"], ["drafts"], ["ask", "hello"]):
        told = here.run(*command, code=1).stderr
        assert "AdMind 9.0.0" in told and "Nothing was changed" in told and "Start that version" in told


def test_too_old_to_write_looks_and_changes_nothing(here: AdMindHere) -> None:
    draft = here.json("ask", FIRST)["drafts"][0]
    asyncio.run(_raised(here, Needs(1, 2)))
    assert "AdMind 9.0.0" in here.run("run", code=1).stderr
    shown = here.run("show", draft)
    assert draft in shown.stdout and "cannot write" in shown.stderr
    before = here.json("show", draft)
    assert "cannot write" in here.run("ask", "--new", FIRST, code=None).stderr
    assert "cannot write" in here.run("edit", draft, "--text", "Other words.", code=None).stderr
    assert here.json("show", draft) == before
    assert here.run("backup", str(here.folder / "b.zip")).stdout
    rows = {row["what"]: row for row in here.json_of_any_status("doctor")["items"]}
    assert rows["schema"]["state"] == "bad" and "9.0.0" in rows["schema"]["found"]


@pytest.mark.crash
def test_one_that_runs_stops_working_when_a_newer_one_changes_the_form(here: AdMindHere) -> None:
    with here.running():
        assert {row["what"]: row["state"] for row in here.json_of_any_status("doctor")["items"]}["schema"] == "ok"
        draft = here.json("ask", FIRST)["drafts"][0]

        async def raised() -> None:
            from storage.embedded_paths import socket_path

            async with connect(f"unix://{socket_path(here.data / 'valkey')}") as database:
                workspaces = await TeamStore(database).workspace_ids()
                await Epoch(9, Needs(1, 2)).raise_in(database, workspaces, "9.0.0")

        asyncio.run(raised())
        until(lambda: here.status("/readyz"), lambda code: code == 503, "it is no longer ready", seconds=15)
        until(
            lambda: here.run("ask", "--new", FIRST, code=None).stderr,
            lambda told: "AdMind 9.0.0" in told,
            "it takes nothing in any more",
        )
        assert here.json("show", draft)["id"] == draft, "it still answers"
