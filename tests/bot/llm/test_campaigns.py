"""The campaign that a request names."""

from __future__ import annotations

import pytest

from bot.llm.campaigns import campaign_of, without_campaign


@pytest.mark.parametrize(
    ("text", "name", "rest"),
    [
        ("Our sale\nCampaign: Spring.", "Spring", "Our sale"),
        ("Unser Fest. Kampagne: Frühling 2027", "Frühling 2027", "Unser Fest."),
        ("Our sale\nCampaign: “Back to school”\nTue 9am", "Back to school", "Our sale\n\nTue 9am"),
        ("Our campaign: never again", "", "Our campaign: never again"),
        ("We start a campaign", "", "We start a campaign"),
        ("", "", ""),
    ],
)
def test_a_campaign_is_named_in_so_many_words_and_left_out_of_the_rest(text: str, name: str, rest: str) -> None:
    assert (campaign_of(text), without_campaign(text)) == (name, rest)
