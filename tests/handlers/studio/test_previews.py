"""How versions look before they are approved, drawn from what was sealed."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from bot.channels.base import Channel, Content, SealedPayload
from bot.channels.facebook import Facebook
from bot.channels.instagram import Instagram
from bot.channels.linkedin import LinkedIn
from bot.channels.mastodon import Mastodon
from bot.channels.telegram import Telegram
from bot.channels.x import X
from bot.views import MediumView, VersionView
from bot.words import words
from handlers.web.studio.draw import _environment
from handlers.web.studio.previews import previews_of
from storage.sealed import Medium
from tests.bot.channels.benches import blank_account

MEDIA = tuple(
    Medium(sha256=f"{number:064x}", mime="image/png", size=9, width=1200, height=675, alt=f"Slide <{number}>")
    for number in range(1, 4)
)


@pytest.mark.parametrize(("language", "count"), [("en", "A document of 3 pages"), ("de", "Ein Dokument mit 3 Seiten")])
def test_a_linkedin_document_is_shown_page_by_page_under_its_title(language: str, count: str) -> None:
    account = blank_account("linkedin", options={"pictures": "document"})
    payload = LinkedIn().build(Content(text="Neu", title="Velos & <mehr>", media=MEDIA), account)
    shown = _drawn(payload, language)
    assert "Velos &amp; &lt;mehr&gt;" in shown and count in shown
    pages = re.findall(r'<li>.*?src="/media/([0-9a-f]{64})" alt="([^"]*)".*?</li>', shown, re.DOTALL)
    assert pages == [(medium.sha256, f"Slide &lt;{number}&gt;") for number, medium in enumerate(MEDIA, 1)]
    assert "linked-media" not in shown


def test_without_the_option_they_are_pictures() -> None:
    payload = LinkedIn().build(Content(text="Neu", title="Velos", media=MEDIA), blank_account("linkedin"))
    shown = _drawn(payload, "en")
    assert "linked-media" in shown and "linked-document" not in shown


@pytest.mark.parametrize(
    ("channel", "language", "more"),
    [(LinkedIn(), "en", "…more"), (Facebook(), "de", "…mehr"), (Instagram(), "en", "…more")],
)
def test_where_the_feed_folds_is_shown_and_what_it_hides_too(channel: Channel, language: str, more: str) -> None:
    text = "Everything on two wheels is 20% off until Sunday evening. " * 9 + "The <end>."
    content = Content(text=text, title="Sale", media=MEDIA[:1])
    shown = _drawn(channel.build(content, blank_account(channel.capabilities.channel)), language)
    seen, mark, beyond = shown.partition(f'<span class="fold-more">{more}</span>')
    assert mark and "Everything on two wheels" in seen and "The &lt;end&gt;." in beyond
    short = channel.build(dataclasses.replace(content, text="Sale."), blank_account(channel.capabilities.channel))
    assert "fold" not in _drawn(short, language)


def test_telegram_shows_a_bubble_and_says_whose_words_its_card_has() -> None:
    text = "Bikes <now> at https://velo.example/sale with @velo_zurich #velo"
    account = blank_account("telegram").changed(destination="-100", server="https://api.telegram.org")
    plain = _drawn(Telegram().build(Content(text=text, title="Sale", link="https://velo.example/sale"), account), "en")
    assert 'class="preview gramme"' in plain and "Bikes &lt;now&gt;" in plain and "<b>velo.example</b>" in plain
    assert "<b>@velo_zurich</b>" in plain and "<b>#velo</b>" in plain and "what Telegram reads on that page" in plain
    pictured = _drawn(Telegram().build(Content(text=text, title="Sale", media=MEDIA[:2]), account), "en")
    assert pictured.count("<img") == 2 and 'data-count="2"' in pictured and "gramme-card" not in pictured


@pytest.mark.parametrize(
    "channel", [LinkedIn(), Mastodon(), Facebook(), Instagram()], ids=lambda each: each.capabilities.channel
)
def test_a_first_comment_stands_below_the_post_as_it_will_be(channel: Any) -> None:
    account = blank_account(channel.capabilities.channel)
    content = Content(text="Neu", title="Velos", media=MEDIA[:1], first_comment="Mehr:\n<hier> & dort")
    shown = _drawn(channel.build(content, account), "de")
    assert (
        re.search(r'class="first-comment-text">Mehr:\n&lt;hier&gt; &amp; dort</p>', shown)
        and "Erster Kommentar" in shown
    )
    assert "first-comment" not in _drawn(channel.build(Content(text="Neu", media=MEDIA[:1]), account), "de")


def test_a_reply_is_shown_as_the_last_post_of_its_thread() -> None:
    payload = X().build(Content(text="Neu", first_comment="Mehr <hier>"), blank_account("x"))
    shown = _drawn(payload, "en")
    assert re.findall(r'class="ex-text">([^<]+)</p>', shown) == ["Neu", "Mehr &lt;hier&gt;"]
    assert "first-comment" not in shown


def test_every_post_of_a_thread_on_mastodon_is_shown_with_the_pictures_below_the_first() -> None:
    text = "\n\n".join(f"<Teil {number}> {'Velo ' * 60}." for number in range(3))
    payload = Mastodon().build(Content(text=text, media=MEDIA[:1]), blank_account("mastodon"))
    shown = _drawn(payload, "en")
    assert len(payload.parts) == 3 and [shown.count(f"&lt;Teil {number}&gt;") for number in range(3)] == [1, 1, 1]
    assert shown.index("&lt;Teil 0&gt;") < shown.index("<img") < shown.index("&lt;Teil 1&gt;")
    assert "2 of 3" in shown and "3 of 3" in shown and "1 of 3" not in shown


def _drawn(payload: SealedPayload, language: str) -> str:
    part = payload.parts[0]
    fields = ("sha256", "mime", "width", "height", "alt")
    media = [
        MediumView(bytes=medium.size, url="", **{name: getattr(medium, name) for name in fields})
        for medium in part.media
    ]
    view = VersionView(
        account=payload.account,
        account_name="Velo",
        channel=payload.channel,
        text=part.text,
        digest=payload.digest,
        length=3,
        limit=3000,
        unit="characters",
        price=None,
        media=media,
        approved=False,
        missing=None,
        post=None,
    )
    [preview] = previews_of([view], {payload.account: payload}, {}, "/media")
    macros: Any = _environment().get_template("preview.html").module
    return str(macros.shown(words(language).text, preview, "Velo", "de", "/media"))
