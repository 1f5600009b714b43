"""What this process did last, on its own disk: the memory that a lost or older database is compared with.

One file a process, `journal/<name>.jsonl`, one entry a line, each with a checksum. An entry counts as written when it
survives a power cut. Kinds and their fields:

    attempt   attempt, workspace, post, digest, key, deadline    before a send; without it nothing is sent; newer
                                                                 ones name the draft and account too
    finished  post, attempt ("" when another process made it)    the outcome is in the database
    alive     run_id, replid, at                                 the database that this process last wrote to
    head      workspace, epoch, seq, hash                        how far the audit's chain had got
    erased    workspace, subject (s:<subject>, d:<draft>, b:<brand>,   replayed after a restore: erased stays erased
              l:<brand> whose short links lead on)
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import logging
import os
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, InvalidStateError, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from storage.errors import AdMindError
from storage.files import sync_folder

log = logging.getLogger(__name__)

KINDS = {
    "attempt": frozenset({"attempt", "workspace", "post", "digest", "key", "deadline"}),
    "finished": frozenset({"post", "attempt"}),
    "alive": frozenset({"run_id", "replid", "at"}),
    "head": frozenset({"workspace", "epoch", "seq", "hash"}),
    "erased": frozenset({"workspace", "subject"}),
}
MOST_BYTES = 4 * 1024 * 1024


class JournalUnwritable(AdMindError):
    """The entry is not on the disk for certain; what depends on it must not happen."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `journal` is the file's name; the kind `damaged` stands for a line whose checksum does not fit."""

    journal: str
    kind: str
    fields: Mapping[str, str]


class Journal:
    """The journal of one process: `async with Journal(folder, name) as journal`.

    Opening takes over the files of processes that are gone, and drops what nobody needs any more. A process of the
    same name that still runs makes opening raise JournalUnwritable.
    """

    def __init__(self, folder: Path, name: str, *, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self.name = name
        self._path = folder / f"{name}.jsonl"
        self._most_bytes = most_bytes
        self._queue: deque[tuple[bytes, Future[None]]] = deque()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._lock = -1
        self._file = -1
        self._size = 0
        self._rotate_at = most_bytes

    async def __aenter__(self) -> Self:
        await asyncio.wrap_future(self._executor.submit(self._open))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def append(self, kind: str, **fields: str | int) -> None:
        """Write an entry; when this returns, it survives a power cut. Raises JournalUnwritable: then it may not.

        A thread of its own costs 0.1 ms more than the event loop's (measured: 0.28 against 0.17 ms), but a disk that
        stalls must not stop the leases from being renewed; what waits meanwhile is written with one sync.
        """
        missing = KINDS[kind] - fields.keys()
        if missing:
            raise ValueError(f"a journal entry of kind {kind} needs {', '.join(sorted(missing))}")
        done: Future[None] = Future()
        self._queue.append((_line(kind, {name: str(value) for name, value in fields.items()}), done))
        try:
            self._executor.submit(self._drain)
        except RuntimeError as error:
            raise _unwritable() from error
        await asyncio.wrap_future(done)

    async def read_all(self) -> list[Entry]:
        """Every entry in the folder, other processes' too; see `read_all`."""
        return await asyncio.to_thread(read_all, self._folder)

    async def close(self) -> None:
        """Write what waits, and let go of the file."""
        with contextlib.suppress(RuntimeError):
            await asyncio.wrap_future(self._executor.submit(self._close))
        self._executor.shutdown(wait=False)

    # What follows runs in the journal's thread, one call after the other.

    def _open(self) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _turn(self._folder):
                lock = _try_lock(self._folder / f"{self.name}.lock")
                if lock is None:
                    raise JournalUnwritable(
                        "Another AdMind process of the same name already runs on this data directory.",
                        kept="It goes on undisturbed.",
                        do_next="Stop it first, or start this one with another name.",
                    )
                self._lock = lock
                self._take_over()
        except OSError as error:
            raise _unwritable() from error

    def _take_over(self) -> None:
        """Merge the files that nobody owns any more into ours. A crash in between leaves entries twice: harmless."""
        with contextlib.ExitStack() as locks:
            gone = list[Path]()
            for path in sorted(self._folder.glob("*.jsonl")):
                if path != self._path and (lock := _try_lock(path.with_suffix(".lock"))) is not None:
                    locks.callback(os.close, lock)
                    gone.append(path)
            self._compact([*gone, self._path])
            for path in gone:
                path.unlink()
                path.with_suffix(".lock").unlink()

    def _compact(self, paths: Iterable[Path]) -> None:
        entries = [entry for path in paths for entry in _read(path)]
        lines = [_line(entry.kind, entry.fields) for entry in compact(entries, self._most_bytes // 2)]
        temporary = self._path.with_suffix(".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        try:
            _write_all(descriptor, b"".join(lines))
            os.fsync(descriptor)
            temporary.replace(self._path)
            sync_folder(self._folder)
        except OSError:
            os.close(descriptor)
            raise
        if self._file >= 0:
            os.close(self._file)
        self._file, self._size = descriptor, sum(map(len, lines))
        self._rotate_at = max(self._most_bytes, self._size * 2)

    def _drain(self) -> None:
        """Write all that waits with one sync, and tell those who wait."""
        batch = list[tuple[bytes, Future[None]]]()
        with contextlib.suppress(IndexError):
            while True:
                batch.append(self._queue.popleft())
        if not batch:
            return
        problem = self._write(b"".join(line for line, _ in batch))
        for _, done in batch:
            with contextlib.suppress(InvalidStateError):  # who waited was cancelled; the entry stands
                done.set_exception(problem) if problem else done.set_result(None)
        if problem is None and self._size > self._rotate_at:
            try:
                self._compact([self._path])
            except OSError as error:
                self._rotate_at = self._size * 2
                log.warning("journal not compacted name=%s errno=%s", self.name, error.errno)

    def _write(self, data: bytes) -> JournalUnwritable | None:
        try:
            if self._file < 0:
                self._compact([self._path])  # an earlier failure left the file in doubt: write a fresh one
            _write_all(self._file, data)
            os.fdatasync(self._file)
        except OSError as error:
            log.error("journal unwritable name=%s errno=%s", self.name, error.errno)
            self._let_go()
            problem = _unwritable()
            problem.__cause__ = error
            return problem
        self._size += len(data)
        return None

    def _let_go(self) -> None:
        if self._file >= 0:
            with contextlib.suppress(OSError):
                os.close(self._file)
        self._file = -1

    def _close(self) -> None:
        self._drain()
        self._let_go()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def read_all(folder: Path) -> list[Entry]:
    """Every entry of every process's journal in the folder, each file's in the order they were written.

    The torn last line of a crash is left out; any other line that does not fit its checksum is an entry `damaged`.
    """
    return [entry for path in sorted(folder.glob("*.jsonl")) for entry in _read(path)]


def unfinished(entries: Sequence[Entry]) -> list[Entry]:
    """The attempts that no `finished` entry speaks of, each once."""
    closed = {entry.fields.get("attempt", "") for entry in entries if entry.kind == "finished"}
    found: dict[str, Entry] = {}
    for entry in entries:
        if entry.kind == "attempt" and entry.fields.get("attempt", "") not in closed:
            found[entry.fields.get("attempt", "")] = entry
        elif entry.kind == "finished" and not entry.fields.get("attempt", ""):
            found = {
                name: other
                for name, other in found.items()
                if other.fields.get("post", "") != entry.fields.get("post", "")
            }
    return list(found.values())


def compact(entries: Sequence[Entry], room_bytes: int) -> list[Entry]:
    """What must be kept, each once: unfinished attempts, damage, erasures, the last signs of life, the highest heads.

    Finished attempts are kept too, the newest first, while they fit into the room: a database that lost its tail may
    have forgotten that it ever sent them.
    """
    open_attempts = {entry.fields.get("attempt", "") for entry in unfinished(entries)}
    last: dict[tuple[object, ...], tuple[int, Entry]] = {}
    for at, entry in enumerate(entries):
        key = _identity(entry, at)
        if entry.kind == "head" and key in last and _number(last[key][1], "seq") > _number(entry, "seq"):
            continue
        last[key] = (at, entry)
    kept, room = list[tuple[int, Entry]](), room_bytes
    for at, entry in sorted(last.values(), key=lambda pair: pair[0], reverse=True):
        if entry.kind == "finished" or (
            entry.kind == "attempt" and entry.fields.get("attempt", "") not in open_attempts
        ):
            room -= len(_line(entry.kind, entry.fields))
            if room < 0:
                continue
        kept.append((at, entry))
    return [entry for _, entry in reversed(kept)]


def _identity(entry: Entry, at: int) -> tuple[object, ...]:
    """Entries of one identity: the last one stands for all."""
    match entry.kind:
        case "alive":
            return ("alive",)
        case "head":
            return ("head", entry.fields.get("workspace", ""), entry.fields.get("epoch", ""))
        case "damaged":
            return ("damaged", entry.fields.get("line", ""), at)
        case _:
            return (entry.kind, tuple(sorted(entry.fields.items())))


def _number(entry: Entry, field: str) -> int:
    value = entry.fields.get(field, "")
    return int(value) if value.isdecimal() else 0


def _line(kind: str, fields: Mapping[str, str]) -> bytes:
    document = json.dumps({"kind": kind, **fields}, sort_keys=True, separators=(",", ":"))
    return f"{zlib.crc32(document.encode()):08x} {document}\n".encode()


def _read(path: Path) -> list[Entry]:
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    entries = [parse_line(path.stem, line) for line in lines]
    torn = len(entries) - 1  # what stands after the last line's end
    if entries[torn].kind == "damaged":
        entries.pop()
    return entries


def encode(entry: Entry) -> bytes:
    """The entry as a line of a journal."""
    return _line(entry.kind, entry.fields)


def parse_line(journal: str, line: bytes) -> Entry:
    """The entry of a line without its end; of kind `damaged` when the checksum or the fields do not fit."""
    checksum, _, document = line.partition(b" ")
    try:
        if int(checksum, 16) == zlib.crc32(document):
            fields = {str(name): str(value) for name, value in json.loads(document).items()}
            kind = fields.pop("kind")
            counted = kind != "head" or (fields["seq"].isdecimal() and fields["epoch"].isdecimal())
            if counted and KINDS.get(kind, frozenset()) <= fields.keys():
                return Entry(journal, kind, fields)
    except (ValueError, KeyError, AttributeError):
        pass
    return Entry(journal, "damaged", {"line": line.decode("ascii", "replace")[:200]})


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _try_lock(path: Path) -> int | None:
    """The lock file's descriptor, None when another process holds it. The kernel lets go of it when we die."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


@contextlib.contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """One process at a time opens, so that none finds its file in the hands of another that tidies up."""
    descriptor = os.open(folder / "opening", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _unwritable() -> JournalUnwritable:
    return JournalUnwritable(
        "AdMind cannot write to its journal on the disk.",
        kept="Nothing was sent, because a crash could then send it twice.",
        do_next="Whoever runs AdMind should check the disk's room and the rights on the data directory.",
        retry_after_seconds=30,
    )
