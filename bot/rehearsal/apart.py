"""Rehearsing in a process of its own: the one that serves people neither waits for it nor can be harmed by it.

Who asked and goes away ends it. One at a time runs in a process of AdMind; it ends by itself when it takes too long.
The real database is read once, before it begins, and never written.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from bot.bootstrap import AdMind
from bot.chat import Role
from bot.errors import AdMindError, BadInput, Conflict, NotAllowed, unexpected
from bot.rehearsal.material import Material, gather
from bot.rehearsal.report import RehearsalView
from bot.rehearsal.running import MOST_DAYS, SECONDS, share_of

ENDS_IN_SECONDS: Final = 8.0  # when it is told to stop: its database is stopped first
GRACE_SECONDS: Final = 40.0  # beyond its own limit: for starting and stopping on a busy machine
SERVER: Final = Path("valkey/valkey.pid")


class RehearsalRuns(Conflict):
    """Another one has the place."""


async def rehearse_apart(
    admind: AdMind, workspace: str, member: str, brand: str, *, days: int = 14, approve: str = "all"
) -> RehearsalView:
    """Run a brand's plan `days` ahead. `approve`: all, none, or which part of the drafts people approve.

    Raises NotFound, NotAllowed, BadInput, RehearsalRuns, and AdMindError when it did not end. Cancelling it ends it.
    """
    await admind.plans.of(workspace, member, brand)
    who = await admind.looking.member(workspace, member)
    if not who.may(brand, Role.requester, Role.approver, Role.owner):
        raise NotAllowed("The plan is for the brand's team.", kept="Nothing was rehearsed.")
    share_of(approve)
    if not 1 <= days <= MOST_DAYS:
        raise BadInput(f"A rehearsal runs from 1 to {MOST_DAYS} days.", kept="Nothing was rehearsed.")
    if admind.rehearsing.locked():
        raise RehearsalRuns(
            "A rehearsal is running already.", do_next="Try again when it has ended.", retry_after_seconds=20
        )
    async with admind.rehearsing:
        material = await gather(admind.database, admind.blobs, workspace, brand, admind.clock.now())
        if material.empty:
            raise BadInput(
                "There is nothing to rehearse: no plan, no drafts and no posts.",
                do_next="Say which slots come again: admind plan add, or Plan in the studio.",
            )
        return await _in_a_child(material, days=days, approve=approve)


async def _in_a_child(material: Material, *, days: int, approve: str) -> RehearsalView:
    folder = Path(tempfile.mkdtemp(prefix=f"admind-rehearsal-{os.getpid()}-"))
    child = None
    try:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-m",
            "bot.rehearsal",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=folder,
            env={"TMPDIR": str(folder)},
            start_new_session=True,
        )
        wishes = {"folder": str(folder / "data"), "days": days, "approve": approve, "seconds": SECONDS}
        head = json.dumps(wishes).encode() + b"\n"
        async with asyncio.timeout(SECONDS + GRACE_SECONDS):
            said, _ = await child.communicate(head + material.model_dump_json().encode())
        return _read(said)
    except TimeoutError:
        raise _not_ended() from None
    finally:
        await asyncio.shield(_end(child, folder))


def _read(said: bytes) -> RehearsalView:
    try:
        found: dict[str, Any] = json.loads(said)
    except ValueError as error:
        raise unexpected(error, "rehearsing") from error
    if "problem" in found:
        raise AdMindError(str(found["problem"]))
    return RehearsalView.model_validate(found["report"])


async def _end(child: asyncio.subprocess.Process | None, folder: Path) -> None:
    """Nothing of it is left: not the process, not its database, not its files."""
    if child is not None and child.returncode is None:
        child.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(child.wait(), ENDS_IN_SECONDS)
        if child.returncode is None:
            child.kill()
            await child.wait()
    with contextlib.suppress(OSError, ValueError):  # its database ends with it, unless it was killed itself
        os.kill(int((folder / "data" / SERVER).read_text()), signal.SIGKILL)
    await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _not_ended() -> AdMindError:
    return AdMindError(
        "The rehearsal did not end in time.",
        kept="Nothing was changed.",
        do_next="Rehearse fewer days.",
    )
