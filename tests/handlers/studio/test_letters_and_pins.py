"""E-mails and pins are shown from the very bytes that were sealed, and nothing in them is taken as markup."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from jinja2 import Environment, PackageLoader, select_autoescape

from bot.channels.base import Channel, Content
from bot.channels.mail import Email
from bot.channels.pinterest import Pinterest
from bot.views import MediumView, VersionView
from handlers.web.studio.previews import Preview, previews_of
from storage.sealed import Medium
from tests.bot.channels.benches import blank_account

PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
SHA = hashlib.sha256(PNG).hexdigest()
PICTURE = Medium(sha256=SHA, mime="image/png", size=len(PNG), width=1000, height=1500, alt='Velo "neu" <b>')
MAIL = {
    "from": "Velo <news@velo.example>",
    "list": "Velo <script>",
    "recipients": "0123456789abcdef,fedcba9876543210",
    "postal": "Velo & Co, 8001 Zürich",
    "unsubscribe": "https://velo.example/stop?a=1&b=2",
}


def shown(channel: Channel, options: dict[str, str], text: str, **more: Any) -> str:
    account = blank_account(channel.capabilities.channel, options=options)
    payload = channel.build(Content(text=text, media=(PICTURE,), **more), account)
    # What a preview looks at, and no more.
    a_view: Any = VersionView.model_construct
    a_medium: Any = MediumView.model_construct
    view = a_view(
        account=account.id,
        account_name="Velo",
        channel=account.channel,
        media=[a_medium(sha256=SHA, alt=PICTURE.alt, width=1000, height=1500)],
    )
    [preview] = previews_of([view], {account.id: payload}, {account.id: "velo · Räder"}, "/pictures")
    return drawn(preview)


def drawn(preview: Preview) -> str:
    pages = Environment(loader=PackageLoader("handlers.web.studio"), autoescape=select_autoescape())

    def t(words: str, **values: object) -> str:
        return words.format(**values)

    macro = pages.get_template("preview.html").module.shown  # type: ignore[attr-defined]
    return str(macro(t, preview, "Velo", "de", "/pictures"))


@pytest.fixture
def letter() -> str:
    return shown(Email(), MAIL, "Neu <i>\n\nPreview: Ab & heute\n\n**Fett** <script>x</script>")


def test_a_letter_shows_who_gets_it_its_lines_and_its_foot(letter: str) -> None:
    assert "Velo &lt;news@velo.example&gt;" in letter and "2 recipients" in letter
    assert "<b>Neu &lt;i&gt;</b>" in letter and "<dd>Ab &amp; heute</dd>" in letter
    assert "<strong>Fett</strong>" in letter and "Velo &amp; Co, 8001 Zürich" in letter
    assert 'href="https://velo.example/stop?a=1&amp;b=2"' in letter
    assert f'src="/pictures/{SHA}" alt="Velo &quot;neu&quot; &lt;b&gt;"' in letter and "cid:" not in letter


def test_nothing_in_a_letter_becomes_markup_or_style(letter: str) -> None:
    assert "<script" not in letter and "<style" not in letter and "style=" not in letter


def test_a_pin_shows_its_picture_its_words_and_where_it_leads() -> None:
    pin = shown(Pinterest(), {}, "Neu <i>\nAb heute <script>", link="https://velo.example/x?a=1")
    assert "<h4>Neu &lt;i&gt;</h4>" in pin and "Ab heute &lt;script&gt;" in pin and "velo.example" in pin
    assert f'src="/pictures/{SHA}" alt="Velo &#34;neu&#34; &lt;b&gt;"' in pin and "velo · Räder" in pin
