"""One brand's numbers, names and words stand in nothing that another brand is told: not in words, pictures or files."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from bot.bootstrap import AdMind
from bot.clock import MovableClock
from bot.conversation.learned import Learned
from bot.conversation.linked import Linked
from bot.insights.summing import Range
from bot.insights.telling import as_csv, digest_lines, in_words, sentences
from bot.settings import Settings
from bot.words import words
from bot.workflow.experiments import Arm
from bot.workflow.requests import Asker
from storage.accounts import Account
from storage.client_reports import ClientReportStore
from storage.commit import Change, commit
from storage.drafts import Brief
from storage.record import new_id
from tests.bot.workflow.test_requests import asker_of, owner_of
from tests.fakes.chat_home import ChatHome
from tests.fakes.tagged_pdf import read_tagged
from tests.fakes.tracked_posts import tracked

START = datetime(2027, 3, 1, 8, 1, tzinfo=UTC)  # Monday the 1st, 9:01 in Zurich
DAY = timedelta(days=1)
MARCHING = Range("month", date(2027, 2, 1), 28, "Europe/Zurich")
THEIRS = re.compile(r"zebrafin|7[., \u00a0\u202f]?777|7\.8K", re.I)


@pytest.fixture
async def admind(tmp_path: Path) -> AsyncIterator[AdMind]:
    settings = Settings(data_dir=tmp_path / "data", timezone="Europe/Zurich", links_url="https://go.example")
    clock = MovableClock()
    clock.move_to(START)
    async with AdMind(settings, clock=clock, queues=frozenset()) as opened:
        await opened.start()
        yield opened


async def _year(admind: AdMind, brand: str, word: str, *, seen: int, clicks: int) -> None:
    """Sixty posts with numbers and clicks, one day far outside the others, an experiment, and a plan for clients."""
    home, owner, store = admind.workspace, await owner_of(admind), admind.people.store
    made = Account(
        id=new_id("a"), workspace=home.id, brand=brand, channel="mastodon", name=f"{word} X", created_at=START
    )
    change = Change(home.id)
    store.accounts.put(change, made, made.id, ver=None, at=START.timestamp())
    await commit(admind.database, change)
    for day in range(60):
        brief = Brief(request=word, topic=word, form=f"{word} form" if day % 2 else "tip", campaign=f"{word} sale")
        await tracked(
            admind.database, home.id, brand, made.id, START - (3 + day) * DAY, title=f"{word} {day}", brief=brief,
            impressions=seen, clicks=clicks * (2 if day % 2 else 1), bots=3, likes=seen // 9 * (2 if day % 2 else 1),
        )  # fmt: skip
    arms = (Arm(name=f"{word} short", line="without exclamation marks"), Arm(name="plain", line="please be plain"))
    await admind.experiments.start(home.id, owner.id, brand, f"{word} test", "posts", arms)
    await admind.client_reports.set_plan(home.id, owner.id, brand, {"rooms": True})


async def _told(admind: AdMind, brand: str, chat: ChatHome) -> dict[str, str]:
    """All that this brand is told, by what it is."""
    home, owner = admind.workspace, await owner_of(admind)
    summary = await admind.reports.summary(home.id, brand, MARCHING)
    asker = Asker(
        **{name: getattr(await asker_of(admind), name) for name in ("workspace", "member", "conversation", "zone")},
        brand=brand, surface="slack", language="en",
    )  # fmt: skip
    learned = Learned(admind.database, advising=admind.advising, timing=admind.timing, experiments=admind.experiments)
    said = {
        "figures": summary.model_dump_json(),
        "table": as_csv(summary, "en").decode(),
        "pages": _read(await admind.reports.pdf(summary, "en")),
        "what next": await learned.next(asker),
        "best time": await learned.best_time(asker, ""),
        "experiments": await learned.experiments(asker),
        "links": await Linked(admind.linking, admind.clicks, admind.blobs).list(asker),
        "rooms": " ".join(card.model_dump_json() for card in chat.rooms.get(brand, {}).values()),
    }
    for language in ("en", "de"):
        book = words(language)
        said[f"words {language}"] = " ".join([*sentences(book, summary), *digest_lines(book, summary)])
        said[f"alt {language}"] = in_words(book, summary)
    report = (await ClientReportStore(admind.database).get(home.id, f"{brand}:2027-02")).record
    said["client report"] = report.model_dump_json() + _read(await admind.blobs.get(report.pdf))
    for account in await admind.people.store.all(admind.people.store.accounts, home.id):
        if account.brand == brand and account.channel == "mastodon":
            narrow = await admind.reports.summary(home.id, brand, MARCHING, account=account)
            said["account"] = narrow.model_dump_json()
    assert owner.roles.get(brand), "who asks sees both brands, and is told of one"
    return said


def _read(pages: bytes) -> str:
    alts = [str(each.entries["/Alt"]) for each in read_tagged(pages).of("Figure")]
    return " ".join([*(page.extract_text() for page in PdfReader(io.BytesIO(pages)).pages), *alts])


async def test_nothing_of_one_brand_stands_in_what_another_is_told(admind: AdMind) -> None:
    home, owner = admind.workspace, await owner_of(admind)
    mine = home.default_brand
    theirs = (await admind.office.add_brand(home.id, owner.id, "Zebrafinch")).id
    chat = ChatHome()
    admind.board.add_home(home.id, chat)
    await _year(admind, mine, "Velo", seen=900, clicks=9)
    summary = await admind.reports.summary(home.id, mine, MARCHING)
    pictures = [await admind.reports.picture(summary, "en", dark=dark) for dark in (False, True)]
    await _year(admind, theirs, "Zebrafink", seen=7777, clicks=70)
    for brand in (mine, theirs):
        await admind.weekly.tell(home.id, brand, date(2027, 3, 1))
    await admind.alerting.look()
    await admind.client_reports.prepare_due()
    others = await _told(admind, theirs, chat)
    silent = {name for name, text in others.items() if not THEIRS.search(text)}
    assert silent == {"links"}, "each of these names its own brand, so that what follows can fail"
    told = await _told(admind, mine, chat)
    codes, foreign = (set(re.findall(r"/l/(\w+)", each["links"])) for each in (told, others))
    assert codes and foreign and not codes & foreign
    assert {name: found[0] for name, text in told.items() if (found := THEIRS.search(text))} == {}
    again = await admind.reports.summary(home.id, mine, MARCHING)
    assert [await admind.reports.picture(again, "en", dark=dark) for dark in (False, True)] == pictures
