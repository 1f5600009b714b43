"""What a model is told, to the last character, for one fixed input: recorded from the real chain, kept as files.

Usage: python -m tests.prompts.golden    writes the files of prompts that changed together with their version
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from bot.drafting.copy import AccountCopy, CardText, CopyReview, Need, PostPlan, Problem, RevisedCopy, Slide, Slides
from bot.drafting.copywriter import Copywriter
from bot.drafting.describing import Describer, Shown
from bot.drafting.extracted import Extracted
from bot.drafting.importer import Importer, SiteProfile
from bot.drafting.looks import Looks
from bot.drafting.picturing import prompt_for
from bot.drafting.reader import PageFacts, Reader
from bot.drafting.swapping import Swapping, Swaps
from bot.insights.summary import Figure, Summary
from bot.llm.around import Around, KnownAccount, KnownDraft, blocks
from bot.planning.arc import Around as Days
from bot.planning.arc_choice import ChosenArc
from bot.workflow.arc_proposing import ArcProposing
from bot.workflow.requests import Asker
from bot.workflow.wording import ReportWords, Wording
from prompts import Prompt, load
from storage.campaigns import Campaign, KeyMessage, Milestone
from storage.drafts import Brief
from storage.profile import Audience, Manner, Preferred, Profile
from storage.sources import Source
from storage.team import Brand, Fact
from tests.bot.artwork.samples import encoded, photo

FOLDER: Final = Path(__file__).parent / "golden"
AT: Final = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
Load = Callable[[str], Prompt]

BRAND = Brand(
    id="b_1",
    workspace="w_1",
    name="Velo Müller",
    voice="warm, plain, first person plural",
    language="de-CH",
    facts=(Fact(text="Wir reparieren Velos seit 1987."),),
    avoid_words=("günstig",),
    profile=Profile(
        manner=Manner(adjectives=("curious",), do=("Name the figure.",), dont=("Shout.",), samples=("A short ride.",)),
        audiences=(Audience(name="commuters", about="ride every day"),),
        prefers=(Preferred(say="Velo", instead_of=("Fahrrad",)),),
    ),
    created_at=AT,
)
BRIEF = Brief(
    request="Announce our spring sale, 20% off all bikes until 31 May https://velo.example/sale",
    topic="our spring sale",
    goal="promote",
    facts=("all bikes of last season are included",),
    offer="20% off all bikes",
    deadline="until 31 May",
    link="https://velo.example/sale",
    links=("https://velo.example/sale",),
    language="en",
)
NEEDS = (
    Need("a_1", "Newsletter", "email", None, "characters", form="e-mail", headed=True),
    Need("a_2", "Mastodon", "mastodon", 500, "characters", language="de-CH", picture=True, alt_limit=1500),
)
SOURCE = Source(
    url="https://velo.example/sale",
    read_at=AT,
    address="https://velo.example/sale",
    title="Spring sale",
    facts=("Every bike is checked by our mechanics.",),
)


SUMMARY = Summary(
    workspace="w_1",
    brand="b_1",
    brand_name="Velo Müller",
    kind="month",
    start=datetime(2026, 10, 31, 23, 0, tzinfo=UTC),
    end=datetime(2026, 11, 30, 23, 0, tzinfo=UTC),
    zone="Europe/Zurich",
    made_at=AT,
    figures=(Figure(metric="engagements", value=1204, before=1000, days=(1204.0,)),),
)

CAMPAIGN = Campaign(
    id="cp_1",
    workspace="w_1",
    brand="b_1",
    name="Gravel 2",
    goal="pre-orders",
    first=date(2026, 12, 1),
    last=date(2026, 12, 18),
    audiences=("commuters",),
    messages=(KeyMessage(text="It weighs 8.4 kg", evidence="lab report 12"), KeyMessage(text="It is fun to ride")),
    milestones=(Milestone(name="webinar", day=date(2026, 12, 9)), Milestone(name="launch", day=date(2026, 12, 14))),
    added_by="m_1",
    created_at=AT,
    updated_at=AT,
)
ASKER = Asker("w_1", "b_1", "m_1", conversation="", surface="api", language="en", zone="UTC")


class Recorder:
    """Answers each step of the chain plainly, and keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, list[Any]]] = []

    async def __call__(self, schema: type[Any], messages: list[Any]) -> Any:
        self.told.append((schema.__name__, messages))
        if schema is PostPlan:
            plan = PostPlan(facts=["20% off all bikes"], ideas=["The price.", "Spring."], title="Spring sale")
            return plan.model_copy(update={"card": CardText(headline="Spring sale", offer="20%")})
        if schema is Slides:
            return Slides(title="Spring sale", slides=[Slide(headline="20% off all bikes")], call="See the offer")
        if schema is CopyReview:
            problem = Problem(account="a_1", quote="bikes", reason="The deadline is missing.", fix="Name it.")
            return CopyReview(problems=[problem])
        if schema is RevisedCopy:
            return RevisedCopy(understood=False, question="Which one?")
        if schema is PageFacts:
            return PageFacts(facts=["Every bike is checked by our mechanics."])
        if schema in (SiteProfile, Swaps, Shown, ReportWords, ChosenArc):
            return schema()
        assert schema is AccountCopy
        return AccountCopy(text="Spring sale: 20% off all bikes. https://velo.example/sale")


async def recorded(load: Load = load) -> Mapping[str, list[dict[str, Any]]]:
    """By prompt: the calls of a draft, a revision, a page and a turn."""
    recorder = Recorder()
    copywriter = Copywriter(recorder, prompt=load, rounds=1)
    told: dict[str, Any] = {"recent": ["Winter is over."], "angle": "the price", "sources": [SOURCE], "seed": "s_1:0"}
    await copywriter.write(BRIEF, BRAND, NEEDS, **told)
    leafed = BRIEF.model_copy(update={"image": "card", "carousel": True})
    plain = Recorder()
    await Copywriter(plain, prompt=load, rounds=1).write(leafed, BRAND, NEEDS, **told)
    recorder.told += [each for each in plain.told if each[0] == "Slides"]
    current = {need.account: "Spring sale: 20% off all bikes." for need in NEEDS}
    card = CardText(headline="Spring sale")
    await copywriter.revise(
        BRIEF, BRAND, NEEDS, current, card, "shorter", title="Spring sale", sources=[SOURCE], seed="d_1:2"
    )
    page = Extracted(title="Spring sale", description="Bikes", text="Every bike is checked by our mechanics.")
    await Reader(recorder, prompt=load).facts(page, wanted="our sale", language="en")
    looks = Looks(title="Velo Müller", description="Bikes", text="We repair bikes since 1987.")
    await Importer(recorder, prompt=load).read([("https://velo.example", looks)], ["A short ride."], language="en")
    await Describer(recorder, prompt=load).look(encoded(photo(64, 48)), language="de-CH", limit=1500)
    await Swapping(recorder, prompt=load).questions({"a_1": "Women love our light bikes."})
    await Wording(lambda _workspace, _brand: recorder, prompt=load).of(SUMMARY, "en")
    days = Days(now=AT.replace(tzinfo=None), channels={"a_1": "email", "a_2": "mastodon"}, kept_free=lambda _day: "")
    await ArcProposing(lambda _asker, _meter: recorder, _names, prompt=load)(ASKER, CAMPAIGN, days)
    names = {
        "PostPlan": "planner",
        "AccountCopy": "copywriter",
        "CopyReview": "critic",
        "RevisedCopy": "reviser",
        "SiteProfile": "importer",
        "Swaps": "swap",
        "Shown": "describer",
        "Slides": "slides",
        "ReportWords": "report",
        "ChosenArc": "campaign_arc",
    }
    found: dict[str, list[dict[str, Any]]] = {}
    for schema, messages in recorder.told:
        said = [{"role": each.type, "content": _steady(each.text)} for each in messages]
        found.setdefault(names.get(schema, "reader"), []).append({"schema": schema, "messages": said})
    around = Around(
        now=AT,
        zone="Europe/Zurich",
        brand="Velo Müller",
        accounts=(KnownAccount(id="a_1", name="Newsletter", channel="email"),),
        drafts=(KnownDraft(id="d_1", title="Spring sale", accounts=("Newsletter",)),),
        focus="d_1",
    )
    said = [
        {"role": "system", "content": load("agent").text},
        {"role": "human", "content": blocks("Announce our spring sale", around)},
    ]
    wished = BRIEF.model_copy(update={"image": "generate", "image_wish": "a red bike on a wet road", "tone": "playful"})
    found["picture"] = [
        {"schema": "", "messages": [{"role": "human", "content": prompt_for(wished, BRAND, load=load)[0]}]}
    ]
    found["agent"] = [{"schema": "", "messages": said}]
    return found


async def _names(_workspace: str) -> Mapping[str, str]:
    return {"a_1": "Newsletter", "a_2": "Mastodon"}


def kept(name: str) -> dict[str, Any]:
    """What was recorded for a prompt, with its version. Raises FileNotFoundError."""
    document: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return document


def written(name: str, calls: list[dict[str, Any]], version: int) -> str:
    return json.dumps({"prompt": name, "version": version, "calls": calls}, ensure_ascii=False, indent=1) + "\n"


def _steady(text: str) -> str:
    """The marker around a page is another one each time."""
    return re.sub(r"(page|site)-[0-9a-f]{16}", r"\1-0123456789abcdef", text)


def main() -> int:
    """Write what changed with its version; 1 when something changed without."""
    refused = []
    for name, calls in asyncio.run(recorded()).items():
        version, file = load(name).version, FOLDER / f"{name}.json"
        if file.exists() and kept(name)["version"] == version and kept(name)["calls"] != calls:
            refused.append(name)
            continue
        file.write_text(written(name, calls, version), encoding="utf-8")
    if refused:
        sys.stderr.write(f"Give these a new version first: {', '.join(refused)}\n")
    return bool(refused)


if __name__ == "__main__":
    sys.exit(main())
