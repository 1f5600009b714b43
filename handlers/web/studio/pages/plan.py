"""The editorial plan: a week of slots, what comes again, what posts are about. Everything works without a script."""

from __future__ import annotations

import secrets
from calendar import isleap
from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Query, Request, Response

from bot.planning.saying import say_rule, say_times
from bot.planning.standing import SlotView
from handlers.web.studio.asking import asker
from handlers.web.studio.draw import draw, go
from handlers.web.studio.visit import Visit, Visitor

router = APIRouter()
PAGE: Final = "/studio/plan"
# Which of the states that pages know each slot's stands for.
BADGES: Final = {
    "planned": "scheduled",
    "empty": "empty",
    "drafting": "sending",
    "drafted": "waiting",
    "approved": "approved",
    "expired": "missed",
    "skipped": "cancelled",
}
Text = Annotated[str, Form(max_length=4000)]
Short = Annotated[str, Form(max_length=300)]
On = Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]


@router.get("/plan")
async def plan(request: Request, visit: Visitor, on: On = "") -> Response:
    """A week of slots, and the plan that they come of."""
    return await _page(request, visit, on)


async def _page(request: Request, visit: Visit, on: str = "", **more: Any) -> Response:
    admind, brand = visit.admind, visit.here.id
    found = await admind.plans.of(visit.workspace, visit.id, brand)
    zone = await admind.standing.zone(visit.workspace, brand)
    today = admind.clock.now().astimezone(zone).date()
    chosen = _date(on) or today
    monday = chosen - timedelta(days=chosen.weekday())
    start, end = (datetime.combine(monday + timedelta(days=ahead), time(), zone) for ahead in (0, 7))
    places = await admind.plans.between(visit.workspace, visit.id, brand, start, end)
    by_day: defaultdict[date, list[SlotView]] = defaultdict(list)
    for place in places:
        by_day[place.due.astimezone(zone).date()].append(place)
    accounts = await admind.looking.accounts(visit.workspace, visit.id)
    mine = [each for each in accounts.items if each.brand == brand and not each.closed]
    mix = await admind.mixing.of(visit.workspace, brand, visit.here.profile.audiences)
    return draw(
        request,
        visit,
        "plan.html",
        plan=found,
        days=[(day, by_day[day]) for day in (monday + timedelta(days=ahead) for ahead in range(7))],
        count=Counter(each.state for each in places),
        places=places,
        badges=BADGES,
        slot_states=_states(visit),
        often={each.id: f"{say_rule(each.rule)}, {say_times(each.at, each.until)}" for each in found.recurrences},
        fills=[
            ("ideas", visit.t("from ideas")),
            ("queue", visit.t("from the queue")),
            ("evergreen", visit.t("evergreen")),
        ],
        accounts=mine,
        names={each.id: each.name for each in accounts.items},
        zone=zone,
        today=today,
        monday=monday,
        before=monday - timedelta(days=7),
        after=monday + timedelta(days=7),
        mix=mix,
        leap=next(year for year in range(today.year, today.year + 9) if isleap(year)),
        **{"read": (), "words_said": "", "key": secrets.token_hex(8), **more},
    )


@router.post("/plan/read")
async def read(request: Request, visit: Visitor, words: Text) -> Response:
    """What these words would plan, to be looked at before it counts."""
    of = (visit.workspace, visit.id, visit.here.id)
    found = await visit.admind.plans.read(*of, words, language=visit.language)
    return await _page(request, visit, read=[each.line() for each in found], words_said=words)


@router.post("/plan/add")
async def add(request: Request, visit: Visitor, words: Text, key: Short) -> Response:
    of = (visit.workspace, visit.id, visit.here.id)
    await visit.admind.plans.add(*of, words, language=visit.language, key=f"studio {visit.id} {key}" if key else "")
    return go(request, PAGE, visit.t("It is planned. Drafts come for approval in time."))


@router.post("/plan/single")
async def single(
    request: Request,
    visit: Visitor,
    when: Short,
    topic: Short = "",
    pillar: Short = "",
    account: Annotated[list[str] | None, Form(max_length=60)] = None,
) -> Response:
    """One slot that comes once."""
    of = (visit.workspace, visit.id, visit.here.id)
    purpose: dict[str, Any] = {"accounts": tuple(account or ()), "topic": topic.strip(), "pillar": pillar.strip()}
    await visit.admind.plans.add_single(*of, when, **purpose)
    return go(request, PAGE, visit.t("It is planned. Drafts come for approval in time."))


@router.post("/plan/slot/{slot}/{what}")
async def slot(request: Request, visit: Visitor, slot: str, what: str, when: Short = "", on: Short = "") -> Response:
    """Skip, take back, fill or move one slot."""
    plans, of = visit.admind.plans, (visit.workspace, visit.id, visit.here.id)
    back = f"{PAGE}?on={on}" if _date(on) else PAGE
    if what == "move":
        await plans.move(asker(visit, visit.here.id), slot, when)
        return go(request, back, visit.t("It is moved."))
    if what == "fill":
        await plans.fill(*of, [slot])
        return go(request, back, visit.t("It is being filled."))
    await plans.skip(*of, slot, back=what == "back")
    return go(request, back, visit.t("It is back in the plan.") if what == "back" else visit.t("It is left out."))


@router.post("/plan/fill")
async def fill(request: Request, visit: Visitor) -> Response:
    await visit.admind.plans.fill(visit.workspace, visit.id, visit.here.id)
    return go(request, PAGE, visit.t("Empty slots are being filled."))


@router.post("/plan/recurring/{name}")
async def edit(
    request: Request,
    visit: Visitor,
    name: str,
    at: Annotated[str, Form(pattern=r"^\d{2}:\d{2}$")],
    until: Annotated[str, Form(pattern=r"^(\d{2}:\d{2})?$")] = "",
    rule: Short = "",
    pillar: Short = "",
    form: Short = "",
    fill: Short = "ideas",
    account: Annotated[list[str] | None, Form(max_length=60)] = None,
) -> Response:
    """Its time, its purpose, its accounts."""
    changes: dict[str, Any] = {"at": at, "until": until or None, "pillar": pillar.strip(), "form": form.strip()}
    changes |= {"fill": fill, "rule": rule, "accounts": tuple(account or ())}
    await visit.admind.plans.edit(visit.workspace, visit.id, visit.here.id, name, changes)
    return go(request, PAGE, visit.t("Saved."))


@router.post("/plan/remove/{name}")
async def remove(request: Request, visit: Visitor, name: str) -> Response:
    await visit.admind.plans.remove(visit.workspace, visit.id, visit.here.id, name)
    return go(request, PAGE, visit.t("It left the plan. Drafts that stand in it stay."))


@router.post("/plan/pause")
async def pause(
    request: Request, visit: Visitor, first: Short, last: Short = "", why: Short = "", name: Short = ""
) -> Response:
    """The whole plan, or one recurring slot."""
    begins = _date(first) or visit.admind.clock.now().astimezone(visit.zone).date()
    of = (visit.workspace, visit.id, visit.here.id)
    await visit.admind.plans.pause(*of, begins, _date(last), why=why.strip()[:120], name=name)
    return go(request, PAGE, visit.t("It pauses."))


@router.post("/plan/go-on")
async def go_on(request: Request, visit: Visitor, name: Short = "") -> Response:
    await visit.admind.plans.go_on(visit.workspace, visit.id, visit.here.id, name=name)
    return go(request, PAGE, visit.t("It goes on."))


@router.post("/plan/pillars")
async def pillars(request: Request, visit: Visitor) -> Response:
    """Themes and kinds of post, with the parts that they are meant to have; what has no name goes."""
    form = await request.form()
    rows = zip(*(form.getlist(field) for field in ("name", "share", "about", "points")), strict=True)
    pillars = [
        {"name": str(name).strip(), "share": _percent(share), "about": str(about).strip(), "points": _lines(points)}
        for name, share, about, points in rows
        if str(name).strip()
    ]
    kinds = [line.rpartition(" ") if line.endswith("%") else (line, "", "") for line in _lines(form.get("forms", ""))]
    forms = [{"name": name.strip() or part, "share": _percent(part if name else "")} for name, _, part in kinds]
    await visit.admind.plans.set(visit.workspace, visit.id, visit.here.id, {"pillars": pillars, "forms": forms})
    return go(request, PAGE, visit.t("Saved."))


@router.post("/plan/dates")
async def dates(request: Request, visit: Visitor) -> Response:
    """Dates that matter; what has no name goes."""
    form = await request.form()
    rows = zip(*(form.getlist(field) for field in ("name", "day", "yearly", "about", "pillar")), strict=True)
    occasions = []
    for name, said, yearly, about, pillar in rows:
        day = _date(str(said))
        if str(name).strip() and day is not None:
            year = None if yearly == "yes" else day.year
            occasions.append(
                {
                    "name": str(name).strip(),
                    "month": day.month,
                    "day": day.day,
                    "year": year,
                    "about": str(about).strip(),
                    "pillar": str(pillar),
                }
            )
    await visit.admind.plans.set(visit.workspace, visit.id, visit.here.id, {"occasions": occasions})
    return go(request, PAGE, visit.t("Saved."))


@router.post("/plan/settings")
async def settings(
    request: Request,
    visit: Visitor,
    horizon_days: Annotated[int, Form(ge=1, le=28)],
    apart_days: Annotated[int, Form(ge=0, le=400)],
    open_percent: Annotated[int | None, Form(ge=0, le=100)] = None,
    country: Short = "",
    region: Short = "",
) -> Response:
    """How far ahead drafts are made, how far topics are apart, and whose holidays are left free."""
    of = (visit.workspace, visit.id, visit.here.id)
    kept = (await visit.admind.plans.of(*of)).holidays.kept
    holidays = {"country": country.strip().upper(), "region": region.strip().upper(), "kept": kept}
    changes = {"horizon_days": horizon_days, "apart_days": apart_days, "holidays": holidays}
    changes |= {"open_percent": open_percent} if open_percent is not None else {}
    await visit.admind.plans.set(*of, changes)
    return go(request, PAGE, visit.t("Saved."))


@router.post("/plan/evergreen")
async def evergreen(
    request: Request,
    visit: Visitor,
    draft: Short,
    after_days: Annotated[int, Form(ge=0, le=1000)] = 0,
    back: Annotated[str, Form(pattern=r"^(/studio/[a-z0-9_/]*)?$", max_length=100)] = "",
) -> Response:
    """A post may come back after so many days; 0: no more."""
    of = (visit.workspace, visit.id, visit.here.id)
    await visit.admind.plans.evergreen(*of, draft.strip(), after_days or None)
    return go(request, back or PAGE, visit.t("Saved."))


def _fills(visit: Visit) -> list[tuple[str, str]]:
    t = visit.t
    return [("ideas", t("from ideas")), ("queue", t("from the queue")), ("evergreen", t("evergreen"))]


def _states(visit: Visit) -> dict[str, str]:
    t = visit.t
    return {
        "planned": t("to come"),
        "empty": t("empty"),
        "drafting": t("being drafted"),
        "drafted": t("waiting for approval"),
        "approved": t("approved"),
        "expired": t("not approved in time"),
        "skipped": t("left out"),
    }


def _lines(text: object) -> list[str]:
    return [line.strip() for line in str(text).splitlines() if line.strip()]


def _percent(text: object) -> int | None:
    said = str(text).strip().removesuffix("%").strip()
    return int(said) if said.isdecimal() else None


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None
