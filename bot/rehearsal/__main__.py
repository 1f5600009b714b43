"""The child process of a rehearsal: one JSON line of wishes, then the material, on standard input; the report, or why
there is none, on standard output. SIGTERM ends it tidily, its database with it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
from pathlib import Path
from typing import Any

from bot.errors import AdMindError, unexpected
from bot.rehearsal.material import Material
from bot.rehearsal.running import rehearse, run


async def main(wishes: dict[str, Any], material: Material) -> str:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    if task is not None:
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        found = await rehearse(
            material,
            Path(wishes["folder"]),
            days=int(wishes["days"]),
            approve=str(wishes["approve"]),
            seconds=float(wishes["seconds"]),
        )
    except Exception as error:
        known = error if isinstance(error, AdMindError) else unexpected(error, "rehearsing")
        return json.dumps({"problem": known.sentence()})
    return json.dumps({"report": found.model_dump(mode="json")}, ensure_ascii=False)


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    head = json.loads(sys.stdin.buffer.readline())
    said = Material.model_validate_json(sys.stdin.buffer.read())
    try:
        sys.stdout.write(run(main(head, said)))
    except asyncio.CancelledError:
        sys.exit(1)
