"""After any restart, failover or restore: find out what may have been lost before anything is sent.

What the local journals know and Redis does not, and what fell due around the last sign of life of a server that may
lose writes, is unknown: looked up, never sent by the clock. A journal ahead of Redis means that Redis went back in
time: then everything starts paused, and an owner is told.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.channels.base import Channel
from bot.clock import Clock, from_milliseconds, milliseconds
from bot.publishing.forgotten import Forgotten
from bot.publishing.run import step_key
from storage import keys, pauses
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.errors import Conflict
from storage.journal import Entry, Journal
from storage.pauses import Pause
from storage.posts import Attempt, Failure, Post, PostState
from storage.record import new_id
from storage.redis import Database, Script, ServerIdentity
from storage.sending import post_key
from storage.stores import PostStore, TeamStore, hgetall

log = logging.getLogger(__name__)

MARGIN = timedelta(seconds=30)
ALIVE_EVERY = timedelta(seconds=5)
LONGEST_ATTEMPT = timedelta(minutes=2)  # of an attempt on a channel that this version does not know
FINISHED = frozenset({PostState.published, PostState.cancelled, PostState.unknown})
ON_ITS_WAY = frozenset({PostState.scheduled, PostState.sending, PostState.paused})


UNCLAIM = Script(
    "unclaim",
    """
if not redis.call('HGET', KEYS[1], 'claim') then return 0 end
redis.call('HDEL', KEYS[1], 'claim')
redis.call('HSET', KEYS[1], 'till', '0')
redis.call('ZADD', KEYS[2], 'XX', 'LT', ARGV[2], ARGV[1])
return 1
""",
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a recovery found: post ids made unknown, workspaces paused, attempts whose post is gone."""

    doubtful: tuple[str, ...] = ()
    paused: tuple[str, ...] = ()
    orphans: tuple[str, ...] = ()


class Recovery:
    def __init__(
        self,
        database: Database,
        *,
        channels: Mapping[str, Channel],
        journal: Journal,
        audit: AuditWriter,
        clock: Clock,
    ) -> None:
        self._database = database
        self._posts = PostStore(database)
        self._team = TeamStore(database)
        self._channels = channels
        self._journal = journal
        self._audit = audit
        self._clock = clock
        self._forgotten = Forgotten(database, audit=audit, clock=clock)
        self._seen: tuple[str, str] | None = None

    async def sign_of_life(self) -> None:
        """Write down, in Redis and in the journal, that all was well until now."""
        server = await self._database.identity()
        if self._seen != (server.run_id, server.master_replid):
            return  # another server: that is for `recover` to understand, which has not looked yet
        await self._database.replicated(server)
        mark = {"run_id": server.run_id, "replid": server.master_replid, "at": self._clock.now().isoformat()}
        await self._database.client.set(keys.ALIVE, json.dumps(mark))
        await self._journal.append("alive", **mark)

    async def fence_all(self) -> None:
        """End every claim of earlier processes at once. Only for the one owner of an embedded database."""
        now_ms = milliseconds(self._clock.now())
        for workspace in await self._team.workspace_ids():
            due = keys.due(workspace)
            client: Any = self._database.client
            entries: list[str] = await client.zrange(due, "-inf", now_ms + 60_000, byscore=True)
            for entry in entries:
                kind, _, post = entry.partition(":")
                if kind in ("post", "reconcile"):
                    await self._database.run(UNCLAIM, [post_key(workspace, post), due], [entry, now_ms])

    async def changed(self) -> bool:
        """Whether the server is another one, or was restarted, since the last recovery."""
        server = await self._database.identity()
        return self._seen != (server.run_id, server.master_replid)

    async def recover(self) -> Report:
        """Compare journals, marks and posts, and make doubtful what is doubtful. Safe to run again."""
        server = await self._database.identity()
        entries = await self._journal.read_all()
        mark = await self._mark()
        went_back = self._went_back(entries, mark)
        doubtful: list[str] = []
        paused: list[str] = []
        forgot: dict[str, datetime] = {}
        for workspace in await self._team.workspace_ids():
            restored = await self._restored_from(workspace)
            since = min((at for at in (restored, self._lost_since(server, mark, went_back)) if at), default=None)
            if went_back:
                if await self._pause(workspace):
                    paused.append(workspace)
                lost = await self._audit.lost(workspace, entries)
                if lost is not None:  # the chain names what was lost, and goes on
                    await self._audit.new_epoch(workspace, *lost, self._clock.now())
            if since is not None:
                forgot[workspace] = since
                doubtful += await self._doubt_all_due(workspace, since)
            if restored is not None:
                await self._database.client.hdel(keys.control(workspace), "restored_from_ms")
        known, orphans = await self._doubt_journalled(entries, forgot)
        self._seen = (server.run_id, server.master_replid)
        await self.sign_of_life()
        report = Report((*doubtful, *known), tuple(paused), orphans)
        log.info("recovered doubtful=%s paused=%s orphans=%s", *map(len, (report.doubtful, paused, orphans)))
        return report

    async def _mark(self) -> dict[str, str] | None:
        text = await self._database.client.get(keys.ALIVE)
        return dict(json.loads(text)) if text else None

    @staticmethod
    def _went_back(entries: Sequence[Entry], mark: dict[str, str] | None) -> bool:
        """The journal's last sign of life is newer than the one in Redis by more than the margin."""
        lives = [datetime.fromisoformat(entry.fields["at"]) for entry in entries if entry.kind == "alive"]
        if not lives:
            return False
        return mark is None or max(lives) > datetime.fromisoformat(mark["at"]) + MARGIN

    @staticmethod
    def _lost_since(server: ServerIdentity, mark: dict[str, str] | None, went_back: bool) -> datetime | None:
        """From when on this server may have forgotten acknowledged writes; None: it has not."""
        if mark is None:
            return datetime.fromtimestamp(0, UTC) if went_back else None
        other = (mark["run_id"], mark["replid"]) != (server.run_id, server.master_replid)
        if went_back or (other and not server.durable):
            return datetime.fromisoformat(mark["at"]) - MARGIN
        return None

    async def _restored_from(self, workspace: str) -> datetime | None:
        text = (await hgetall(self._database, keys.control(workspace))).get("restored_from_ms")
        return from_milliseconds(int(text)) - MARGIN if text else None

    async def _pause(self, workspace: str) -> bool:
        found = await pauses.read(self._database, workspace)
        if any(pause.scope == "workspace" for pause in found.holding()):
            return False
        now = self._clock.now()
        pause = Pause(
            scope="workspace",
            by="recovery",
            reason="The database went back in time; look at what is unknown before you resume.",
            since=now,
        )
        entry = await self._audit.prepare(workspace, "paused", about="workspace", at=now, details={"by": "recovery"})
        await commit(self._database, pauses.put(Change(workspace), pause).audit(entry))
        return True

    async def _doubt_all_due(self, workspace: str, since: datetime) -> list[str]:
        """Every post on its way that fell due since then may be out."""
        found, cursor = [], ""
        while True:
            page = await self._posts.page(
                workspace,
                after=cursor,
                limit=200,
                newest_first=False,
                least=since.timestamp(),
                most=self._clock.now().timestamp(),
            )
            for post in page.items:
                if post.state in ON_ITS_WAY and await self._doubt(post.id, workspace, None):
                    found.append(post.id)
            cursor = page.next
            if not cursor:
                return found

    async def _doubt_journalled(
        self, entries: Sequence[Entry], forgot: Mapping[str, datetime]
    ) -> tuple[list[str], tuple[str, ...]]:
        """Attempts that a journal holds and Redis does not: bytes may have left.

        Of a post that is gone, a finished attempt is old news, unless its workspace `forgot` what happened since then.
        """
        found: list[str] = []
        orphans: dict[str, Mapping[str, str]] = {}
        finished = {entry.fields.get("attempt") for entry in entries if entry.kind == "finished"}
        erased = defaultdict[str, set[str]](set)
        for entry in entries:
            if entry.kind == "erased":
                erased[entry.fields["workspace"]].add(entry.fields["subject"])
        for entry in entries:
            if entry.kind != "attempt":
                continue
            fields = entry.fields
            kept = await self._posts.find(fields["workspace"], fields["post"])
            if kept is None:
                if {f"d:{fields.get('draft')}", f"a:{fields.get('account')}"} & erased[fields["workspace"]]:
                    continue  # nobody lost it
                since = forgot.get(fields["workspace"])
                lost_too = since is not None and datetime.fromisoformat(fields["deadline"]) >= since
                if lost_too or fields["attempt"] not in finished:
                    orphans[fields["attempt"]] = fields
                continue
            post = kept.record
            if any(attempt.id == fields["attempt"] for attempt in post.attempts) or post.state in FINISHED:
                continue
            deadline = datetime.fromisoformat(fields["deadline"])
            lost = Attempt(
                id=fields["attempt"],
                number=len(post.attempts) + 1,
                key=fields["key"],
                # Entries of older versions do not say when it began.
                at=datetime.fromisoformat(fields["at"]) if "at" in fields else deadline - self._longest(post),
                deadline=deadline,
                worker="journal",
                outcome="unknown",
            )
            if await self._doubt(post.id, post.workspace, lost):
                found.append(post.id)
        for attempt, fields in orphans.items():
            await self._forgotten.tell(attempt, fields)
        return found, tuple(orphans)

    def _longest(self, post: Post) -> timedelta:
        """How long one attempt at it may take: until then, whoever made it may still be at it."""
        channel = self._channels.get(post.channel)
        return channel.capabilities.deadline if channel else LONGEST_ATTEMPT

    async def _doubt(self, post_id: str, workspace: str, lost: Attempt | None) -> bool:
        """Make the post unknown, however often others change it meanwhile; False when it is past doubting."""
        while True:
            kept = await self._posts.find(workspace, post_id)
            if kept is None or kept.record.state in FINISHED:
                return False
            if lost is None and kept.record.state not in ON_ITS_WAY:
                return False
            try:
                await self._make_unknown(kept.record, lost)
            except Conflict:
                continue
            return True

    async def _make_unknown(self, post: Post, lost: Attempt | None) -> None:
        now = self._clock.now()
        attempts = post.attempts if lost is None else (*post.attempts, lost)
        if lost is None and not post.doubtful:
            # Nobody remembers an attempt; whoever made one may be at it until its deadline.
            ghost = Attempt(
                id=new_id("t"),
                number=len(attempts) + 1,
                key=step_key(post),
                at=post.due,
                deadline=now + self._longest(post),
                worker="forgotten",
                outcome="unknown",
            )
            attempts = (*attempts, ghost)
        doubtful = post.changed(
            state=PostState.unknown,
            attempts=attempts,
            failure=Failure(
                code="unknown",
                sentence="The database lost its latest entries, so we can't tell whether it went out.",
                fixes=("live", "send"),
            ),
        )
        change = self._posts.save(Change(post.workspace), doubtful, ver=post.ver)
        change.undue(f"post:{post.id}")
        change.due(f"reconcile:{post.id}", milliseconds(now)).due(f"note:post:{post.id}", milliseconds(now))
        change.audit(
            await self._audit.prepare(
                post.workspace,
                "post unknown",
                about=post.id,
                at=now,
                draft=post.draft,
                brand=post.brand,
                details={"why": "recovery"},
            )
        )
        await commit(self._database, change)
