"""Drafts: the queue of what waits, and one draft a screen with all that decides about it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request, Response

from bot.channels.limits import measured_comment
from bot.chat import DecisionRequest, VerdictName
from bot.errors import AdMindError, BadInput
from bot.views import DraftView
from bot.words import told
from bot.workflow.proving import Settling
from bot.workflow.wishes import PictureWish
from handlers.chat.claiming import lines_of
from handlers.web.studio.asking import asker
from handlers.web.studio.draw import draw, go, tell
from handlers.web.studio.previews import previews
from handlers.web.studio.visit import SURFACE, Visit, Visitor

router = APIRouter()
OPEN = ("waiting", "changes", "held", "late")
FAR = datetime(9999, 1, 1, tzinfo=UTC)
Digest = Annotated[str, Form(pattern=r"^[0-9a-f]{64}$")]
Week = Annotated[date | None, Query(description="only what is due in the week of this day")]


@router.get("/drafts")
async def queue(
    request: Request,
    visit: Visitor,
    show: Literal["open", "approved", "rejected", "all"] = "open",
    after: Annotated[str, Query(max_length=200)] = "",
    week: Week = None,
) -> Response:
    """What waits, the most urgent first; or what was decided, the newest first. A week's alone, where one is named."""
    found = await visit.admind.looking.drafts(
        visit.workspace,
        visit.id,
        status="" if show == "all" else show,
        after=after,
        limit=100,
        brands=visit.brands,
    )
    mine = _within(visit, found.items, week)
    if show == "open":
        mine.sort(key=_urgency)
    first = next((draft.id for draft in mine if draft.status == "waiting"), "")
    return draw(
        request,
        visit,
        "drafts.html",
        drafts=mine,
        show=show,
        next=found.next,
        first=first,
        brands=_names(visit),
        week=(monday := _monday(week)),
        week_ends=monday + timedelta(days=6) if monday else None,
    )


@router.get("/drafts/{draft}")
async def review(request: Request, visit: Visitor, draft: str, week: Week = None) -> Response:
    return await _review(request, visit, draft, week=week)


@router.post("/drafts/{draft}/links")
async def make_link(
    request: Request, visit: Visitor, draft: str, digest: Digest, member: Annotated[str, Form(max_length=40)]
) -> Response:
    """An approval link for somebody outside, shown once; only where there is a public address that it can lead to."""
    public = visit.admind.settings.public_url
    if not public:
        raise BadInput("There is no public address that a link could lead to.", do_next="Set ADMIND_PUBLIC_URL.")
    code = await visit.admind.client_links.make(visit.workspace, visit.id, draft, digest, member)
    return await _review(request, visit, draft, link=f"{public.rstrip('/')}/approve/{code}")


@router.post("/drafts/{draft}/links/{link}/revoke")
async def revoke_link(request: Request, visit: Visitor, draft: str, link: str) -> Response:
    await visit.admind.client_links.revoke(visit.workspace, visit.id, draft, link)
    return go(request, f"/studio/drafts/{draft}", visit.t("Revoked. It opens nothing any more."))


async def _review(request: Request, visit: Visit, draft: str, *, link: str = "", week: date | None = None) -> Response:
    """One draft: what each channel will show, what was found, who decided, what changed. `week`: its queue's."""
    found = await visit.admind.looking.draft(visit.workspace, visit.id, draft)
    queued = await _queue(visit, week)
    place = queued.index(found.id) if found.id in queued else None
    members = await visit.admind.looking.members(visit.workspace, visit.id)
    return draw(
        request,
        visit,
        "draft.html",
        draft=found,
        previews=await previews(visit, found),
        brand=_names(visit).get(found.brand, ""),
        place=place,
        total=len(queued),
        before=queued[place - 1] if place else "",
        following=_following(queued, found.id),
        week=_monday(week),
        away=[member for member in members.items if member.away_until and member.away_until > visit.admind.clock.now()],
        names={member.id: member.name for member in members.items},
        may_decide=any(visit.holds(role, found.brand) for role in ("approver", "owner", "client")),
        of_team=any(visit.holds(role, found.brand) for role in ("requester", "approver", "owner")),
        owns=visit.holds("owner", found.brand),
        claims=lines_of(found, visit.zone.key),
        links=await visit.admind.client_links.of_draft(visit.workspace, visit.id, found.id),
        askable=[each for each in members.items if {"client", "approver"} & set(each.roles.get(found.brand, []))],
        public=bool(visit.admind.settings.public_url),
        paints=bool(visit.admind.settings.image_model),
        link=link,
        mine=next((d for d in found.decisions if d.member == visit.name and not d.withdrawn_at), None),
    )


@router.post("/drafts/{draft}/decisions")
async def decide(
    request: Request,
    visit: Visitor,
    draft: str,
    verdict: Annotated[VerdictName, Form()],
    digest: Digest,
    reason: Annotated[str, Form(max_length=2000)] = "",
    accounts: Annotated[list[str] | None, Form(max_length=50)] = None,
    following: Annotated[str, Form(max_length=40)] = "",
    week: Annotated[date | None, Form()] = None,
) -> Response:
    """On exactly the bytes that this page showed; then on to the next that waits."""
    done = await visit.admind.decisions.decide(
        DecisionRequest(
            workspace=visit.workspace,
            draft=draft,
            member=visit.id,
            verdict=verdict,
            digest=digest,
            surface=SURFACE,
            reason=reason.strip(),
            accounts=tuple(accounts or ()),
            at=visit.admind.clock.now(),
        )
    )
    if verdict is VerdictName.withdraw:
        return go(request, f"/studio/drafts/{draft}", done.sentence)
    onward = f"/studio/drafts/{following}" if following else "/studio/drafts"
    return go(request, onward + (f"?week={week}" if week else ""), done.sentence)


@router.post("/drafts/{draft}/evidence")
async def evidence(
    request: Request,
    visit: Visitor,
    draft: str,
    claim: Annotated[str, Form(min_length=1, max_length=40)],
    text: Annotated[str, Form(max_length=2000)] = "",
    link: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """What proves a claim. Nothing of the draft changes."""
    done = await visit.admind.proving.supply(_settling(visit, draft, claim), text=text, link=link)
    return go(request, f"/studio/drafts/{draft}", f"{visit.t('The evidence is kept.')} {done.sentence}".strip())


@router.post("/drafts/{draft}/taken-on")
async def take_on(
    request: Request,
    visit: Visitor,
    draft: str,
    claim: Annotated[str, Form(min_length=1, max_length=40)],
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """An owner answers for it."""
    done = await visit.admind.proving.take_on(_settling(visit, draft, claim), reason)
    return go(request, f"/studio/drafts/{draft}", f"{visit.t('You answer for it now.')} {done.sentence}".strip())


@router.post("/drafts/{draft}/track")
async def track(
    request: Request,
    visit: Visitor,
    draft: str,
    digest: Digest,
    reason: Annotated[str, Form(min_length=1, max_length=400)],
    account: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Have clicks on a link counted that a person worded; its words are to be approved anew."""
    found = await visit.admind.looking.draft(visit.workspace, visit.id, draft)
    changed = await visit.admind.tracking.track(
        asker(visit, found.brand), draft, reason, account=account, digest=digest
    )
    return go(request, f"/studio/drafts/{changed.id}", visit.t("The link is tracked now. Please look."))


def _settling(visit: Visit, draft: str, claim: str) -> Settling:
    return Settling(workspace=visit.workspace, draft=draft, member=visit.id, claim=claim, surface=SURFACE)


@router.get("/drafts/{draft}/edit/{account}")
async def editor(request: Request, visit: Visitor, draft: str, account: str) -> Response:
    """The text as it will go out, to be changed letter by letter."""
    found = await visit.admind.looking.draft(visit.workspace, visit.id, draft)
    return await _editor(request, visit, found, account)


@router.post("/drafts/{draft}/edit/{account}")
async def edit(
    request: Request,
    visit: Visitor,
    draft: str,
    account: str,
    digest: Digest,
    text: Annotated[str, Form(max_length=100_000)],
    approve: Annotated[bool, Form()] = False,
    paid: Annotated[bool, Form()] = False,
    partner: Annotated[str, Form(max_length=80)] = "",
    ai_picture: Annotated[bool, Form()] = False,
    was_paid: Annotated[bool, Form()] = False,
    was_partner: Annotated[str, Form(max_length=80)] = "",
    was_ai_picture: Annotated[bool, Form()] = False,
    first_comment: Annotated[str | None, Form(max_length=20_000)] = None,
) -> Response:
    """Save the wording, byte for byte; with `approve`, approve exactly what was saved. Nothing typed is ever lost.

    What is declared beside it may add words to every version: these are to be seen first. Only what differs from what
    the form showed counts, so that it takes nothing back that somebody else declared meanwhile.
    """
    wording = text.replace("\r\n", "\n")
    comment = first_comment.replace("\r\n", "\n") if first_comment is not None else None
    comments = {account: comment} if comment is not None else {}
    ad = paid if paid != was_paid else None
    name = partner if partner.strip() != was_partner else None
    ai = ai_picture if ai_picture != was_ai_picture else None
    said = (ad, name, ai) != (None, None, None)
    try:
        before = await visit.admind.looking.draft(visit.workspace, visit.id, draft)
        by, stands = asker(visit, before.brand), {v.account: (v.text, v.first_comment or "") for v in before.versions}
        there = stands.get(account, ("", ""))
        if (wording, there[1] if comment is None else comment) != there or not said:
            changed = await visit.admind.requests.word(
                by, draft, {account: wording}, seen={account: digest}, comments=comments
            )
        if said:
            changed = await visit.admind.requests.declare(by, draft, paid=ad, partner=name, ai_picture=ai)
    except AdMindError as error:
        now = await visit.admind.looking.draft(visit.workspace, visit.id, draft)
        return tell(
            await _editor(request, visit, now, account, typed=wording, comment=comment, declared=(ad, name, ai)),
            " ".join(told(part) for part in (error.what, error.kept, error.do_next) if part),
            kind="problem",
        )
    sentence = visit.t("Saved.")
    if said:
        sentence += " " + visit.t("Look at what it says of itself now, then approve it.")
    elif approve:
        done = await visit.admind.decisions.decide(
            DecisionRequest(
                workspace=visit.workspace,
                draft=changed.id,
                member=visit.id,
                verdict=VerdictName.approve,
                digest=changed.digest,
                surface=SURFACE,
                at=visit.admind.clock.now(),
            )
        )
        sentence += f" {done.sentence}"
    return go(request, f"/studio/drafts/{changed.id}", sentence)


@router.post("/drafts/{draft}/measure/{account}")
async def measure(
    request: Request,
    visit: Visitor,
    draft: str,
    account: str,
    text: Annotated[str, Form(max_length=100_000)] = "",
    first_comment: Annotated[str, Form(max_length=20_000)] = "",
    comment: Annotated[bool, Query()] = False,
) -> Response:
    """The length of the text or of the first comment, as the channel counts it."""
    await visit.admind.looking.draft(visit.workspace, visit.id, draft)
    place = await visit.admind.looking.account_record(visit.workspace, visit.id, account)
    channel, said = visit.admind.channels[place.channel], (first_comment if comment else text).replace("\r\n", "\n")
    counted = measured_comment(channel, place, said) if comment else channel.measure(said, place)
    return draw(request, visit, "meter.html", length=counted.used, limit=counted.limit, unit=counted.unit)


@router.post("/drafts/{draft}/revisions")
async def revise(
    request: Request, visit: Visitor, draft: str, instruction: Annotated[str, Form(min_length=1, max_length=5000)]
) -> Response:
    """Let AdMind reword it."""
    found = await visit.admind.looking.draft(visit.workspace, visit.id, draft)
    changed = await visit.admind.requests.revise(asker(visit, found.brand, by_agent=True), draft, instruction)
    return go(request, f"/studio/drafts/{changed.id}", visit.t("Reworded. Please look."))


@router.post("/drafts/{draft}/picture")
async def picture(
    request: Request,
    visit: Visitor,
    draft: str,
    kind: Annotated[Literal["generate", "card", "carousel"], Form()],
    shows: Annotated[str, Form(max_length=400)] = "",
    words: Annotated[bool, Form()] = False,
) -> Response:
    """Another picture under the same words: of an image model, or drawn."""
    found = await visit.admind.looking.draft(visit.workspace, visit.id, draft)
    wish = PictureWish(kind, " ".join(shows.split()) if kind == "generate" else "", words and kind == "generate")
    changed = await visit.admind.requests.illustrate(asker(visit, found.brand, by_agent=True), draft, wish)
    return go(request, f"/studio/drafts/{changed.id}", visit.t("It has another picture. Please look."))


@router.post("/drafts/{draft}/schedule")
async def move(
    request: Request, visit: Visitor, draft: str, when: Annotated[str, Form(min_length=1, max_length=200)]
) -> Response:
    """Another time, in words or from the picker."""
    found = await visit.admind.looking.draft(visit.workspace, visit.id, draft)
    changed = await visit.admind.requests.move(asker(visit, found.brand), draft, when.replace("T", " "))
    return go(request, f"/studio/drafts/{changed.id}", visit.t("Moved."))


@router.post("/drafts/{draft}/choose")
async def choose(request: Request, visit: Visitor, draft: str, number: Annotated[int, Form(ge=1, le=20)]) -> Response:
    """Take another wording; the one that stood becomes an alternative."""
    found = await visit.admind.looking.draft(visit.workspace, visit.id, draft)
    changed = await visit.admind.requests.choose(asker(visit, found.brand), draft, number)
    return go(request, f"/studio/drafts/{changed.id}", visit.t("Taken."))


@router.get("/drafts/{draft}/diff")
async def diff(
    request: Request,
    visit: Visitor,
    draft: str,
    older: Annotated[int, Query(ge=1, le=100_000)] = 0,
    newer: Annotated[int, Query(ge=1, le=100_000)] = 0,
) -> Response:
    """What changed between two revisions, word by word."""
    record = await visit.admind.looking.draft_record(visit.workspace, visit.id, draft)
    newer = min(newer or record.revision, record.revision)
    older = min(older or max(newer - 1, 1), record.revision)
    found, words = await visit.admind.revisions.between(record, older, newer)
    view = await visit.admind.looking.draft(visit.workspace, visit.id, draft)
    return draw(request, visit, "diff.html", draft=view, older=older, newer=newer, found=found, names=words)


async def _editor(
    request: Request,
    visit: Visit,
    draft: DraftView,
    account: str,
    *,
    typed: str | None = None,
    declared: tuple[bool | None, str | None, bool | None] = (None, None, None),
    comment: str | None = None,
) -> Response:
    version = next((each for each in draft.versions if each.account == account), None)
    if version is None:
        return go(request, f"/studio/drafts/{draft.id}", visit.t("This account is not part of the draft any more."))
    stands = (draft.paid_partnership, draft.partner or "", draft.ai_picture)
    shown = tuple(now if own is None else own for own, now in zip(declared, stands, strict=True))
    place = await visit.admind.looking.account_record(visit.workspace, visit.id, account)
    takes = visit.admind.versions.takes_comment(place)
    return draw(
        request,
        visit,
        "editor.html",
        draft=draft,
        version=version,
        typed=typed,
        declared=shown,
        comment=comment,
        comments=takes,
    )


async def _queue(visit: Visit, week: date | None) -> list[str]:
    """Ids of the drafts that wait, the most urgent first; those that are due in a week alone, where one is named."""
    found = await visit.admind.looking.drafts(
        visit.workspace, visit.id, status="waiting", limit=100, brands=visit.brands
    )
    return [draft.id for draft in sorted(_within(visit, found.items, week), key=_urgency)]


def _monday(week: date | None) -> date | None:
    return week - timedelta(days=week.weekday()) if week else None


def _within(visit: Visit, drafts: Iterable[DraftView], week: date | None) -> list[DraftView]:
    monday = _monday(week)
    if monday is None:
        return list(drafts)
    start, end = (datetime.combine(monday + timedelta(days=days), time(), visit.zone) for days in (0, 7))
    return [draft for draft in drafts if draft.due and start <= draft.due < end]


def _following(queued: list[str], draft: str) -> str:
    """The next one after this; from the last, the first."""
    others = [each for each in queued if each != draft]
    if draft not in queued:
        return others[0] if others else ""
    place = queued.index(draft)
    return (queued[place + 1 :] + queued[:place] + [""])[0]


def _urgency(draft: DraftView) -> tuple[bool, datetime, datetime]:
    return draft.status != "waiting", draft.decide_by or draft.due or FAR, draft.created_at


def _names(visit: Visit) -> dict[str, str]:
    return {brand.id: brand.name for brand in visit.every_brand}
