"""The contract of every channel adapter.

An adapter knows one platform: what it can take (as data), how it counts, how an approved text becomes exact bytes, how
these are sent and looked up again. It keeps no state, opens no client of its own and reads no clock. How to add one is
written in `bot/channels/README.md`; `tests/bot/channels/contract.py` is the suite that each adapter must pass.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol, runtime_checkable

from httpx2 import Response

from bot.channels.handed import Carries
from bot.errors import ChannelRefused, OutcomeUnknown, ProvenNotSent
from bot.fetch import Line
from storage.accounts import Account
from storage.sealed import Medium, Part, SealedPayload

__all__ = [
    "Absent",
    "Account",
    "Addressed",
    "AttemptKey",
    "CannotTell",
    "Capabilities",
    "Carries",
    "Channel",
    "ChannelRefused",
    "Comments",
    "Content",
    "Documents",
    "Door",
    "Flag",
    "Found",
    "Introduces",
    "Introduction",
    "Live",
    "Lookup",
    "Measure",
    "Mentions",
    "OutcomeUnknown",
    "Pace",
    "Part",
    "Place",
    "Places",
    "Problem",
    "ProvenNotSent",
    "Receipt",
    "SealedPayload",
    "Shows",
    "Window",
]


@dataclass(frozen=True, slots=True)
class Window:
    """At most so many within any such time, of one account."""

    most: int
    span: timedelta
    of: Literal["posts", "parts", "pictures"] = "posts"  # parts: each post of a thread counts


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast one account may be sent to; the source of each number stands in the adapter's own file."""

    gap: timedelta = timedelta(0)  # between the beginnings of two posts
    windows: tuple[Window, ...] = ()


Flag = Literal["ai_generated", "paid_partnership"]
"""What a post may have to say of itself: an image or language model made it; somebody gives something for it."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the channel can take, with the source of each limit in the adapter's own file."""

    channel: str
    title: str  # as people call it: "Feed", "Bluesky"
    text_limit: int | None
    unit: Literal["characters", "graphemes", "weighted characters", "bytes"]
    title_limit: int | None = None  # in characters; None: no title is sent
    images_max: int = 0
    image_mimes: tuple[str, ...] = ("image/jpeg", "image/png")
    image_max_bytes: int = 5_000_000
    image_max_pixels: tuple[int, int] = (4096, 4096)
    image_ratio: tuple[float, float] = (0.4, 2.5)  # width / height, least and most
    picture_size: tuple[int, int] = (1080, 1080)  # what a card is drawn at
    alt_limit: int | None = None  # None: no alt text there
    links: Literal["in text", "none"] = "in text"
    hashtags: Literal["welcome", "few", "none"] = "few"
    threads: bool = False
    # A first comment below a post: "after" it by a call of its own (`Comments`), or a "reply", the thread's last part.
    comments: Literal["none", "after", "reply"] = "none"
    comment_limit: int | None = None  # in `unit`; None: as the text's
    deletes: bool = False
    reads_back: bool = False
    metrics: tuple[str, ...] = ()
    metrics_price: str = ""  # what one reading of them costs, e.g. "$0.001"; empty: nothing
    followers_price: str = ""  # what asking how many follow the account costs; empty: nothing
    # What may follow an attempt whose outcome is unknown:
    key_life: timedelta | None = None  # the same key may be sent again within this time after the first attempt
    prompt_read_back: bool = False  # proven: two absent reads a settle time apart mean it is not there
    settle: timedelta = timedelta(seconds=30)  # how long after the deadline a late commit may still show
    deadline: timedelta = timedelta(seconds=30)  # how long one attempt may take
    fetches: bool = False  # pictures come from an address (`Door.fetched_from`), not with the post
    lasting: bool = False  # a post names its pictures by addresses of the public edge, for as long as it stands
    own: bool = False  # inside AdMind: no network between
    access_ends: bool = False  # our access may be taken away there: it is asked after
    asked_every: timedelta = timedelta(minutes=10)  # how often, where it is
    pace: Pace = Pace()
    flags: tuple[Flag, ...] = ()  # those that its API takes as a label of its own; the others stand in the text
    headed: bool = False  # the first line of several becomes a title (`article`)
    form: Literal["post", "article", "e-mail", "chat message", "caption", "pin"] = "post"  # what people expect there


@dataclass(frozen=True, slots=True)
class Content:
    """What the marketer sees and edits, before the channel gives it its final form."""

    text: str
    title: str = ""
    media: tuple[Medium, ...] = ()
    link: str = ""
    language: str = "en"
    not_before: datetime | None = None
    mentions: Mapping[str, str] = field(default_factory=dict)  # name in the text → id on the channel (`Mentions`)
    disclosure: tuple[Flag, ...] = ()  # what must be said; where `flags` lacks one, the text says it already
    first_comment: str = ""
    comment_link: str = ""  # the link that stands in the first comment, where `link` is empty for it
    carousel: bool = False  # its pictures are pages to be leafed through


@dataclass(frozen=True, slots=True)
class Measure:
    used: int
    limit: int | None
    unit: str

    @property
    def over(self) -> int:
        return max(0, self.used - self.limit) if self.limit is not None else 0


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the channel would not take it; the sentence is for the person."""

    rule: str
    reason: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class AttemptKey:
    """`key` is the channel-side idempotency key of the post: equal for every attempt at it."""

    post: str
    key: str
    first_at: datetime
    deadline: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    remote_id: str
    url: str
    at: datetime
    # What the channel said, short, no secrets; `note` is a sentence for people about what went out in part only.
    answer: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""  # id of its first comment, where that is a thing of its own there


@dataclass(frozen=True, slots=True)
class Found:
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Absent:
    pass


@dataclass(frozen=True, slots=True)
class CannotTell:
    why: str
    temporary: bool = False  # looking again later may help


Lookup = Found | Absent | CannotTell


@dataclass(frozen=True, slots=True)
class Live:
    """What stands on the channel, for comparison with what was approved."""

    text: str
    media_sha256: tuple[str, ...] = ()
    alts: tuple[str, ...] | None = None  # of its pictures in order, where they are re-encoded; None: not told
    url: str = ""
    # Where its pictures can be fetched by anybody (or by `Shows.picture`), in order; best in small. Empty: not told.
    pictures: tuple[str, ...] = ()
    document: str = ""  # where the document that its pictures became can be fetched (`Documents`); empty: not told


@dataclass(frozen=True, slots=True)
class Introduction:
    """How an account shows itself there, for whoever must say whether it is the right one; empty: not told."""

    name: str = ""
    avatar: str = ""  # address of the profile's picture, to be fetched by the safe client
    last_post: str | None = ""  # None: cannot be read
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Something that one access may post as: `id` goes into the account option `page`; empty for the person."""

    id: str
    name: str


class Door(Protocol):
    """What the publisher lends an adapter for one call."""

    account: Account

    async def secret(self, name: str) -> str:
        """A credential of the account; raises ChannelRefused when it is not there."""
        ...

    async def renewed(self) -> float | None:
        """For the publisher, after a refusal: in how many seconds other secrets than those lent so far can be had, for
        a worker renews them or has done so. None: they are as they were.
        """
        ...

    async def blob(self, sha256: str) -> bytes:
        """A medium's approved bytes, verified."""
        ...

    async def check(self) -> None:
        """To be awaited right before each irreversible call; raises when the post must not go out any more. The write
        that follows says what it carries.
        """
        ...

    def sending(self, payload: SealedPayload) -> Door:
        """The door for sending this payload: from now on it refuses whatever was not approved (`handed`)."""
        ...

    def named(self, medium: Medium, name: str, *, found: bool = False) -> None:
        """To be called right after a medium went up: what the channel calls it. `found`: it was there before.

        Raises ChannelRefused where another medium went up.
        """
        ...

    async def compare(self, data: bytes, kind: str, carries: Carries) -> None:
        """What `request` does by itself, for bytes that go out in another way; `built` gives `content`.

        Raises ChannelRefused when they are not what was approved.
        """
        ...

    def now(self) -> datetime:
        """Business time, for signatures and receipts: an adapter reads no clock of its own."""
        ...

    @property
    def request(self) -> Callable[..., Awaitable[Response]]:
        """The safe HTTP client's `request(method, url, *, content, headers, params, timeout)`, already limited in time,
        size and address. `carries` says what a write holds of a post. Raises `bot.fetch.NotSent` when no byte left and
        ChannelRefused when what would leave was not approved; anything else leaves the outcome open.
        """
        ...

    async def dial_mail(self, host: str, port: int) -> Line:
        """A connection to a mail server at a judged address; raises `bot.fetch.NotSent`. Its socket is to be closed."""
        ...

    @property
    def seconds(self) -> float:
        """How long one answer may take."""
        ...

    def public(self, path: str) -> str:
        """An absolute address on the public edge."""
        ...

    async def fetched_from(self, medium: Medium) -> str:
        """Where a platform fetches a medium of the post that is being sent: nobody guesses it, and it ends.

        Raises as `blob`.
        """
        ...


class Channel(Protocol):
    """One platform. Raises only ChannelRefused (clearly refused: nothing is there), ProvenNotSent (no byte left) and
    OutcomeUnknown (anything else) from `send`.
    """

    capabilities: Capabilities

    def capabilities_for(self, account: Account) -> Capabilities:
        """What this account's server can do; `capabilities` where all accounts are alike."""
        ...

    def measure(self, text: str, account: Account) -> Measure:
        """Length as this account's server counts."""
        ...

    def build(self, content: Content, account: Account) -> SealedPayload:
        """The exact payload; deterministic. Raises ValueError for text that has no bytes (lone surrogates)."""
        ...

    def validate(self, payload: SealedPayload, account: Account) -> tuple[Problem, ...]: ...

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt: ...

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        """Whether the post is there, by key or by content and time."""
        ...

    async def read_back(self, receipt: Receipt, door: Door) -> Live | CannotTell | None:
        """What stands there now. None says that it does not stand there (any more): people are asked then. What stands
        there and cannot be compared is CannotTell; None as well where the capabilities say that nothing can be read.
        """
        ...

    async def delete(self, receipt: Receipt, door: Door) -> None:
        """Take it down; doing so again changes nothing. Raises ChannelRefused when the channel cannot."""
        ...

    async def metrics(self, receipt: Receipt, door: Door) -> Mapping[str, int]:
        """How the post does, by the names in `metrics`; what the channel does not tell is left out, never zero.

        Raises ChannelRefused, ProvenNotSent.
        """
        ...

    def price(self, payload: SealedPayload) -> str:
        """What sending costs, e.g. "$0.20"; empty when nothing."""
        ...

    async def connect(self, account: Account, door: Door) -> Account:
        """The account with its verified remote id, name, server and what else sending needs, or ChannelRefused."""
        ...


@runtime_checkable
class Comments(Protocol):
    """What a channel adds whose `comments` are "after" a post. `payload.first_comment` is what is written, as it is."""

    async def comment(self, payload: SealedPayload, post: Receipt, key: AttemptKey, door: Door) -> Receipt:
        """Write it below the post; `remote_id` names the comment. `key` is the comment's own. Raises as `send` does."""
        ...

    async def look_up_comment(self, payload: SealedPayload, post: Receipt, key: AttemptKey, door: Door) -> Lookup:
        """Whether it stands there, by key or by its words and writer. Looking must change nothing."""
        ...

    async def read_comment(self, post: Receipt, comment: str, door: Door) -> str | CannotTell | None:
        """Its text as it stands there; None when it does not."""
        ...


@runtime_checkable
class Mentions(Protocol):
    """What a channel adds on which a mention needs more than the name that people write."""

    async def mentioned(self, text: str, account: Account, door: Door) -> Mapping[str, str]:
        """Name → id there, for the names in the text that exist. Asked before a payload is built; never raises."""
        ...

    def mentions_of(self, payload: SealedPayload) -> Mapping[str, str]:
        """Those that a payload was built with: they stay for as long as its words do."""
        ...


@runtime_checkable
class Documents(Protocol):
    """What a channel adds on which several pictures can become one document."""

    def file_of(self, payload: SealedPayload) -> str:
        """SHA-256 of the document's own file, where one was sealed; else it is made from the pictures."""
        ...

    def with_file(self, payload: SealedPayload, sha256: str) -> SealedPayload:
        """The payload with a file of its document, which is what will be sent."""
        ...

    def document_pages(self, payload: SealedPayload) -> int:
        """How many pages its pictures make; 0 where they stay pictures."""
        ...

    async def document(self, payload: SealedPayload, door: Door) -> bytes:
        """What was uploaded, made once more: the same payload makes the same bytes. Raises as `Door.blob`."""
        ...


@runtime_checkable
class Shows(Protocol):
    """What a channel adds that shows its pictures to nobody without an access."""

    async def picture(self, address: str, most_bytes: int, door: Door) -> bytes | None:
        """What lies at one of `Live.pictures`; None where it is not shown. The access goes to no other host than the
        platform's own. Raises as `Door.request` and `Door.secret`.
        """
        ...


@runtime_checkable
class Addressed(Protocol):
    """What a channel adds whose addresses tell of which post they are."""

    def post_at(self, address: str, account: Account) -> str | None:
        """The `Receipt.remote_id` of a post of one part at a web address that a person gives; empty where the address
        does not tell it, None where it is of another site or another account.
        """
        ...


@runtime_checkable
class Introduces(Protocol):
    """What a channel adds on which an account has a face."""

    async def introduce(self, account: Account, door: Door) -> Introduction:
        """What can be read of it now; never raises."""
        ...


@runtime_checkable
class Followed(Protocol):
    """What a channel adds that tells for a question or two how many follow an account, or are in its room or list.
    What that costs stands in the capabilities (`followers_price`).
    """

    async def followers(self, account: Account, door: Door) -> int | None:
        """None where it is not told. Raises ChannelRefused (`unauthorized` where the access may not ask),
        ProvenNotSent.
        """
        ...


@runtime_checkable
class Places(Protocol):
    """What a channel adds on which one access may post as several: a person, and the pages that this person runs."""

    async def places(self, account: Account, door: Door) -> tuple[Place, ...]:
        """All of them. Raises ChannelRefused, ProvenNotSent."""
        ...
