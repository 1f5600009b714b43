"""Erasing, new keys and repair from the terminal: asked first where something goes, and never without anybody there."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

import pytest

from tests.handlers.cli.admind import AdMindHere


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdMindHere]:
    found = AdMindHere(tmp_path_factory.mktemp("keep"))
    with found.running():
        yield found


def test_a_draft_is_erased_after_a_yes(here: AdMindHere) -> None:
    here.run("ask", "Tell people that we open a shop. Feed, tomorrow 9am.")
    draft = here.json("drafts")["items"][0]["id"]
    assert "Nothing changed" in here.run("drafts", "erase", draft, code=3).stderr
    assert "Reject it first" in here.answered("drafts", "erase", draft)
    here.answered("reject", draft)
    assert "Nothing changed" in here.answered("drafts", "erase", draft, answer="n")
    assert here.json("show", draft)["id"] == draft
    told = here.answered("drafts", "erase", draft)
    assert "cannot be undone" in told and "Erased." in told
    assert "no draft" in here.run("show", draft, code=None).stderr
    assert draft not in here.run("drafts", "--all").stdout
    assert here.json("audit", "verify")["ok"] is True


def test_a_program_needs_a_token_that_decides_to_erase(here: AdMindHere) -> None:
    here.run("ask", "Tell people that we close a shop. Feed, tomorrow 9am.")
    draft = here.json("drafts")["items"][0]["id"]
    tokens = {scope: here.json("tokens", "create", "--scope", scope)["token"] for scope in ("propose", "read,decide")}
    here.run("reject", draft, ADMIND_TOKEN=tokens["read,decide"])
    refused = here.run("drafts", "erase", draft, code=None, ADMIND_TOKEN=tokens["propose"])
    assert "may not" in refused.stderr
    assert here.json("drafts", "erase", draft, ADMIND_TOKEN=tokens["read,decide"]) == {"id": draft, "erased": True}


def test_keys_are_rotated_while_it_runs(here: AdMindHere) -> None:
    assert "say --yes" in here.run("keys", "rotate", code=3).stderr
    told = here.run("keys", "rotate", "--yes").stdout
    assert "A new key was made." in told and str(here.data / "secret.key") in told
    done = here.json("keys", "rotate", "--yes")
    assert done["added"] and done["older"] == 2 and done["renewed"] > 0
    assert here.json("audit", "verify")["ok"] is True
    newest = (here.data / "secret.key").read_text().split()[0]
    (here.data / "secret.key").write_text(newest + "\n")
    assert here.json("audit", "verify")["ok"] is True
    assert here.json("tokens", "list")["items"], "what the owner signs fits the new key"


def test_the_doctor_repairs_on_request(here: AdMindHere) -> None:
    told = here.run("doctor", "--repair").stdout
    assert "Made again:" in told
    assert here.json("doctor", "--repair")["repaired"]["tokens"] >= 1
    assert "repaired" not in here.json("doctor")


def test_a_brand_is_taken_along_in_one_file(here: AdMindHere) -> None:
    brand = here.json("brand")
    out = here.folder / "brand.zip"
    assert "say --yes" in here.run("brand", "export", brand["name"], "--to", str(out), code=3).stderr
    assert not out.exists()
    made = here.json("brand", "export", brand["name"], "--to", str(out), "--yes")
    assert made == {"path": str(out), "bytes": out.stat().st_size}
    with zipfile.ZipFile(out) as found:
        assert found.testzip() is None and "index.html" in found.namelist()
    assert "already a file" in here.run("brand", "export", brand["id"], "--to", str(out), "--yes", code=1).stderr
    assert "no brand" in here.run("brand", "export", "None", "--to", str(out), "--yes", code=1).stderr


def test_a_brand_is_erased_by_its_name_and_kept_after_all(here: AdMindHere) -> None:
    brand = here.json("brand")
    assert "say --name" in here.run("brand", "erase", brand["id"], code=3).stderr
    assert "not the brand's name" in here.run("brand", "erase", brand["id"], "--name", "Another", code=1).stderr
    told = here.run("brand", "erase", brand["id"], "--name", brand["name"]).stdout
    assert "Until then: admind brand keep" in told
    assert "can be kept until" in here.run("brand", "leaving").stdout
    assert "It stays" in here.run("brand", "keep", brand["id"]).stdout
    assert here.json("brand")["name"] == brand["name"]
