"""Golden briefs judge a model by rules alone: good copy passes, and each way of being bad is named."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.bootstrap import AdMind
from bot.channels.registry import build_channels
from bot.checks.tongue import language_in
from bot.settings import load_settings
from bot.workflow.evaluating import Evaluation, evaluate, from_folder
from bot.workflow.golden import GoldenAccount, GoldenBrief, broken, golden_briefs, missing
from prompts import Prompt, load
from storage.feed import FeedStore
from storage.redis import Database
from tests.fakes.copy_model import copywriting, schema_of
from tests.fakes.model_server import Fail, ModelServer, Reply, Request
from tests.fakes.openai_server import OpenAIServer

LEAST_OFFLINE = 0.93  # of the texts; measured 0.95
SALE = next(each for each in golden_briefs() if each.id == "bike-sale")


@asynccontextmanager
async def opened(
    folder: Path, model: str = "offline", server: ModelServer | None = None, prompt: Callable[[str], Prompt] = load
) -> AsyncIterator[Callable[[Sequence[GoldenBrief]], Awaitable[Evaluation]]]:
    """What evaluates briefs with this model."""
    given = {"ADMIND_DATA_DIR": str(folder), "ADMIND_MODEL": model, "ADMIND_PUBLIC_URL": "https://admind.example"}
    settings = load_settings({**given, **(server.keys() if server else {})})
    async with AdMind(settings, queues=frozenset(), prompt=prompt) as admind:
        await admind.loaded()
        owner = await admind.setup.local_owner(admind.workspace.id)
        assert owner is not None

        async def judge(briefs: Sequence[GoldenBrief]) -> Evaluation:
            return await evaluate(
                briefs,
                database=admind.database,
                requests=admind.requests,
                channels=admind.channels,
                owner=owner,
                clock=admind.clock,
            )

        yield judge


def test_there_are_thirty_and_more_of_many_trades_languages_and_channels(database: Database) -> None:
    briefs, channels = golden_briefs(), build_channels(FeedStore(database), base_url="https://admind.example")
    used = {account.channel for each in briefs for account in each.accounts}
    assert len(briefs) >= 30 and len({each.trade for each in briefs}) >= 25
    assert {each.brief.language.partition("-")[0] for each in briefs} >= {"en", "de", "fr", "it", "es", "nl", "pt"}
    assert used <= channels.keys() and len(used) >= 14


@pytest.mark.parametrize("golden", golden_briefs(), ids=lambda each: each.id)
def test_what_is_to_be_kept_stands_in_the_brief(golden: GoldenBrief) -> None:
    given = " ".join([golden.brief.request, golden.brief.link, *golden.brief.facts, *golden.brand.facts])
    assert missing(given, golden.keep) == ()
    assert not [each for each in golden.never if each not in ("!", "🎉", "ß") and not missing(given, [each])]


async def test_the_offline_writer_on_all_of_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with opened(tmp_path / "data") as judge:
        found = await judge(golden_briefs())
    passed = sum(text.passed for each in found.outcomes for text in each.texts)
    with capsys.disabled():
        sys.stdout.write(f"\noffline: {passed} of {found.wanted} texts pass, {found.kept:.0%} of the facts are kept\n")
    assert not [each.failed for each in found.outcomes if each.failed]
    assert found.passed >= LEAST_OFFLINE and found.kept >= 0.99 and found.share(lambda text: text.fits) == 1
    assert found.usage.calls == 0


def good(request: Request) -> Reply:
    """Says what the brief holds, and nothing else."""
    if schema_of(request) == "AccountCopy":
        document = json.loads(request.body["messages"][-1]["content"])
        brief = document["brief"]
        return copywriting(request, f"{brief['request']}.\n{brief['link']}".strip())
    return copywriting(request, "", title="A title")


async def test_good_copy_of_a_real_client_passes_and_its_cost_is_counted(tmp_path: Path) -> None:
    briefs = [each for each in golden_briefs() if each.id in ("bike-sale", "hiring-nurse", "escuela-matricula")]
    async with OpenAIServer() as server:
        server.answer = good
        async with opened(tmp_path / "data", "openai:gpt-4o", server) as judge:
            found = await judge(briefs)
    wrong = [(text.findings, text.missing, text.broken) for each in found.outcomes for text in each.texts]
    assert found.passed == 1, wrong
    assert found.usage.calls >= 3 * 2 + found.wanted and float(found.usage.cost) > 0


async def test_bad_copy_fails_with_its_reasons(tmp_path: Path) -> None:
    async with OpenAIServer() as server:
        server.answer = lambda asking: copywriting(
            asking,
            "Wir sind begeistert!!! Nur diese Woche: die besten Velos mit 50% Rabatt und einem Geschenk für alle!",
        )
        async with opened(tmp_path / "data", "openai:gpt-4o", server) as judge:
            found = await judge([SALE])
    assert found.passed == 0 and found.kept < 1
    text = found.outcomes[0].texts[0]
    assert "20%" in text.missing
    assert {"says “50%”", "written in de, not en", "too many exclamation marks"} <= set(text.broken)


async def test_a_model_that_is_down_is_an_outcome_and_passes_nothing(tmp_path: Path) -> None:
    async with OpenAIServer() as server:
        server.answer = lambda _: Fail(401, "key")
        async with opened(tmp_path / "data", "openai:gpt-4o", server) as judge:
            found = await judge([SALE])
    assert found.outcomes[0].texts == () and "refused OPENAI_API_KEY" in found.outcomes[0].failed
    assert (found.passed, found.kept) == (0, 0)


async def test_other_versions_of_prompts_are_what_the_model_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "older"
    folder.mkdir()
    text = "---\nid: copywriter\nversion: 1\n---\nWrite like a town crier."
    (folder / "copywriter.md").write_text(text, encoding="utf-8")
    async with OpenAIServer() as server:
        server.answer = good
        async with opened(tmp_path / "data", "openai:gpt-4o", server, from_folder(folder)) as judge:
            await judge([SALE])
        told = {schema_of(each): each.body["messages"][0]["content"] for each in server.requests}
    assert told["AccountCopy"] == "Write like a town crier."
    assert told["PostPlan"] == load("planner").text, "what the folder lacks is AdMind's own"


@pytest.mark.parametrize(
    ("text", "keep", "lacks"),
    [
        ("20 % off until 31 May", ["20 %", "31 May"], ()),
        ("120% off", ["20%"], ("20%",)),
        ("until 31\u00a0May", ["31 May"], ()),
        ("Jusqu’au 20", ["jusqu'au 20"], ()),
        ("dass", ["ß"], ("ß",)),
    ],
)
def test_a_fact_is_kept_as_it_is_and_never_as_a_part_of_another(text: str, keep: list[str], lacks: object) -> None:
    assert missing(text, keep) == lacks


def test_the_same_text_in_an_e_mail_as_in_a_post_is_no_form_of_its_own() -> None:
    account = GoldenAccount(channel="email")
    assert broken("Our sale is on.", SALE, account, ["Our  sale is on."]) == (
        "the same text as an account of another form",
    )
    assert broken("Our sale is on.", SALE, account, ["Another text."]) == ()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Our shop is open until nine on Friday.", "en"),
        ("Unser Laden ist am Freitag bis neun Uhr für euch da.", "de"),
        ("La boutique est ouverte le vendredi pour vous avec nos amis.", "fr"),
        ("Il negozio è aperto fino alle nove con una sorpresa per i bambini.", "it"),
        ("La tienda está abierta hasta las nueve con una sorpresa para los niños.", "es"),
        ("De winkel is open tot negen uur met een verrassing voor de kinderen.", "nl"),
        ("A loja está aberta até às nove com uma surpresa para os miúdos do bairro.", "pt"),
        ("42", ""),
    ],
)
def test_the_language_of_a_post_is_told_by_its_commonest_words(text: str, language: str) -> None:
    assert language_in(text) == language
