"""Limits that one channel alone has: its table says each, and a payload that exceeds it by one is a problem.

What all channels have is in `test_limits`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from bot.channels import (
    bluesky,
    devto,
    ghost,
    instagram_text,
    linkedin,
    mail,
    mail_account,
    mastodon_server,
    mastodon_thread,
    pinterest,
    telegram,
)
from bot.channels import bluesky_text as bluesky_counts
from bot.channels import linkedin_document as documents
from bot.channels import threads as threads_channel
from bot.channels import threads_text as threads_counts
from bot.channels import x as x_channel
from bot.channels import x_text as x_counts
from bot.channels.base import Content, SealedPayload
from bot.channels.pages import OVERHEAD_BYTES
from storage.sealed import Medium
from tests.bot.channels.benches import blank_account
from tests.bot.channels.test_limits import CHANNELS, stated, tables

FAMILY = "👩‍👩‍👧‍👦"  # one grapheme of 25 bytes
LINK = "https://velo.example/neu"

# Rows of a channel's table beside those that all have, as the code knows them.
OWN: Mapping[str, Mapping[str, str]] = {
    "mastodon": {
        "an address": f"counts {mastodon_server.MASTODON['url_characters']} characters",
        "posts of a thread": f"{mastodon_thread.MOST_PARTS}",
    },
    "bluesky": {
        "bytes of a post": f"{bluesky_counts.MOST_BYTES:,}",
        "posts of a thread": f"{bluesky.MOST_PARTS}",
        "picture of a link's card": f"{bluesky.MOST_THUMB_BYTES:,} bytes",
        "a hashtag": f"{bluesky_counts.MOST_TAG_GRAPHEMES} graphemes, {bluesky_counts.MOST_TAG_BYTES} bytes",
        "mentions": f"{bluesky.MOST_MENTIONS}",
    },
    "telegram": {"text beside pictures": f"{telegram.MOST_CAPTION:,} characters"},
    "ghost": {"a tag": f"{ghost.MOST_TAG} characters"},
    "devto": {"tags": f"{devto.MOST_TAGS}, of {devto.MOST_TAG} characters"},
    "linkedin": {
        "pages of a document": f"{documents.MOST_PAGES}",
        "a document": f"{documents.MOST_BYTES:,} bytes",
        "title of a document": f"{documents.MOST_TITLE} characters",
        "mentions": f"{linkedin.MOST_MENTIONS}",
    },
    "x": {
        "posts of a thread": f"{x_channel.MOST_PARTS}",
        "an address": f"counts {x_counts.ADDRESS_WEIGHT} characters",
    },
    "email": {
        "the page": f"{mail.MOST_PAGE_BYTES:,} bytes",
        "the whole e-mail": f"{mail.MOST_BYTES:,} bytes, reckoned",
        "recipients": f"{mail_account.MOST_RECIPIENTS}",
    },
    "pinterest": {"link": f"{pinterest.MOST_LINK:,} characters"},
    "threads": {
        "posts of a thread": f"{threads_channel.MOST_PARTS}",
        "links in a post": f"{threads_counts.MOST_LINKS}",
        "topic": f"{threads_counts.MOST_TOPIC} characters",
    },
    "instagram": {
        "hashtags": f"{instagram_text.MOST_TAGS}",
        "mentions": f"{instagram_text.MOST_MENTIONS}",
    },
}


@pytest.mark.parametrize("name", CHANNELS)
def test_a_table_has_every_limit_of_the_code_and_no_other(name: str) -> None:
    own = OWN.get(name, {})
    said = {limit: value for limit, value, _, _ in tables()[name]}
    assert {limit: said.get(limit) for limit in own} == own
    assert set(said) == set(own) | set(stated(CHANNELS[name].capabilities))


def medium(name: str, size: int = 1000, **more: Any) -> Medium:
    fields = {"sha256": "a" * 64, "mime": CHANNELS[name].capabilities.image_mimes[0], "size": size, "alt": "Velo"}
    return Medium(**{**fields, "width": 1000, "height": 1000, **more})


def posts(many: int, most: int) -> str:
    """A text that is split into so many posts."""
    return "\n\n".join(f"{number} ".ljust(most - 40, "x") for number in range(many))


def with_size(payload: SealedPayload, size: int) -> SealedPayload:
    part = payload.parts[0]
    media = tuple(each.model_copy(update={"size": size}) for each in part.media)
    return payload.model_copy(update={"parts": (part.model_copy(update={"media": media}), *payload.parts[1:])})


@dataclass(frozen=True)
class Own:
    """`made` is a draft of that size: `most` fits, and one more is the problem `rule`."""

    channel: str
    limit: str
    most: int
    rule: str
    made: Callable[[int], Content]
    options: tuple[tuple[str, str], ...] = ()


LIMITS = [
    Own("bluesky", "bytes of a post", 3000, "too_long", lambda n: Content(text=FAMILY * (n // 25) + "x" * (n % 25))),
    Own("mastodon", "posts of a thread", 15, "thread", lambda n: Content(text=posts(n, 500))),
    Own("bluesky", "posts of a thread", 25, "thread", lambda n: Content(text=posts(n, 300))),
    Own(
        "bluesky",
        "picture of a link's card",
        1_000_000,
        "picture_bytes",
        lambda n: Content(text="Neu", link=LINK, media=(medium("bluesky", n),)),
        (("card", "picture"),),
    ),
    Own(
        "telegram",
        "text beside pictures",
        1024,
        "too_long",
        lambda n: Content(text="x" * n, media=(medium("telegram"),)),
    ),
    Own(
        "linkedin",
        "pages of a document",
        300,
        "too_many_pictures",
        lambda n: Content(text="Neu", title="Neu", media=(medium("linkedin"),) * n),
        (("pictures", "document"),),
    ),
    Own(
        "linkedin",
        "title of a document",
        150,
        "document_title",
        lambda n: Content(text="Neu", title="x" * n, media=(medium("linkedin"),) * 2),
        (("pictures", "document"),),
    ),
    Own("x", "posts of a thread", 25, "thread", lambda n: Content(text=posts(n, 280))),
    Own(
        "pinterest",
        "link",
        2048,
        "link_too_long",
        lambda n: Content(text="Neu", media=(medium("pinterest"),), link=LINK + "x" * (n - len(LINK))),
    ),
    Own("threads", "posts of a thread", 25, "thread", lambda n: Content(text=posts(n, 500))),
    Own(
        "threads",
        "links in a post",
        5,
        "too_many_links",
        lambda n: Content(text=" ".join(f"{LINK}/{number}" for number in range(n))),
    ),
    Own(
        "instagram",
        "hashtags",
        5,
        "too_many_hashtags",
        lambda n: Content(text=" ".join(f"#v{number}" for number in range(n)), media=(medium("instagram"),)),
    ),
    Own(
        "instagram",
        "mentions",
        20,
        "too_many_mentions",
        lambda n: Content(text=" ".join(f"@v{number}" for number in range(n)), media=(medium("instagram"),)),
    ),
]


@pytest.mark.parametrize("own", LIMITS, ids=lambda own: f"{own.channel}, {own.limit}")
def test_what_exceeds_a_channels_own_limit_by_one_is_a_problem_before_approval(own: Own) -> None:
    channel, account = CHANNELS[own.channel], blank_account(own.channel, options=dict(own.options))
    assert f"{own.most:,}" in OWN[own.channel][own.limit]

    def rules(size: int) -> set[str]:
        return {each.rule for each in channel.validate(channel.build(own.made(size), account), account)}

    assert rules(own.most) == set()
    assert own.rule in rules(own.most + 1)


def test_where_a_server_says_nothing_mastodons_own_limits_hold() -> None:
    channel, account = CHANNELS["mastodon"], blank_account("mastodon")
    can, wanted = channel.capabilities_for(account), channel.capabilities
    for name in ("text_limit", "images_max", "image_max_bytes", "image_max_pixels", "alt_limit"):
        assert getattr(can, name) == getattr(wanted, name), name
    assert mastodon_server.MASTODON["picture_pixels"] == 7680 * 4320  # app/models/media_attachment.rb: MAX_PIXELS


def test_a_documents_bytes_are_reckoned_with_all_its_pages() -> None:
    account = blank_account("linkedin", options={"pictures": "document"})
    media = (medium("linkedin"),) * 25
    payload = CHANNELS["linkedin"].build(Content(text="Neu", title="Neu", media=media), account)
    each = documents.MOST_BYTES // 25 - OVERHEAD_BYTES - 4 * len("Velo")
    for size, rules in ((each, set[str]()), (each + 1, {"document_bytes"})):
        found = CHANNELS["linkedin"].validate(with_size(payload, size), account)
        assert {problem.rule for problem in found} == rules


def test_as_many_pictures_as_an_e_mail_takes_fit_into_one_together() -> None:
    channel, account = CHANNELS["email"], blank_account("email")
    can = channel.capabilities_for(account)
    media = (medium("email", can.image_max_bytes),) * can.images_max
    payload = channel.build(Content(text="Neu\n\n" + "Velo " * 3_999, media=media), account)
    assert channel.validate(payload, account) == ()
    smaller = account.changed(options={"size": "5000000"})  # what the server says of itself
    assert {each.rule for each in channel.validate(payload, smaller)} == {"mail_too_large"}


@pytest.mark.parametrize(("channel", "rest"), [("mastodon", 500 - 23), ("x", 280 - 23)])
def test_an_address_counts_the_same_whatever_its_length(channel: str, rest: int) -> None:
    for address in ("https://velo.ch", f"https://velo.ch/{'x' * 90}"):
        account = blank_account(channel)
        text = f"{'x' * (rest - 1)} {address}"
        one, more = (CHANNELS[channel].measure(each, account) for each in (text, f"x{text}"))
        assert one.used == one.limit == rest + 23
        assert more.limit == 2 * (rest + 23), "a second post"
