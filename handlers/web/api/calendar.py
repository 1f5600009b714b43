"""`/calendar`: what stands on it, and its feed for calendar programs."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from bot.conversation.periods import read_period
from bot.errors import BadInput
from bot.planning.content_calendar import Entry, Wanted, clashing, gaps, moves
from bot.words import words
from bot.workflow.calendar_showing import Asked
from handlers.web.api.idempotent import IdempotentRoute
from handlers.web.auth import Caller, Owner, Reader, Service

router = APIRouter(prefix="/calendar", tags=["calendar"], route_class=IdempotentRoute)
MOST_DAYS = 400
Id = Annotated[str, Query(max_length=100)]


class EntryView(BaseModel):
    kind: str = Field(description="draft: it waits for people. post: it was approved.")
    id: str
    draft: str
    brand: str
    at: datetime
    title: str
    state: str
    accounts: list[str] = Field(description="Account ids.")
    campaign: str
    pillar: str
    form: str = Field(description="What kind of post, such as tip.")
    audience: str
    clash: bool = Field(description="Another one goes to the same account within 15 minutes.")
    moves: bool = Field(description="Whether it may still be moved.")


class GapView(BaseModel):
    account: str
    first: date
    last: date


class CalendarView(BaseModel):
    items: list[EntryView] = Field(description="By time, the earliest first.")
    next: str | None = Field(description="Where the next part begins; null at the end.")
    total: int
    clashes: int
    gaps: list[GapView] = Field(description="Where an account has nothing for seven days or more.")
    zone: str


class SpanView(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True)

    first: date = Field(serialization_alias="from")
    until: date = Field(description="The day after the last.")


class FeedAddress(BaseModel):
    on: bool
    url: str = Field(description="For calendar programs; whoever has it can read titles, times and accounts.")


@router.get("")
async def calendar(
    admind: Service,
    caller: Reader,
    first: Annotated[date | None, Query(alias="from", description="First day; today unless given.")] = None,
    until: Annotated[date | None, Query(description="The day after the last; 30 days on unless given.")] = None,
    brand: Id = "",
    account: Id = "",
    state: Annotated[str, Query(max_length=20, description="A state, or open, planned, out, trouble.")] = "",
    campaign: Id = "",
    channel: Id = "",
    pillar: Id = "",
    audience: Id = "",
    form: Id = "",
    after: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> CalendarView:
    """Drafts and posts by time, with clashes and gaps of the whole span; days are those of the workspace's zone."""
    zone = await caller.looking.zone(caller.workspace)
    today = admind.clock.now().astimezone(zone).date()
    first = first or today
    until = until or first + timedelta(days=30)
    entries = await _between(caller, first, until, zone, brand)
    clashes = clashing(entries)
    accounts = (await caller.looking.accounts(caller.workspace, caller.member)).items
    open_ = [each.id for each in accounts if not each.closed and brand in ("", each.brand)]
    on_channel = frozenset(each.id for each in accounts if each.channel == channel) if channel else None
    wanted = Wanted(account, state, campaign, pillar, form, audience, on_channel)
    found = [each for each in entries if wanted.shows(each) and each.state != "cancelled"]
    begin = bisect_right(found, after, key=_cursor) if after else 0
    part = found[begin : begin + limit + 1]
    return CalendarView(
        items=[_view(each, clashes) for each in part[:limit]],
        next=_cursor(part[limit - 1]) if len(part) > limit else None,
        total=len(found),
        clashes=len(clashes),
        gaps=[
            GapView(account=gap.account, first=gap.first, last=gap.last)
            for gap in gaps(entries, open_, max(first, today), until - timedelta(days=1), zone)
        ],
        zone=zone.key,
    )


@router.get("/span")
async def span(admind: Service, caller: Reader, period: Annotated[str, Query(max_length=100)] = "") -> SpanView:
    """Which days words such as "next week" or "March" mean; the next seven without any."""
    zone = await caller.looking.zone(caller.workspace)
    found = read_period(period, admind.clock.now(), zone.key, "en", past=False)
    return SpanView(first=found.start.date(), until=found.end.date())


@router.get("/picture", response_class=Response, responses={200: {"content": {"image/png": {}}}})
async def picture(
    admind: Service,
    caller: Reader,
    first: Annotated[date, Query(alias="from")],
    until: Annotated[date, Query(description="The day after the last; a picture shows six weeks at most.")],
    brand: Id = "",
    theme: Literal["light", "dark"] = "light",
) -> Response:
    """The calendar of one brand as a picture. What it shows in words stands in the header `X-Alt-Text`, URL-encoded."""
    brand = brand or caller.brand
    await span_of(caller, first, until, brand)
    member = await caller.looking.member(caller.workspace, caller.member)
    home = await caller.looking.home(caller.workspace)
    asked = Asked(caller.workspace, caller.member, brand, first, until, ZoneInfo(home.zone))
    book = words(member.language or home.language)
    drawn = await admind.calendar_showing.draw(caller.looking, asked, book, dark=theme == "dark")
    headers = {"X-Alt-Text": quote(drawn.alt), "Cache-Control": "no-store"}
    return Response(drawn.data, media_type="image/png", headers=headers)


@router.get("/feed")
async def feed(admind: Service, caller: Owner, brand: Id = "") -> FeedAddress:
    """The address that calendar programs subscribe to."""
    url = await admind.calendar_feeds.address(caller.workspace, caller.member, brand or caller.brand)
    return FeedAddress(on=bool(url), url=url)


@router.post("/feed")
async def turn_on(admind: Service, caller: Owner, brand: Id = "") -> FeedAddress:
    """Turn it on, or renew its address: the one before opens nothing any more."""
    url = await admind.calendar_feeds.turn_on(caller.workspace, caller.member, brand or caller.brand)
    return FeedAddress(on=True, url=url)


@router.delete("/feed")
async def turn_off(admind: Service, caller: Owner, brand: Id = "") -> FeedAddress:
    """Turn it off: its address opens nothing any more."""
    await admind.calendar_feeds.turn_off(caller.workspace, caller.member, brand or caller.brand)
    return FeedAddress(on=False, url="")


async def _between(caller: Caller, first: date, until: date, zone: ZoneInfo, brand: str) -> tuple[Entry, ...]:
    """Raises BadInput, NotFound."""
    await span_of(caller, first, until, brand)
    start, end = (datetime.combine(day, time(), zone) for day in (first, until))
    only = frozenset({brand}) if brand else None
    return await caller.looking.planned(caller.workspace, caller.member, start, end, only)


async def span_of(caller: Caller, first: date, until: date, brand: str) -> None:
    """Raises BadInput for days that make no span, NotFound for a brand that is not the caller's."""
    if not date(2000, 1, 1) <= first < until <= date(2200, 1, 1) or (until - first).days > MOST_DAYS:
        raise BadInput(f"A calendar shows 1 to {MOST_DAYS} days.", do_next="Give `until` a day after `from`.")
    if brand:
        await caller.looking.brand(caller.workspace, caller.member, brand)


def _cursor(entry: Entry) -> str:
    return f"{entry.at.timestamp():017.3f}|{entry.id}"


def _view(entry: Entry, clashes: frozenset[str]) -> EntryView:
    return EntryView(
        kind=entry.kind,
        id=entry.id,
        draft=entry.draft,
        brand=entry.brand,
        at=entry.at,
        title=entry.title,
        state=entry.state,
        accounts=list(entry.accounts),
        campaign=entry.campaign,
        pillar=entry.pillar,
        form=entry.form,
        audience=entry.audience,
        clash=entry.id in clashes,
        moves=bool(moves(entry)),
    )
