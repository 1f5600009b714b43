# ruff: noqa: E501  (a message is easier to read unbroken)
"""From a message to copy that can be approved: whole sentences, said once, with every fact and no instruction in it."""

from __future__ import annotations

from typing import Any

import pytest
import regex

from bot.llm.offline.said import Call, Say
from bot.llm.offline.understanding import understand
from bot.llm.offline.writing import revise_copy
from bot.llm.offline.writing_text import EMOJI, URL, words
from tests.bot.llm.offline.copying import write_copy
from tests.bot.llm.offline.table import NONE

NEED = {"account": "feed", "limit": None, "unit": "characters", "hashtags": "few", "links": "in text"}
FILLER = regex.compile(r"Questions\? Just ask us|Pass it on|Fragen\? Meldet euch|Gern weitersagen")
LOGISTICS = regex.compile(
    r"(?i)\b(?:feed|blog|with an? (?:image|picture)|mit bild|tomorrow|morgen um|asap|posten|playful|dringlich|announce|kündige)\b"
)

# A message; what its copy must hold; words of it that are meant for AdMind alone.
MESSAGES: list[tuple[str, tuple[str, ...]]] = [
    (
        "Announce our spring sale: 20% off all bikes until 31 May, details at https://velo.example/sale. Blog, tomorrow 9am, with an image.",
        ("spring sale", "20% off all bikes until 31 May", "https://velo.example/sale"),
    ),
    (
        "We're hiring a bike mechanic in Zurich, 80-100%, apply until 15 January at https://velo.example/jobs. Post it on Thursday at 10:00 with an image",
        ("We're hiring a bike mechanic in Zurich, 80-100%", "Apply until 15 January: https://velo.example/jobs"),
    ),
    (
        "Thank everyone who came to our charity run on Sunday: 340 runners raised CHF 12,500 for the children's hospital. Post now.",
        (
            "Thank you to everyone who came to our charity run on Sunday: 340 runners raised CHF 12,500 for the children's hospital.",
        ),
    ),
    (
        "Recall: our KidSeat 2 (serial 4000-4999) has a faulty buckle. Stop using it and bring it back for a full refund. Info at https://velo.example/recall. asap",
        (
            "Recall: our KidSeat 2 (serial 4000-4999) has a faulty buckle.",
            "Stop using it and bring it back for a full refund.",
            "https://velo.example/recall",
        ),
    ),
    (
        "Neu: ab 1. Dezember liefern wir gratis ab CHF 50. Mehr auf https://velo.example/liefern. Morgen um 9 Uhr, mit Bild",
        ("Ab 1. Dezember liefern wir gratis ab CHF 50.", "https://velo.example/liefern"),
    ),
    (
        "Wir öffnen am 5. Dezember unser neues Café an der Langstrasse 12 in Zürich. Freitag 9 Uhr, mit Bild",
        ("Wir öffnen am 5. Dezember unser neues Café an der Langstrasse 12 in Zürich.",),
    ),
    (
        'Invite everyone to the opening of our exhibition "Light and Water" on 4 April at 18:00, Museum Street 5. Entry is free. Post it on 20 March at 9:00 with a picture',
        ('the opening of our exhibition "Light and Water" on 4 April at 18:00, Museum Street 5', "Entry is free."),
    ),
    (
        "Version 2.4 of FleetMap is out: offline maps, route export and dark mode. Release notes: https://fleetmap.example/2-4. Today 3pm",
        (
            "Version 2.4 of FleetMap is out: offline maps, route export and dark mode.",
            "Release notes: https://fleetmap.example/2-4",
        ),
    ),
    (
        "Black Friday: 30% off all e-bikes, only this Friday, online and in store https://velo.example/bf. Friday 7am with an image, playful",
        ("Black Friday: 30% off all e-bikes, only this Friday, online and in store", "https://velo.example/bf"),
    ),
    (
        "Due to the storm, our Bern store stays closed today. Online orders ship on Monday. asap",
        ("Due to the storm, our Bern store stays closed today.", "Online orders ship on Monday."),
    ),
    (
        "Wir suchen per sofort eine Köchin oder einen Koch (60-100%) in Bern. Bewerbung bis 31. Januar an https://anker.example/jobs. Donnerstag 10 Uhr mit Bild",
        (
            "eine Köchin oder einen Koch (60-100%) in Bern",
            "Bewerbung bis 31. Januar: https://anker.example/jobs",
        ),
    ),
    (
        "Danke an alle, die an unserem Sommerfest geholfen haben: 60 Freiwillige, 1200 Gäste, ein unvergesslicher Tag. Jetzt posten",
        (
            "Danke an alle, die an unserem Sommerfest geholfen haben: 60 Freiwillige, 1200 Gäste, ein unvergesslicher Tag.",
        ),
    ),
    (
        "Lade alle zu unserem Tag der offenen Tür am 14. Mai von 10 bis 16 Uhr ein. Es gibt Führungen und Kaffee. Montag 9 Uhr mit Bild",
        ("unser Tag der offenen Tür am 14. Mai von 10 bis 16 Uhr.", "Es gibt Führungen und Kaffee."),
    ),
    (
        "Kündige an, dass unsere Weihnachtsausstellung am 29. November öffnet. Eintritt frei. https://laden.example/xmas morgen um 10",
        ("nsere Weihnachtsausstellung öffnet am 29. November.", "Eintritt frei."),
    ),
    (
        "20% auf alle Winterreifen bis 15. Dezember. Termin buchen unter https://garage.example/termin. Morgen 7 Uhr, dringlich",
        ("20% auf alle Winterreifen", "bis 15. Dezember", "Termin buchen: https://garage.example/termin"),
    ),
    (
        "Ask our followers which colour our next frame should have: green or orange? tomorrow noon",
        ("hich colour should our next frame have: green or orange?",),
    ),
    (
        "The summer concert series is back: every Thursday in July, 8pm, at the old mill. Tickets CHF 25 at https://mill.example/tickets. Friday 10am",
        ("every Thursday in July, 8pm, at the old mill", "Tickets CHF 25: https://mill.example/tickets"),
    ),
    (
        "Let our customers know that parking behind the shop is not possible from 5 to 9 May. Today 16:00",
        ("arking behind the shop is not possible from 5 to 9 May.",),
    ),
    (
        "Über Weihnachten bleibt unser Laden vom 24. bis 27. Dezember geschlossen. Ab dem 28. sind wir wieder für euch da. Post am 20. Dezember um 9 Uhr",
        (
            "ber Weihnachten bleibt unser Laden vom 24. bis 27. Dezember geschlossen.",
            "Ab dem 28. sind wir wieder für euch da.",
        ),
    ),
]


def documents(message: str) -> list[dict[str, Any]]:
    answer = understand(message, NONE)
    assert isinstance(answer, Call) and answer.name == "draft_posts", answer
    return [
        {
            "brief": {"request": message, "language": "en", **idea, "image": "card"},
            "brand": {"name": "", "language": "en"},
            "needs": [NEED],
            "recent": [],
            "angle": idea.get("angle", ""),
            "variants": 1,
            "seed": f"d_1:{number}",
        }
        for number, idea in enumerate(answer.args["posts"])
    ]


def written(message: str) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for document in documents(message):
        document["recent"] = [each["versions"][0]["text"] for each in made]
        made.append(write_copy(document))
    return made


def statements(text: str) -> list[str]:
    parts = regex.split(r"(?<=[.!?])\s+(?=\p{Lu})|\n+", URL.sub("", EMOJI.sub("", text)))
    return [" ".join(words(part)) for part in parts if len(words(part)) > 2]


@pytest.mark.parametrize(("message", "holds"), MESSAGES, ids=[message[:40] for message, _ in MESSAGES])
def test_copy_holds_every_fact_once_and_no_instruction(message: str, holds: tuple[str, ...]) -> None:
    (copy,) = written(message)
    text = copy["versions"][0]["text"]
    for part in holds:
        assert part in text, text
    said = statements(text)
    assert not any(one in other for i, one in enumerate(said) for j, other in enumerate(said) if i != j), text
    assert not LOGISTICS.search(text) and not LOGISTICS.search(" ".join([copy["title"], *copy["card"].values()])), text
    assert len(URL.findall(text)) == message.count("https://")
    assert not ("https://" in text and FILLER.search(text)), text


@pytest.mark.parametrize(("message", "holds"), MESSAGES, ids=[message[:40] for message, _ in MESSAGES])
def test_every_line_is_whole_and_the_card_says_nothing_twice(message: str, holds: tuple[str, ...]) -> None:
    (copy,) = written(message)
    for line in filter(None, copy["versions"][0]["text"].split("\n")):
        assert line[0].isupper() or not line[0].isalpha(), line
        assert URL.search(line) or EMOJI.search(line[-2:]) or line[-1] in ".!?:", line
    card = copy["card"]
    assert card["headline"] and card["headline"] != card["sub"]
    assert set(words(card["sub"])) == set() or not set(words(card["sub"])) <= set(words(card["headline"]))
    assert regex.search(r"\w", card["sub"]) or not card["sub"]


@pytest.mark.parametrize(
    "message",
    [
        "Three posts about our new workshop, Mon/Wed/Fri 10:00",
        "3 playful posts about our Saturday coffee rides, Mon/Wed/Fri 10:00 with an image",
    ],
)
def test_posts_on_a_bare_topic_are_sentences_that_differ(message: str) -> None:
    made = written(message)
    texts = [each["versions"][0]["text"] for each in made]
    assert len({text.split("\n")[0] for text in texts}) == len(texts)
    assert len({each["card"]["headline"] for each in made}) > 1
    marks = [mark for text in texts for mark in EMOJI.findall(text)]
    assert len(marks) == len(set(marks))
    assert not any(regex.match(r"[^.?!\n]*: our ", text) for text in texts), texts


def test_a_recall_is_titled_by_what_is_recalled() -> None:
    (copy,) = written(MESSAGES[3][0])
    assert copy["title"] == "Recall: KidSeat 2" and copy["card"]["headline"] == "Recall: KidSeat 2"


def test_a_card_names_no_threshold_as_the_offer_and_its_kicker_once() -> None:
    assert written(MESSAGES[4][0])[0]["card"]["offer"] == ""
    card = written(MESSAGES[1][0])[0]["card"]
    assert card["kicker"] == "" and card["headline"].startswith("We're hiring")
    sale = written(MESSAGES[0][0])[0]["card"]
    assert (sale["headline"], sale["offer"]) == ("Our spring sale is on", "20%")


@pytest.mark.parametrize("message", [message for message, _ in MESSAGES if "Recall" not in message])
@pytest.mark.parametrize(
    "instruction", ["shorter", "kürzer", "more playful", "more formal", "without the last sentence"]
)
def test_a_changed_text_has_no_fragment_and_keeps_the_link(message: str, instruction: str) -> None:
    (document,) = documents(message)
    copy = write_copy(document)
    before = copy["versions"][0]["text"]
    answer = revise_copy(document | {"current": {"feed": before}, "card": copy["card"], "instruction": instruction})
    if not answer["understood"]:
        assert answer["question"].endswith("?") or answer["question"].endswith(".")
        return
    text = answer["versions"][0]["text"]
    assert URL.findall(text) == URL.findall(before)
    said = statements(text)
    assert said and len(said) == len(set(said)), text
    assert not regex.fullmatch(r"\W*\w+\?\W*", text.split("\n")[-1]), text


def test_changed_words_stay_changed_in_another_tone() -> None:
    (document,) = documents(MESSAGES[1][0])
    texts = {"feed": write_copy(document)["versions"][0]["text"]}
    for instruction in ("change Zurich to Bern", "more urgent"):
        answer = revise_copy(document | {"current": texts, "card": None, "instruction": instruction})
        texts = {each["account"]: each["text"] for each in answer["versions"]}
    assert "Bern" in texts["feed"] and "Zurich" not in texts["feed"] and "15 January" in texts["feed"]


def test_a_day_and_hour_behind_a_full_stop_is_when_to_post() -> None:
    for message, when in (
        ("Parking is not possible from 5 to 9 May. Today 16:00", "Today 16:00"),
        (
            "Only 12 places left for our baking class on Saturday. Book at https://k.example/c. Thursday 7am urgent",
            "Thursday 7am",
        ),
        ("Our app supports dark mode! Update today: https://app.example/get tomorrow 9", "tomorrow at 9"),
    ):
        answer = understand(message, NONE)
        assert not isinstance(answer, Say)
        assert [post["when"] for post in answer.args["posts"]] == [when]
