"""Campaigns in words, and their arcs: what is read, asked and changed; properties that hold for any of them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.planning.arc import Around, closed, propose
from bot.planning.campaign_words import Here, asks_for_one, is_campaign, read_campaign, read_wishes
from bot.planning.reshaping import paced, reshaped, settled, shifted, without_accounts
from storage.accounts import Account
from storage.campaigns import LAUNCH, Campaign, KeyMessage, Milestone
from storage.plans import Pillar, Plan
from storage.profile import Audience, Profile
from storage.team import Brand

NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
CHANNELS = {"a_li": "linkedin", "a_bs": "bluesky", "a_wp": "wordpress"}
EN = (
    "Launch the Gravel 2 on 15 March, three weeks of build-up, LinkedIn, Bluesky and the blog, goal pre-orders, "
    "webinar on 8 March at 18:00"
)
DE = (
    "Lanciere das Gravel 2 am 15. März, drei Wochen Vorlauf, LinkedIn, Bluesky und der Blog, Ziel Vorbestellungen, "
    "Webinar am 8. März um 18 Uhr"
)


def account(name: str, channel: str) -> Account:
    about = {"workspace": "w_1", "brand": "b_1", "handle": "@velo", "connected_at": NOW, "created_at": NOW}
    fields = {key: value for key, value in about.items() if key in Account.model_fields}
    return Account.model_validate({"id": name, "channel": channel, "name": f"Velo {channel}", **fields})


def here(language: str = "en") -> Here:
    profile = Profile(audiences=(Audience(name="Commuters"),))
    brand = Brand(id="b_1", workspace="w_1", name="Velo", profile=profile, created_at=NOW)
    plan = Plan(workspace="w_1", brand="b_1", pillars=(Pillar(name="Service"),), updated_at=NOW)
    accounts = [account(name, channel) for name, channel in CHANNELS.items()]
    return Here(brand, plan, accounts, ZoneInfo("Europe/Zurich"), NOW, language)


@pytest.mark.parametrize(("text", "language"), [(EN, "en"), (DE, "de")])
def test_a_campaign_is_read_whole_in_both_languages(text: str, language: str) -> None:
    assert is_campaign(text)
    said = read_campaign(text, here(language))
    assert (said.name, said.launch, said.build_up_days) == ("Gravel 2", datetime.fromisoformat("2027-03-15T09:00"), 21)
    assert said.accounts == ["a_li", "a_bs", "a_wp"] and said.goal in ("pre-orders", "Vorbestellungen")
    assert [(each.name.casefold(), each.day.day) for each in said.milestones] == [("webinar", 8)]


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [
        ("ten days of build-up", "build_up_days", 10),
        ("2 weeks of follow-up", "after_days", 14),
        ("budget $12.50", "budget", "12.50"),
        ("Budget 12,50 Dollar", "budget", "12.50"),
        ("https://velo.example/g2", "link", "https://velo.example/g2"),
        ("utm spring-gravel", "utm", "spring-gravel"),
        ("audience Commuters", "audiences", ["Commuters"]),
        ("pillar service", "pillars", ["Service"]),
        ("the pictures are made with AI", "ai_picture", True),
        ("this is a paid partnership with Velo AG", "partner", "Velo AG"),
        (
            'message "8.4 kg, ready to ride" (evidence: lab report 12)',
            "messages",
            [KeyMessage(text="8.4 kg, ready to ride", evidence="lab report 12")],
        ),
        ("Botschaft: Es wiegt 8 kg (Beleg: Test)", "messages", [KeyMessage(text="Es wiegt 8 kg", evidence="Test")]),
    ],
)  # fmt: skip
def test_each_part_says_one_thing(part: str, field: str, value: object) -> None:
    assert getattr(read_campaign(f"Launch the Gravel 2 on 15 March, {part}", here()), field) == value


@pytest.mark.parametrize(
    ("text", "launch", "after"),
    [
        ("Launch the Gravel 3 in six weeks, three weeks of build-up", "2027-02-15T09:00", None),
        ("Lanciere das Gravel 3 in 6 Wochen, Ziel Vorbestellungen", "2027-02-15T09:00", None),
        ("Plan a campaign for our summer sale from 1 June to 14 June, LinkedIn", "2027-06-01T09:00", 13),
        ("Plane eine Kampagne für den Sommer vom 1. Juni bis zum 14. Juni", "2027-06-01T09:00", 13),
    ],
)
def test_days_are_said_in_many_ways(text: str, launch: str, after: int | None) -> None:
    assert is_campaign(text)
    said = read_campaign(text, here("de" if "Ziel" in text or "Kampagne" in text else "en"))
    assert said.launch == datetime.fromisoformat(launch) and said.name in ("Gravel 3", "summer sale", "Sommer")
    assert after is None or said.after_days == after


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Launch the Gravel 2", "Say what and when"),
        ("Launch the Gravel 2 on 15 March, MySpace", "did not understand “MySpace”"),
        ("Launch the Gravel 2 on 15 March, audience Skaters", "no “Skaters” here"),
        ("Launch the Gravel 2 on 31 February, goal sales", "no such day"),
        ("Plan a campaign for our summer sale", "Say what and when"),
        ("Plan a campaign for our summer sale from 14 June to 1 June", "end before it begins|From when"),
    ],
)
def test_what_is_not_clear_is_asked_about(text: str, question: str) -> None:
    with pytest.raises(BadInput, match=question):
        read_campaign(text, here())


@pytest.mark.parametrize(
    "text",
    [
        "Launch post for Friday",
        "Campaign: Spring. Write a post about helmets",
        "Post about our launch on 15 March",
        "hi",
    ],
)
def test_other_wishes_are_left_to_others(text: str) -> None:
    assert not is_campaign(text) and not asks_for_one(text)


def campaign(launch: date = date(2027, 3, 15), build_up: int = 21, accounts: tuple[str, ...] = ()) -> Campaign:
    messages = tuple(KeyMessage(text=f"Reason number {number}") for number in range(3))
    made = Campaign(
        id="cp_1", workspace="w_1", brand="b_1", name="Gravel 2", first=launch - timedelta(days=build_up),
        last=launch + timedelta(days=7), messages=messages, milestones=(Milestone(name=LAUNCH, day=launch),),
        accounts=accounts, added_by="m_1", created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    return propose(made, AROUND)


AROUND = Around(now=datetime.fromisoformat("2027-01-04T10:00"), channels=CHANNELS, kept_free=lambda _: "")
launches = st.dates(date(2027, 1, 6), date(2028, 12, 31))


@given(launches, st.integers(0, 90), st.sampled_from([(), ("a_li",), ("a_wp",), ("a_li", "a_wp")]))
def test_an_arc_leads_to_its_launch_in_order_on_open_days(
    launch: date, build_up: int, accounts: tuple[str, ...]
) -> None:
    found = campaign(launch, build_up, accounts)
    stages = [each.stage for each in found.arc]
    order = {"teaser": 0, "reveal": 1, "proof": 2, "launch": 3, "followup": 4}
    assert [order[each] for each in stages] == sorted(order[each] for each in stages)
    assert "launch" in stages and all(each.at.date() == launch for each in found.arc if each.stage == "launch")
    assert all(each.at > AROUND.now and each.why and each.accounts for each in found.arc)
    assert all(not closed(each.at.date(), found, AROUND) for each in found.arc if each.stage != "launch")
    days = Counter(each.at.date() for each in found.arc if each.form != "article")
    assert max(days.values()) == 1
    allowed = set(accounts or CHANNELS)
    assert all(set(each.accounts) <= allowed for each in found.arc)


@given(launches, launches, st.integers(7, 60))
def test_a_moved_launch_keeps_the_order_and_leaves_nothing_in_the_past(launch: date, to: date, build_up: int) -> None:
    before = campaign(launch, build_up)
    after = shifted(before, datetime.combine(to, time(9)), AROUND)
    assert after.launch.day == to and [e.at.date() for e in after.arc if e.form == "launch"] == [to]
    kept = {each.id: each for each in after.arc}
    assert set(kept) <= {each.id for each in before.arc}
    assert all(each.at > AROUND.now for each in after.arc)
    assert all(each.at.date() < to for each in after.arc if each.stage in ("teaser", "reveal", "proof"))
    assert all(each.at.date() > to for each in after.arc if each.stage == "followup")
    if to >= launch and (to - launch).days % 7 == 0:
        assert [each.at for each in after.arc] == [each.at + (to - launch) for each in before.arc]


@given(launches, st.integers(7, 60), st.integers(1, 3))
def test_fewer_a_week_takes_that_many_and_never_reveal_or_launch(launch: date, build_up: int, fewer: int) -> None:
    before = campaign(launch, build_up)
    after = paced(before, -fewer, AROUND)

    def weeks(found: Campaign, *stages: str) -> Counter[tuple[int, int]]:
        posts = [each for each in found.arc if each.form != "article" and (not stages or each.stage in stages)]
        return Counter(each.at.isocalendar()[:2] for each in posts)

    held = weeks(before, "reveal", "launch")
    for week, count in weeks(before).items():
        assert weeks(after)[week] == max(held[week], count - fewer)
    more = paced(before, fewer, AROUND)
    assert {each.id for each in before.arc} <= {each.id for each in more.arc}
    assert max(Counter(each.at.date() for each in more.arc if each.form != "article").values()) == 1


@given(launches, st.integers(0, 60), st.sampled_from(sorted(CHANNELS)))
def test_a_dropped_account_is_nowhere_and_the_rest_stays(launch: date, build_up: int, gone: str) -> None:
    before = campaign(launch, build_up)
    after = without_accounts(before, (gone,), AROUND)
    assert all(gone not in each.accounts and each.accounts for each in after.arc)
    assert gone not in after.accounts and len(after.accounts) == 2
    assert {each.id for each in before.arc if set(each.accounts) - {gone}} == {each.id for each in after.arc}
    with pytest.raises(BadInput):
        without_accounts(after, tuple(CHANNELS), AROUND)


@given(launches, st.integers(0, 60), st.integers(0, 4))
def test_days_left_free_stay_free_and_doing_so_again_changes_nothing(launch: date, build_up: int, day: int) -> None:
    found = settled(campaign(launch, build_up).changed(off_days=(day,), free_of="CH"), AROUND)
    assert all(not closed(each.at.date(), found, AROUND) for each in found.arc if each.stage != "launch")
    assert settled(found, AROUND) == found


@given(launches, st.sampled_from([14, 21, 30]), st.integers(0, 4))
def test_what_leaves_a_holiday_stays_between_its_neighbours(launch: date, build_up: int, off: int) -> None:
    found = settled(paced(campaign(launch, build_up), -1, AROUND).changed(free_of="CH", off_days=(off,)), AROUND)
    order = {"teaser": 0, "reveal": 1, "proof": 2, "launch": 3, "followup": 4}
    stages = [order[each.stage] for each in found.arc if each.form != "article"]
    assert stages == sorted(stages)


@pytest.mark.parametrize(
    ("said", "language", "what"),
    [
        ("one post fewer a week", "en", ["pace"]),
        ("two posts more per week", "en", ["pace"]),
        ("ein Beitrag weniger pro Woche", "de", ["pace"]),
        ("no posts on holidays in Switzerland", "en", ["holidays"]),
        ("keine Beiträge an Feiertagen in Österreich", "de", ["holidays"]),
        ("no posts on Fridays", "en", ["weekday"]),
        ("the teaser before the webinar", "en", ["before"]),
        ("der Teaser vor dem Webinar", "de", ["before"]),
        ("move launch to 22 March", "en", ["launch"]),
        ("verschiebe den Launch auf den 22. März", "de", ["launch"]),
        ("drop LinkedIn", "en", ["drop account"]),
        ("ohne LinkedIn", "de", ["drop account"]),
        ("LinkedIn weglassen", "de", []),
        ("drop the teaser", "en", ["drop stage"]),
        ("add Bluesky", "en", ["add account"]),
        ("budget $30, goal test rides", "en", ["budget", "goal"]),
    ],
)
def test_changes_in_words(said: str, language: str, what: list[str]) -> None:
    found = campaign(accounts=("a_li",))
    webinar = Milestone(name="webinar", day=date(2027, 3, 2))
    found = found.changed(milestones=(*found.milestones, webinar))
    if not what:
        with pytest.raises(BadInput, match="did not understand"):
            read_wishes(said, found, here(language))
        return
    assert [each.what for each in read_wishes(said, found, here(language))] == what


def test_the_teaser_comes_before_the_webinar_and_the_launch_where_it_was_moved() -> None:
    found = campaign()
    webinar = found.changed(milestones=(*found.milestones, Milestone(name="webinar", day=date(2027, 2, 25))))
    wishes = read_wishes("the teaser before the webinar, move launch to 22 March", webinar, here())
    after = reshaped(webinar, wishes[:1], AROUND)
    assert all(each.at.date() < date(2027, 2, 25) for each in after.arc if each.stage == "teaser")
    assert reshaped(webinar, wishes, AROUND).launch.day == date(2027, 3, 22)
