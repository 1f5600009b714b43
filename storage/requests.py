"""What people asked, and what became of it: the record, and the stream of its progress.

`request:<id>` is a HASH with the document, and `stop` once its person wants it stopped; `requests:<member>` a ZSET of
the latest ones' ids;
`request:<id>:events` a STREAM that lives seven days; `request-key:<hash>`
leads from a platform's event to the request that it made, so that a repeated event makes none. Until it is answered
`request:<id>` stands on the due set: the engine's message may be lost. One that came from a place in a chat leaves
`reply:<id>` there, until its answer stands in that place.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, Literal, cast

from pydantic import Field

from storage import keys
from storage.due import DueSets
from storage.errors import AdMindError, NotFound
from storage.record import Frozen, Migration, Record
from storage.redis import Database, Script
from storage.retention import LIVES
from storage.stores import xread
from storage.together import Together

LIFE_SECONDS: Final = LIVES["requests"].seconds
EVENTS_SECONDS: Final = LIVES["progress"].seconds
MAX_EVENTS: Final = 500
MOST_OF_MEMBER: Final = 500
TAKEN_UP_AFTER_MS: Final = 30_000  # a request whose message got lost
REPLIED_AFTER_MS: Final = 30_000  # an answer that was not brought to its place


class RequestUpload(Frozen):
    sha256: str
    name: str = ""
    mime: str = Field("", description="of a file of text; empty for a picture")


class RequestButton(Frozen):
    """What an answer offers to press, for surfaces that have buttons."""

    label: str
    action: str
    style: Literal["primary", "danger", "plain"] = "plain"


class RequestPicture(Frozen):
    """A picture that belongs to the answer."""

    sha256: str
    mime: str
    alt: str


class Request(Record):
    """One message to AdMind. `text` is what the person wrote, capped and without control characters."""

    SCHEMA: ClassVar[int] = 8
    # 2 knows which draft it is about, 3 where its answer belongs, 4 whether it was stopped, and what can be pressed,
    # 5 which pictures were too many, 6 files of text, how often it was tried and whether it may be again,
    # 7 the answer's picture, 8 the words that were read back in place of its own
    MIGRATIONS: ClassVar[Mapping[int, Migration]] = {step: lambda old: old for step in (1, 2, 3, 4, 5, 6, 7)}

    id: str
    workspace: str
    brand: str = ""
    member: str
    surface: str
    conversation: str
    text: str
    left_out: int = Field(0, description="characters beyond the cap that were not kept")
    uploads: tuple[RequestUpload, ...] = ()
    documents: tuple[RequestUpload, ...] = Field((), description="files of text to write from")
    unread_files: tuple[str, ...] = ()
    unused_files: tuple[str, ...] = Field((), description="names of pictures beyond what one request takes")
    about: str = Field("", description="the draft in whose thread it was said")
    within: frozenset[str] = Field(frozenset(), description="brands that it may reach; empty: all of the member's")
    place: str = Field("", description="where in a chat the answer belongs, in the surface's own words")
    status: Literal["queued", "working", "done", "failed"] = "queued"
    reply: str = ""
    buttons: tuple[RequestButton, ...] = ()
    picture: RequestPicture | None = Field(None, description="what the answer shows; the words do without it")
    restated: str = Field("", description="what was read back, where it says the same as `text` in other words")
    drafts: tuple[str, ...] = Field((), description="ids of drafts that it made or changed")
    stopped: bool = Field(False, description="its person stopped it; what it had made by then is in `drafts`")
    tries: int = Field(1, ge=1, description="how often it was asked for: once, and once more for each “try again”")
    again: bool = Field(False, description="it failed by no fault of its words and made nothing: it may be tried again")
    created_at: datetime
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RequestEvent:
    """One step of a request; `id` is the place in its stream, to go on from."""

    id: str
    kind: str
    data: Mapping[str, Any]


# KEYS: due set, then of each request: by-key lookup (or the request's again), request, the member's. ARGV: life, most
# of a member, then of each request: id, document, time, due ms. Answers the id that belongs to each key.
_CREATE: Final = Script(
    "request-create",
    """
local made = {}
for i = 0, (#KEYS - 1) / 3 - 1 do
  local by_key, request, member = KEYS[3 * i + 2], KEYS[3 * i + 3], KEYS[3 * i + 4]
  local id, doc, at, due = ARGV[4 * i + 3], ARGV[4 * i + 4], ARGV[4 * i + 5], ARGV[4 * i + 6]
  local known = by_key ~= request and redis.call('GET', by_key)
  if known then
    made[i + 1] = known
  else
    if by_key ~= request then redis.call('SET', by_key, id, 'EX', ARGV[1]) end
    redis.call('HSET', request, 'doc', doc)
    redis.call('EXPIRE', request, ARGV[1])
    redis.call('ZADD', member, at, id)
    redis.call('ZREMRANGEBYRANK', member, 0, -1 - ARGV[2])
    redis.call('EXPIRE', member, ARGV[1])
    redis.call('ZADD', KEYS[1], due, 'request:' .. id)
    made[i + 1] = id
  end
end
return made
""",
)
# KEYS: request, events, due set. ARGV: document, kind, data, life of the request, life of the events, most events, the
# due entry once it is answered, the one that follows it, when that is due in ms.
_SAVE: Final = Script(
    "request-save",
    """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'doc', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[6], '*', 'kind', ARGV[2], 'data', ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[5])
if ARGV[7] ~= '' then redis.call('ZREM', KEYS[3], ARGV[7]) end
if ARGV[8] ~= '' then redis.call('ZADD', KEYS[3], ARGV[9], ARGV[8]) end
return 1
""",
)
# KEYS: request. ARGV: 1. Beside the document, so that whoever works on the request and saves it does not lose the wish.
_STOP: Final = Script(
    "request-stop",
    "return redis.call('EXISTS', KEYS[1]) == 1 and redis.call('HSETNX', KEYS[1], 'stop', ARGV[1]) or 0",
)
# KEYS: request, events, due set. ARGV: the document as it was, the one that follows, life of the request, data of the
# event, life of the events, its due entry, when that is due in ms, the due entry of its answer. Only who still finds it
# as it was has it tried again. Its events begin anew: whoever follows them would else read the old end.
_AGAIN: Final = Script(
    "request-again",
    """
if redis.call('HGET', KEYS[1], 'doc') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'doc', ARGV[2])
redis.call('HDEL', KEYS[1], 'stop')
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('DEL', KEYS[2])
redis.call('XADD', KEYS[2], '*', 'kind', 'queued', 'data', ARGV[4])
redis.call('EXPIRE', KEYS[2], ARGV[5])
redis.call('ZADD', KEYS[3], ARGV[7], ARGV[6])
redis.call('ZREM', KEYS[3], ARGV[8])
return 1
""",
)
_TELL: Final = Script(
    "request-tell",
    """
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[4], '*', 'kind', ARGV[1], 'data', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
""",
)


class RequestStore:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._creating: Together[tuple[Request, str], str] = Together(self._create)

    async def create(self, request: Request, *, key: str) -> str:
        """Keep a new request; its id, or that of the one that the same key made before.

        It stands on the due set then; `nudge` tells the clock, unless somebody answers it before.
        Raises StorageUnavailable also where there are replicas and none has it.
        """
        return await self._creating.give(request.workspace, (request, key))

    async def _create(self, workspace: str, given: Sequence[tuple[Request, str]]) -> Sequence[str]:
        names, arguments = [keys.due(workspace)], [str(LIFE_SECONDS), str(MOST_OF_MEMBER)]
        for request, key in given:
            name = _name(workspace, request.id)
            by_key = keys.of(workspace, "request-key", _hash(key)) if key else name
            names += (by_key, name, keys.of(workspace, "requests", request.member))
            at = request.created_at.timestamp()
            arguments += (request.id, request.dump(), str(at), str(round(at * 1000) + TAKEN_UP_AFTER_MS))
        made = await self._database.run(_CREATE, names, arguments)
        await self._database.confirm(keys.control(workspace))
        return [str(name) for name in made]

    async def nudge(self, workspace: str, now: datetime) -> None:
        """Tell the clock that requests kept until now may stand there unanswered soon."""
        await DueSets(self._database).nudge(workspace, round(now.timestamp() * 1000) + TAKEN_UP_AFTER_MS)

    async def get(self, workspace: str, request_id: str) -> Request:
        """Raises NotFound."""
        found = await cast(Any, self._database.client).hget(_name(workspace, request_id), "doc")
        if found is None:
            raise NotFound("There is no such request.", do_next="Requests are kept for 90 days.")
        return Request.load(found)

    async def save(self, request: Request, *, kind: str, data: Mapping[str, Any]) -> None:
        """The request as it now is, and an event that says so, in one write."""
        name = _name(request.workspace, request.id)
        arguments: list[str | int] = [request.dump(), kind, _json(data), LIFE_SECONDS, EVENTS_SECONDS, MAX_EVENTS]
        final = request.status in ("done", "failed")
        due_ms = round(request.finished_at.timestamp() * 1000) + REPLIED_AFTER_MS if request.finished_at else 0
        arguments.append(f"request:{request.id}" if final else "")
        arguments += [f"reply:{request.id}" if final and request.place else "", due_ms]
        await self._database.run(_SAVE, [name, f"{name}:events", keys.due(request.workspace)], arguments)
        if final and request.place:
            with contextlib.suppress(AdMindError):
                await DueSets(self._database).nudge(request.workspace, due_ms)

    async def stop(self, workspace: str, request_id: str) -> bool:
        """Whoever works on it, or will, should stop; whether nobody had wished so before."""
        return bool(await self._database.run(_STOP, [_name(workspace, request_id)], [1]))

    async def again(self, workspace: str, request_id: str, *, tries: int, now: datetime) -> bool:
        """Have a failed request tried once more, if it was tried this often and may be; whether this call did it.

        Of many who ask for the same, one does. Raises NotFound.
        """
        name = _name(workspace, request_id)
        document = await cast(Any, self._database.client).hget(name, "doc")
        if document is None:
            raise NotFound("There is no such request.", do_next="Requests are kept for 90 days.")
        request = Request.load(document)
        if not (request.again and request.status == "failed" and request.tries == tries):
            return False
        fresh = request.changed(
            status="queued", reply="", buttons=(), again=False, stopped=False, tries=tries + 1, finished_at=None
        )
        due_ms = round(now.timestamp() * 1000) + TAKEN_UP_AFTER_MS
        arguments: list[str | int] = [document, fresh.dump(), LIFE_SECONDS, _json({}), EVENTS_SECONDS]
        arguments += [f"request:{request_id}", due_ms, f"reply:{request_id}"]
        return bool(await self._database.run(_AGAIN, [name, f"{name}:events", keys.due(workspace)], arguments))

    async def to_stop(self, workspace: str, request_id: str) -> bool:
        """Whether its person wants it stopped."""
        return bool(await cast(Any, self._database.client).hexists(_name(workspace, request_id), "stop"))

    async def forget(self, workspace: str, request_id: str) -> None:
        """Nobody needs to answer it any more."""
        await self._database.client.zrem(keys.due(workspace), f"request:{request_id}")

    async def tell(self, workspace: str, request_id: str, kind: str, data: Mapping[str, Any]) -> None:
        """An event of its progress."""
        stream = f"{_name(workspace, request_id)}:events"
        await self._database.run(_TELL, [stream], [kind, _json(data), EVENTS_SECONDS, MAX_EVENTS])

    async def events(
        self, workspace: str, request_id: str, *, after: str = "", wait_ms: int = 0, limit: int = 100
    ) -> list[RequestEvent]:
        """Events after a place in the stream ("" is its beginning); waits up to `wait_ms` when there are none yet."""
        stream = f"{_name(workspace, request_id)}:events"
        found = await xread(self._database, stream, after or "0-0", count=limit, wait_ms=wait_ms)
        return [RequestEvent(place, fields["kind"], json.loads(fields["data"])) for place, fields in found]

    async def recent(self, workspace: str, member: str, *, limit: int) -> tuple[Request, ...]:
        """What a member asked last, the oldest of these first."""
        client = cast(Any, self._database.client)
        ids = await client.zrange(keys.of(workspace, "requests", member), 0, limit - 1, desc=True)
        pipe = client.pipeline(transaction=False)
        for request_id in reversed(ids):
            pipe.hget(_name(workspace, request_id), "doc")
        return tuple(Request.load(doc) for doc in (await pipe.execute() if ids else []) if doc)


def _name(workspace: str, request_id: str) -> str:
    return keys.of(workspace, "request", request_id.replace(":", "_")[:60])


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str)
