"""What is planned, out, waiting or wrong, and how one draft stands: read-only, within one brand."""

from __future__ import annotations

from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, Literal

from bot.conversation.periods import read_period
from bot.conversation.telling import account_names, found
from bot.conversation.turn import Turn
from bot.insights.clicks import Counted
from bot.insights.saying import followed, how_it_did
from bot.views import DraftView
from bot.when import say
from storage.posts import Post, PostState

MOST = 20
PAGE, MOST_PAGES = 200, 10  # of open drafts
SOMETIME = timedelta(days=36_500)  # what has no time stands behind what has
AHEAD = frozenset({PostState.scheduled, PostState.sending})


async def find(
    what: Literal["scheduled", "published", "drafts", "problems"], period: str, turn: Turn
) -> dict[str, Any]:
    """What the person asked about, with the days it covers."""
    answer: dict[str, Any] = {"did": "looked_up", "what": what}
    if what == "drafts":
        items = [_draft(draft, turn) for draft in await open_drafts(turn)]
    elif what == "problems":
        posts = await posts_between(turn, turn.now - timedelta(days=30), turn.now + timedelta(days=60))
        items = await _told([post for post in posts if post.asks], turn)
    else:
        past = what == "published"
        asker = turn.asker
        span = read_period(period, turn.now, asker.zone, asker.language, past=past)
        posts = await posts_between(turn, span.start, span.end)
        wanted = {PostState.published} if past else AHEAD
        told = [post for post in posts if post.state in wanted]
        timed = list(zip([post.due for post in told], await _told(told, turn), strict=True))
        if not past:
            timed += [
                (draft.due, _draft(draft, turn))
                for draft in await open_drafts(turn)
                if draft.due is not None and span.start <= draft.due < span.end
            ]
        items = [item for _, item in sorted(timed, key=itemgetter(0))]
        answer["period"] = f"{period} ({span.words})" if period else span.words
    return answer | {"items": items[:MOST], "more": max(0, len(items) - MOST), "total": len(items)}


async def explain(draft_id: str, turn: Turn) -> dict[str, Any]:
    """How one draft and its posts stand."""
    asker = turn.asker
    view = await turn.windows.draft(asker.workspace, asker.member, draft_id)
    posts = []
    if view.posts:
        every = await posts_between(turn, view.created_at - timedelta(days=1), turn.now + timedelta(days=800))
        posts = await _told([post for post in every if post.id in view.posts], turn)
    return {
        "did": "explained",
        "id": view.id,
        "title": view.called or view.title,
        "status": view.status,
        "when": _when(view.due, turn),
        "waits_for": list(dict.fromkeys(v.missing for v in view.versions if v.missing)),
        "must_be_mended": found(view.findings, "block", turn, outside=bool(view.called)),
        "look_at": found(view.findings, "warn", turn, outside=bool(view.called)),
        "reasons": [
            f"{each.member}: {each.reason}" for each in view.decisions if each.reason and not each.withdrawn_at
        ],
        "posts": posts,
    }


async def open_drafts(turn: Turn) -> list[DraftView]:
    """Those that wait, or are late, of the brand; whose time comes first stands first."""
    asker, found, after = turn.asker, list[DraftView](), ""
    for _ in range(MOST_PAGES):
        page = await turn.windows.drafts(asker.workspace, asker.member, status="open", after=after, limit=PAGE)
        found += [draft for draft in page.items if draft.brand == asker.brand]
        after = page.next or ""
        if not after:
            break
    return sorted(found, key=lambda draft: (draft.due or draft.created_at + SOMETIME, draft.created_at))


async def posts_between(turn: Turn, start: datetime, end: datetime) -> list[Post]:
    asker = turn.asker
    found = await turn.windows.between(asker.workspace, asker.member, start, end)
    return [post for post in found if post.brand == asker.brand]


async def _told(posts: list[Post], turn: Turn) -> list[dict[str, Any]]:
    names = await account_names(turn)
    clicks = await turn.windows.followed(turn.asker.workspace, [post.id for post in posts if post.receipt])
    return [
        {
            "id": post.id,
            "title": post.called or post.title,
            "when": _when(post.receipt.at if post.receipt else post.due, turn),
            "where": names.get(post.account, post.channel),
            "state": _state(post),
            "why": post.failure.sentence if post.failure else "",
            "url": post.receipt.url if post.receipt else "",
            "numbers": _numbers(post, turn, clicks.get(post.id)),
        }
        for post in posts
    ]


def _numbers(post: Post, turn: Turn, clicks: Counted | None) -> str:
    """How it did; "" while nobody knows."""
    found, language = post.numbers, turn.asker.language
    told = [how_it_did(found.counts, found.at, turn.now, language)] if found else []
    told += [followed(clicks.valid, clicks.all, clicks.declared, language)] if clicks else []
    return " · ".join(told)


def _state(post: Post) -> str:
    if post.by_hand:
        return "to be taken down by hand"
    if post.commenting:
        return "out; its first comment is not, or may not be"
    gone = post.receipt is not None and post.receipt.taken_down_at is not None
    return "taken down" if gone else _STATES[post.state]


_STATES = {
    PostState.scheduled: "scheduled",
    PostState.sending: "on its way",
    PostState.published: "out",
    PostState.failed: "not posted",
    PostState.unknown: "we can't tell whether it went out",
    PostState.missed: "missed its time",
    PostState.paused: "paused",
    PostState.cancelled: "cancelled",
}


def _draft(draft: DraftView, turn: Turn) -> dict[str, Any]:
    missing = next((version.missing for version in draft.versions if version.missing), "")
    return {
        "id": draft.id,
        "title": draft.called or draft.title,
        "when": _when(draft.due, turn),
        "where": ", ".join(version.account_name for version in draft.versions),
        "state": missing or "waiting for approval",
    }


def _when(instant: datetime | None, turn: Turn) -> str:
    return say(instant, turn.asker.zone, turn.asker.language, now=turn.now) if instant else ""
