"""Tools that propose slots and campaigns, and that show the calendar and reports. None confirms, starts or stops.

What they show reaches the person below the answer; the model reads only that it was shown.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from langchain_core.tools import BaseTool, tool
from langgraph.prebuilt import ToolRuntime
from pydantic import Field

from bot.conversation.turn import Proposals, Turn
from bot.errors import BadInput

Runtime = ToolRuntime[Turn, Any]
Words = Annotated[str, Field(max_length=2000)]
Short = Annotated[str, Field(max_length=200)]


@tool(parse_docstring=True)
async def plan_slots(words: Words, runtime: Runtime) -> str:
    """Read recurring slots back to the person, who plans them by saying yes. For posts that come again and again.

    Args:
        words: Account, days, time and form, e.g. LinkedIn Mon and Wed 9:00 customer story; Feed daily 10:00 tip. Only
            what the person stated, in their own words wherever they can be read like that.
    """
    return _json("read_back", await _of(runtime).slots(runtime.context, words))


@tool(parse_docstring=True)
async def fill_slots(runtime: Runtime) -> str:
    """Have the plan's empty slots of the coming days drafted for approval."""
    return _json("filling", await _of(runtime).fill(runtime.context))


@tool(parse_docstring=True)
async def propose_campaign(words: Words, runtime: Runtime) -> str:
    """Propose a campaign with its posts on a timeline, which the person starts by saying yes.

    Args:
        words: What to launch, when, and what else the person stated, parted by commas, e.g. Launch the Gravel 2 on 15
            March, three weeks of build-up, LinkedIn, goal pre-orders. In their own words wherever possible.
    """
    return _json("proposed", await _of(runtime).campaign(runtime.context, words))


@tool(parse_docstring=True)
async def change_campaign(words: Words, runtime: Runtime, campaign: Short = "") -> str:
    """Change a campaign that is proposed and not started.

    Args:
        words: The change as the person stated it, e.g. one post fewer a week; move the launch to 22 March.
        campaign: Its name; empty for the one that this conversation spoke of last.
    """
    return _json("changed", await _of(runtime).change(runtime.context, campaign, words))


@tool(parse_docstring=True)
async def show_calendar(runtime: Runtime, period: Short = "") -> str:
    """Show what is planned, as a picture where there are pictures, and in words.

    Args:
        period: The person's phrase, e.g. next week; empty for the coming seven days.
    """
    return _json("shown", await _of(runtime).calendar(runtime.context, period))


@tool(parse_docstring=True)
async def show_report(runtime: Runtime, what: Short = "") -> str:
    """Show how posts did, with numbers and a picture.

    Args:
        what: Of which days, campaign, account or brand, e.g. last week; November; campaign NAME; account NAME last
            month; brand NAME. Empty for the last seven days.
    """
    return _json("shown", await _of(runtime).report(runtime.context, what))


PROPOSAL_TOOLS: Final[tuple[BaseTool, ...]] = (
    plan_slots,
    fill_slots,
    propose_campaign,
    change_campaign,
    show_calendar,
    show_report,
)


def _of(runtime: Runtime) -> Proposals:
    if runtime.context.proposals is None:
        raise BadInput("There are no plans here.")
    return runtime.context.proposals


def _json(did: str, say: str) -> str:
    return json.dumps({"did": did, "say": say}, ensure_ascii=False, separators=(",", ":"))
