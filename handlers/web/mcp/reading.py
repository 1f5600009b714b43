"""Tools that only look. Nothing changes by them but the audit, which says that they were used."""

from __future__ import annotations

from typing import Final

from bot.errors import NotFound
from bot.insights.costs import what_it_took
from bot.insights.report import look_back
from bot.views import BrandView
from handlers.web.mcp.call import Call, span
from handlers.web.mcp.drawing import draft_entry, draft_line, draft_shown, post_entry, post_line
from handlers.web.mcp.shapes import (
    AccountCounts,
    AccountList,
    BrandLine,
    BrandLines,
    CalendarShown,
    Days,
    DraftLines,
    DraftList,
    DraftShown,
    LibrarySearch,
    Nothing,
    OfBrand,
    OneDraft,
    PictureLine,
    PictureLines,
    PostLines,
    PostList,
    ReportShown,
)

MOST_ENTRIES: Final = 500
AHEAD: Final = (0, 13)  # days that a calendar shows where none are named
BEHIND: Final = (-6, 0)  # and a report


async def list_brands(call: Call, _: Nothing) -> BrandLines:
    """The brands that this token reaches."""
    found = await call.caller.looking.brands(*call.who)
    return BrandLines(
        items=[BrandLine(id=each.id, name=each.name, usual=each.id == call.caller.brand) for each in found.items]
    )


async def show_brand(call: Call, _: OfBrand) -> BrandView:
    """How a brand speaks: voice, facts with evidence, audiences, words, small print, and who must approve."""
    found = await call.caller.looking.brands(*call.who)
    view = next((each for each in found.items if each.id == call.brand), None)
    if view is None:
        raise NotFound("You have no such brand here.", do_next="An owner can give you a role in one.")
    return view


async def list_accounts(call: Call, _: OfBrand) -> AccountList:
    """The connected accounts of a brand, with their health."""
    found = await call.caller.looking.accounts(*call.who)
    return AccountList(items=[each for each in found.items if each.brand == call.brand])


async def list_drafts(call: Call, takes: DraftList) -> DraftLines:
    """Drafts of a brand, newest first; by default those that wait for people."""
    found = await call.caller.looking.drafts(
        *call.who, status=takes.status, after=takes.after, limit=takes.limit, brands=frozenset({call.brand})
    )
    return DraftLines(items=[draft_line(each) for each in found.items], next=found.next)


async def show_draft(call: Call, takes: OneDraft) -> DraftShown:
    """One draft: its text for each account, what checks found, what it claims and on what each claim rests."""
    return draft_shown(await call.caller.looking.draft(*call.who, takes.draft))


async def list_posts(call: Call, takes: PostList) -> PostLines:
    """Posts of a brand by their time, the latest first: what is scheduled, what went out, what did not and why."""
    found = await call.caller.looking.posts(
        *call.who, status=takes.status, after=takes.after, limit=takes.limit, brands=frozenset({call.brand})
    )
    return PostLines(items=[post_line(each) for each in found.items], next=found.next)


async def show_calendar(call: Call, takes: Days) -> CalendarShown:
    """What is planned: posts and drafts with a time, by day. Without days: the two weeks from today on."""
    zone = await call.zone()
    today = call.admind.clock.now().astimezone(zone).date()
    days = span(takes.first, takes.last, today=today, usual=AHEAD, zone=zone)
    posts = await call.caller.looking.posts_between(*call.who, days.start, days.end, frozenset({call.brand}))
    entries = [post_entry(each) for each in posts if each.status != "cancelled"]
    drafts = [draft_entry(draft_line(each)) for each in await call.open_drafts()]
    entries += [each for each in drafts if each is not None and days.start <= each.when < days.end]
    entries.sort(key=lambda each: (each.when, each.id))
    return CalendarShown(
        first=days.first,
        last=days.last,
        zone=str(zone),
        items=entries[:MOST_ENTRIES],
        more=max(0, len(entries) - MOST_ENTRIES),
    )


async def report(call: Call, takes: Days) -> ReportShown:
    """What went out and what did not, by account, and what waits. Without days: the last seven."""
    zone = await call.zone()
    today = call.admind.clock.now().astimezone(zone).date()
    days = span(takes.first, takes.last, today=today, usual=BEHIND, zone=zone)
    looking, brands = call.caller.looking, frozenset({call.brand})
    drafts = await call.open_drafts()
    posts = await looking.between(*call.who, days.start, days.end, brands)
    found = look_back(posts, drafts, start=days.start, end=days.end)
    names = {each.id: each.name for each in (await looking.accounts(*call.who)).items}
    return ReportShown(
        first=days.first,
        last=days.last,
        zone=str(zone),
        counts=dict(found.counts),
        accounts=[
            AccountCounts(account=names.get(account, account), counts=dict(counts))
            for account, counts in sorted(found.accounts.items())
        ],
        lapsed=list(found.lapsed),
        waiting=sum(draft.status == "waiting" for draft in drafts),
        models_took=what_it_took(await looking.spent(*call.who, call.brand, days.first, days.last)),
    )


async def search_library(call: Call, takes: LibrarySearch) -> PictureLines:
    """Pictures of a brand's library, by a tag or a part of their name, or the newest."""
    member = await call.caller.looking.member(*call.who)
    found = await call.admind.library.newest(
        call.caller.workspace, member, [call.brand], limit=takes.limit, tag=takes.tag
    )
    return PictureLines(
        items=[
            PictureLine(
                sha256=each.sha256,
                name=each.name,
                tags=list(each.tags),
                alt=each.alt,
                width=each.width,
                height=each.height,
                source=each.source,
                rights_until=each.rights_until,
            )
            for each in found
        ]
    )
