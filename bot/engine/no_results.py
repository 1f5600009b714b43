"""Why does opening the engine take 0.1 s and not 0.5?

Docket can keep the results of tasks, through a library that checks types at run time; loading that takes four times as
long as all the rest of docket. AdMind's tasks have no results (they change records), so a place without a store stands
in for it. As with pickle, this rests on the exact version of docket that `docket_json` insists on.
"""

from __future__ import annotations

import sys
from types import ModuleType, TracebackType
from typing import Any, NoReturn, Self

STORE = "docket._result_store"
PROTOCOL = "key_value.aio.protocols.key_value"


class NoResults:
    """Opens and closes, and keeps nothing. Execution state has a lifetime of zero, so nobody asks for more."""

    def __init__(self, *_: object) -> None: ...

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def put(self, *_: object, **__: object) -> NoReturn:
        raise NotImplementedError("results are not kept")

    async def get(self, *_: object, **__: object) -> NoReturn:
        raise NotImplementedError("results are not kept")


def load_docket() -> None:
    """Import docket without its store of results; nothing else in the process notices."""
    if "docket" in sys.modules:
        return
    store, protocol = ModuleType(STORE), ModuleType(PROTOCOL)
    vars(store)["ResultStorage"] = NoResults
    vars(protocol)["AsyncKeyValue"] = Any
    standing_in = {STORE: store, PROTOCOL: protocol}
    ours = {name: module for name, module in standing_in.items() if name not in sys.modules}
    sys.modules.update(ours)
    try:
        import docket  # noqa: F401, PLC0415
    finally:
        for name in ours:
            del sys.modules[name]
