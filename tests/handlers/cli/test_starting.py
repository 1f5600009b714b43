"""How `admind` starts, and how it says that it cannot: in sentences, with nothing lost."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.handlers.cli.admind import COMMAND, AdMindHere

HEAVY = ("langchain", "langchain_core", "fastapi", "redis", "httpx2", "numpy", "PIL", "uvicorn")


@pytest.fixture
def here(tmp_path: Path) -> AdMindHere:
    return AdMindHere(tmp_path)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nfrom handlers.__main__ import main\nsys.argv = ['admind', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"sys.stderr.write(','.join(name for name in {HEAVY!r} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert "Commands" in done.stdout and done.stderr == ""


def test_health_is_answered_before_anything_heavy_is_loaded() -> None:
    code = (
        "import sys, handlers.cli.running, handlers.web.front, uvicorn\n"
        f"sys.stderr.write(','.join(name for name in {HEAVY[:-1]!r} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stderr == ""


def test_every_command_explains_itself_and_prints_json() -> None:
    from handlers.cli import COMMANDS, cli

    for name in COMMANDS:
        command = cli.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None and command.help, name
        leaves = getattr(command, "commands", {}).values() or [command]
        for leaf in leaves:
            assert leaf.help, leaf.name
            assert any("--json" in parameter.opts for parameter in leaf.params) or name == "demo", leaf.name


def test_every_bad_setting_is_named_at_once(here: AdMindHere) -> None:
    told = here.run(
        "run", code=None, ADMIND_PORT="many", ADMIND_MODEL="gpt", ADMIND_TIMEZONE="Mars", ADMIND_COLOUR="red"
    ).stderr
    for name in ("ADMIND_PORT", "ADMIND_MODEL", "ADMIND_TIMEZONE", "ADMIND_COLOUR"):
        assert name in told
    assert not here.data.exists()


def test_a_taken_port_is_named(here: AdMindHere) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = here.run("run", code=1, ADMIND_PORT=port).stderr
    assert port in told and "ADMIND_PORT" in told and "Nothing was started" in told


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("ADMIND_HOST", "999.1.1.1", "127.0.0.1"),
        ("ADMIND_SECRET_KEYS", "short", "openssl rand"),
        ("ADMIND_DATA_DIR", "/dev/null/data", "may write to"),
    ],
)
def test_what_only_the_start_can_tell_is_named_too(here: AdMindHere, name: str, value: str, fix: str) -> None:
    told = here.run("run", code=None, **{name: value}).stderr
    assert f"{name}: " in told and fix in told


def test_a_database_that_is_not_there_is_named(here: AdMindHere) -> None:
    told = here.run("run", code=1, ADMIND_REDIS_URL="redis://:hunter2@127.0.0.1:1/0").stderr
    assert "Redis cannot be reached" in told and "hunter2" not in told


def test_a_lost_key_is_told_and_its_return_mends_it(here: AdMindHere) -> None:
    here.run("drafts")
    key = here.data / "secret.key"
    kept = key.read_bytes()
    key.unlink()
    told = here.run("run", code=1).stderr
    assert "key does not fit" in told and "Nothing was changed" in told
    key.write_bytes(kept)
    key.chmod(0o600)
    assert here.json("drafts")["items"] == []


def test_without_a_server_commands_work_and_say_that_nothing_goes_out(here: AdMindHere) -> None:
    done = here.run("ask", "Tell people that we open a shop. Feed, tomorrow 9am.")
    assert "admind run" in done.stderr
    draft = here.json("drafts")["items"][0]
    assert draft["status"] == "waiting" and draft["id"] in done.stdout
    token = here.json("tokens", "create", "--scope", "read,propose,decide")["token"]
    assert here.json("approve", draft["id"], ADMIND_TOKEN=token)["draft"]["status"] == "approved"
    assert here.json("posts")["items"][0]["status"] == "scheduled"


def test_the_doctor_says_what_to_do(here: AdMindHere) -> None:
    found = {each["what"]: each for each in here.json("doctor")["items"]}
    assert {"data directory", "disk", "encryption key", "database", "clock", "model", "running"} <= set(found)
    assert "admind run" in found["running"]["do"]
    here.data.chmod(0o755)
    done = here.run("doctor", "--json", code=None)
    open_ = next(each for each in json.loads(done.stdout)["items"] if each["what"] == "data directory")
    assert open_["state"] in ("bad", "ok")


def test_a_kill_without_warning_loses_nothing(here: AdMindHere) -> None:
    with here.running() as process:
        draft = here.json("ask", "Tell people that we open a shop. Feed, tomorrow 9am.")["drafts"][0]
        process.kill()
        process.wait(10)
    with here.running():
        assert here.json("show", draft)["id"] == draft
        assert here.json("audit", "verify")["ok"] is True


def test_what_is_published_is_alone_on_a_port_of_its_own(here: AdMindHere) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    here.extra["ADMIND_PUBLIC_PORT"] = str(port)
    with here.running():
        edge = AdMindHere(here.folder, port=port)
        assert (edge.status("/feed.xml"), here.status("/feed.xml")) == (200, 404)
        assert (edge.status("/api/v1/drafts"), here.status("/api/v1/drafts")) == (404, 401)
        assert edge.status("/metrics") == edge.status("/api/v1/openapi.json") == 404


def test_the_version_is_told() -> None:
    done = subprocess.run([*COMMAND, "--version"], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.startswith("admind ")
