"""Where there are several wordings, each shows the idea behind it, and takes it along when it is chosen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from bot.workflow.requests import Idea
from tests.bot.workflow.test_carousels import house_at
from tests.bot.workflow.test_requests import SALE
from tests.fakes.copy_model import copywriting
from tests.fakes.model_server import Reply, Request
from tests.fakes.openai_server import OpenAIServer

IDEAS = ["What you save.", "Spring on two wheels https://evil.example"]


def _answer(request: Request) -> Reply:
    said = json.dumps(request.body, ensure_ascii=False)
    text = "Spring begins on two wheels." if '\\"variant\\": 1' in said else "20% off all bikes until 31 May."
    return copywriting(request, text, ideas=IDEAS)


async def test_ideas_are_shown_beside_the_wordings_and_go_with_them(tmp_path: Path) -> None:
    async with OpenAIServer() as server:
        server.answer = _answer
        async with house_at(tmp_path, {"ADMIND_MODEL": "openai:gpt-5.5", **server.keys()}) as house:
            [draft] = await house.admind.requests.draft(house.asker, [Idea(brief=SALE, variants=2)])
            assert draft.idea == "What you save." and len(draft.variants) == 1
            assert draft.variants[0].idea == "Spring on two wheels", "an address that nobody gave is no part of it"
            looking, who = house.admind.looking, (draft.workspace, house.owner.id, draft.id)
            card = await looking.draft_card(*who)
            assert card.idea == "Idea: What you save"
            assert [option.endswith("(Idea: Spring on two wheels)") for option in card.options] == [True]
            assert (await looking.draft(*who)).ideas == ["What you save.", "Spring on two wheels"]
            chosen = await house.admind.requests.choose(house.asker, draft.id, 2)
            assert (chosen.idea, chosen.variants[0].idea) == (draft.variants[0].idea, draft.idea)

            one = IDEAS[:1] * 2
            server.answer = lambda request: copywriting(
                request, "Spring!" if '\\"variant\\": 1' in json.dumps(request.body) else "Sale!", ideas=one
            )
            [same] = await house.admind.requests.draft(replace(house.asker), [Idea(brief=SALE, variants=2)])
            assert same.variants and not same.idea and not (await looking.draft_card(*who[:2], same.id)).idea
