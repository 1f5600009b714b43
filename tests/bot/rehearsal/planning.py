"""A plan of many accounts, as material for a rehearsal: without a database of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from bot.rehearsal.material import Material
from bot.rehearsal.report import RehearsalView
from storage.accounts import Account
from storage.plans import Form, Holidays, Pillar, Plan, Purpose, Recurrence
from storage.profile import Audience, Profile
from storage.team import Brand, Member, Policy, Role, Workspace

CHANNELS = ("webhook", "bluesky", "mastodon", "linkedin", "telegram", "x", "threads", "wordpress", "slack", "feed")
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ZONES = ("Europe/Zurich", "America/New_York", "Pacific/Auckland", "Asia/Kolkata")
SUBJECTS = ("bike", "frame", "lock", "light", "helmet", "saddle", "brake", "wheel", "bell", "pump")
DEEDS = (
    "We repair every {} within two days.", "We check each {} by hand.", "We take your old {} back.",
    "We explain how a {} is kept.", "We lend a {} for a week.", "We test every {} in the rain.",
    "We sell no {} that we would not ride with.", "We show how a {} is made.",
)  # fmt: skip


def material(
    now: datetime,
    *,
    accounts: int = 20,
    a_week: int = 8,
    policy: Policy | None = None,
    members: Sequence[Member] = (),
    zone: str = "Europe/Zurich",
) -> Material:
    """A brand with `accounts` accounts and `a_week` slots a week that share them, an owner and two approvers."""
    ws, brand = "w_rehearsed", "b_rehearsed"
    named = {"workspace": ws, "created_at": now}
    team = tuple(members) or tuple(
        Member(
            id=f"m_{number}",
            name=name,
            subject=f"s_{number}",
            roles={brand: frozenset({role})},
            zone=ZONES[number % len(ZONES)],
            **named,
        )
        for number, (name, role) in enumerate((("Olga", Role.owner), ("Ana", Role.approver), ("Ben", Role.approver)))
    )
    every = tuple(
        Account(
            id=f"a_{number}",
            brand=brand,
            channel=CHANNELS[number % len(CHANNELS)],
            name=f"Account {number}",
            remote_id=f"there-{number}",
            server="https://example.com",
            posted=True,
            **named,
        )
        for number in range(accounts)
    )
    recurrences = tuple(
        _recurrence(f"r{number}", [each.id for each in every[number::a_week]], number, team[0].id, now)
        for number in range(a_week)
    )
    points = [deed.format(subject) for deed in DEEDS for subject in SUBJECTS]
    pillars = tuple(
        Pillar(name=name, points=tuple(points[start::2]), share=50) for start, name in enumerate(("Service", "Craft"))
    )
    audiences = (Audience(name="families", share=50), Audience(name="commuters", share=50))
    return Material(
        at=now,
        workspace=Workspace(id=ws, name="Velo", zone=zone, default_brand=brand, created_at=now),
        brand=Brand(id=brand, name="Velo", policy=policy or Policy(), profile=Profile(audiences=audiences), **named),
        members=team,
        identities=(),
        accounts=every,
        plan=Plan(
            workspace=ws,
            brand=brand,
            recurrences=recurrences,
            pillars=pillars,
            forms=(Form(name="tip", share=50), Form(name="customer story", share=50)),
            holidays=Holidays(country="CH", region="ZH"),
            updated_at=now,
        ),
        slots=(),
        drafts=(),
        posts=(),
        campaigns=(),
        watched=(),
        pauses=(),
        blobs={},
    )


def whole(view: RehearsalView) -> None:
    """Every slot drafted and approved, or left for a reason that is told; nothing out that nobody approved."""
    approved = {each.draft for each in view.events if each.kind == "decision"}
    posts = [each for each in view.events if each.kind == "post"]
    assert {each.draft for each in posts} <= approved, "something went out without a word"
    assert len({(each.draft, *each.accounts) for each in posts}) == len(posts), "something went out twice"
    assert all(abs(each.at - each.due) < timedelta(minutes=5) for each in posts if each.due)
    drafted = {each.slot for each in view.events if each.kind == "drafted"}
    told = {each.slot for each in view.events if each.kind in ("gap", "free", "expired")}
    for slot in view.slots:
        assert slot.state in ("approved", "expired", "skipped"), slot
        assert slot.id in drafted if slot.state == "approved" else slot.id in told and slot.problem, slot
    assert not [each for each in view.events if each.kind in ("failed", "problem")]


def _recurrence(name: str, accounts: Sequence[str], number: int, planner: str, now: datetime) -> Recurrence:
    form = ("tip", "customer story")[number % 2]
    purpose = Purpose(accounts=tuple(accounts), form=form, added_by=planner, added_at=now)
    return Recurrence(
        id=name,
        rule=f"FREQ=WEEKLY;BYDAY={DAYS[number % 7]}",
        first=(now - timedelta(days=7)).date(),
        at=time(8 + number % 10, 30 * (number % 2)),
        **purpose.model_dump(),
    )
