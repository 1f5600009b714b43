"""Work on bytes of strangers, in a process of its own that can be killed.

Run as `python -m <module>`: one JSON line about the bytes, then the bytes, on standard input; one JSON document on
standard output. The child has no environment to read secrets from, opens no connection, and may use neither minutes
nor gigabytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

SECONDS: Final = 10.0
MEMORY_BYTES: Final = 700_000_000
MOST_ANSWER: Final = 400_000


class Unreadable(Exception):
    """The bytes took too much time or memory, or broke the parser."""


async def confined(
    module: str,
    head: Mapping[str, str],
    body: bytes,
    *,
    seconds: float = SECONDS,
    most_answer: int = MOST_ANSWER,
) -> dict[str, Any]:
    """What the module says about these bytes; `most_answer` is in bytes. Raises Unreadable when it cannot within these
    seconds.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            said, _ = await child.communicate(json.dumps(dict(head)).encode() + b"\n" + body)
    except TimeoutError:
        raise Unreadable from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0 or len(said) > most_answer:
        raise Unreadable
    try:
        found = json.loads(said)
    except ValueError as error:
        raise Unreadable from error
    if not isinstance(found, dict):
        raise Unreadable
    return found


def answer(work: Callable[[bytes, Mapping[str, str]], Mapping[str, Any]]) -> None:
    """In the child: limits first, then the work on what came in."""
    import resource  # noqa: PLC0415 - not on every system, and the parent needs it not

    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, round(SECONDS)),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS knows no limit of address space
            resource.setrlimit(limit, (most, most))
    head = json.loads(sys.stdin.buffer.readline())
    sys.stdout.write(json.dumps(work(sys.stdin.buffer.read(), head)))
