"""Which accounts a message means, and that what only says where a post goes never stands in it."""

from __future__ import annotations

import pytest

from bot.llm.around import Around, KnownAccount
from bot.llm.offline.brief import post_idea

PLACES = Around(
    accounts=(
        KnownAccount(name="Velo AG", channel="linkedin"),
        KnownAccount(name="velo.bikes", channel="instagram", handle="@velo.bikes"),
        KnownAccount(name="Velo", channel="mastodon", handle="@velo@social.example"),
        KnownAccount(name="Newsletter", channel="email"),
        KnownAccount(name="Velo blog", channel="wordpress"),
        KnownAccount(name="Velo Deutsch", channel="bluesky", handle="velo.bsky.social"),
        KnownAccount(name="velo.de", channel="threads"),
    )
)


@pytest.mark.parametrize(
    ("message", "accounts", "first"),
    [
        ("As a thread for Mastodon: our café opens on 1 March", ["Velo"], "our café opens on 1 March"),
        ("As a long thread: our café opens on 1 March", [], "our café opens on 1 March"),
        ("Als Thread für Mastodon: Unser Café ist ab 1. März offen.", ["Velo"], "Unser Café ist ab 1. März offen"),
        ("Newsletter and blog: our school starts on 12 April", ["Newsletter", "Velo blog"],
         "our school starts on 12 April"),
        ("Für den Newsletter und den Blog: Unsere Schule beginnt am 12. April", ["Newsletter", "Velo blog"],
         "Unsere Schule beginnt am 12. April"),
        ("Announce our school. It starts on 12 April. For velo.bikes and velo.bsky.social, tomorrow 9am",
         ["velo.bikes", "Velo Deutsch"], "It starts on 12 April"),
        ("Announce our school. It starts on 12 April. For Velo and velo.de, tomorrow 9am", ["Velo", "velo.de"],
         "It starts on 12 April"),
        ("Announce our school. Sign up at velo.bikes. LinkedIn, tomorrow 9am", ["Velo AG"], "Sign up at velo.bikes"),
        ("A thread about our bikes: they weigh 9 kg", [], "they weigh 9 kg"),
    ],
)  # fmt: skip
def test_places_are_read_and_stay_out_of_the_post(message: str, accounts: list[str], first: str) -> None:
    idea = post_idea(message, PLACES)
    assert sorted(idea.get("accounts", [])) == sorted(accounts)
    assert idea["facts"][0] == first
    assert not any(word in " ".join([idea["topic"], *idea["facts"]]) for word in ("hread for", "ewsletter", "For v"))
