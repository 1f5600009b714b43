"""What went wrong with AdMind's own database, in words that say what to do."""

from __future__ import annotations

import errno
import logging
import shutil
from pathlib import Path

from storage.errors import AdMindError

SPARE_BYTES = 100_000

log = logging.getLogger(__name__)


def why(log_path: Path, log_at: int) -> AdMindError:
    """Why the database ended, by what it wrote to its log from `log_at` on."""
    try:
        with log_path.open("rb") as file:
            file.seek(log_at)
            text = file.read()[-4000:].decode(errors="replace")
    except OSError as error:
        return disk_trouble(error, log_path.parent)
    log.error("embedded database ended, its log says: %s", text)
    # A full disk may have swallowed the log too.
    if "No space left" in text or "write error" in text or shutil.disk_usage(log_path.parent).free < SPARE_BYTES:
        return disk_full(log_path.parent)
    if any(word in text for word in ("Bad file format", "Unexpected end", "Unrecoverable", "corrupt", "CRC")):
        return AdMindError(
            "AdMind's database cannot read its files; they are damaged.",
            kept=f"Nothing in {log_path.parent} was changed.",
            do_next="Restore the latest backup with: admind restore <file>.",
        )
    return AdMindError(
        "AdMind's database ended unexpectedly.",
        kept=f"Its files in {log_path.parent} were left as they are.",
        do_next=f"Its own words are at the end of {log_path}.",
    )


def disk_full(path: Path) -> AdMindError:
    return AdMindError(
        "The disk is full, so AdMind's database cannot keep anything.",
        kept=f"What was confirmed before is safe in {path}.",
        do_next="Free some space on that disk and start AdMind again.",
    )


def disk_trouble(error: OSError, path: Path) -> AdMindError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_full(path)
    return AdMindError(
        f"AdMind cannot write to its data directory {path}.",
        do_next="Give this user write access to it, or set ADMIND_DATA_DIR to another directory.",
    )


def read_pid(directory: Path) -> str:
    try:
        return (directory / "valkey.pid").read_text(encoding="ascii").strip() or "of valkey-server"
    except OSError:
        return "of valkey-server"
