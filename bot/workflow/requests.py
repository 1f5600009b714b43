"""What people ask for: drafts from ideas, revisions, verbatim edits, other times, other wordings.

Every way to a draft goes through here: the agent's tools, commands, REST and the studio. Each result is a new revision
with new bytes and a new digest; what is approved already is never changed under people's feet.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from bot.checks import disclaimers
from bot.checks.base import spoken
from bot.checks.labels import required, unmarked
from bot.clock import Clock, milliseconds
from bot.drafting import carousel
from bot.drafting.copy import CardText, as_given
from bot.drafting.copywriter import Copywriter
from bot.drafting.describing import Describer
from bot.drafting.reader import Reader
from bot.drafting.sources import Known, ReadPages, Sources, addresses_in, called, documents_in
from bot.drafting.swapping import Swapping
from bot.errors import BadInput, ChangedSince, Conflict, NotAllowed, NotFound
from bot.llm.commenting import CommentWish, comment_wish, without
from bot.planning.standing import SlotView
from bot.review.discreet import only_client
from bot.review.reminders import decide_by
from bot.when import Unclear, resolve
from bot.words import told
from bot.workflow.decisions import TRIES, Case, Decisions, watch
from bot.workflow.declarations import (
    declaring,
    discloses,
    is_model,
    settled,
    share_after,
    share_at_first,
    share_now,
    taken_back,
    why_of,
)
from bot.workflow.free_slots import FreeSlots, asks_for_free_slot, asks_for_good_slot
from bot.workflow.minting import as_typed
from bot.workflow.pictures import Pictures
from bot.workflow.rereading import holding, newest
from bot.workflow.room import Room
from bot.workflow.shelf import Shelf
from bot.workflow.versions import Making, Versions
from bot.workflow.wishes import PictureWish, picture_wish
from storage.accounts import Account
from storage.audit import AuditWriter
from storage.blobs.base import BlobStore
from storage.claims import ledger_digest
from storage.commit import Change, commit
from storage.drafts import (
    Brief,
    CardWords,
    Draft,
    DraftStatus,
    Finding,
    GeneratedPicture,
    MadeWith,
    RevisionMark,
    Variant,
    Version,
)
from storage.posts import PostState
from storage.record import new_id
from storage.redis import Database
from storage.sealed import Medium
from storage.stores import DraftStore, TeamStore
from storage.team import Brand, Member
from storage.usage import NOTHING, Usage

MOST_DRAFTS = 12  # from one request
UNTOUCHED = "The draft is as it was."


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, from where, and how to tell them how it goes."""

    workspace: str
    brand: str
    member: str
    conversation: str
    surface: str
    language: str
    zone: str
    tainted: bool = False
    by_agent: bool = True  # the model worded the change; then what is approved stands until a person accepts
    decides: bool = True  # a client's own wording counts as their approval; never where a program may only propose
    report: Callable[[str], Awaitable[None]] | None = None

    async def tell(self, progress: str) -> None:
        if self.report is not None:
            await self.report(progress)


@dataclass(frozen=True, slots=True)
class Idea:
    """One post idea as understood: `when` is the person's phrase, `accounts` names as the person said them."""

    brief: Brief
    accounts: tuple[str, ...] = ()
    when: str = ""
    variants: int = 1
    angle: str = ""
    draft: str = ""  # the id that it gets; the same again makes no second one
    due: datetime | None = None  # instead of `when`, where the instant is known
    text: str = ""  # a person's own, which goes out as it is: nobody writes
    shown_at: datetime | None = None  # when people are shown it, unless at once
    slot: str = ""  # the place in the plan that it fills
    why: str = ""  # why the plan chose it, in English


class Quoting(BadInput):
    """A question that may quote a page: for the person's eyes, never for a model that has tools."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What a revision changes; what is None or not named stays as it was. `due` holds the new time, or None in it."""

    texts: Mapping[str, str]
    why: str
    edited_by: str = ""
    due: tuple[datetime | None] | None = None
    card: CardText | None = None
    alt: str = ""
    title: str = ""
    variants: tuple[Variant, ...] | None = None
    idea: str = ""  # behind the wording that is taken
    made_with: MadeWith | None = None
    spent: Usage = NOTHING  # what models took for it
    image: Literal["card", "none", "upload", "generate"] | None = None
    painted: GeneratedPicture | str | None = None  # what a model made for it now, or why there is none
    wish: Brief | None = None  # what the picture shall be
    uploads: tuple[str, ...] = ()
    brief: Brief | None = None  # what is declared of it
    by_model: Mapping[str, int] = field(default_factory=dict)  # of texts whose writers are known
    comments: Mapping[str, str] = field(default_factory=dict)  # first comments, by account; "": none any more
    first_comment: str | None = None  # what the brief wants there
    slides: tuple[CardText, ...] | None = None  # the pages of its carousel
    look: Describer | None = None  # what looks at new pictures: once, however often the revision is tried
    slot: str = ""  # the place in the plan that it goes to


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
        self._describer = describer
        self._swapping = swapping  # None without a language model
        self._database = database
        self._drafts = DraftStore(database)
        self._team = TeamStore(database)
        self._audit = audit
        self._blobs = blobs
        self._versions = versions
        self._copywriter = copywriter
        self._reader = reader
        self._sources = sources
        self._pictures = pictures
        self._shelf = shelf
        self._decisions = decisions
        self._clock = clock
        self._model_name = model_name
        self._room = room
        self._free = free  # None where there are no plans

    async def draft(
        self, asker: Asker, ideas: Sequence[Idea], *, family: str = "", known: Known | None = None
    ) -> tuple[Draft, ...]:
        """Drafts from ideas, ready for review. `family` makes the offline model's words; by default others each time.
        `known` is the entry of a feed that they are about.

        Raises BadInput whose sentence is one good question when an account or a time is not clear, NotAllowed.
        Everything is understood before anything is made, so a question leaves nothing half done behind. Raises
        BadInput too when there is no room for more.
        """
        await self._room.left()
        brand, member = await self._brand_of(asker)
        jobs = [job for idea in ideas for job in await self._jobs(asker, brand, idea)]
        if not jobs:
            raise BadInput("What should the post be about?")
        jobs.sort(key=lambda job: (job[2] is not None, job[2]))  # as soon as approved first, then by time
        if len(jobs) > MOST_DRAFTS:
            raise BadInput(f"That makes {len(jobs)} posts. I make at most {MOST_DRAFTS} at a time: which first?")
        jobs = [(await self._from_library(brand, idea), accounts, due) for idea, accounts, due in jobs]
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
            made.append(await self._make(asker, brand, member, idea, accounts, due, written, seed, pages))
            pages = replace(pages, spent=Usage())  # reading them is the first one's
        return tuple(made)

    async def _from_library(self, brand: Brand, idea: Idea) -> Idea:
        """The idea with the library's picture that it names. Raises BadInput when there is none, or none any more."""
        if not idea.brief.library:
            return idea
        item = await self._shelf.pick(brand, idea.brief.library)
        picture = {"image": "upload", "uploads": (item.sha256,), "image_wish": item.alt}
        return replace(idea, brief=idea.brief.model_copy(update=picture))

    async def _read(self, asker: Asker, briefs: Sequence[Brief], known: Known | None) -> ReadPages:
        """The pages that people named. Raises BadInput when none could be read and nothing else was said."""
        if not any(addresses_in(brief) or documents_in(brief) for brief in briefs):
            return ReadPages()
        await asker.tell("Reading the page")
        return await self._sources.read(
            briefs,
            workspace=asker.workspace,
            brand=asker.brand,
            reader=lambda: self._reader(asker),
            tainted=asker.tainted,
            known=known,
        )

    async def revise(self, asker: Asker, draft_id: str, instruction: str) -> Draft:
        """The model rewrites by an instruction.

        Raises BadInput with a question when it does not understand (Quoting when the draft holds a page's words), and
        when there is no room for more.
        """
        await self._room.left()
        case, brand, member = await self._open(asker, draft_id)
        draft = case.draft
        said = declaring(draft.brief, instruction)
        if said is not None and not said.rest:
            return await self._revision(asker, case, brand, member, Edit({}, why=instruction[:500], brief=said.brief))
        wish = picture_wish(instruction)
        if wish is not None and wish.kind == "shows":
            return await self.depict(asker, draft_id, (), wish.shows)
        if wish is not None and (wish.kind != "again" or draft.brief.image == "generate"):
            return await self._other_picture(asker, case, brand, member, wish, instruction)
        below = comment_wish(instruction)
        if below is not None:
            return await self._other_comment(asker, case, brand, member, below, instruction)
        await asker.tell(told("Rewriting"))
        brief = said.brief if said is not None else draft.brief
        flags = required(brand.labels, brief, (), 0)
        needs = [
            await self._versions.need(
                case.accounts[v.account], brief, brand, {*v.disclosure, *flags}, picture=bool(v.media)
            )
            for v in draft.versions
        ]
        current = {v.account: _bare(v, draft.brief, brand, case.accounts[v.account]) for v in draft.versions}
        card = CardText(**draft.card.model_dump()) if draft.card else None
        copywriter = self._copywriter(asker)
        revised = await copywriter.revise(
            draft.brief,
            brand,
            needs,
            current,
            card,
            said.rest if said is not None else instruction,
            slides=[CardText(**slide.model_dump()) for slide in draft.slides],
            title=draft.title,
            sources=draft.sources,
            seed=f"{draft.id}:{draft.revision + 1}",
        )
        if not revised.copy.understood:
            refusal = Quoting if draft.called else BadInput
            raise refusal(revised.copy.question or "What should be different?", kept=UNTOUCHED)
        texts = {each.account: each.text for each in revised.copy.versions}
        kept = all(text == texts.get(account, text) for account, text in current.items())
        pages = tuple(revised.copy.slides) if revised.copy.slides is not None else None
        if pages == tuple(CardText(**slide.model_dump()) for slide in draft.slides):
            pages = None
        if kept and said is None and revised.copy.card in (None, card) and pages is None:
            # A revision that changes nothing would ask everybody to look again.
            raise BadInput("There is nothing of that to change here.", kept=UNTOUCHED)
        stamps = MadeWith(model=self._model_name, prompts=revised.prompts, card_layout=draft.made_with.card_layout)
        return await self._revision(
            asker,
            case,
            brand,
            member,
            Edit(
                texts,
                why=instruction[:500],
                made_with=stamps,
                spent=copywriter.spent,
                card=revised.copy.card,
                slides=pages,
                alt=revised.copy.alt,
                title=revised.copy.title,
                brief=said.brief if said is not None else None,
                look=self._describer(asker),
            ),
        )

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
        case, brand, member = await self._open(asker, draft_id)
        old = case.draft.brief
        given = {"paid_partnership": paid, "partner": partner, "ai_picture": ai_picture}
        brief = settled(old, {name: value for name, value in given.items() if value is not None})
        if brief == old:
            return case.draft
        if asker.by_agent and taken_back(old, brief):
            raise NotAllowed("Only a person can take back what was declared.", kept=UNTOUCHED)
        return await self._revision(asker, case, brand, member, Edit({}, why=why_of(old, brief), brief=brief))

    async def _other_picture(
        self,
        asker: Asker,
        case: Case,
        brand: Brand,
        member: Member,
        wish: PictureWish,
        instruction: str,
    ) -> Draft:
        """The same words with a card, with a generated picture, or without one."""
        draft = case.draft
        if wish.kind == "none":
            if not any(version.media for version in draft.versions):
                raise BadInput("It has no picture.", kept=UNTOUCHED)
            return await self._revision(asker, case, brand, member, Edit({}, why=instruction[:500], image="none"))
        if wish.kind == "library":
            item, look = await self._shelf.pick(brand, wish.shows), self._describer(asker)
            edit = Edit({}, why=instruction[:500], alt=item.alt, image="upload", uploads=(item.sha256,), look=look)
            return await self._revision(asker, case, brand, member, edit)
        await asker.tell(told("Making the picture"))
        brief = draft.brief.model_copy(update={"image": "card", "carousel": wish.kind == "carousel"})
        if wish.kind in ("generate", "again"):
            shows = {"image": "generate", "image_wish": wish.shows or brief.image_wish}
            with_words = wish.words if wish.kind == "generate" else brief.image_words
            brief = brief.model_copy(update={**shows, "image_words": with_words})
        needs = [
            await self._versions.need(case.accounts[version.account], brief, brand, (), picture=True)
            for version in draft.versions
        ]
        copywriter, seed = self._copywriter(asker), f"{draft.id}:0"
        pages: tuple[CardText, ...] = ()
        if brief.carousel:
            card, pages = await copywriter.carousel(brief, brand, needs, sources=draft.sources, seed=seed)
            alt = ""
            if not pages:
                raise BadInput("There is too little to tell for a carousel.", kept=UNTOUCHED)
        else:
            card, alt = await copywriter.card(brief, brand, needs, sources=draft.sources, seed=seed)
        painted: GeneratedPicture | str | None = None
        if brief.image == "generate":  # before the revision is tried, which may be more than once: each one is paid
            accounts = [case.accounts[version.account] for version in draft.versions]
            painted = await self._pictures.paint(brief, brand, card, accounts, draft=draft.id, by=member.id)
        edit = Edit(
            {},
            why=instruction[:500],
            card=card,
            slides=pages,
            alt=alt,
            image=brief.image,
            painted=painted,
            wish=brief,
            spent=copywriter.spent,
            look=self._describer(asker),
        )
        return await self._revision(asker, case, brand, member, edit)

    async def illustrate(self, asker: Asker, draft_id: str, wish: PictureWish) -> Draft:
        """The same words with another picture, as a form wishes for it; as if it had been said. Raises BadInput."""
        await self._room.left()
        case, brand, member = await self._open(asker, draft_id)
        why = f"Another picture: {wish.shows}."[:500] if wish.shows else "Another picture."
        return await self._other_picture(asker, case, brand, member, wish, why)

    async def depict(self, asker: Asker, draft_id: str, uploads: Sequence[str], shows: str = "") -> Draft:
        """Pictures that a person sent (SHA-256 in the library) in place of the draft's; `shows` describes them, or
        without new ones those that are there. Raises BadInput.
        """
        await self._room.left()
        case, brand, member = await self._open(asker, draft_id)
        alt = " ".join(shows.split())
        if not uploads:
            if not any(version.media for version in case.draft.versions):
                raise BadInput("It has no picture.", kept=UNTOUCHED)
            return await self._revision(asker, case, brand, member, Edit({}, why="The picture described.", alt=alt))
        await asker.tell(told("Making the picture"))
        look = self._describer(asker)
        edit = Edit({}, why="Another picture.", alt=alt, image="upload", uploads=tuple(uploads), look=look)
        return await self._revision(asker, case, brand, member, edit)

    async def _other_comment(
        self, asker: Asker, case: Case, brand: Brand, member: Member, wish: CommentWish, instruction: str
    ) -> Draft:
        """The same post with another first comment, or with the link in it, on the accounts that have such a thing."""
        draft, accounts = case.draft, case.accounts
        mine = [each for each in draft.versions if self._versions.takes_comment(accounts[each.account])]
        if not mine:
            raise BadInput("None of this draft's channels has first comments.", kept=UNTOUCHED)
        link, texts = draft.brief.link, dict[str, str]()
        if wish.link and not link:
            raise BadInput("This draft has no link. Which one goes into the first comment?", kept=UNTOUCHED)
        comment = link if wish.link else wish.text
        if link and link in comment:
            plain = {each.account: as_typed(each.text, each, draft.brief) for each in mine}
            texts = {account: without(link, text) for account, text in plain.items() if link in text}
        if not all(text.strip() for text in texts.values()):
            raise BadInput("Then the post would have no text.", kept=UNTOUCHED)
        comments = {each.account: comment for each in mine}
        if not texts and all(each.first_comment == comment for each in mine):
            raise BadInput("There is nothing of that to change here.", kept=UNTOUCHED)
        edit = Edit(texts, why=instruction[:500], comments=comments, first_comment=comment)
        return await self._revision(asker, case, brand, member, edit)

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
        case, brand, member = await self._open(asker, draft_id)
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
            if comment.strip() and not self._versions.takes_comment(case.accounts[account]):
                raise BadInput(f"{case.accounts[account].name} has no first comments.", kept=UNTOUCHED)
        edit = Edit(texts, why=why, edited_by=member.id, comments=comments)
        return await self._revision(asker, case, brand, member, edit)

    async def move(self, asker: Asker, draft_id: str, when: str) -> Draft:
        """Another time, which is new bytes to approve. An approver who moves it approves the result thereby."""
        case, brand, member = await self._open(asker, draft_id)
        if self._free is not None and asks_for_free_slot(when):
            accounts = [each.account for each in case.draft.versions]
            place, why = await self._free.asked(asker.workspace, brand.id, accounts, when)
            await self._free.put(asker.workspace, place, draft_id)
            brief = _of_place(case.draft.brief, place)
            edit = Edit({}, why=why, due=(place.due,), slot=place.id, wish=brief)
            return await self._revision(asker, case, brand, member, edit)
        due = self._one_time(when, asker)
        return await self._revision(asker, case, brand, member, Edit({}, why=f"Moved to {when[:200]}.", due=(due,)))

    async def choose(self, asker: Asker, draft_id: str, number: int, *, digest: str = "") -> Draft:
        """Take one of the alternative wordings; 1 is the present one. Raises ChangedSince when `digest` is given and
        the draft is another by now: numbers stand for other words then.
        """
        case, brand, member = await self._open(asker, draft_id)
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
            texts={v.account: _bare(v, draft.brief, brand, case.accounts[v.account]) for v in draft.versions},
            by_model={version.account: version.by_model for version in draft.versions if version.by_model is not None},
            idea=draft.idea,
        )
        variants = tuple(before if each is chosen else each for each in draft.variants)
        return await self._revision(
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

    async def _brand_of(self, asker: Asker) -> tuple[Brand, Member]:
        member = (await self._team.members.get(asker.workspace, asker.member)).record
        brand = await self._team.brands.find(asker.workspace, asker.brand)
        if brand is None or not member.roles.get(asker.brand) or member.erased_at is not None:
            raise NotFound("You have no brand to write for here.", do_next="An owner can give you a role in one.")
        return brand.record, member

    async def _jobs(
        self, asker: Asker, brand: Brand, idea: Idea
    ) -> list[tuple[Idea, tuple[Account, ...], datetime | None]]:
        """An idea with its accounts found and its times resolved; one job a time."""
        accounts = await self._accounts(brand, idea.accounts)
        if idea.due is not None:
            return [(idea, accounts, idea.due)]
        if not idea.when.strip():
            return [(idea, accounts, None)]
        if self._free is not None and asks_for_free_slot(idea.when):
            place, why = await self._free.asked(brand.workspace, brand.id, [a.id for a in accounts], idea.when)
            draft_id = idea.draft or new_id("d")
            await self._free.put(brand.workspace, place, draft_id)
            why = idea.why or (why if asks_for_good_slot(idea.when) else "")
            idea = replace(idea, draft=draft_id, slot=place.id, brief=_of_place(idea.brief, place), why=why)
            return [(idea, accounts, place.due)]
        found = resolve(idea.when, now=self._clock.now(), zone=brand.zone or asker.zone, language=asker.language)
        if isinstance(found, Unclear):
            raise BadInput(found.question)
        if found.soon:
            return [(idea, accounts, None)]
        return [(idea, accounts, instant) for instant in found.instants]

    async def _accounts(self, brand: Brand, names: Sequence[str]) -> tuple[Account, ...]:
        every = [
            account
            for account in await self._team.all(self._team.accounts, brand.workspace)
            if account.brand == brand.id and account.closed_at is None
        ]
        if not every:
            raise BadInput("No account is connected yet.", do_next="Connect one with `admind accounts add`.")
        if not names:
            return tuple(every)
        chosen: list[Account] = []
        for name in names:
            wanted = name.strip().casefold().lstrip("@")
            fits = [a for a in every if wanted in (a.id.casefold(), a.name.casefold(), a.handle.casefold())]
            fits = fits or [a for a in every if wanted == a.channel or wanted in a.name.casefold()]
            if not fits:
                there = ", ".join(account.name for account in every)
                raise BadInput(f"I know no account {name!r} here. Which one: {there}?")
            chosen += [account for account in fits if account not in chosen]
        return tuple(chosen)

    def _one_time(self, when: str, asker: Asker) -> datetime | None:
        found = resolve(when, now=self._clock.now(), zone=asker.zone, language=asker.language)
        if isinstance(found, Unclear):
            raise BadInput(found.question, kept=UNTOUCHED)
        if found.soon:
            return None
        if len(found.instants) > 1:
            raise BadInput("A draft has one time. Which one?", kept=UNTOUCHED)
        return found.instants[0]

    async def _make(
        self,
        asker: Asker,
        brand: Brand,
        member: Member,
        idea: Idea,
        accounts: Sequence[Account],
        due: datetime | None,
        siblings: Sequence[str],
        seed: str,
        pages: ReadPages,
    ) -> Draft:
        now, draft_id = self._clock.now(), idea.draft or new_id("d")
        picture = idea.brief.image != "none"
        said = declaring(idea.brief, idea.brief.request)
        brief = said.brief if said is not None else idea.brief
        if brief.image in ("none", "card") and carousel.wanted(brief.request):
            brief, picture = brief.model_copy(update={"image": "card", "carousel": True}), True
        by_model = is_model(self._model_name)
        expected = required(brand.labels, brief, (), 100 if by_model else 0)
        needs = [await self._versions.need(account, brief, brand, expected, picture=picture) for account in accounts]
        recent = (*siblings, *await self._versions.recent_texts(brand))
        sources, by_id = pages.of(idea.brief), {account.id: account for account in accounts}
        copywriter = self._copywriter(asker)
        written = as_given(idea.text, needs) or await copywriter.write(
            brief,
            brand,
            needs,
            recent=recent,
            angle=idea.angle,
            variants=idea.variants,
            sources=sources,
            faults=lambda texts: self._versions.faults(texts, brief, brand, by_id, due=due, pages=sources),
            seed=seed,
        )
        texts = {each.account: each.text for each in written.versions}
        words = written.card if picture else None
        if picture:
            await asker.tell(told("Making the picture"))
        painted: GeneratedPicture | str | None = None
        if brief.image == "generate":
            painted = await self._pictures.paint(brief, brand, words, accounts, draft=draft_id, by=member.id)
        look = self._describer(asker)
        if brief.carousel and not written.slides:
            brief = brief.model_copy(update={"carousel": False})
            few: tuple[Finding, ...] = (Finding(severity="warn", rule="picture", reason=carousel.TOO_LITTLE),)
        else:
            few = ()
        pictures = await self._pictures.make(
            brief, brand, words, written.alt, accounts, draft=draft_id, by=member.id, painted=painted, look=look,
            slides=written.slides,
        )  # fmt: skip
        making = [
            Making(
                account,
                texts[account.id],
                pictures.media.get(account.id, ()),
                by_model=share_at_first(texts[account.id], brief, by_model=by_model),
                first_comment=self._versions.comment_of(account, brief),
            )
            for account in accounts
        ]
        apart = len(set(written.ideas)) == len(written.ideas)  # one idea for all tells nobody which to take
        behind = written.ideas if apart else ("",) * len(written.ideas)
        title = written.title or idea.brief.topic or idea.brief.request[:60]
        versions = await self._versions.seal(making, brief, brand, title=title, due=due, draft=draft_id)
        checked = await self._versions.check(
            versions, brief, brand, by_id, draft=draft_id, pages=sources, due=due, tainted=asker.tainted,
            drawn=carousel.shown_words(written.slides, words, pictures.layout),
        )  # fmt: skip
        asked = await self._asked(asker, versions) if not idea.text else ()
        draft = Draft(
            id=draft_id,
            workspace=asker.workspace,
            brand=brand.id,
            title=title[:120],
            brief=brief,
            requested_by=member.id,
            authors=frozenset({member.id}),
            conversation=asker.conversation,
            versions=versions,
            variants=tuple(
                Variant(texts={e.account: e.text for e in each}, idea=idea)
                for each, idea in zip(written.variants, behind[1:], strict=False)
            ),
            idea=behind[0] if written.variants else "",
            findings=(*checked.findings, *asked, *pictures.findings, *few),
            claims=checked.claims,
            card=CardWords(**words.model_dump()) if words else None,
            slides=tuple(CardWords(**each.model_dump()) for each in written.slides),
            due=due,
            zone=brand.zone or asker.zone,
            decide_by=decide_by(due, now),
            made_with=MadeWith(
                model=self._model_name,
                prompts=(*(pages.prompts if sources else ()), *written.prompts, *look.prompts),
                card_layout=pictures.layout,
                usage=pages.spent.plus(copywriter.spent).plus(look.spent),
                picture=pictures.generated,
            ),
            sources=sources,
            called=called(brief, sources),
            slot=idea.slot,
            why=idea.why,
            created_at=now,
            updated_at=now,
        )
        await self._write_new(draft, member, asker.surface, shown_at=idea.shown_at)
        return draft

    async def _open(self, asker: Asker, draft_id: str) -> tuple[Case, Brand, Member]:
        """A draft that may still change, for somebody who may see it. A conversation changes its own brand's alone.

        Raises NotFound, BadInput.
        """
        case = await self._decisions.case(asker.workspace, draft_id)
        member = case.member(asker.member)
        if asker.conversation and case.draft.brand != asker.brand:
            raise NotFound(f"There is no draft {draft_id}.", do_next="Look at the list of those there are.")
        if case.draft.status is DraftStatus.replaced:
            raise BadInput(
                "This draft was replaced by a newer one.", do_next=f"Look at {case.draft.replaced_by} instead."
            )
        out = (PostState.published, PostState.sending, PostState.unknown)
        if any(kept.record.state in out or kept.record.receipt for kept in case.posts.values()):
            raise BadInput(
                "This is already out or on its way, so it cannot be changed.",
                kept="Nothing changed.",
                do_next="Ask for a new post, or take this one down.",
            )
        return case, case.brand, member

    async def _revision(self, asker: Asker, case: Case, brand: Brand, member: Member, edit: Edit) -> Draft:
        """The next revision, also when something beside its content (such as its card's address) was written meanwhile.

        Raises Conflict when somebody else changed the draft itself.
        """
        for _ in range(TRIES):
            try:
                return await self._revised(asker, case, brand, member, edit)
            except Conflict:
                seen = case.draft
                case, brand, member = await self._open(asker, seen.id)
                if (case.draft.digest, case.draft.revision) != (seen.digest, seen.revision):
                    raise
        raise Conflict("This draft changes all the time.", kept="Nothing changed.", do_next="Try again in a moment.")

    async def _revised(self, asker: Asker, case: Case, brand: Brand, member: Member, edit: Edit) -> Draft:
        """The next revision in place; or, when the agent changes what is approved, a candidate beside it."""
        old = case.draft
        met = all(standing.met for standing in case.standings(old, self._clock.now()))
        candidate = asker.by_agent and any(kept.record.state is PostState.scheduled for kept in case.posts.values())
        if candidate:
            await self._room.left()
        draft_id = new_id("d") if candidate else old.id
        draft = await self._edited(old, case, brand, member, edit, draft_id, asker)
        if candidate:
            draft = draft.changed(
                id=draft.id, replaces=old.id, revision=1, decisions=(), messages=(), history=(), requested_by=member.id
            )
            await self._write_new(draft, member, asker.surface)
            return draft
        if edit.due is not None and met and not asker.by_agent:
            draft = self._decisions.approved_by_mover(case, draft, member, asker.surface)
        if edit.edited_by and only_client(member, brand.id):
            worded = {*edit.texts, *edit.comments}
            draft = self._decisions.approved_by_client(draft, member, worded, asker.surface)
        return (await self._decisions.settle(case, draft, None, why=edit.why, by=member)).draft

    async def _asked(
        self,
        asker: Asker,
        versions: Sequence[Version],
        before: Sequence[Finding] = (),
        known: Mapping[str, str] | None = None,
    ) -> tuple[Finding, ...]:
        """What a reviewer may ask themselves of the words; of those that stayed, what was asked before."""
        if self._swapping is None:
            return ()
        known = known or {}
        kept = {version.account for version in versions if known.get(version.account) == version.text}
        new = {version.account: version.text for version in versions if version.account not in kept}
        again = tuple(each for each in before if each.rule == "swap" and each.account in kept)
        return (*again, *await self._swapping(asker).questions(new))

    async def _edited(
        self, old: Draft, case: Case, brand: Brand, member: Member, edit: Edit, draft_id: str, asker: Asker
    ) -> Draft:
        """The draft with the edit carried out: new bytes, new digests, checked again."""
        now = self._clock.now()
        accounts = [case.accounts[version.account] for version in old.versions]
        due = edit.due[0] if edit.due is not None else old.due
        media = {version.account: version.media for version in old.versions}
        findings: tuple[Finding, ...] = ()
        layout, words, generated = old.made_with.card_layout, old.card, old.made_with.picture
        pages = tuple(CardText(**each.model_dump()) for each in old.slides) if edit.slides is None else edit.slides
        brief = edit.wish or edit.brief or old.brief
        brief = brief if edit.image is None else brief.model_copy(update={"image": edit.image})
        if edit.first_comment is not None:
            brief = brief.model_copy(update={"first_comment": edit.first_comment})
        if edit.image == "none":
            media, layout, words, generated, pages = dict.fromkeys(media, ()), "", None, None, ()
        elif edit.image == "upload":
            brief, pages = brief.model_copy(update={"uploads": edit.uploads, "carousel": False}), ()
            pictures = await self._pictures.make(
                brief, brand, None, edit.alt, accounts, draft=draft_id, by=member.id, look=edit.look
            )
            media, findings, layout, words = {**media, **pictures.media}, pictures.findings, "", None
            generated = None
        elif (edit.card is not None or edit.slides) and brief.image in ("card", "generate"):
            card = edit.card or CardText(**old.card.model_dump()) if old.card else edit.card
            words = CardWords(**card.model_dump()) if card is not None else None
            if words != old.card or edit.image is not None or edit.slides is not None:
                painted = edit.painted if edit.image is not None else generated
                pictures = await self._pictures.make(
                    brief, brand, card, edit.alt, accounts, draft=draft_id, by=member.id, painted=painted,
                    look=edit.look, slides=pages,
                )  # fmt: skip
                media, findings, layout = {**media, **pictures.media}, pictures.findings, pictures.layout
                generated = pictures.generated
        elif edit.alt:
            media = {
                account: tuple(medium.model_copy(update={"alt": edit.alt}) for medium in kept)
                for account, kept in media.items()
            }
        making = [_made_of(version, old, edit, case, media[version.account]) for version in old.versions]
        title = edit.title or old.title
        versions = await self._versions.seal(making, brief, brand, title=title, due=due, draft=draft_id)
        posts = {version.account: version.post for version in old.versions}
        versions = tuple(version.model_copy(update={"post": posts[version.account]}) for version in versions)
        posts_now = [kept.record for kept in case.posts.values()]
        sources, evidence = newest(old.sources, posts_now), holding(old.evidence, posts_now)
        checked = await self._versions.check(
            versions,
            brief,
            brand,
            case.accounts,
            draft=old.id,
            pages=sources,
            evidence=evidence,
            due=due,
            tainted=asker.tainted,
            drawn=carousel.shown_words(pages, words, layout),
        )
        asked = await self._asked(asker, versions, old.findings, {v.account: v.text for v in old.versions})
        mark = RevisionMark(
            number=old.revision,
            by=member.id,
            at=now,
            why=edit.why,
            digest=old.digest,
            snapshot=await self._blobs.put(old.dump().encode()),
        )
        spent = edit.spent.plus(edit.look.spent) if edit.look is not None else edit.spent
        usage = old.made_with.usage.plus(spent) if draft_id == old.id else spent
        made_with = edit.made_with or old.made_with
        stamps = (*made_with.prompts, *(edit.look.prompts if edit.look is not None else ()))
        made_with = made_with.model_copy(
            update={
                "card_layout": layout,
                "usage": usage,
                "picture": generated,
                "prompts": tuple(dict.fromkeys(stamps)),
            }
        )
        return old.changed(
            id=draft_id,
            title=title,
            versions=versions if draft_id == old.id else tuple(v.model_copy(update={"post": ""}) for v in versions),
            variants=edit.variants if edit.variants is not None else old.variants,
            idea=edit.idea if edit.variants is not None else old.idea,
            findings=(*checked.findings, *asked, *findings),
            claims=checked.claims,
            sources=sources,
            evidence=evidence,
            brief=brief,
            card=words,
            slides=tuple(CardWords(**each.model_dump()) for each in pages),
            due=due,
            slot=edit.slot or old.slot,
            decide_by=decide_by(due, now),
            reminders=() if edit.due is not None else old.reminders,
            revision=old.revision + 1,
            history=(*old.history, mark),
            authors=old.authors | ({member.id} if edit.texts or edit.comments or edit.card is not None else set()),
            made_with=made_with,
            status=DraftStatus.waiting,
            updated_at=now,
        )

    async def _write_new(self, draft: Draft, member: Member, surface: str, *, shown_at: datetime | None = None) -> None:
        now = self._clock.now()
        change = self._drafts.save(Change(draft.workspace), draft, ver=None)
        change.due(f"note:draft:{draft.id}", milliseconds(max(now, shown_at or now)))
        watch(change, draft, now)
        change.audit(
            await self._audit.prepare(
                draft.workspace,
                "drafted",
                subject=member.subject,
                about=draft.id,
                at=now,
                draft=draft.id,
                brand=draft.brand,
                details={
                    "digest": draft.digest,
                    "surface": surface,
                    "model": draft.made_with.model,
                    "prompts": " ".join(draft.made_with.prompts),
                    "request": draft.brief.request[:2000],
                    "replaces": draft.replaces,
                    "discloses": discloses(draft),
                    "claims": ledger_digest(draft.claims),
                    "sources": " ".join(f"{each.address} {each.body_sha256}" for each in draft.sources if each.address),
                },
            )
        )
        await commit(self._database, change)


def _bare(version: Version, brief: Brief, brand: Brand, account: Account) -> str:
    """A version's words without what code put around them."""
    return as_typed(disclaimers.bare(unmarked(version.text, spoken(brief, account)), brand), version, brief)


def _of_place(brief: Brief, place: SlotView) -> Brief:
    """What the plan wanted there counts for the mix."""
    return brief.model_copy(update={"pillar": brief.pillar or place.pillar, "form": brief.form or place.form})


def _made_of(version: Version, old: Draft, edit: Edit, case: Case, media: tuple[Medium, ...]) -> Making:
    """What this version becomes by the edit."""
    changed, account = version.account in edit.texts, case.accounts[version.account]
    text, edited_by, share = edit.texts.get(version.account, version.text), version.edited_by, share_now(version, old)
    words: Literal["new", "kept", "by hand"] = "kept"
    if changed:
        words, edited_by = "by hand" if edit.edited_by else "new", edit.edited_by
        share = share_after(version, text, old, edit.made_with, by_hand=bool(edited_by))
        share = edit.by_model.get(version.account, share)
    elif version.account in edit.comments:
        edited_by = edit.edited_by or edited_by
    if edit.brief is not None:
        words, text = "new", unmarked(text, spoken(old.brief, account))
    comment = edit.comments.get(version.account, version.first_comment)
    return Making(account, text, media, edited_by, comment, was=version, by_model=share, words=words)
