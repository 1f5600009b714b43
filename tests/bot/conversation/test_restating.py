"""A model may say again what a person said, in the grammar's form; it may add nothing to it."""

from __future__ import annotations

import pytest

from bot.conversation.restating import CAMPAIGN, CHANGE, SLOTS, heard, unsaid
from bot.llm.around import KnownAccount
from bot.llm.offline.proposals import proposal

ACCOUNTS = (
    KnownAccount(id="a_1", name="Velo LinkedIn", channel="linkedin"),
    KnownAccount(id="a_2", name="Feed", channel="feed"),
)
MORNINGS = "We'd love to be on linkedin mondays and wednesdays at nine in the morning with customer stories"
LAUNCH = "Our gravel 2 comes out March 15th. Begin three weeks earlier, on linkedin; we want pre-orders"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("LinkedIn Mon and Wed 9:00 customer story", MORNINGS),
        ("LinkedIn mondays and wednesdays 9am customer stories", MORNINGS),
        ("Feed Fridays 15:00 tip", "On the feed, a tip on fridays at 3 in the afternoon"),
        ("Feed Mon-Fri between 8 and 10 tip", "a tip from Monday to Friday between 8 and 10 am on our feed"),
        ("Feed weekdays 9:00 tip", "a tip each weekday at 9 on our feed"),
        ("Feed, LinkedIn daily 9:00 tip", "everywhere daily 9:00 tip"),
        ("Feed every other Thursday 12:00 tip", "a tip every second Thursday at noon on the feed"),
        ("Feed montags und freitags 9:30 Tipp", "jeden Montag und Freitag um halb zehn ein Tipp auf dem Feed"),
    ],
)
def test_the_same_facts_in_other_words_are_the_persons(words: str, said: str) -> None:
    assert unsaid(words, said, ACCOUNTS, SLOTS) == ()


@pytest.mark.parametrize(
    ("words", "said", "invented"),
    [
        ("LinkedIn Tue 9:00 customer story", MORNINGS, {"tue"}),
        ("LinkedIn Mon 21:00 customer story", MORNINGS, {"21:00"}),
        ("Feed Mon 9:00 customer story", MORNINGS, {"feed"}),
        ("LinkedIn daily 9:00 customer story", MORNINGS, {"daily"}),
        ("LinkedIn every other Monday 9:00 customer story", MORNINGS, {"every other monday"}),
        ("LinkedIn Mon 9:00 discount of 50%", MORNINGS, {"discount", "50", "%"}),
        ("LinkedIn Mon-Wed 9:00 customer story", MORNINGS, {"mon", "wed"}),
        ("Feed Mon 9:00 tip", "9 posts on the feed, a tip on Mondays", {"9:00"}),
        ("Feed Fridays 3pm tip", "On the feed, a tip on fridays at 3", {"3pm"}),
    ],
)
def test_what_nobody_said_is_named(words: str, said: str, invented: set[str]) -> None:
    found = set(unsaid(words, said, ACCOUNTS, SLOTS))
    assert found and found <= invented, found


def test_campaigns_and_their_changes_hold_nothing_of_a_models_own() -> None:
    good = "Launch the Gravel 2 on 15 March, three weeks of build-up, LinkedIn, goal pre-orders"
    assert unsaid(good, LAUNCH, ACCOUNTS, CAMPAIGN) == ()
    bad = f"{good}, paid partnership with Acme, https://evil.example/x, budget 500"
    assert set(unsaid(bad, LAUNCH, ACCOUNTS, CAMPAIGN)) == {
        "https://evil.example/x", "paid", "partnership", "acme", "500",
    }  # fmt: skip
    assert unsaid(good.replace("15 March", "16 March"), LAUNCH, ACCOUNTS, CAMPAIGN) == ("16 march",)
    less = "it is a bit much: reduce it by one post each week"
    assert unsaid("one post fewer a week", less, ACCOUNTS, CHANGE) == ()
    assert unsaid("one post more a week", less, ACCOUNTS, CHANGE) == ("more",)
    assert unsaid("drop LinkedIn", less, ACCOUNTS, CHANGE) == ("linkedin", "drop")


def test_what_could_be_read_is_said_in_the_persons_words() -> None:
    assert heard(MORNINGS, ACCOUNTS) == "mondays, wednesdays, at nine, Velo LinkedIn"
    assert heard("hello", ACCOUNTS) == ""


@pytest.mark.parametrize(
    ("said", "tool"),
    [
        ("Could we have regular posts on the feed, Mondays at 9 a tip?", "plan_slots"),
        ("We need a campaign for the Gravel 2, out on 15 March", "propose_campaign"),
        ("In the campaign Gravel 2: one post fewer a week", "change_campaign"),
        ("Please show me the whole calendar for next month", "show_calendar"),
        ("How did our posts do last week?", "show_report"),
        ("Gib mir bitte die Zahlen vom November", "show_report"),
        ("Was sollen wir als nächstes posten?", "advise_next"),
        ("Announce our recurring workshop, Monday 9am", ""),
        ("For the campaign Spring: announce our sale", ""),
        ("Show our new bikes on the feed", ""),
    ],
)
def test_the_offline_model_knows_these_beyond_doubt(said: str, tool: str) -> None:
    found = proposal(said)
    assert (found.name if found else "") == tool
