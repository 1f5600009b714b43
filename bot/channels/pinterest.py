"""Pinterest: pins on a board of an account.

Pinterest has no key that makes one pin of two requests, and takes the same pin twice. After an unclear end it is looked
for on its board, by its words, its link and its time; what is not found is a question to a person, as how soon a new
pin is listed is documented nowhere. Before another attempt it is looked for once more.

The account is its owner and a board (`Places`): another board is another account. Whoever loses the board gets a 403.

A pin has a title and a description. The first line is the title when text follows it and it is short enough; else the
draft's own title is. The draft's link is the pin's, where a click on the picture leads; it is not written into the
text.

Account option: `page` (number of the board; none: the first one). Secret: `access_token`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, timedelta

from bot.channels.answers import KEPT, ask, count_of, document, path_on, printable
from bot.channels.base import (
    Absent,
    Account,
    AttemptKey,
    CannotTell,
    Capabilities,
    ChannelRefused,
    Content,
    Door,
    Found,
    Introduction,
    Live,
    Lookup,
    Measure,
    OutcomeUnknown,
    Pace,
    Place,
    Problem,
    ProvenNotSent,
    Receipt,
    Window,
)
from bot.channels.content import sealed
from bot.channels.feed_html import plain
from bot.channels.handed import Carries
from bot.channels.limits import problems
from bot.channels.linkedin_text import units
from bot.channels.pinterest_api import (
    ID,
    MOST_BOARDS,
    MOST_LISTS,
    Api,
    description_of,
    face_of,
    judged,
    made_at,
    path_of,
    pictures_of,
    pin_body,
    receipt_of,
    text,
    words_of,
)
from bot.channels.platform import PINTEREST, Platform
from bot.errors import BadInput
from storage.sealed import Link, Part, SealedPayload

GATHER_SECONDS = 20
CLOCK_SLACK = timedelta(minutes=2)
# PinCreate of https://github.com/pinterest/api-description/blob/main/v5/openapi.json, read in November 2026.
MOST_TITLE, MOST_TEXT, MOST_ALT, MOST_LINK = 100, 800, 500, 2048
METRICS = {"impressions": "IMPRESSION", "saves": "SAVE", "clicks": "PIN_CLICK", "outbound_clicks": "OUTBOUND_CLICK"}
COUNTED_DAYS = 89  # pins/analytics: a range of at most 90 days


class Pinterest:
    """Adapter of Pinterest's API v5."""

    capabilities = Capabilities(
        channel="pinterest",
        title="Pinterest",
        text_limit=MOST_TEXT,
        unit="characters",
        form="pin",
        title_limit=MOST_TITLE,
        images_max=5,  # multiple_image_base64: 2 to 5
        image_mimes=("image/jpeg", "image/png"),
        # https://help.pinterest.com/en/business/article/pinterest-product-specs: 20 MB; in base64 a third more travels.
        image_max_bytes=10_000_000,
        image_max_pixels=(4096, 4096),  # ours
        image_ratio=(0.4, 2.0),
        picture_size=(1000, 1500),  # 2:3, as that page recommends
        alt_limit=MOST_ALT,
        hashtags="few",
        deletes=True,
        access_ends=True,
        reads_back=True,
        metrics=tuple(METRICS),
        settle=timedelta(seconds=60),  # documented nowhere
        deadline=timedelta(seconds=40),
        # https://developers.pinterest.com/docs/reference/rate-limits/ (2026): with trial access 1,000 requests a day
        # for the app, with standard access 100 a second. A post takes some five, looking after the account some 300.
        pace=Pace(gap=timedelta(seconds=1), windows=(Window(100, timedelta(days=1)),)),
    )

    def __init__(self, platform: Platform = PINTEREST) -> None:
        self._platform = platform

    def capabilities_for(self, account: Account) -> Capabilities:
        return self.capabilities

    def measure(self, text: str, account: Account) -> Measure:
        """The description alone, in UTF-16 units: never less than Pinterest counts."""
        return Measure(units(_split(text, "")[1]), MOST_TEXT, self.capabilities.unit)

    def build(self, content: Content, account: Account) -> SealedPayload:
        (content.text + content.title).encode()  # a lone surrogate has no bytes: refused here, before it is left out
        title, body = _split(plain(content.text), plain(content.title))
        media = tuple(
            medium if number == 0 else medium.model_copy(update={"alt": ""})  # a pin has one alt text
            for number, medium in enumerate(content.media)
        )
        link = (Link(shown=content.link, destination=content.link),) if content.link else ()
        return sealed(
            content,
            account,
            self.capabilities.channel,
            title=title,
            parts=(Part(text="\n\n".join(filter(None, (title, body))), media=media),),
            links=link,
        )

    def validate(self, payload: SealedPayload, account: Account) -> tuple[Problem, ...]:
        body, part = description_of(payload), payload.parts[0]
        found = problems(
            payload,
            self.capabilities,
            lambda _: Measure(units(body), MOST_TEXT, "characters"),
            title_length=units,
        )
        if not part.media:
            found += (Problem("no_picture", "A pin is a picture.", "Add one; two to three is its best shape."),)
        if not part.text:
            found += (Problem("empty", "Nobody finds a pin without words.", "Write a title or a text."),)
        if payload.links and len(payload.links[0].shown) > MOST_LINK:
            found += (Problem("link_too_long", f"Pinterest takes links up to {MOST_LINK} characters.", "Shorten it."),)
        return found

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        repeated = key.deadline - key.first_at > self.capabilities.deadline
        try:
            async with asyncio.timeout(GATHER_SECONDS):
                api = await Api.of(door, payload.server)
                await _same_account(api, payload)
                if repeated and (earlier := await self._earlier(payload, key, door)):
                    return earlier
                pictures = [await door.blob(medium.sha256) for medium in payload.parts[0].media]
        except TimeoutError as error:
            raise ProvenNotSent(f"{door.account.name} could not be prepared in time.", kept=KEPT) from error
        body = pin_body(payload, pictures)
        carries = Carries(
            payload,
            lambda approved: {"content": pin_body(approved.payload, approved.pictures())},
            lambda sealed: (sealed.title, description_of(sealed)),
        )
        await door.check()
        answer = await ask(lambda: api.call("POST", "/pins", content=body, carries=carries), door.account.name)
        judged(answer, door)
        receipt = receipt_of(document(answer) or {}, door, self._platform)
        if receipt is None:
            raise OutcomeUnknown(f"{door.account.name} said yes, but not to which post.")
        return receipt

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        """By words, link and time, among all pins of the board: their order there is documented nowhere."""
        try:
            api = await Api.of(door, payload.server)
            pins, whole = await api.listed(f"/boards/{_board(payload.destination)}/pins", MOST_LISTS)
        except Exception:  # whatever kept the answer away: looking changes nothing, so looking again is safe
            return CannotTell(f"{door.account.name} could not be read.", temporary=True)
        since = key.first_at - CLOCK_SLACK
        fresh = [pin for pin in pins if (at := made_at(pin)) is not None and at >= since]
        wanted, link = payload.parts[0].text.split(), payload.links[0].shown if payload.links else ""
        same = [pin for pin in fresh if words_of(pin).split() == wanted and text(pin, "link") == link]
        if len(same) > 1:
            return CannotTell("Several posts with these words stand there.")
        if same:
            receipt = receipt_of(same[0], door, self._platform)
            return Found(receipt) if receipt else CannotTell("A post with these words stands there.")
        return Absent() if whole else CannotTell("Too many posts stand there since then.")

    async def read_back(self, receipt: Receipt, door: Door) -> Live | None:
        api = await Api.of(door, door.account.server)
        pin = await api.read(path_of(receipt.remote_id))
        if pin is None:
            return None
        media = pin.get("media")
        several = media.get("items") if isinstance(media, dict) else None
        others = len(several) - 1 if isinstance(several, list) and several else 0
        return Live(
            text=words_of(pin),
            alts=(text(pin, "alt_text").strip(), *("" for _ in range(others))),
            url=receipt.url,
            pictures=pictures_of(pin),
        )

    def post_at(self, address: str, account: Account) -> str | None:
        """`…/pin/813744226420795884/`, whoever's it is."""
        path = path_on(address, self._platform.web)
        if path is None:
            return None
        number = path.strip("/").removeprefix("pin/")
        return number if ID.fullmatch(number) else ""

    async def delete(self, receipt: Receipt, door: Door) -> None:
        api = await Api.of(door, door.account.server)
        path = path_of(receipt.remote_id)
        await door.check()
        answer = await ask(lambda: api.call("DELETE", path), door.account.name)
        if answer.status_code not in (404, 410):  # it is not there: that is what was asked for
            judged(answer, door)

    async def metrics(self, receipt: Receipt, door: Door) -> Mapping[str, int]:
        """Since it stands there, where Pinterest says; else of the last 90 days."""
        api, today = await Api.of(door, door.account.server), door.now().astimezone(UTC).date()
        params = {"start_date": f"{today - timedelta(days=COUNTED_DAYS)}", "end_date": f"{today}"}
        said = await api.read(
            f"{path_of(receipt.remote_id)}/analytics", params | {"metric_types": ",".join(METRICS.values())}
        )
        whole = (said or {}).get("all")
        counted = (whole.get("lifetime_metrics") or whole.get("summary_metrics")) if isinstance(whole, dict) else None
        found = {name: counted.get(field) for name, field in METRICS.items()} if isinstance(counted, dict) else {}
        return {name: round(count) for name, count in found.items() if isinstance(count, int | float) and count >= 0}

    def price(self, payload: SealedPayload) -> str:
        return ""

    async def places(self, account: Account, door: Door) -> tuple[Place, ...]:
        """The account's boards."""
        api = await Api.of(door, self._platform.api)
        return tuple(Place(number, name) for number, name in (await _boards(api)).items())

    async def followers(self, account: Account, door: Door) -> int | None:
        """https://github.com/pinterest/api-description/blob/main/v5/openapi.json: `Account.follower_count`
        (`user_accounts:read`), of the whole account and not of its board.
        """
        return count_of((await (await Api.of(door, account.server)).read("/user_account") or {}).get("follower_count"))

    async def introduce(self, account: Account, door: Door) -> Introduction:
        """Name, picture and the newest of the board's pins, among those that are listed first."""
        try:
            api = await Api.of(door, account.server)
            me = await api.read("/user_account") or {}
            pins, _ = await api.listed(f"/boards/{_board(account.destination)}/pins", 1)
        except Exception:  # nothing depends on it: what cannot be read is not shown
            return Introduction(last_post=None)
        dated = [(at, pin) for pin in pins if (at := made_at(pin)) is not None]
        at, last = max(dated, key=lambda each: each[0]) if dated else (None, {})
        return Introduction(
            name=printable(me.get("business_name") or me.get("username")),
            avatar=face_of(me),
            last_post=printable(words_of(last)),
            last_at=at,
        )

    async def connect(self, account: Account, door: Door) -> Account:
        """Whose access it is, and which board it posts to.

        Raises BadInput for what is no board, ChannelRefused (`unauthorized` when the access is refused or the board is
        not the account's).
        """
        options = {name: value for name, value in account.options.items() if value}
        wanted = options.get("page", "")
        if wanted and not ID.fullmatch(wanted):
            raise BadInput("The option page is the number of a Pinterest board.")
        api = await Api.of(door, self._platform.api)
        name, number = await _me(api)
        boards = await _boards(api)
        board = wanted or next(iter(boards), "")
        if board not in boards:
            raise ChannelRefused(
                "This access may not post to that board of Pinterest."
                if wanted
                else "There is no board at Pinterest yet.",
                code="unauthorized",
                kept=KEPT,
                do_next="Choose another board, or make one at Pinterest, then connect it again.",
            )
        return account.changed(
            remote_id=number,
            server=self._platform.api,
            destination=board,
            handle=f"{name} · {boards[board]}"[:80],
            page=f"{self._platform.web}/{name}/",
            options=options | {"page": board},
        )

    async def _earlier(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt | None:
        """What an earlier attempt brought out. Raises ProvenNotSent when it can be read only later, OutcomeUnknown
        when it does not tell.
        """
        found = await self.look_up(payload, key, door)
        if isinstance(found, Found):
            return found.receipt
        if isinstance(found, CannotTell) and found.temporary:
            raise ProvenNotSent(found.why, kept="Nothing more was sent.")
        if isinstance(found, CannotTell):
            raise OutcomeUnknown(found.why)
        return None


async def _me(api: Api) -> tuple[str, str]:
    """User name and id of whose access it is. Raises ProvenNotSent, ChannelRefused."""
    me = await api.read("/user_account") or {}
    name, number = text(me, "username")[:60], text(me, "id") or text(me, "username")
    if not number or not name.isprintable():
        raise ProvenNotSent("Pinterest does not say whose access it is.", kept=KEPT)
    return name, number


async def _same_account(api: Api, payload: SealedPayload) -> None:
    """Raises ChannelRefused when the access is for another account, ProvenNotSent when that cannot be told."""
    _, number = await _me(api)
    if number != payload.remote_id:
        raise ChannelRefused(
            f"The access to {api.name} is for another account than when the post was approved.",
            code="other_account",
            kept=KEPT,
            do_next="Connect the account again.",
        )


async def _boards(api: Api) -> dict[str, str]:
    """Number → name, in Pinterest's order. Raises ChannelRefused, ProvenNotSent."""
    listed, _ = await api.listed("/boards", MOST_BOARDS)
    found = {text(each, "id"): text(each, "name") for each in listed}
    return {number: _named(name) or number for number, name in found.items() if ID.fullmatch(number)}


def _board(number: str) -> str:
    if not ID.fullmatch(number):
        raise ChannelRefused("Pinterest names things in a way that cannot be used.", code="not_found", kept=KEPT)
    return number


def _named(name: str) -> str:
    return "".join(char for char in name if char.isprintable()).strip()[:80]


def _split(written: str, name: str) -> tuple[str, str]:
    """Title and description of a text; `name` is the draft's title."""
    whole = written.strip()
    first, _, rest = (each.strip() for each in whole.partition("\n"))
    if rest and units(first) <= MOST_TITLE and "://" not in first:
        return first, rest
    title = " ".join(name.split())
    if units(title) > MOST_TITLE:
        title = title[: MOST_TITLE // 2].rsplit(" ", 1)[0] + "…"
    return ("" if title == whole else title), whole
