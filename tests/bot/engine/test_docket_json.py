"""Nothing that lies in Redis is ever unpickled."""

from __future__ import annotations

import pickle
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.engine.outbox import Engine
from bot.errors import Misconfigured
from storage.redis import Database
from tests.fakes.waiting import until


class Malicious:
    """Writes a file when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self._target = target

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.write_text, (self._target, "owned")


async def test_a_pickle_in_the_stream_is_refused_and_reported_and_the_next_task_runs(
    database: Database, tmp_path: Path
) -> None:
    target, ran, dead = tmp_path / "owned", list[str](), list[tuple[str, str]]()

    async def note(ws: str, id: str) -> None:
        ran.append(id)

    async def on_dead(queue: str, name: str, ws: str, id: str, error: Exception) -> None:
        dead.append((queue, type(error).__name__))

    engine = Engine(database.url, worker_name="w", lease=timedelta(seconds=5), on_dead=on_dead)
    engine.register("chat", "note", note)
    bomb = pickle.dumps((Malicious(target),))
    message = {"key": "k", "when": "2026-11-23T00:00:00+00:00", "function": "note", "attempt": "1", "generation": "0"}
    async with engine:
        await cast(Any, database.client).xadd("admind-chat:stream", message | {"args": bomb, "kwargs": bomb})
        await cast(Any, database.client).xadd("admind-chat:strikes", {"direction": "strike", "value": bomb})
        await engine.start_working()
        await engine.add("chat", "note", "w1", "good", key="k2")
        await until(lambda: bool(ran) and bool(dead), "both were dealt with")
    assert ran == ["good"]
    assert dead == [("chat", "Refused")]
    assert not target.exists()
    pickle.loads(bomb)  # the bomb is live: it goes off where it is unpickled
    assert target.exists()


@pytest.mark.parametrize(
    "payload", ["[]", "[7]", '[{"v":1}]', '[{"v":"1","ws":"w","id":"i"}]', '["a","b"]', "nonsense"]
)
async def test_json_that_admind_did_not_write_is_not_run(database: Database, payload: str) -> None:
    ran, dead = list[str](), list[str]()

    async def note(ws: str, id: str) -> None:
        ran.append(id)

    async def on_dead(queue: str, name: str, ws: str, id: str, error: Exception) -> None:
        dead.append(type(error).__name__)

    engine = Engine(database.url, worker_name="w", lease=timedelta(seconds=5), on_dead=on_dead)
    engine.register("chat", "note", note)
    message = {"key": "k", "when": "2026-11-23T00:00:00+00:00", "function": "note", "attempt": "1", "generation": "0"}
    async with engine:
        await cast(Any, database.client).xadd("admind-chat:stream", message | {"args": payload, "kwargs": "{}"})
        await engine.start_working()
        await until(lambda: bool(dead) or bool(ran), "it was dealt with")
    assert (ran, dead) == ([], ["Refused"])


def test_docket_pickles_in_no_place_but_those_that_are_replaced() -> None:
    import docket
    import docket.docket

    from bot.engine.docket_json import PICKLING, JsonOnly, disarm

    disarm()
    folder = Path(docket.__file__).parent
    mentions = {
        file.relative_to(folder).as_posix()
        for file in folder.rglob("*.py")
        if "pickle" in file.read_text("utf-8").lower()
    }
    assert mentions == {"execution.py", "worker.py", "strikelist.py", "docket.py"}
    assert all(vars(module)["cloudpickle"] is JsonOnly for module in PICKLING)
    in_docket = (folder / "docket.py").read_text("utf-8")
    assert in_docket.count("import cloudpickle") == 1, "more functions than get_execution import it"
    assert docket.Docket.get_execution.__module__ == "bot.engine.docket_json"


def test_another_version_of_docket_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import bot.engine.docket_json as subject

    monkeypatch.setattr(subject, "version", lambda _: "0.28.0")
    with pytest.raises(Misconfigured) as caught:
        subject.disarm()
    assert "0.28.0" in caught.value.sentence()
    assert "0.27.0" in caught.value.do_next


def test_importing_the_engine_loads_neither_docket_nor_apscheduler() -> None:
    code = (
        "import sys, bot.engine.outbox, bot.engine.scheduler, bot.engine.crons\n"
        "print(sorted(name for name in ('docket', 'apscheduler', 'cloudpickle') if name in sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_the_engine_loads_docket_without_its_store_of_results() -> None:
    code = (
        "import sys\n"
        "from bot.engine.no_results import load_docket\n"
        "load_docket()\n"
        "import bot.engine.queue\n"
        "print(sorted(name for name in ('beartype', 'key_value') if name in sys.modules))\n"
        "from key_value.aio.protocols.key_value import AsyncKeyValue\n"
        "print(AsyncKeyValue.__name__)\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["[]", "AsyncKeyValue"]
