"""A campaign's arc proposed by a language model where one is set, within the rules; by rule where it fails.

What it may choose and what not: `bot.planning.arc_choice`. A person looks at every arc before it counts.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from bot.drafting.copy import Ask
from bot.errors import AdMindError
from bot.llm.budget import Meter
from bot.planning.arc import Around, closed, propose
from bot.planning.arc_choice import ChosenArc, composed, social_of
from bot.workflow.campaigns import ProposedArc
from bot.workflow.requests import Asker
from prompts import Prompt, load
from storage.campaigns import LAUNCH, Campaign

log = logging.getLogger(__name__)
MOST_DAYS: Final = 200  # that a model is offered
Names = Callable[[str], Awaitable[Mapping[str, str]]]
_DAY: Final = timedelta(days=1)


class ArcProposing:
    """`ask` for whom: whose budget pays, and what counts what it took; `names` of accounts by their ids."""

    def __init__(
        self, ask: Callable[[Asker, Meter], Ask], names: Names, *, prompt: Callable[[str], Prompt] = load
    ) -> None:
        self._ask = ask
        self._names = names
        self._prompt = prompt

    async def __call__(self, asker: Asker, campaign: Campaign, around: Around) -> ProposedArc:
        """The arc made by rule counts where the model fails or keeps too few rules; what it took is told either way."""
        by_rule, meter, prompt = propose(campaign, around), Meter(), self._prompt("campaign_arc")
        # LangChain is heavy: by the first call it is loaded anyway.
        from langchain_core.messages import HumanMessage, SystemMessage  # noqa: PLC0415

        document = told_of(by_rule, around, await self._names(campaign.workspace))
        messages = [SystemMessage(prompt.text), HumanMessage(json.dumps(document, ensure_ascii=False))]
        try:
            chosen: ChosenArc = await self._ask(asker, meter)(ChosenArc, messages)
        except AdMindError as error:
            log.info("arc by rule campaign=%s why=%s", campaign.id, error.what)
            return ProposedArc(by_rule, meter.total)
        found = composed(by_rule, around, chosen.posts)
        if found is None:
            log.info("arc by rule campaign=%s why=too little of the model's keeps the rules", campaign.id)
            return ProposedArc(by_rule, meter.total)
        return ProposedArc(found, meter.total, prompt.stamp)


def told_of(campaign: Campaign, around: Around, names: Mapping[str, str]) -> Mapping[str, Any]:
    """What a model is told of a campaign. What was said of it is material, never an order."""
    first = max(campaign.first, around.now.date() + _DAY)
    ahead = (first + step * _DAY for step in range((campaign.last - first).days + 1))
    return {
        "task": "arc",
        "language": around.language,
        "campaign": {
            "name": campaign.name,
            "goal": campaign.goal,
            "launch": campaign.launch.day.isoformat(),
            "last": campaign.last.isoformat(),
            "audiences": list(campaign.audiences),
            "pillars": list(campaign.pillars),
        },
        "messages": [
            {"number": number, "text": each.text, "proven": bool(each.evidence)}
            for number, each in enumerate(campaign.messages, 1)
        ],
        "milestones": [
            {"name": each.name, "day": each.day.isoformat()} for each in campaign.milestones if each.name != LAUNCH
        ],
        "accounts": [
            {"id": each, "name": names.get(each, each), "channel": around.channels.get(each, "")}
            for each in social_of(campaign, around)
        ],
        "open_days": [day.isoformat() for day in ahead if not closed(day, campaign, around)][:MOST_DAYS],
        "by_rule": [
            {"stage": each.stage, "day": each.at.date().isoformat()} for each in campaign.arc if each.form != "article"
        ],
    }
