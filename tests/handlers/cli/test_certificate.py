"""`admind doctor --make-test-cert`: a certificate with which pictures are signed at once, and nothing overwritten."""

from __future__ import annotations

import importlib.util
import stat
from pathlib import Path

import pytest

from tests.handlers.cli.admind import AdMindHere


@pytest.mark.skipif(importlib.util.find_spec("c2pa") is None, reason="the extra c2pa is not installed")
def test_a_test_certificate_is_made_and_serves(tmp_path: Path) -> None:
    here, folder = AdMindHere(tmp_path), tmp_path / "certificate"
    told = here.run("doctor", "--make-test-cert", str(folder)).stdout
    settings = dict(line.split("=", 1) for line in told.splitlines() if line.startswith("ADMIND_C2PA_"))
    key = Path(settings["ADMIND_C2PA_KEY"])
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert "Nobody trusts it" in told
    assert not here.data.exists()  # nothing else was done
    again = here.run("doctor", "--make-test-cert", str(folder), code=None)
    assert again.returncode != 0
    assert "already" in again.stderr
    here.extra = settings
    assert here.run("drafts").returncode == 0
    here.extra = {**settings, "ADMIND_C2PA_KEY": settings["ADMIND_C2PA_CHAIN"]}
    bad = here.run("drafts", code=None)
    assert bad.returncode == 78
    assert "ADMIND_C2PA_KEY" in bad.stderr
