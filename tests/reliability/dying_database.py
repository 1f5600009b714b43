"""A way to the database on which a process dies: at one write, before it got there or before its answer came back."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from storage.audit import KEEP_KEY
from storage.commit import COMMIT
from storage.due import NUDGE
from storage.feed import ADD
from storage.ledger import RENEW as BEAT
from storage.pacing import TURN
from storage.redis import Script
from storage.sending import ATTEMPT, CHECK, CLAIM, FINISH, RELEASE, RENEW
from tests.reliability.dying import Steps

NAMES = {
    script.sha: script.name
    for script in (CLAIM, ATTEMPT, CHECK, FINISH, RELEASE, RENEW, BEAT, NUDGE, ADD, COMMIT, KEEP_KEY, TURN)
}
READS = frozenset(
    b"PING HELLO CLIENT AUTH SELECT INFO CONFIG TIME SCRIPT EXISTS TYPE GET MGET STRLEN HGET HMGET HGETALL HEXISTS "
    b"HLEN HSCAN SCAN SISMEMBER SMEMBERS SCARD SSCAN ZRANGE ZRANGEBYSCORE ZSCORE ZMSCORE ZCARD ZSCAN XRANGE XREVRANGE "
    b"XLEN XREAD MULTI EXEC UNWATCH WATCH DISCARD".split()
)
Commands = list[list[bytes]]


@dataclass
class DyingDatabase(Steps):
    """`socket`: of the server behind it. What is sent together is one step; what only reads is none."""

    socket: str = ""
    port: int = 0
    listener: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, ahead = await asyncio.open_unix_connection(self.socket)
        try:
            async with asyncio.TaskGroup() as both:
                talk = _Talk(self)
                both.create_task(talk.asks(reader, ahead))
                both.create_task(talk.answers(behind, writer))
        finally:
            for end in (writer, ahead):
                with suppress(OSError):
                    end.close()


class _Talk:
    """One connection."""

    def __init__(self, database: DyingDatabase) -> None:
        self._database = database
        self._waits = False  # for the answer to a step

    async def asks(self, reader: asyncio.StreamReader, ahead: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            buffer = b""
            while data := await reader.read(2**16):
                buffer += data
                commands = _commands(buffer)
                if commands is None:
                    continue
                step = _step(commands)
                if step and self._database.met(f"database: {step}"):
                    break  # nobody is there any more
                self._waits = bool(step)
                ahead.write(buffer)
                buffer = b""
                await ahead.drain()
        ahead.close()

    async def answers(self, behind: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await behind.read(2**16):
                if self._waits and data.startswith(b"-NOSCRIPT"):
                    self._database.undone()  # nothing was done; the whole script follows
                elif self._waits:
                    self._database.done()
                self._waits = False
                writer.write(data)
                await writer.drain()
        writer.close()


def _commands(buffer: bytes) -> Commands | None:
    """All commands in the buffer; None when the last one has not come to its end."""
    found, at = Commands(), 0
    while at < len(buffer):
        parts: list[bytes] = []
        end = buffer.find(b"\r\n", at)
        if end < 0:
            return None
        count, at = int(buffer[at + 1 : end]), end + 2
        for _ in range(count):
            end = buffer.find(b"\r\n", at)
            if end < 0:
                return None
            size = int(buffer[at + 1 : end])
            at = end + 2 + size + 2
            if at > len(buffer):
                return None
            parts.append(buffer[end + 2 : end + 2 + size])
        found.append(parts)
    return found


def _step(commands: Commands) -> str:
    """What is written, in words; empty when nothing is. A claim is kept up by the clock, at no step in particular."""
    names = [_name(parts) for parts in commands if parts[0].upper() not in READS]
    return " ".join(name for name in names if name not in (RENEW.name, BEAT.name))


def _name(parts: list[bytes]) -> str:
    verb = parts[0].decode().upper()
    if verb in ("EVALSHA", "EVAL"):
        sha = parts[1].decode() if verb == "EVALSHA" else Script("", parts[1].decode()).sha
        return NAMES.get(sha, sha[:8])
    return f"{verb} {parts[1].decode() if len(parts) > 1 else ''}".strip()
