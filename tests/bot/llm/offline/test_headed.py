"""E-mails get a subject and a preview line, articles a title and headings, which revisions keep."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.article import article_of
from bot.channels.mail_text import _PREVIEW
from bot.llm.offline.writing import revise_copy, write_text
from bot.llm.offline.writing_headed import PREVIEW, SUBJECT, TITLE

SALE: dict[str, Any] = {
    "topic": "our spring sale", "goal": "promote", "offer": "20% off all bikes", "deadline": "until 31 May",
    "facts": ["test rides all day", "free service with every bike", "helmets for children"],
    "link": "https://velo.example/sale", "links": ["https://velo.example/sale"], "language": "en",
}  # fmt: skip
SHOP: dict[str, Any] = {
    "topic": "unsere neue Werkstatt in Bern", "goal": "announce", "facts": ["wir reparieren auch E-Bikes"],
    "language": "de",
}  # fmt: skip


def _document(brief: dict[str, Any], form: str, **more: Any) -> dict[str, Any]:
    need = {"account": "a_1", "form": form, "headed": form in ("e-mail", "article"), "limit": None} | more
    return {"brief": brief | {"request": "x"}, "brand": {"name": "Velo"}, "seed": "s:0", "needs": [need], "need": need}


def _text(brief: dict[str, Any], form: str, **more: Any) -> str:
    return str(write_text(_document(brief, form, **more))["text"])


@pytest.mark.parametrize("brief", [SALE, SHOP])
def test_an_email_has_a_subject_and_a_preview_that_goes_on_from_it(brief: dict[str, Any]) -> None:
    text = _text(brief, "e-mail")
    article = article_of(text, "")
    preview = _PREVIEW.match(article.body)
    assert preview is not None and 0 < len(article.title) <= SUBJECT and 0 < len(preview[1]) <= PREVIEW
    assert preview[1].casefold() not in article.title.casefold()
    assert text.endswith(_text(brief, "post")), "below stands the letter as it is"


def test_an_article_has_a_title_and_headings_where_there_is_enough_to_tell() -> None:
    text = _text(SALE, "article")
    assert 0 < len(article_of(text, "").title) <= TITLE and text.count("\n## ") == 2
    assert "\n## " not in _text(SHOP, "article") and article_of(_text(SHOP, "article"), "").title
    assert "\n## " not in _text(SALE, "post")


def test_exact_words_and_a_limit_are_left_alone() -> None:
    assert _text(SALE | {"verbatim": "Come to our sale."}, "e-mail").startswith("Come to our sale.")
    post = _text(SALE, "post", limit=200, unit="characters")
    assert _text(SALE, "e-mail", limit=len(post) + 5, unit="characters") == post


def test_a_revision_keeps_the_head_and_changes_what_it_says() -> None:
    document = _document(SALE, "e-mail")
    text = str(write_text(document)["text"])
    told = {"current": {"a_1": text}, "card": None, "title": "", "task": "revise"}
    [shorter] = revise_copy(document | told | {"instruction": "shorter"})["versions"]
    assert shorter["text"].split("\n")[:2] == text.split("\n")[:2] and len(shorter["text"]) < len(text)
    [other] = revise_copy(document | told | {"instruction": "replace 20% with 25%"})["versions"]
    assert "25%" in other["text"].split("\n")[0] and "20%" not in other["text"]
