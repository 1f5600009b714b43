"""How is docket kept from running what somebody wrote into Redis?

Docket 0.27.0 pickles arguments, results, exceptions and strikes: whoever can write to Redis could run code here. All
of it is replaced by JSON, in every module that uses it, and strikes are never read. Heavy: only the engine imports
this, when it opens.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from importlib.metadata import version
from types import ModuleType
from typing import Any, NoReturn, Self

import docket.docket
import docket.execution
import docket.strikelist
import docket.worker
from docket import Docket
from docket.execution import Execution, TaskFunction
from docket.strikelist import StrikeList

from bot.errors import Misconfigured

log = logging.getLogger(__name__)

TESTED = "0.27.0"
PICKLING: tuple[ModuleType, ...] = (docket.execution, docket.worker, docket.strikelist)


class JsonOnly:
    """What docket uses in place of cloudpickle."""

    @staticmethod
    def dumps(value: object) -> bytes:
        return json.dumps(value, separators=(",", ":")).encode()

    @staticmethod
    def loads(data: bytes) -> Any:
        """Raises ValueError for what is not JSON."""
        try:
            return json.loads(data)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


class GuardedExecution(Execution):
    """An execution that can be made of any message: what AdMind did not write becomes a run without a payload.

    Docket's own raises, which ends the worker with all that it had read, and again after each redelivery.
    """

    @classmethod
    async def from_message(
        cls,
        docket: Docket,
        message: dict[bytes, bytes],
        redelivered: bool = False,
        fallback_task: TaskFunction | None = None,
        message_id: bytes | None = None,
        sync: bool = True,
    ) -> Self:
        try:
            made = await super().from_message(docket, message, redelivered, fallback_task, message_id, sync)
        except Exception:
            log.exception("unreadable message in the queue docket=%s", docket.name)
        else:
            if len(made.args) == 1 and made.kwargs == {}:
                return made
        if fallback_task is None:
            raise ValueError("unreadable message")
        return cls(
            docket,
            fallback_task,
            (None,),
            {},
            f"unreadable:{(message_id or b'').decode()}",
            datetime.now(UTC),
            attempt=1,
            redelivered=redelivered,
            function_name="unreadable",
            message_id=message_id,
        )


async def _no_look_up(self: Docket, key: str) -> NoReturn:
    """Docket's own unpickles inside the function. AdMind asks its records, never docket, how work stands."""
    raise NotImplementedError("executions are not read back")


def _no_strikes(**_: object) -> StrikeList:
    """A strike list that listens to nobody."""
    return StrikeList(url=None)


def disarm() -> None:
    """Replace pickle by JSON in all of docket. May be called again.

    Raises Misconfigured when another version of docket is installed: it may pickle in places not known here.
    """
    found = version("pydocket")
    if found != TESTED:
        raise Misconfigured(
            f"The installed task engine pydocket {found} is not the one that AdMind was made safe for ({TESTED}).",
            do_next=f"Install AdMind with its requirements.lock, or run: pip install pydocket=={TESTED}",
        )
    for module in PICKLING:
        if not hasattr(module, "cloudpickle"):
            raise Misconfigured(
                f"The installed pydocket {found} was changed.", do_next=f"Reinstall it: pip install pydocket=={TESTED}"
            )
        vars(module)["cloudpickle"] = JsonOnly
    Docket.get_execution = _no_look_up  # type: ignore[method-assign]
    vars(docket.worker)["Execution"] = GuardedExecution
    vars(docket.docket)["StrikeList"] = _no_strikes
