"""The desk: takes a request in durably, answers it once, and tells how it goes.

A request is written down before anything else happens; answering is idempotent, and a turn that runs again after a
crash makes no second draft. LangChain stays outside of this file: the agent is handed in late, by `use`.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Protocol

from bot.chat import Asked, ChatRequest, Surface, Upload
from bot.clock import Clock
from bot.conversation.campaigning import Campaigning
from bot.conversation.commands import read_command
from bot.conversation.learned import Learned
from bot.conversation.linked import Linked
from bot.conversation.proposing import Proposing
from bot.conversation.quoting import KeepsFile, with_quote
from bot.conversation.requested import (
    ANY,
    RequestView,
    StillStarting,
    asked_of,
    is_kept,
    names_of,
    nothing_to_try,
    offered_again,
    view_of,
)
from bot.conversation.slotting import Slotting
from bot.conversation.speaking import Absences, Reporting, Said, Settles, Speaking
from bot.conversation.spreading import is_plan, said_again
from bot.conversation.stops import PersonStopped, Stops, stopped_words
from bot.conversation.surroundings import Surroundings, spoken_by
from bot.conversation.turn import Doors, Turn, Windows
from bot.errors import AdMindError, NotFound, unexpected
from bot.llm.around import Around
from bot.llm.budget import TokenBudget
from bot.words import read_in, reader, retold, told, words
from bot.workflow.calendar_showing import CalendarShowing
from bot.workflow.documents import MOST_DOCUMENTS
from bot.workflow.requests import Asker
from bot.workflow.stopping import Stopping
from storage.ledger import Busy, Ledger
from storage.record import new_id
from storage.redis import Database, StorageFull, StorageUnavailable
from storage.requests import Request, RequestButton, RequestEvent, RequestPicture, RequestStore, RequestUpload
from storage.stores import TeamStore
from storage.team import Brand, Member
from storage.threads import Held, Thread, ThreadBusy, ThreadStore
from storage.together import Together

log = logging.getLogger(__name__)
MOST_CHARACTERS: Final = 20_000
LEASE_SECONDS: Final = 60.0
TURN_SECONDS: Final = 300.0
MOST_IN_FLIGHT: Final = 12  # of a workspace in one process; the engine runs 16, so that others always find a place
FULL_PAUSE_SECONDS: Final = 1.0
EVENT_WAIT_MS: Final = 1000
FINAL: Final = frozenset({"done", "failed"})
HANDING_SECONDS: Final = 0.05  # a single request is handed over at once
TOGETHER: Final = " "  # stands between requests that are handed over in one message
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")

Enqueue = Callable[[str, str], Awaitable[None]]
Tell = Callable[[str], None]
Show = Callable[[Asked], AbstractAsyncContextManager[Tell]]
"""While it is open, the chat shows that this is worked on, and the sentences of progress that it is told."""


class Directory(Protocol):
    """`bot.team.people.People`, as far as the desk goes."""

    @property
    def store(self) -> TeamStore: ...


class Desk:
    def __init__(
        self,
        database: Database,
        *,
        ledger: Ledger,
        requests: Doors,
        looking: Windows,
        stopping: Stopping,
        absences: Absences,
        proving: Settles,
        reports: Reporting,
        calendar: CalendarShowing,
        people: Directory,
        clock: Clock,
        enqueue: Enqueue,
        enqueue_reply: Enqueue,
        slotting: Slotting | None = None,
        campaigning: Campaigning | None = None,
        learned: Learned | None = None,
        links: Linked | None = None,
    ) -> None:
        self._campaigning = campaigning
        self._store = RequestStore(database)
        self._threads = ThreadStore(database)
        self._ledger = ledger
        self._doors = requests
        self._windows = looking
        self._stopping = stopping
        self._absences = absences
        self._proving = proving
        self._reports = reports
        self._calendar = calendar
        self._slotting = slotting
        self._learned = learned
        self._links = links
        self._surroundings = Surroundings(people.store, looking, clock)
        self._clock = clock
        self._enqueue = enqueue
        self._enqueue_reply = enqueue_reply
        self._agent: Any = None
        self._handing: Together[str, None] = Together(self._hand_over, patience_seconds=HANDING_SECONDS)
        self._in_flight: Counter[str] = Counter()
        self._surfaces: dict[str, Surface] = {}
        self._shows: dict[str, Show] = {}
        self._stops = Stops(database)
        self._keep_quote: KeepsFile | None = None

    def quotes_into(self, keep: KeepsFile) -> None:
        """What people quote is kept as a file from now on, and no word of it comes before the agent."""
        self._keep_quote = keep

    def serve(self, name: str, surface: Surface, show: Show | None = None) -> None:
        """Requests of this surface get their files from it, and their answers go to it; `show` what is under way."""
        self._surfaces[name] = surface
        if show is not None:
            self._shows[name] = show

    def use(self, model: Any, fallback: Any, budget: TokenBudget) -> None:
        """Answer with this model from now on. Loads LangChain when nobody has yet."""
        self._agent = importlib.import_module("bot.conversation.agent").Agent(model, fallback, budget)

    async def receive(self, request: ChatRequest, *, hand_over: bool = True) -> str:
        """Keep a request and hand it to the engine; its id. The same `key` again gives the same id.

        Raises StorageUnavailable, StorageFull: then whoever sent it should send it again; a `key` makes that safe.
        """
        text = _CONTROL.sub("", request.text.replace("\r\n", "\n").replace("\r", "\n"))
        kept = Request(
            id=new_id("r"),
            workspace=request.workspace,
            brand=request.brand,
            member=request.member,
            surface=request.surface,
            conversation=request.conversation,
            text=text[:MOST_CHARACTERS],
            left_out=max(0, len(text) - MOST_CHARACTERS),
            uploads=tuple(RequestUpload(sha256=each.sha256, name=each.name[:200]) for each in request.uploads),
            documents=_documents(request.documents),
            unread_files=names_of(request.unread_files),
            about=request.about,
            within=request.within,
            place=request.place,
            created_at=self._clock.now(),
        )
        key = f"{request.surface}:{request.key}" if request.key else ""
        request_id = await self._store.create(kept, key=key)
        if hand_over:
            await self.hand_over(request.workspace, request_id)
        return request_id

    def hand_over(self, workspace: str, request_id: str) -> Awaitable[None]:
        """Have a kept request answered now; without it the due set has it taken up within a minute.

        Begun when this is called, whether or not somebody waits for it; fails by taking that minute. Also for a repeat:
        the first try may have died between keeping and handing over.
        """
        return self._handing.give(workspace, request_id)

    async def _hand_over(self, workspace: str, requests: Sequence[str]) -> Sequence[None]:
        """One message for all that came in this moment."""
        try:
            await self._store.nudge(workspace, self._clock.now())
            await self._enqueue(workspace, TOGETHER.join(dict.fromkeys(requests)))
        except (StorageUnavailable, StorageFull) as error:
            log.warning("requests wait for the due set ws=%s count=%d why=%s", workspace, len(requests), error.what)
        return [None] * len(requests)

    async def spread(self, workspace: str, requests: str) -> None:
        """Make one task of each of these, which came in one message."""
        for request in requests.split(TOGETHER):
            await self._enqueue(workspace, request)

    async def stop(self, workspace: str, member: str, conversation: str) -> tuple[str, ...]:
        """End what this member asked in this conversation, in whichever process it is worked on, or will be.

        The ids of the requests. Each is answered with what was made until then.
        """
        return await self._stops.stop(workspace, member, conversation)

    async def retry(
        self, workspace: str, member: str, request_id: str, *, tries: int | None = None, within: frozenset[str] = ANY
    ) -> bool:
        """Try a kept request again that failed by no fault of its words; whether this call has it done.

        `tries` is how often it had been tried when its person was asked (None: as often as by now): the same press
        twice, or from two places, tries it once. For whoever asked it. Raises NotFound, and Conflict when nothing is
        left to try.
        """
        found = await self.view(workspace, member, request_id, within)
        if tries is not None and tries < found.tries:
            return False  # that press was heard already
        if not found.again:
            raise nothing_to_try()
        tried = await self._store.again(workspace, request_id, tries=found.tries, now=self._clock.now())
        if tried:
            await self.hand_over(workspace, request_id)
        return tried

    async def get(self, workspace: str, request_id: str) -> Request:
        """Raises NotFound."""
        return await self._store.get(workspace, request_id)

    async def view(
        self, workspace: str, member: str, request_id: str, within: frozenset[str] = frozenset()
    ) -> RequestView:
        """For whoever asked it, in one of these brands (none: any). Raises NotFound for everybody else."""
        request = await self._store.get(workspace, request_id)
        if request.member != member or (within and request.brand not in within):
            raise NotFound("There is no such request.", do_next="Requests are kept for 90 days.")
        return view_of(request)

    async def recent(
        self, workspace: str, member: str, *, limit: int = 30, within: frozenset[str] = ANY
    ) -> tuple[RequestView, ...]:
        """What a member asked last, from everywhere or of these brands, the oldest of these first."""
        found = await self._store.recent(workspace, member, limit=limit)
        return tuple(view_of(request) for request in found if not within or request.brand in within)

    async def events(self, workspace: str, request_id: str, after: str = "") -> AsyncIterator[RequestEvent]:
        """`queued`, `working`, `progress` with a sentence in `text`, then `done` or `failed` with the request.

        Goes on after the event of that id, waits for what is still to come and ends with the request.
        """
        place = after if re.fullmatch(r"\d{1,20}(-\d{1,20})?", after) else ""
        while True:
            found = await self._store.events(workspace, request_id, after=place, wait_ms=EVENT_WAIT_MS)
            for event in found:
                place = event.id
                yield event
                if event.kind in FINAL:
                    return
            if not found:
                request = await self._store.get(workspace, request_id)
                if request.status in FINAL:
                    if not place:  # its stream has expired
                        yield RequestEvent("0-0", request.status, view_of(request).model_dump(mode="json"))
                    return

    async def answer(self, workspace: str, request_id: str) -> None:
        """Answer a request, once; doing so again changes nothing.

        Raises Busy, StorageUnavailable and StorageFull for the engine to try again, Busy also while the workspace has
        its share of turns running. Whatever else goes wrong becomes the reply.
        """
        if self._in_flight[workspace] >= MOST_IN_FLIGHT:
            raise Busy(FULL_PAUSE_SECONDS)
        self._in_flight[workspace] += 1
        try:
            await self._answer(workspace, request_id)
        finally:
            self._in_flight[workspace] -= 1

    async def _answer(self, workspace: str, request_id: str) -> None:
        try:
            tries = (await self._store.get(workspace, request_id)).tries
        except NotFound:  # its life is over
            await self._store.forget(workspace, request_id)
            return
        once = f"request:{request_id}" if tries == 1 else f"request:{request_id}:{tries}"
        async with self._ledger.once(workspace, once, lease_seconds=LEASE_SECONDS) as claim:
            if claim is None:
                return
            request = await self._store.get(workspace, request_id)
            if request.tries != tries:  # somebody was quicker, and had it tried again
                return
            if request.status in FINAL:
                await self._hand_back(request)
                return
            request = await self._with_files(request.changed(status="working"))
            await self._store.save(request, kind="working", data={})
            work = _Work(request, self._store)
            status, reply, again = "done", "", False
            try:
                async with asyncio.timeout(TURN_SECONDS):
                    reply = await self._reply(work)
            except (Busy, StorageUnavailable, StorageFull):
                raise
            except AdMindError as error:
                status, reply, again = "failed", retold(error.sentence()), is_kept(error)
            except TimeoutError:
                status, again = "failed", True
                reply = told("This took too long, so I stopped. Try again, or ask for less at a time.")
            except Exception as error:
                status, reply = "failed", retold(unexpected(error, "answering").sentence())
            if again and work.since is not None:
                work.request = await self._with_made(work.request, work.since)
                reply = "\n".join([reply, *await self._safe(work.request)])
            await claim.check()
            await self._finish(work.request, status, reply, again=again)

    async def give_up(self, workspace: str, request_id: str) -> None:
        """Say so where it was asked: this request was tried again and again, and nobody will try it any more."""
        request = await self._store.get(workspace, request_id)
        if request.status not in FINAL:
            with contextlib.suppress(NotFound):
                read_in(spoken_by(request, await self._windows.member(workspace, request.member)))
            said = told("I tried for long and could not answer this. Please ask again.")
            request = await self._with_made(request, request.created_at)
            await self._finish(request, "failed", said, again=True)

    async def _with_made(self, request: Request, since: datetime) -> Request:
        """With the drafts that it made before it failed: of several posts the first may be there."""
        kept = await self._stops.kept(request, since=since)
        return request.changed(drafts=tuple(draft.id for draft in kept))

    async def _safe(self, request: Request) -> list[str]:
        """What is there although it failed, in words."""
        member = await self._windows.member(request.workspace, request.member)
        asker = await self._surroundings.asker(request, member, await self._surroundings.brand(request, member))
        return [await self._again(asker, request)] if request.drafts else []

    async def _finish(self, request: Request, status: str, reply: str, *, again: bool = False) -> None:
        if request.left_out:
            number = words(reader()).number
            said = told(
                "(Your message was longer than I take: I read its first {kept} characters and left out {left}.)",
                kept=number(MOST_CHARACTERS),
                left=number(request.left_out),
            )
            reply = f"{reply}\n{said}"
        if again and not request.drafts:  # what it made is there: trying again would make it twice
            request, kept = offered_again(request)
            reply = f"{reply}\n{kept}"
        done = request.changed(status=status, reply=reply, finished_at=self._clock.now())
        await self._store.save(done, kind=status, data=view_of(done).model_dump(mode="json"))
        await self._hand_back(done)

    async def _with_files(self, request: Request) -> Request:
        """With what came beside the words. Files that cannot be had are named as not understood."""
        surface = self._surfaces.get(request.surface)
        if surface is None or not request.place:
            return request
        files = await surface.fetch(asked_of(request))
        uploads = tuple(RequestUpload(sha256=each.sha256, name=each.name[:200]) for each in files.uploads)
        known = {each.sha256: each for each in (*uploads, *request.uploads)}  # an earlier try may have had them
        unread = dict.fromkeys((*request.unread_files, *files.unread))
        return request.changed(
            uploads=tuple(dict.fromkeys(known[each.sha256] for each in (*request.uploads, *uploads))),
            documents=tuple(dict.fromkeys((*request.documents, *_documents(files.documents)))),
            unread_files=names_of(tuple(unread)),
            unused_files=names_of(files.unused),
        )

    async def _hand_back(self, request: Request) -> None:
        """At once instead of when the due set brings it."""
        if request.place:
            await self._enqueue_reply(request.workspace, request.id)

    async def bring(self, workspace: str, request_id: str) -> None:
        """Bring an answer to the place in a chat where it was asked for. Raises what keeps it from going there now."""
        try:
            request = await self._store.get(workspace, request_id)
        except NotFound:
            return
        surface = self._surfaces.get(request.surface)
        if surface is not None and request.status in FINAL:
            await surface.reply(asked_of(request))

    async def _reply(self, work: _Work) -> str:
        request = work.request
        member = await self._windows.within(request.within).member(request.workspace, request.member)
        brand = await self._surroundings.brand(request, member)
        asker = await self._surroundings.asker(request, member, brand)
        read_in(asker.language)  # each request is answered in a task of its own
        if await self._stops.wished(request):
            return await self._stopped(work)
        if self._campaigning is not None and (said := await self._campaigning.answer(request, asker)) is not None:
            return work.offer(said)
        command = read_command(request.text)
        if command is not None:
            turn = self._turn(
                work, asker, await self._surroundings.around(asker, brand, member, request, ()), Thread(), ""
            )
            return work.offer(await command[0].run(self._speaking(turn, member, request), command[1]))
        if self._slotting is not None and (planned := await self._slotting.answer(request, asker)) is not None:
            return work.offer(planned)
        if request.drafts:  # an earlier try made these and died before it could say so
            return await self._again(asker, request)
        async with self._hold(request) as held:
            return await self._say(work, asker, brand, member, held)

    async def _say(self, work: _Work, asker: Asker, brand: Brand, member: Member, held: Held) -> str:
        """A turn of the agent, with what is remembered before it and kept after it."""
        if self._agent is None:
            raise StillStarting
        memory = importlib.import_module("bot.conversation.memory")
        thread = await held.read()
        own = work.request.text
        if self._keep_quote is not None:
            work.request, own = await with_quote(work.request, brand.id, self._keep_quote, MOST_DOCUMENTS)
        request = work.request
        drafts = tuple(name for name in memory.drafts_of(thread) if name != request.about)
        drafts += (request.about,) if request.about else ()
        around = await self._surroundings.around(asker, brand, member, request, drafts, thread.summary)
        known = {draft.id for draft in around.drafts}
        met = len(await self._store.recent(request.workspace, request.member, limit=2)) > 1
        listed = tuple(name for name in memory.listed_of(thread) if name in known)
        focus = request.about if request.about in known else memory.focus_of(thread)
        around = around.model_copy(update={"focus": focus, "listed": listed, "met": met})
        turn = self._turn(work, asker, around, thread, memory.words_of(thread), own)
        work.since = turn.now
        proposals = Proposing(self._speaking(turn, member, request), self._campaigning, request)
        turn = replace(turn, proposals=proposals)
        if is_plan(own):
            turn = replace(turn, words=await said_again(turn), verbatim=own)
        try:
            async with self._shown(request) as work.show:
                saying = self._agent.run(turn, memory.window(thread), work.progress)
                spoken = await self._stops.unless(request, saying)
        except PersonStopped:
            said = await self._stopped(work, since=turn.now)
            made = memory.stopped_turn(own, said, work.request.drafts)
            await held.commit(made, tainted=turn.asker.tainted)
            return said
        version = await held.commit(memory.turn_document(own, spoken.messages, turn.made), tainted=turn.asker.tainted)
        shorter = memory.to_summarise(thread)
        if shorter is not None:
            await self._threads.summarise(
                request.workspace, request.conversation, version=version, summary=shorter[0], replaces=shorter[1]
            )
        work.show_of(turn)
        return "\n".join([str(spoken.text), *turn.asides])

    async def _stopped(self, work: _Work, *, since: datetime | None = None) -> str:
        """The last word on what its person stopped; `since`: when its turn began, if it did."""
        kept = await self._stops.kept(work.request, since=since)
        work.request = work.request.changed(drafts=tuple(draft.id for draft in kept), stopped=True)
        return stopped_words(kept)

    def _speaking(self, turn: Turn, member: Member, request: Request) -> Speaking:
        return Speaking(
            turn, member, self._stopping, self._absences, self._proving, self._reports, self._calendar,
            self._slotting, self._learned, request.id, self._links,
        )  # fmt: skip

    def _shown(self, request: Request) -> AbstractAsyncContextManager[Tell]:
        show = self._shows.get(request.surface)
        return show(asked_of(request)) if show is not None and request.place else nullcontext(_untold)

    def _turn(
        self, work: _Work, asker: Asker, around: Around, thread: Thread, said: str, own: str | None = None
    ) -> Turn:
        request = work.request
        words = request.text if own is None else own
        return Turn(
            asker=replace(asker, tainted=thread.tainted),
            words=words,
            around=around,
            doors=self._doors,
            windows=self._windows.within(request.within),
            now=self._clock.now(),
            said=f"{said}\n{words}",
            uploads=tuple(Upload(sha256=each.sha256, name=each.name) for each in request.uploads),
            documents=tuple(Upload(sha256=d.sha256, name=d.name, mime=d.mime) for d in request.documents),
            keep=work.keep,
            advise=self._learned.next if self._learned is not None else None,
        )

    async def _again(self, asker: Asker, request: Request) -> str:
        known = [draft for name in request.drafts if (draft := await self._surroundings.known(asker, name))]
        listed = "; ".join(f"“{draft.title}” ({draft.id})" for draft in known)
        safe = "I was interrupted, but your draft is safe: {listed}. Look at its card before you approve it."
        return told(safe, listed=listed)

    def _hold(self, request: Request) -> _Waiting:
        return _Waiting(self._threads, request.workspace, request.conversation)


class _Work:
    """One try at answering a request: keeps what it made, and tells how it goes."""

    def __init__(self, request: Request, store: RequestStore) -> None:
        self.request = request
        self.show: Tell = _untold
        self.since: datetime | None = None  # when the agent began, if it did
        self._store = store

    async def keep(self, draft_ids: list[str]) -> None:
        self.request = self.request.changed(drafts=tuple(draft_ids))
        await self._store.save(self.request, kind="drafts", data={"drafts": draft_ids})

    def offer(self, said: str | Said) -> str:
        """The words; what can be pressed below them is kept with the request."""
        if isinstance(said, str):
            return said
        offered = tuple(RequestButton(label=b.label, action=b.action, style=b.style) for b in said.buttons)
        shown = said.picture and RequestPicture(
            sha256=said.picture.sha256, mime=said.picture.mime, alt=said.picture.alt
        )
        self.request = self.request.changed(buttons=offered, picture=shown)
        return said.text

    def show_of(self, turn: Turn) -> None:
        """What the turn shows below its answer, and the words that a button below it stands for."""
        self.offer(Said("", tuple(dict.fromkeys(turn.buttons)), next(iter(turn.pictures), None)))
        self.request = self.request.changed(restated="\n".join(turn.restated))

    async def progress(self, sentence: str) -> None:
        await self._store.tell(self.request.workspace, self.request.id, "progress", {"text": sentence})
        self.show(sentence)


def _untold(_sentence: str) -> None:
    """Nobody looks."""


class _Waiting:
    """A conversation's lock, waited for while an earlier message of the same conversation is being answered."""

    def __init__(self, threads: ThreadStore, workspace: str, conversation: str) -> None:
        self._threads = threads
        self._name = (workspace, conversation)

    async def __aenter__(self) -> Held:
        while True:
            self._held = self._threads.hold(*self._name)
            try:
                return await self._held.__aenter__()
            except ThreadBusy:
                await asyncio.sleep(0.1)

    async def __aexit__(self, *error: Any) -> None:
        await self._held.__aexit__(*error)


def _documents(files: Sequence[Upload]) -> tuple[RequestUpload, ...]:
    return tuple(RequestUpload(sha256=each.sha256, name=each.name[:200], mime=each.mime) for each in files)
