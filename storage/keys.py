"""Every key that AdMind writes to Redis is built here, with its owner and its life.

What belongs to a workspace carries the workspace as a hash tag, so that its scripts stay in one slot of a cluster.
Keys under `{sys}` and `{wNN}` are look-ups and hints: no correctness rests on them.
"""

from __future__ import annotations

import zlib

WAKE_SHARDS = 16

OWNER = "admind:{sys}:owner"  # counter: who owns the data directory; kept
ALIVE = "admind:{sys}:alive"  # HASH: last sign of life of any worker; kept
REPLICATED = "admind:{sys}:replicated"  # STRING: set once this database was seen with a replica; kept, in no backup
WORKSPACES = "admind:{sys}:workspaces"  # SET of workspace ids; kept
CANARIES = "admind:{sys}:canaries"  # ZSET: blob and name of each process → its last sign of life, ms; it takes it off


def of(workspace: str, *parts: str) -> str:
    """A key of this workspace, e.g. `of("w_1", "post", "p_9")` is `admind:{w_1}:post:p_9`."""
    return f"admind:{{{workspace}}}:" + ":".join(parts)


def shard_of(workspace: str) -> str:
    return f"w{zlib.crc32(workspace.encode()) % WAKE_SHARDS:02d}"


def wake(shard: str) -> str:
    """ZSET workspace → its earliest due ms; a hint."""
    return f"admind:{{{shard}}}:wake"


def shards() -> tuple[str, ...]:
    return tuple(f"w{number:02d}" for number in range(WAKE_SHARDS))


def due(workspace: str) -> str:
    """ZSET `post|note|remind|expire|reconcile|digest|numbers|sources|feed|entry|plan|slot:<id>` → ms; kept."""
    return of(workspace, "due")


def control(workspace: str) -> str:
    """HASH of paused scopes (`pause:<scope>`), `pver`, schema epoch; lives as long as the workspace."""
    return of(workspace, "ctl")


def audit(workspace: str) -> str:
    """STREAM of audit entries, id `<sequence>-0`; sealed segments move to the blob store."""
    return of(workspace, "audit")


def forgotten(workspace: str) -> str:
    """HASH attempt → post that a journal knows and the database forgot; lives as long as the workspace."""
    return of(workspace, "forgotten")


def shown(workspace: str, sha256: str) -> str:
    """STRING: MIME type of a picture that a channel may fetch from the public edge now; lives some days."""
    return of(workspace, "shown", sha256)


def cron(job: str) -> str:
    """STRING: when this system job last fired, ms; kept."""
    return f"admind:{{sys}}:cron:{job}"


def click_salt(day: str) -> str:
    """STRING: what the hashes of this day's clicks are made with; gone with the day, in no backup."""
    return f"admind:{{sys}}:clicksalt:{day}"


def lookup(kind: str, value: str) -> str:
    """STRING: a hint from something outside to a workspace, e.g. a token's hash."""
    return f"admind:{{sys}}:lookup:{kind}:{value}"
