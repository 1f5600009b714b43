"""What is written down in English before it is known who reads it is read in German, whoever wrote what into it."""

from __future__ import annotations

import runpy
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from httpx2 import Response

from bot.bootstrap import AdMind
from bot.channels.answers import ask, judge
from bot.channels.base import Capabilities, Measure
from bot.channels.limits import problems
from bot.checks.base import Subject
from bot.checks.run import CHECKS, run_checks
from bot.clock import MovableClock
from bot.errors import AdMindError, unexpected
from bot.fetch.addresses import check_url
from bot.publishing.pause import Pausing
from bot.settings import Settings
from bot.words import words
from bot.words.sentences import LONGEST, Sentences, filled
from storage.drafts import Finding
from storage.sealed import Medium, Part, SealedPayload
from tests.bot.checks.subjects import BRIEF, GOOD, subject

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "texts"))
NOON = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)
GERMAN = words("de")
ENGLISH_WORDS = {"the", "is", "it", "this", "and", "not", "of", "to", "or", "with", "has", "at", "by"}


def english_in(text: str) -> set[str]:
    """The everyday English words of a text."""
    return ENGLISH_WORDS & {word.strip(".,:;()“”„").casefold() for word in text.split()}


@cache
def gathered() -> list[str]:
    folders = [ROOT / each for each in SCRIPT["SENTENCES_OF"]]
    files = [path for folder in folders for path in (sorted(folder.rglob("*.py")) if folder.is_dir() else [folder])]
    return sorted({sentence for path in files for sentence in SCRIPT["sentences"](path)})


def test_every_sentence_that_is_written_down_is_known_again_whatever_fills_it() -> None:
    every = gathered()
    assert len(every) > 400, "the sentences are not where they were"
    for sentence in every:
        values = {name: f"Zür1-{name}" for name in SCRIPT["re"].findall(r"\{(\w+)\}", sentence)}
        written = filled(sentence, values)
        assert GERMAN.said(written) == filled(GERMAN.text(sentence), values), written
        assert not english_in(GERMAN.text(sentence)), sentence


async def findings() -> tuple[Finding, ...]:
    """Every kind of finding, made by the checks themselves."""

    async def broken(subject: Subject) -> tuple[Finding, ...]:
        raise RuntimeError("boom")

    telling = [
        subject(text, text_limit=60, alt_limit=50, media=(picture(said),), recent=(("a_1", GOOD), ("a_2", GOOD)))
        for text, said in (
            ("Hi [brand], 37% off, best in town! @ana, ana@example.org, bikes.example/x", ""),
            ("http://ana@bikes.example ftp://bikes.example http://localhost http://..", "IMG_2034.jpg"),
            ("https://veIо.example/sale", "x" * 60),
            (GOOD, "A red bike"),
            (GOOD.replace("all", "nearly"), "A red bike"),
        )
    ]
    telling.append(subject("37% off", edited_by="m_1"))
    found = [each for one in telling for each in await run_checks(one)]
    for name, (title, _) in CHECKS.items():
        found += await run_checks(subject(GOOD), {name: (title, broken)})
    return tuple(found)


def picture(alt: str, **more: object) -> Medium:
    return Medium.model_validate(
        {"sha256": "0" * 64, "mime": "image/png", "size": 1, "width": 1, "height": 1, "alt": alt} | more
    )


async def test_findings_are_read_in_german_and_quotes_stay() -> None:
    found = await findings()
    assert {each.rule for each in found} >= {
        *("too_long", "placeholder", "link_broken", "link_disguised", "link_lookalike", "mention_unknown"),
        *("link_unknown", "link_missing", "figure", "claim", "alt", "duplicate", "unchecked_claims"),
    }
    for each in found:
        for english in filter(None, (each.reason, each.fix)):
            german = GERMAN.said(english)
            assert german != english and not english_in(german), (english, german)
    read = {GERMAN.said(each.reason) for each in found}
    assert {"„[brand]“ sieht aus, als wäre es noch auszufüllen.", "Für „Best in town“ fehlt ein Beleg."} <= read
    assert any(each.endswith("Nicht geprüft werden konnte: Zahlen und Behauptungen.") for each in read)
    assert any("höchstens 60 Zeichen" in each for each in read), "the unit is a word of ours"


def test_a_channels_limits_are_read_in_german() -> None:
    can = Capabilities(
        channel="x", title="X", text_limit=5, unit="characters", images_max=1, alt_limit=5, image_max_bytes=10,
        image_max_pixels=(50, 50), image_ratio=(1.0, 2.0), image_mimes=("image/jpeg",),
    )  # fmt: skip
    media = (picture("x" * 60, size=5000, width=50, height=100), picture("x"))
    payload = SealedPayload(
        workspace="w_1", channel="x", account="a_1", parts=(Part(text="Too long", media=media), Part(text=" "))
    )
    found = problems(payload, can, lambda text: Measure(len(text), 5, "characters"))
    assert {each.rule for each in found} == {
        *("thread", "too_long", "too_many_pictures", "picture_kind", "picture_bytes", "picture_pixels"),
        *("picture_ratio", "alt_too_long", "empty"),
    }
    for each in found:
        for english in (each.reason, each.fix):
            assert GERMAN.said(english) != english and not english_in(GERMAN.said(english)), english


@pytest.mark.parametrize(
    "name", ["Bikes", "Dr. Bike", "Drafts", "{status}", "Nothing was published.", ".*", "Ölmühle!"]
)
async def test_what_a_channel_answered_is_read_in_german_and_its_name_stays(name: str) -> None:
    async def lost() -> Response:
        raise TimeoutError

    def refused() -> None:
        check_url("http://127.0.0.1/", frozenset())

    async def unreached() -> Response:
        refused()
        raise AssertionError

    failures = []
    for status in (307, 400, 401, 404, 429, 500):
        with pytest.raises(AdMindError) as raised:
            judge(Response(status), name, NOON)
        failures.append(raised.value)
    for call in (lost, unreached):
        with pytest.raises(AdMindError) as raised:
            await ask(call, name)
        failures.append(raised.value)
    for failure in failures:
        german = GERMAN.said(failure.sentence())
        assert name in german and german.startswith(name), german
        assert not english_in(german.removeprefix(name)), german


def test_an_unforeseen_error_is_read_in_german() -> None:
    german = GERMAN.said(unexpected(ValueError("secret"), "answering").sentence())
    assert german.startswith("Beim Antworten ist etwas schiefgegangen. Dadurch wurde nichts veröffentlicht.")
    assert not english_in(german)


async def test_what_the_doctor_finds_is_read_in_german(tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path / "data",
        model="openai:gpt-5.1",
        fallback_model="anthropic:claude-sonnet-5",
        host="0.0.0.0",
        public_url="http://127.0.0.1:9",
        heartbeat_url="http://127.0.0.1:9",
    )
    async with AdMind(settings, clock=MovableClock(), queues=frozenset()) as admind:
        owner = await admind.setup.local_owner(admind.workspace.id)
        assert owner is not None
        healthy = await admind.doctor.examine(owner)
        (settings.data_dir / "secret.key").chmod(0o644)
        (settings.data_dir / "journal").rename(settings.data_dir / "moved")
        ill = await admind.doctor.examine(owner)
        (settings.data_dir / "moved").rename(settings.data_dir / "journal")
        settings.data_dir.chmod(0o755)
        ill += await admind.doctor.examine(owner)
        settings.data_dir.chmod(0o700)
        with pytest.raises(AdMindError) as unknown:
            await Pausing(admind.database, admind.audit).stop(
                admind.workspace.id, "brand:Drafts", owner, "", admind.clock.now()
            )
    rows = [*healthy, *ill]
    data = str(settings.data_dir)
    places = (
        data,
        f"{data}/secret.key",
        settings.model,
        settings.fallback_model,
        settings.public_url,
        f"{settings.host}:{settings.port}",
    )
    assert {row.state for row in rows} == {"ok", "note", "bad"}
    for row in rows:
        for english in filter(None, (row.what, row.found, row.do)):
            german = GERMAN.said(english)
            neutral = english in ("journal", *places)
            assert neutral or german != english, english
            assert not english_in(german.replace("No such file or directory", "")), german
    german = GERMAN.said(unknown.value.sentence())
    assert "'Drafts'" in german and "Marke mit dem Namen" in german, "what somebody typed is no word of ours"


@pytest.mark.parametrize(
    "said",
    [
        "{text}",
        "{{text}}",
        "(.+)+$",
        "\\1",
        "a” is not in the brief. “b",
        "“" * 200,
        "x" * 900,
        ". " * 400,
        " × " * 300,
    ],
)
def test_what_people_wrote_is_no_pattern_and_costs_no_time(said: str) -> None:
    fresh = Sentences({each: GERMAN.text(each) for each in gathered()})  # without what is remembered
    began = time.perf_counter()
    german = fresh.said(f"“{said}” is not in the brief.")
    fresh.said(f"X takes pictures up to {said} × {said} pixels; this has {said} × {said}.")
    fresh.said(said)
    assert time.perf_counter() - began < 1
    if len(said) < LONGEST // 2 and ". " not in said:
        assert german == f"„{said}“ steht nicht im Briefing."


def test_what_is_not_known_stays_beside_what_is() -> None:
    assert GERMAN.said("Gruezi mitenand. It is not sent.") == "Gruezi mitenand. Er wird nicht gesendet."
    assert GERMAN.said("") == "" and GERMAN.said("Gruezi") == "Gruezi"
    assert words("en").said("It is not sent.") == "It is not sent."
    assert GERMAN.said("x" * LONGEST + " It is not sent.").endswith("It is not sent.")


async def test_a_sentence_of_several_is_read_part_by_part() -> None:
    one = (await run_checks(replace(subject("37% off"), brief=BRIEF)))[0]
    both = f"{one.reason} {one.fix}"
    assert GERMAN.said(both) == f"{GERMAN.said(one.reason)} {GERMAN.said(one.fix)}"
