"""Whatever a model answers, an arc keeps the rules, and says nothing but the team's own words."""

from __future__ import annotations

from collections import Counter
from datetime import date, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.planning.arc import LONG, closed
from bot.planning.arc_choice import EARLIEST, LATEST, LONGEST_WHY, MOST_A_WEEK, ChosenPost, composed
from storage.campaigns import STAGES, Milestone
from tests.bot.planning.test_campaigns import AROUND, CHANNELS, campaign

LAUNCH = date(2027, 3, 15)
WEBINAR = Milestone(name="webinar", day=date(2027, 3, 8), at=time(18))
BASE = campaign(LAUNCH, 21).changed(milestones=(*campaign(LAUNCH).milestones, WEBINAR))
GOOD = [
    ChosenPost(stage="teaser", day="2027-03-01", accounts=["a_bs"], why="It makes people curious."),
    ChosenPost(stage="reveal", day="2027-03-04", message=1, at="08:30"),
    ChosenPost(stage="proof", day="2027-03-08", milestone="webinar"),
    ChosenPost(stage="proof", day="2027-03-10", message=3),
    ChosenPost(stage="followup", day="2027-03-17", message=2),
]
posts = st.builds(
    ChosenPost,
    stage=st.sampled_from(STAGES),
    day=st.one_of(
        st.dates(LAUNCH - timedelta(days=25), LAUNCH + timedelta(days=10)).map(date.isoformat), st.text(max_size=12)
    ),
    at=st.sampled_from(["", "08:30", "03:00", "25:00", "09:00:30", "18:15", "09:00+02:00", "noon"]),
    accounts=st.lists(st.sampled_from([*CHANNELS, "a_nobody"]), max_size=3),
    message=st.integers(-2, 9),
    milestone=st.sampled_from(["", "webinar", "launch", "party"]),
    why=st.sampled_from(
        ["", "It makes people curious.", "Up by 40%.", "See https://evil.example", "x" * 400, "Hi @all"]
    ),
)


@given(st.one_of(st.lists(posts, max_size=60), st.lists(posts, max_size=30).map(lambda more: GOOD + more)))
def test_any_answer_keeps_the_rules_or_is_left(chosen: list[ChosenPost]) -> None:
    found = composed(BASE, AROUND, chosen)
    if found is None:
        return
    social = [each for each in found.arc if each.form != "article"]
    stages = ["teaser", "reveal", "proof", "launch", "followup"]
    order = [stages.index(each.stage) for each in social]
    assert order == sorted(order)
    launch = [each for each in social if each.stage == "launch"]
    assert [each.at.date() for each in launch] == [LAUNCH] and launch[0].at == next(
        each.at for each in BASE.arc if each.stage == "launch"
    )
    assert sum(each.stage == "reveal" for each in social) == 1
    assert max(Counter(each.at.date() for each in social).values()) == 1
    assert max(Counter(each.at.isocalendar()[:2] for each in social).values()) <= MOST_A_WEEK
    said = {each.text for each in BASE.messages}
    topics = {f"{BASE.name}: {text}" for text in said} | {f"{BASE.name}: webinar"}
    by_rule = {each.topic for each in BASE.arc}
    for each in social:
        if each.stage != "launch":
            assert not closed(each.at.date(), BASE, AROUND) and EARLIEST <= each.at.time() <= LATEST
        assert each.accounts and set(each.accounts) <= set(CHANNELS) and not LONG & {CHANNELS[a] for a in each.accounts}
        assert each.message == "" or each.message in said
        assert each.topic in topics | by_rule or (BASE.name in each.topic and not any(map(str.isdigit, each.topic[8:])))
        assert len(each.why) <= LONGEST_WHY and "%" not in each.why and "evil" not in each.why and "@" not in each.why
        assert each.stage != "teaser" or not each.message
    articles = [each for each in found.arc if each.form == "article"]
    assert {each.stage for each in articles} == {"reveal", "launch"}, "the blog has its two articles all the same"
    assert {each.at.date() for each in articles} <= {each.at.date() for each in social}


def test_a_good_answer_is_taken_as_it_is() -> None:
    found = composed(BASE, AROUND, GOOD)
    assert found is not None
    told = [(f"{each.at:%m-%d %H:%M}", each.topic) for each in found.arc if each.form != "article"]
    assert told == [
        ("03-01 10:00", "Gravel 2 is coming"),
        ("03-04 08:30", "Gravel 2: Reason number 0"),
        ("03-08 10:00", "Gravel 2: webinar"),
        ("03-10 10:00", "Gravel 2: Reason number 2"),
        ("03-15 09:00", "Gravel 2: Reason number 0"),
        ("03-17 10:00", "Gravel 2: Reason number 1"),
    ]
    assert (found.arc[0].accounts, found.arc[0].why) == (("a_bs",), "It makes people curious.")


def test_too_little_that_keeps_the_rules_is_nothing() -> None:
    assert composed(BASE, AROUND, []) is None
    assert composed(BASE, AROUND, [ChosenPost(stage="teaser", day="2027-03-01")] * 9) is None, "no reveal"
