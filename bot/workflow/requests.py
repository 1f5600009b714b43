"""What people ask for: drafts from ideas, revisions, verbatim edits, other times, other wordings.

Every way to a draft goes through here: the agent's tools, commands, REST and the studio. Each result is a new revision
with new bytes and a new digest; what is approved already is never changed under people's feet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.clock import Clock
from bot.drafting.copywriter import Copywriter
from bot.drafting.describing import Describer
from bot.drafting.reader import Reader
from bot.drafting.sources import Known, ReadPages, Sources, addresses_in, documents_in
from bot.drafting.swapping import Swapping
from bot.errors import BadInput, ChangedSince, NotAllowed, NotFound
from bot.review.discreet import only_client
from bot.words import told
from bot.workflow.asking import UNTOUCHED, Asker, Idea, Quoting
from bot.workflow.decisions import Decisions
from bot.workflow.declarations import settled, taken_back, why_of
from bot.workflow.editing import Edit, Editing, bare_words
from bot.workflow.first_drafts import FirstDrafts
from bot.workflow.free_slots import FreeSlots, asks_for_free_slot
from bot.workflow.means import Means
from bot.workflow.other_pictures import OtherPictures
from bot.workflow.pictures import Pictures
from bot.workflow.rewriting import Rewriting
from bot.workflow.room import Room
from bot.workflow.shelf import Shelf
from bot.workflow.understanding import Understanding, of_place
from bot.workflow.versions import Versions
from bot.workflow.wishes import PictureWish
from storage.audit import AuditWriter
from storage.blobs.base import BlobStore
from storage.drafts import Brief, Draft, Variant
from storage.record import new_id
from storage.redis import Database
from storage.usage import Usage

__all__ = ["MOST_DRAFTS", "UNTOUCHED", "Asker", "Idea", "Quoting", "Requests"]

MOST_DRAFTS = 12  # from one request


class Requests:
    def __init__(
        self,
        database: Database,
        *,
        audit: AuditWriter,
        blobs: BlobStore,
        versions: Versions,
        copywriter: Callable[[Asker], Copywriter],
        reader: Callable[[Asker], Reader],
        sources: Sources,
        pictures: Pictures,
        shelf: Shelf,
        decisions: Decisions,
        clock: Clock,
        model_name: str,
        room: Room,
        describer: Callable[[Asker], Describer],
        free: FreeSlots | None = None,
        swapping: Callable[[Asker], Swapping] | None = None,
    ) -> None:
        self.means = Means(
            database=database,
            audit=audit,
            blobs=blobs,
            versions=versions,
            copywriter=copywriter,
            reader=reader,
            describer=describer,
            swapping=swapping,
            sources=sources,
            pictures=pictures,
            shelf=shelf,
            decisions=decisions,
            clock=clock,
            model_name=model_name,
            room=room,
            free=free,
        )
        self._understanding = Understanding(self.means)
        self._first = FirstDrafts(self.means)
        self._editing = Editing(self.means)
        self._other_pictures = OtherPictures(self.means, self._editing)
        self._rewriting = Rewriting(self.means, self._editing, self._other_pictures)

    async def draft(
        self, asker: Asker, ideas: Sequence[Idea], *, family: str = "", known: Known | None = None
    ) -> tuple[Draft, ...]:
        """Drafts from ideas, ready for review. `family` makes the offline model's words; by default others each time.
        `known` is the entry of a feed that they are about.

        Raises BadInput whose sentence is one good question when an account or a time is not clear, NotAllowed.
        Everything is understood before anything is made, so a question leaves nothing half done behind. Raises
        BadInput too when there is no room for more.
        """
        await self.means.room.left()
        brand, member = await self._understanding.brand_of(asker)
        jobs = [job for idea in ideas for job in await self._understanding.jobs(asker, brand, idea)]
        if not jobs:
            raise BadInput("What should the post be about?")
        jobs.sort(key=lambda job: (job[2] is not None, job[2]))  # as soon as approved first, then by time
        if len(jobs) > MOST_DRAFTS:
            raise BadInput(f"That makes {len(jobs)} posts. I make at most {MOST_DRAFTS} at a time: which first?")
        jobs = [(await self._understanding.from_library(brand, idea), accounts, due) for idea, accounts, due in jobs]
        pages = await self._read(asker, [idea.brief for idea, _, _ in jobs], known)
        jobs = [(replace(idea, brief=pages.led(idea.brief)), accounts, due) for idea, accounts, due in jobs]
        made: list[Draft] = []
        family = family or new_id("s")  # siblings share it, so that none opens like another
        for number, (idea, accounts, due) in enumerate(jobs, 1):
            one, several = (
                told("Writing the post"),
                told("Writing post {number} of {all}", number=number, all=len(jobs)),
            )
            await asker.tell(several if len(jobs) > 1 else one)
            written = [version.text for draft in made for version in draft.versions]
            seed = f"{family}:{number - 1}"
            made.append(await self._first.make(asker, brand, member, idea, accounts, due, written, seed, pages))
            pages = replace(pages, spent=Usage())  # reading them is the first one's
        return tuple(made)

    async def _read(self, asker: Asker, briefs: Sequence[Brief], known: Known | None) -> ReadPages:
        """The pages that people named. Raises BadInput when none could be read and nothing else was said."""
        if not any(addresses_in(brief) or documents_in(brief) for brief in briefs):
            return ReadPages()
        await asker.tell("Reading the page")
        return await self.means.sources.read(
            briefs,
            workspace=asker.workspace,
            brand=asker.brand,
            reader=lambda: self.means.reader(asker),
            tainted=asker.tainted,
            known=known,
        )

    async def revise(self, asker: Asker, draft_id: str, instruction: str) -> Draft:
        """The model rewrites by an instruction.

        Raises BadInput with a question when it does not understand (Quoting when the draft holds a page's words), and
        when there is no room for more.
        """
        return await self._rewriting.revise(asker, draft_id, instruction)

    async def declare(
        self,
        asker: Asker,
        draft_id: str,
        *,
        paid: bool | None = None,
        partner: str | None = None,
        ai_picture: bool | None = None,
    ) -> Draft:
        """What a person declares of a draft; None stays as it is. Every version is given the words for it, which are
        new bytes to approve. Raises NotAllowed where a program would take a declaration back.
        """
        case, brand, member = await self._editing.open(asker, draft_id)
        old = case.draft.brief
        given = {"paid_partnership": paid, "partner": partner, "ai_picture": ai_picture}
        brief = settled(old, {name: value for name, value in given.items() if value is not None})
        if brief == old:
            return case.draft
        if asker.by_agent and taken_back(old, brief):
            raise NotAllowed("Only a person can take back what was declared.", kept=UNTOUCHED)
        return await self._editing.revision(asker, case, brand, member, Edit({}, why=why_of(old, brief), brief=brief))

    async def illustrate(self, asker: Asker, draft_id: str, wish: PictureWish) -> Draft:
        """The same words with another picture, as a form wishes for it; as if it had been said. Raises BadInput."""
        return await self._other_pictures.illustrate(asker, draft_id, wish)

    async def depict(self, asker: Asker, draft_id: str, uploads: Sequence[str], shows: str = "") -> Draft:
        """Pictures that a person sent (SHA-256 in the library) in place of the draft's; `shows` describes them, or
        without new ones those that are there. Raises BadInput.
        """
        return await self._other_pictures.depict(asker, draft_id, uploads, shows)

    async def word(
        self,
        asker: Asker,
        draft_id: str,
        texts: Mapping[str, str],
        *,
        seen: Mapping[str, str] | None = None,
        comments: Mapping[str, str] | None = None,
        why: str = "Edited by hand.",
    ) -> Draft:
        """A person's own wording, byte for byte; no model between. Voids these accounts' approvals only. A client's
        approves these accounts for the client: the team's part is missing then. `comments` are first comments, "" for
        none. Raises NotAllowed for a client's program that decides nothing.

        `seen` are the digests of the versions that the person had before them, by account: raises ChangedSince when
        one of them is not the current one.
        """
        case, brand, member = await self._editing.open(asker, draft_id)
        if not asker.decides and only_client(member, brand.id):
            raise NotAllowed(
                "A client's own wording is their approval, which a program can't give.",
                kept=UNTOUCHED,
                do_next="Write it yourself, in the studio or in your chat.",
            )
        for account, digest in (seen or {}).items():
            version = case.draft.version(account)
            if version is not None and version.digest != digest:
                raise ChangedSince(
                    "Somebody changed this text while you were writing.",
                    kept="Your wording is still here; theirs stands.",
                    do_next="Look at what changed, then save yours again or leave it.",
                )
        comments = comments or {}
        unknown = sorted({*texts, *comments} - {version.account for version in case.draft.versions})
        if unknown:
            raise NotFound(f"This draft has no version for {unknown[0][:40]}.", kept=UNTOUCHED)
        empty = [account for account, text in texts.items() if not text.strip()]
        if empty:
            raise BadInput("A post needs some text.", kept=UNTOUCHED)
        for account, comment in comments.items():
            if comment.strip() and not self.means.versions.takes_comment(case.accounts[account]):
                raise BadInput(f"{case.accounts[account].name} has no first comments.", kept=UNTOUCHED)
        edit = Edit(texts, why=why, edited_by=member.id, comments=comments)
        return await self._editing.revision(asker, case, brand, member, edit)

    async def move(self, asker: Asker, draft_id: str, when: str) -> Draft:
        """Another time, which is new bytes to approve. An approver who moves it approves the result thereby."""
        case, brand, member = await self._editing.open(asker, draft_id)
        if self.means.free is not None and asks_for_free_slot(when):
            accounts = [each.account for each in case.draft.versions]
            place, why = await self.means.free.asked(asker.workspace, brand.id, accounts, when)
            await self.means.free.put(asker.workspace, place, draft_id)
            brief = of_place(case.draft.brief, place)
            edit = Edit({}, why=why, due=(place.due,), slot=place.id, wish=brief)
            return await self._editing.revision(asker, case, brand, member, edit)
        due = self._understanding.one_time(when, asker)
        return await self._editing.revision(
            asker, case, brand, member, Edit({}, why=f"Moved to {when[:200]}.", due=(due,))
        )

    async def choose(self, asker: Asker, draft_id: str, number: int, *, digest: str = "") -> Draft:
        """Take one of the alternative wordings; 1 is the present one. Raises ChangedSince when `digest` is given and
        the draft is another by now: numbers stand for other words then.
        """
        case, brand, member = await self._editing.open(asker, draft_id)
        draft = case.draft
        if digest and draft.digest != digest:
            raise ChangedSince(
                "This changed since you looked at it.", kept="It is as it was.", do_next="Look at the current version."
            )
        if number == 1:
            return draft
        if not 2 <= number <= len(draft.variants) + 1:
            raise BadInput(f"This draft has no wording {number}.", kept="It is as it was.")
        chosen = draft.variants[number - 2]
        before = Variant(
            texts={v.account: bare_words(v, draft.brief, brand, case.accounts[v.account]) for v in draft.versions},
            by_model={version.account: version.by_model for version in draft.versions if version.by_model is not None},
            idea=draft.idea,
        )
        variants = tuple(before if each is chosen else each for each in draft.variants)
        return await self._editing.revision(
            asker,
            case,
            brand,
            member,
            Edit(
                chosen.texts,
                why=f"Took wording {number}.",
                variants=variants,
                by_model=chosen.by_model,
                idea=chosen.idea,
            ),
        )
