"""What holds for copy of any brief: its facts are kept, none is added, no wish to AdMind is told to the readers, posts
of a series differ, serious news stays sober, and changes keep what they were not asked to change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import regex
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.llm.offline.said import Call, Say
from bot.llm.offline.serious import is_serious
from bot.llm.offline.understanding import understand
from bot.llm.offline.writing import revise_copy
from bot.llm.offline.writing_text import EMOJI, URL, likeness, words
from tests.bot.llm.offline.copying import write_copy
from tests.bot.llm.offline.table import NONE

NEED = {"account": "feed", "limit": None, "unit": "characters", "hashtags": "few", "links": "in text"}
LINK = "https://velo.example/x1"
calm = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

TOPICS = {
    "en": ["our new sourdough", "the CutMaster 700", "our summer festival", "our spa weekend", "the Aare ferry"],
    "de": ["unsere neue Terrasse", "unser Sommerfest", "die Velofähre", "unseren neuen Kurs", "unsere Werkstatt"],
}
LEADS = {
    "en": ["Announce {}", "Post about {}", "Tell everyone about {}", "Please write a post about {}", "Promote {}"],
    "de": ["Schreib einen Post über {}", "Poste etwas über {}", "Bitte erstelle einen Beitrag über {}"],
}
NAMES = ["Ella Maillart", "Dr. Lena Vogt", "Meyer Metallbau", "St. Martin", "Hofstettenstrasse"]
WISHES = {
    "en": [
        "Feed, tomorrow 9am, with an image.",
        "Blog, Thursday 10am.",
        "Playful please, with a picture.",
        "It should go out on Friday at 8am.",
        "Please keep it friendly and use a nice picture.",
        "Post it tomorrow 7am with an image.",
        "",
    ],
    "de": ["Morgen 8 Uhr auf dem Blog mit Bild.", "Freitag 10 Uhr, mit Bild.", "Locker bitte, mit Bild.", ""],
}
LEAKS = regex.compile(
    r"(?i)\b(?:feed|blog|image|picture|bild|tomorrow|morgen 8|playful|locker|post(?:e|en)?|announce|schreib|"
    r"friendly and|should go out|with an? |mit bild|please (?:keep|write)|tell everyone|promote)\b"
)
SERIOUS = [
    "Product recall: our kettle K200 (batch 41 to 48) can overheat. Please stop using it and bring it back.",
    "It is with great sadness that we tell you that Peter Brunner passed away on 3 June at the age of 78.",
    "After 41 years we are closing our bookshop on 31 March. Thank you for your loyalty.",
    "We have to raise our prices: from 1 January a pass costs CHF 89 instead of CHF 82.",
    "Because of the storm warning we have to cancel tonight's concert. Tickets are refunded within 10 days.",
    "On 5 May unknown people gained access to our customer database. 3,400 customers are affected.",
    "We apologise: on Tuesday our booking system was down for 5 hours. You get 15% off with the code SORRY15.",
    "Rückruf: In unserem Joghurt 180 g können Glassplitter sein. Bitte nicht essen und zurückgeben.",
    "Wir trauern um unseren Mitarbeiter Hans Graf, der am 2. Mai im Alter von 59 Jahren verstorben ist.",
    "Unsere Filiale in Wil schliesst am 30. Juni für immer. Wir danken für 18 Jahre Treue.",
    "Ab 1. Januar kostet das Mittagsmenü 19.50 statt 18.00 Franken.",
]
CHEERFUL = regex.compile(
    r"(?i)guess|psst|drum|heard|treat|trommel|gehört|vorhang|news from us|neues von|happy|freuen|miss it|pass it on"
)


@dataclass(frozen=True)
class Asked:
    text: str
    language: str
    facts: tuple[str, ...]


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    """A brief put together as people do: a lead, a topic, statements with figures and names, a link, wishes."""
    language = draw(st.sampled_from(["en", "de"]))
    number, price = draw(st.integers(13, 999)), draw(st.integers(13, 9999))
    day, hour = draw(st.integers(1, 28)), draw(st.integers(8, 20))
    name = draw(st.sampled_from(NAMES))
    month = draw(st.sampled_from(["June", "March"] if language == "en" else ["Juni", "März"]))
    pool = {
        "en": [
            f"It costs CHF {price}.",
            f"More than {number} people took part last year.",
            f"It starts on {day} {month} at {hour}:15.",
            f"{name} is our guest.",
            f"Please bring {number} good ideas and a photograph of your dog.",
            f"Entry is free for the first {number} guests.",
        ],
        "de": [
            f"Der Preis beträgt {price} Franken.",
            f"Im letzten Jahr waren {number} Leute dabei.",
            f"Los geht es am {day}. {month} um {hour}:15 Uhr.",
            f"Zu Gast ist {name}.",
            f"Bitte bringt {number} gute Ideen mit.",
        ],
    }[language]
    facts = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=4, unique=True))
    lead = draw(st.sampled_from(LEADS[language])).format(draw(st.sampled_from(TOPICS[language])))
    link = draw(st.sampled_from(["", f" {LINK}", f" More at {LINK}." if language == "en" else f" Mehr auf {LINK}."]))
    wish = draw(st.sampled_from(WISHES[language]))
    return Asked(f"{lead}. {' '.join(facts)}{link} {wish}".strip(), language, tuple(facts))


def documents(message: str) -> list[dict[str, Any]]:
    answer = understand(message, NONE)
    assert isinstance(answer, Call) and answer.name == "draft_posts", answer
    return [
        {
            "brief": {"request": message, "language": "en", **idea},
            "brand": {"name": "", "language": "en"},
            "needs": [NEED],
            "angle": idea.get("angle", ""),
            "variants": 1,
            "seed": f"s:{number}",
        }
        for number, idea in enumerate(answer.args["posts"])
    ]


def told(document: dict[str, Any]) -> str:
    return str(write_copy(document)["versions"][0]["text"])


def figures(text: str) -> list[str]:
    return regex.findall(r"\d+", URL.sub("", text))


@given(asked())
@calm
def test_every_figure_name_and_link_is_told_and_none_is_added(brief: Asked) -> None:
    (document,) = documents(brief.text)
    text = told(document)
    for fact in brief.facts:
        missing = [word for word in words(fact) if word not in words(text)]
        assert not missing, (missing, text)
    assert (LINK in text) == (LINK in brief.text), text
    assert set(figures(text)) <= {figure for fact in (*brief.facts, brief.text) for figure in figures(fact)}, text


@given(asked())
@calm
def test_no_wish_to_admind_is_told_to_the_readers(brief: Asked) -> None:
    (document,) = documents(brief.text)
    copy = write_copy(document)
    for text in (copy["versions"][0]["text"], copy["title"], *copy["card"].values()):
        leaked = LEAKS.search(URL.sub("", text))
        assert not leaked or leaked[0] in " ".join(brief.facts), (leaked, text)


@given(asked())
@calm
def test_every_line_begins_like_a_sentence_and_no_mark_is_left_over(brief: Asked) -> None:
    (document,) = documents(brief.text)
    for line in filter(None, told(document).split("\n")):
        assert not line[0].islower() and not regex.search(
            r"[,;:]\s*[.,;:!?]|\s[.,;!?]|\.\.(?!\.)", URL.sub("", line)
        ), line


@given(asked(), st.integers(2, 4))
@calm
def test_posts_of_a_series_differ_and_the_first_tells_everything(brief: Asked, count: int) -> None:
    (document,) = documents(brief.text)
    angles = [
        "the news itself",
        "what it does for the reader",
        "one detail in the foreground",
        "a question",
        "a reminder",
    ]
    made: list[str] = []
    for number in range(count):
        made.append(told(document | {"angle": angles[number], "seed": f"s:{number}", "recent": list(made)}))
    assert all(all(word in words(made[0]) for word in words(fact)) for fact in brief.facts)
    openings = [text.split("\n")[0][:60] for text in made]
    assert len(set(openings)) == len(openings), openings
    assert all(likeness(one, other) < 0.85 for i, one in enumerate(made) for other in made[:i]), made


@pytest.mark.parametrize("news", SERIOUS, ids=[news[:30] for news in SERIOUS])
@pytest.mark.parametrize("wish", ["", " Playful please, with an image.", " Locker und lustig bitte.", " with emoji"])
def test_serious_news_is_told_as_it_is_whatever_tone_is_asked(news: str, wish: str) -> None:
    assert is_serious(news)
    (document,) = documents(news + wish)
    for number in range(6):
        text = told(document | {"seed": f"s:{number}"})
        assert not EMOJI.search(text) and "!" not in text and not CHEERFUL.search(text), text
        assert all(word in words(text) for word in words(news)), text


@pytest.mark.parametrize(
    "news",
    [
        "Our shop is closed on Sundays. We bake fresh rolls every morning.",
        "Registration closes on Friday. 12 places are left.",
        "Now CHF 49 instead of CHF 69: our winter boots.",
        "We reopen the bar with 40 new drinks.",
    ],
)
def test_good_news_is_not_taken_for_serious(news: str) -> None:
    assert not is_serious(news)


@given(
    asked(),
    st.sampled_from(["shorter", "more playful", "more formal", "try again", "kürzer", "lockerer", "add an emoji"]),
)
@calm
def test_a_change_keeps_every_fact_and_the_link(brief: Asked, instruction: str) -> None:
    (document,) = documents(brief.text)
    before = told(document)
    answer = revise_copy(document | {"current": {"feed": before}, "card": None, "instruction": instruction})
    if not answer["understood"]:
        assert answer["question"].rstrip().endswith("?")
        return
    text = answer["versions"][0]["text"]
    assert URL.findall(text) == URL.findall(before)
    assert set(figures(text)) == set(figures(before)), (before, text)
    if "short" not in instruction and instruction != "kürzer":
        assert all(word in words(text) for fact in brief.facts for word in words(fact)), (before, text)


CHAIN: list[tuple[str, Callable[[str], bool]]] = [
    ("change 20% to 25%", lambda text: "25% off" in text and "20%" not in text),
    ("more playful", lambda text: "25% off all bikes until 31 May" in text),
    ("mention that test rides are free", lambda text: "Test rides are free." in text),
    ("shorter", lambda text: "25% off" in text and "Test rides are free." in text),
    ("more formal", lambda text: "Test rides are free" in text and not EMOJI.search(text)),
    ("without the last sentence", lambda text: "Test rides" not in text and "https://velo.example/sale" in text),
    ('the text should be "25% off. Until 31 May."', lambda text: text == "25% off. Until 31 May."),
]


def test_a_chain_of_changes_keeps_what_was_changed_before() -> None:
    (document,) = documents("Announce our spring sale: 20% off all bikes until 31 May https://velo.example/sale")
    copy = write_copy(document)
    text, title = copy["versions"][0]["text"], copy["title"]
    for instruction, holds in CHAIN:
        answer = revise_copy(
            document | {"current": {"feed": text}, "card": None, "title": title, "instruction": instruction}
        )
        assert answer["understood"], (instruction, answer["question"])
        text, title = answer["versions"][0]["text"], answer["title"] or title
        assert holds(text), (instruction, text)
    assert "25% off" in title and "20%" not in title


@pytest.mark.parametrize(
    "instruction",
    ["drop the hashtag", "no emoji", "in French", "auf Deutsch", "make it pop like a rainbow", "without the price"],
)
def test_what_cannot_be_done_is_answered_with_a_question(instruction: str) -> None:
    (document,) = documents("We are open again from Monday. The terrace has 60 seats.")
    answer = revise_copy(document | {"current": {"feed": told(document)}, "card": None, "instruction": instruction})
    assert not answer["understood"] and answer["question"].rstrip().endswith(("?", ".")), answer


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("Post in English: Unser Sommerfest findet am 12. Juli statt, Eintritt frei.", "Englisch"),
        ("Create a post in German about free shipping this weekend", "German"),
    ],
)
def test_no_post_is_made_in_another_language_than_asked_for(message: str, wanted: str) -> None:
    answer = understand(message, NONE)
    assert isinstance(answer, Say) and wanted in answer.text


@pytest.mark.parametrize(
    "message",
    [
        "Kannst du da was machen wegen dem Ding für alle?",
        "Can you do it like the other day, but for the kids?",
    ],
)
def test_words_that_may_be_meant_for_admind_are_asked_about(message: str) -> None:
    answer = understand(message, NONE)
    assert isinstance(answer, Say) and "?" in answer.text


@given(st.text(max_size=300))
@calm
def test_any_message_is_understood_without_an_error(message: str) -> None:
    assert understand(message, NONE)
