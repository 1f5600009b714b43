"""Where do the files, the locks and the socket of AdMind's own database lie?"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from pathlib import Path
from typing import IO

from storage.errors import AdMindError

SOCKET_PATH_LIMIT = 100  # bytes; macOS allows 104 with the final zero, Linux 108


def private_directory(path: Path) -> None:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def take(path: Path) -> IO[str] | None:
    """The file, opened and locked for as long as it is open; None when somebody holds it."""
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    except BaseException:
        file.close()
        raise
    return file


def own(data_dir: Path) -> IO[str]:
    path = data_dir / "lock"
    file = take(path)
    if file is None:
        pid = path.read_text(encoding="ascii").strip() or "unknown"
        raise AdMindError(
            f"AdMind is already running on this data directory (pid {pid}).",
            do_next="Stop that one first, or set ADMIND_DATA_DIR to another directory.",
        )
    file.seek(0)
    file.truncate()
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def socket_path(directory: Path) -> Path:
    """Where the socket lies: in the data directory, or in a short private one when that path is too long.

    The short one is written down beside the data, so that a database which outlived its AdMind is found again.
    """
    path = directory / "valkey.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
        return path
    note = directory / "socket-directory"
    with contextlib.suppress(OSError):
        known = Path(note.read_text(encoding="utf-8"))
        status = known.lstat()
        if known.is_dir() and status.st_uid == os.getuid() and status.st_mode & 0o777 == 0o700:
            return known / "valkey.sock"
    base = os.environ.get("XDG_RUNTIME_DIR") or None
    if base is not None and not (Path(base).is_dir() and os.access(base, os.W_OK)):
        base = None
    short = Path(tempfile.mkdtemp(prefix="admind-", dir=base))  # 0700
    note.write_text(str(short), encoding="utf-8")
    return short / "valkey.sock"
