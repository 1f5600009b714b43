"""The steps of a brand's going: what is given back, taken away, destroyed. Each may be done again from its start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast

from bot.accounts.access import Access
from bot.chat import MessageRef, Messenger
from bot.clock import Clock
from bot.errors import AdMindError, ChannelRefused
from bot.links.codes import address_of
from bot.review.board import Board
from bot.review.inbox import INBOX
from bot.team.people import LOCAL
from bot.workflow.office import Office
from storage import snapshot
from storage.audit import AuditWriter
from storage.belongings import Belongings
from storage.blobs.base import BlobStore
from storage.credentials import Credentials
from storage.forgetting import Survey, forget, settle_home, survey
from storage.journal import Journal, unfinished
from storage.leaving import Beside, Leaving, Leftover, beside
from storage.links import LinkStore
from storage.posts import Post, PostState
from storage.redis import Database
from storage.standing import StandingPictures
from storage.stores import TeamStore
from storage.unnamed import discard
from storage.waiting import WaitingStore

PATIENCE: Final = timedelta(days=1)  # with a server or a chat that does not answer
AGAIN: Final = timedelta(minutes=10)
PASSES: Final = 5  # over all keys, until one finds nothing
OURS: Final = frozenset({"feed"})  # channels that stand and fall with AdMind itself


class Later(Exception):
    """Not now; the step is done again then."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at


class Parting:
    def __init__(
        self,
        database: Database,
        *,
        blobs: BlobStore,
        aside: Callable[[], Iterable[BlobStore]] = tuple,
        audit: AuditWriter,
        journal: Journal,
        board: Board,
        office: Office,
        credentials: Credentials,
        access: Access,
        clock: Clock,
        links_url: str = "",
    ) -> None:
        """`links_url`: where short links lead from. `aside`: stores of this machine in which files lie once more that
        were moved into `blobs`.
        """
        self._database = database
        self._team = TeamStore(database)
        self._blobs = blobs
        self._aside = aside
        self._audit = audit
        self._journal = journal
        self._board = board
        self._office = office
        self._credentials = credentials
        self._access = access
        self._clock = clock
        self._links_url = links_url

    async def gather(self, leaving: Leaving) -> tuple[Leftover, ...]:
        """Remember what belongs to it, and list what stands with others."""
        await self._keep(leaving, await self._survey(leaving))
        of, left = self._of(leaving), list[Leftover]()
        ending = await StandingPictures(self._database).posts(leaving.workspace)
        names = {account.id: account.name for account in await of.accounts()}
        async for post in of.posts():
            if post.channel not in OURS and (what := _still_out(post)) is not None:
                kind: Literal["post", "receiver"] = "receiver" if post.channel == "webhook" else "post"
                url = post.receipt.url if post.receipt else ""
                left.append(Leftover(kind=kind, where=names.get(post.account, post.channel), what=what, url=url))
                if post.id in ending:  # it stays, and shows none of them from now on
                    left.append(left[-1].model_copy(update={"kind": "pictures"}))
        return tuple(left)

    async def access(self, leaving: Leaving) -> tuple[Leftover, ...]:
        """Give every access back; the secrets themselves go with the records."""
        waiting = await WaitingStore(self._database).accounts(leaving.workspace)
        accounts = [*await self._of(leaving).accounts(), *(each for each in waiting if each.brand == leaving.brand)]
        left = list[Leftover]()
        ids = [account.id for account in accounts]
        for account in accounts:
            try:
                given = await self._access.end(account, besides=ids)
            except ChannelRefused as error:
                if error.code == "unreachable":
                    self._be_patient(leaving, error)
                given = False
            if not given and await self._credentials.all(leaving.workspace, account.id):
                left.append(Leftover(kind="access", where=account.name, url=account.server))
        return tuple(left)

    async def messages(self, leaving: Leaving) -> tuple[Leftover, ...]:
        """Take our own messages out of the chats; those that stay are counted for each home."""
        await self._collect(leaving)
        client, name = cast(Any, self._database.client), beside(leaving.workspace, leaving.brand, "messages")
        homes, stay, waits = await self._board.homes(leaving.workspace), Counter[str](), list[AdMindError]()
        for text in sorted(map(str, await client.smembers(name))):
            ref = MessageRef.model_validate_json(text)
            try:
                gone = await _removed(homes, ref)
            except AdMindError as error:
                waits += [error] if error.retry_after_seconds is not None else []
                gone = False
            if gone:
                await client.srem(name, text)
            else:
                stay[ref.home] += 1
        if waits:
            self._be_patient(leaving, waits[0])
        return tuple(Leftover(kind="message", where=home, what=str(count)) for home, count in sorted(stay.items()))

    async def people(self, leaving: Leaving) -> tuple[Leftover, ...]:
        """Who worked for this brand alone is forgotten, but for who asked and who sits at the machine itself."""
        workspace = leaving.workspace
        local = TeamStore.identity_id(LOCAL.platform, LOCAL.team, LOCAL.user)
        kept = await self._team.identities.find(workspace, local)
        at_home = {kept.record.member} if kept else set[str]()
        for member in await self._of(leaving).members():
            if set(member.roles) == {leaving.brand} and member.id not in {leaving.asked_by, *at_home}:
                await self._office.forget_member(workspace, leaving.asked_by, member.id)
        await settle_home(self._database, workspace, leaving.brand, self._clock.now())
        return ()

    async def links(self, leaving: Leaving) -> tuple[Leftover, ...]:
        """Short links lead on by code and destination alone, or end, as its owner chose; what leads on is listed."""
        keep = leaving.links == "keep"
        if keep:
            await self._audit.remember_links(leaving.workspace, leaving.brand)
        kept = await LinkStore(self._database).leave_behind(leaving.workspace, leaving.brand, keep=keep)
        return tuple(
            Leftover(kind="link", where=address_of(self._links_url, code), url=destination)
            for code, destination in sorted(kept.items())
        )

    async def audit(self, leaving: Leaving) -> tuple[Leftover, ...]:
        """Destroy the keys of all that was written of it; journals hold that it is erased, for every later restore."""
        found = await self._known(leaving, "ids")
        for entry in unfinished(await self._journal.read_all()):
            if entry.fields["workspace"] == leaving.workspace and entry.fields["post"] in found:
                await self._journal.append("finished", post=entry.fields["post"], attempt="")
        accounts = [each for each in found if each.startswith("a_")]
        drafts = [each for each in found if each.startswith("d_")]
        await self._audit.erase_brand(leaving.workspace, leaving.brand, accounts=accounts, drafts=drafts)
        return ()

    async def records(self, leaving: Leaving) -> tuple[Leftover, ...]:
        """Everything else in the database and the archive, until a look at every key finds nothing."""
        for _ in range(PASSES):
            found = await self._survey(leaving)
            await self._keep(leaving, found)
            if not await forget(self._database, leaving.workspace, leaving.brand, found):
                break
        return ()

    async def files(self, leaving: Leaving) -> tuple[Leftover, ...]:
        """Pictures, payloads, earlier versions and archives that nothing else names."""
        since = leaving.step_since or self._clock.now()
        names = await self._known(leaving, "files")
        workspaces = await self._team.workspace_ids()
        seen = Survey(await self._known(leaving, "ids"))
        await discard(
            self._database,
            self._blobs,
            names,
            about=seen.names,
            workspaces=workspaces,
            unless_put_since=since,
            copies=self._aside(),
        )
        return ()

    async def _collect(self, leaving: Leaving) -> None:
        """Where our messages stand: by the drafts, and by what was posted in the last hundred days."""
        found, ids = set[str](), await self._known(leaving, "ids")
        async for draft in self._of(leaving).drafts():
            refs = (*draft.messages, *draft.reminders)
            found |= {_plain(ref) for ref in refs if ref.home != INBOX and ref.channel}
        client, seen = cast(Any, self._database.client), Survey(ids)
        async for key in snapshot.names_of(self._database, leaving.workspace, "posted:"):
            home, _, posted = key.partition("}:posted:")[2].partition("|")
            value = str(await client.get(key) or "")
            channel, _, message = value.partition("|")
            if message and seen.names(posted):
                ref = MessageRef(home=home, room="", message=message, draft="", digest="", channel=channel)
                found.add(_plain(ref))
        if found:
            await client.sadd(beside(leaving.workspace, leaving.brand, "messages"), *found)

    def _be_patient(self, leaving: Leaving, error: AdMindError) -> None:
        """Raises Later while it may still help."""
        now = self._clock.now()
        if now - (leaving.step_since or now) < PATIENCE:
            wait = timedelta(seconds=error.retry_after_seconds) if error.retry_after_seconds is not None else AGAIN
            raise Later(now + min(max(wait, timedelta(seconds=1)), AGAIN))

    def _of(self, leaving: Leaving) -> Belongings:
        return Belongings(self._database, leaving.workspace, leaving.brand)

    async def _survey(self, leaving: Leaving) -> Survey:
        found = await survey(self._database, leaving.workspace, leaving.brand, known=await self._known(leaving, "ids"))
        found.threads |= await self._known(leaving, "threads")
        return found

    async def _keep(self, leaving: Leaving, found: Survey) -> None:
        """Before any of it goes."""
        client = cast(Any, self._database.client)
        kept: Mapping[Beside, Iterable[str]] = {"ids": found.ids, "threads": found.threads, "files": found.files}
        for what, names in kept.items():
            every, key = sorted(names), beside(leaving.workspace, leaving.brand, what)
            for start in range(0, len(every), 1000):
                await client.sadd(key, *every[start : start + 1000])

    async def _known(self, leaving: Leaving, what: Beside) -> set[str]:
        found = await cast(Any, self._database.client).smembers(beside(leaving.workspace, leaving.brand, what))
        return {str(each) for each in found}


async def _removed(homes: Mapping[str, Messenger], ref: MessageRef) -> bool:
    return ref.home in homes and await homes[ref.home].remove(ref)


def _plain(ref: MessageRef) -> str:
    """One text a message, however it was known."""
    return MessageRef(
        home=ref.home, room="", message=ref.message, draft="", digest="", channel=ref.channel
    ).model_dump_json()


def _still_out(post: Post) -> str | None:
    """What to say of a post that may stand with others; None: it does not."""
    receipt = post.receipt
    if receipt is not None and receipt.taken_down_at is None:
        return post.title
    return post.title if post.state is PostState.unknown or (post.doubtful and receipt is None) else None
