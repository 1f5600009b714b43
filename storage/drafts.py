"""Drafts: one post idea each, with a version per account, what the checks found and what people decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from storage.claims import Claim, Evidence
from storage.record import Frozen, Migration, Record
from storage.sealed import Link, Medium, Sha256, digest_of
from storage.sources import Source
from storage.usage import Usage


class DraftStatus(StrEnum):
    waiting = "waiting"
    changes = "changes"
    held = "held"
    rejected = "rejected"
    approved = "approved"
    late = "late"
    replaced = "replaced"


OPEN = frozenset({DraftStatus.waiting, DraftStatus.changes, DraftStatus.held, DraftStatus.late})


class Verdict(StrEnum):
    approve = "approve"
    reject = "reject"
    changes = "changes"
    hold = "hold"
    withdraw = "withdraw"


class Document(Frozen):
    """A file as a person gave it, kept as it came: hostile data like a page."""

    sha256: str
    name: str = ""
    mime: str = "text/plain"


class Proof(Frozen):
    """A key message of a campaign and its evidence: words, or the address of what proves it."""

    message: str
    evidence: str


class Brief(Frozen):
    """What the person wants, in the marketer's words. Copy is written from this and from nothing else."""

    request: str = Field(description="the person's own words, verbatim")
    topic: str = Field("", description="what it is about, e.g. our spring sale")
    goal: str = Field("announce", description="announce, promote, invite, inform, thank, hire, remind, ask")
    facts: tuple[str, ...] = Field((), description="claims the copy may make, each as the person stated it")
    offer: str = Field("", description="e.g. 20% off all bikes")
    deadline: str = Field("", description="e.g. until 31 May, as stated")
    link: str = ""
    links: tuple[str, ...] = ()
    audience: str = ""
    tone: str = Field("", description="playful, formal, urgent, warm, plain, …; empty: the brand's voice")
    language: str = Field("en", description="BCP 47 of the copy")
    hashtags: tuple[str, ...] = ()
    call_to_action: str = ""
    verbatim: str = Field("", description="wording given in quotes that must be used as it is")
    image: Literal["none", "card", "upload", "generate"] = "none"
    carousel: bool = Field(False, description="several cards, to be leafed through, where a card would be drawn")
    image_wish: str = ""
    image_words: bool = Field(False, description="the card's words over a generated picture")
    uploads: tuple[str, ...] = Field((), description="sha256 of cleaned uploads")
    library: str = Field("", description="name or tag of the library's picture that was asked for")
    campaign: str = ""
    paid_partnership: bool = Field(False, description="declared by a person: somebody gives something for it")
    partner: str = Field("", description="with whom, as the person named them")
    ai_picture: bool = Field(False, description="a person says that an image model made the uploads")
    first_comment: str = Field("", description="what goes into a first comment, e.g. the link, where channels have one")
    documents: tuple[Document, ...] = Field((), description="files of text that a person gave to write from")
    proofs: tuple[Proof, ...] = Field((), description="what its campaign says, with what proves it")
    pillar: str = Field("", description="the plan's theme that it serves")
    form: str = Field("", description="what kind of post the plan wants there, e.g. tip")


class Finding(Frozen):
    """What a check says. `account` is empty when it concerns all versions; `span` counts characters."""

    severity: Literal["block", "warn", "note"]
    rule: str
    reason: str = Field(description="a sentence for the person")
    fix: str = ""
    account: str = ""
    span: tuple[int, int] | None = None
    claim: str = Field("", description="id of the claim in the ledger that it is about")


class Version(Frozen):
    """A draft's content for one account, in its final form."""

    account: str
    channel: str
    text: str = Field(description="as people edit it; the sealed payload holds the wire form")
    media: tuple[Medium, ...] = ()
    payload: str = Field(description="sha256 of the canonical sealed payload in the blob store")
    digest: str
    length: int
    limit: int | None = None
    unit: str = "characters"
    price: str = ""
    pages: int = Field(0, ge=0, description="of the document that its pictures become; 0 where they stay pictures")
    first_comment: str = Field("", description="what stands in the first comment below it, word for word")
    comments: Literal["none", "after", "reply"] = Field("none", description="how its channel has first comments")
    edited_by: str = Field("", description="member who last worded it by hand")
    by_model: int | None = Field(
        None, ge=0, le=100, description="percent of its words that a language model wrote; None: not recorded"
    )
    disclosure: tuple[str, ...] = Field((), description="what it must say of itself, as sealed in the payload")
    links: tuple[Link, ...] = Field((), description="those that lead elsewhere than they say: short ones")
    post: str = Field("", description="post id once approved")


class Variant(Frozen):
    """An alternative wording, by account id."""

    texts: dict[str, str]
    by_model: dict[str, int] = Field(default_factory=dict, description="as of a version; where it was one")
    idea: str = Field("", description="from which side it is told, in a sentence")


class Decision(Frozen):
    """A member's verdict on exactly these bytes. It covers the versions whose digests it names."""

    id: str
    member: str
    verdict: Verdict
    digest: str = Field(description="the draft's digest that the person saw")
    versions: dict[str, str] = Field(description="account id → version digest that it covers")
    surface: str = Field(description="terminal, api, slack, discord, studio, …")
    reason: str = ""
    at: datetime
    as_client: bool = False
    for_member: str = Field("", description="whom this member stood in for as delegate")
    withdrawn_at: datetime | None = None


class RevisionMark(Frozen):
    """An earlier revision: who replaced it, when and why; `snapshot` is the sha256 of its document."""

    number: int
    by: str
    at: datetime
    why: str
    digest: str
    snapshot: str


class MessageRef(Frozen):
    """Where a card stands: one message shows one digest, for ever."""

    home: str
    room: str = Field(description="as it was asked for: a brand's id, `client_room`, member:<id>, owners")
    message: str
    draft: str
    digest: str
    channel: str = Field("", description="where that is in the home, as the platform calls it")
    whole: bool = Field(False, description="it shows everything that would go out, so that a reaction may approve it")


def client_room(brand: str, channel: str = "") -> str:
    """What a brand's client room in this channel of a home is asked for by."""
    return f"client:{brand}/{channel}" if channel else f"client:{brand}"


class CardWords(Frozen):
    """What is written on the draft's card picture."""

    headline: str
    kicker: str = ""
    sub: str = ""
    cta: str = ""
    offer: str = ""


class GeneratedPicture(Frozen):
    """What an image model made for a draft, before words and channels; `sha256` is of the cleaned picture."""

    sha256: Sha256
    model: str = Field(description="provider:model")
    prompt: str = Field(description="all that the provider was told")
    prompt_stamp: str = Field(description="id@version+sha of the prompt's file")
    price: str = Field("", description="estimate in US dollars; empty for machines of one's own")
    shows: str = Field("", description="what a model that looked at it saw, without the words set over it")
    shows_in: str = Field("", description="BCP 47 of `shows`")
    at: datetime


class MadeWith(Frozen):
    """Where the words came from, for the trace."""

    model: str = ""
    prompts: tuple[str, ...] = Field((), description="id@version+sha of every prompt used")
    card_layout: str = ""
    usage: Usage = Field(Usage(), description="what models took for it and all its revisions")
    picture: GeneratedPicture | None = None


class Draft(Record):
    """One post idea on its way to approval."""

    SCHEMA: ClassVar[int] = 7
    MIGRATIONS: ClassVar[Mapping[int, Migration]] = {
        1: lambda old: {**old, "reminders": []},  # were names of steps
        2: lambda old: old,  # 3 knows where in a home a message stands
        3: lambda old: old,  # 4 knows the pages that it was written from
        4: lambda old: old,  # 5 knows first comments, and what a version must say of itself
        5: lambda old: (
            old
        ),  # 6 knows its claims, what models took for it, pictures they made, feeds and files as sources
        # 7 knows its slot in the plan, short links, carousels, ideas behind wordings, what a model saw in a picture
        6: lambda old: old,
    }

    id: str
    workspace: str
    brand: str
    title: str
    brief: Brief
    requested_by: str
    authors: frozenset[str] = Field(description="members who worded it or asked for it")
    conversation: str = ""
    status: DraftStatus = DraftStatus.waiting
    revision: int = 1
    versions: tuple[Version, ...]
    variants: tuple[Variant, ...] = ()
    idea: str = Field("", description="from which side its present wording is told, where there are others")
    findings: tuple[Finding, ...] = ()
    claims: tuple[Claim, ...] = Field((), description="what its versions claim, each with what it rests on")
    evidence: tuple[Evidence, ...] = Field((), description="what people supplied for claims")
    card: CardWords | None = None
    slides: tuple[CardWords, ...] = Field((), description="the pages of its carousel, cover first")
    due: datetime | None = Field(None, description="UTC; none: as soon as approved")
    zone: str = "UTC"
    decide_by: datetime | None = None
    decisions: tuple[Decision, ...] = ()
    messages: tuple[MessageRef, ...] = ()
    history: tuple[RevisionMark, ...] = ()
    made_with: MadeWith = MadeWith()
    sources: tuple[Source, ...] = Field((), description="pages that the person named")
    called: str = Field("", description="a name for it in the person's own words, where the title holds a page's")
    replaces: str = Field("", description="an approved draft that this one takes the place of once approved")
    replaced_by: str = ""
    reminders: tuple[MessageRef, ...] = Field((), description="one message a person, brought up to date")
    slot: str = Field("", description="the place in the editorial plan that it fills")
    why: str = Field("", description="why the plan chose this, in a sentence")
    created_at: datetime
    updated_at: datetime

    @property
    def digest(self) -> str:
        return digest_of({version.account: version.digest for version in self.versions})

    @property
    def rests_since(self) -> datetime:
        """Since when nothing has happened to it; its time counts too, also while it is still to come."""
        decided = [at for each in self.decisions for at in (each.at, each.withdrawn_at) if at]
        return max([self.updated_at, *([self.due] if self.due else []), *decided])

    def version(self, account: str) -> Version | None:
        return next((version for version in self.versions if version.account == account), None)
