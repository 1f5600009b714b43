"""The one table of AdMind's tools over MCP. None of them approves, publishes, stops, connects or decides."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from mcp import types
from pydantic import BaseModel

from bot.views import BrandView
from handlers.web.mcp import planning, proposing, reading, shapes


@dataclass(frozen=True, slots=True)
class Tool:
    """`run` is given a checked `takes` and answers as `gives` says; a token needs `scope` to see and to call it.

    `again`: called again with the same words it changes nothing more.
    """

    title: str
    run: Callable[[Any, Any], Awaitable[BaseModel]]
    takes: type[shapes.Takes]
    gives: type[BaseModel]
    scope: Literal["read", "propose"]
    writes: bool = False
    again: bool = True

    @property
    def name(self) -> str:
        return self.run.__name__

    def described(self) -> types.Tool:
        """As a client is told of it."""
        return types.Tool(
            name=self.name,
            title=self.title,
            description=" ".join((inspect.getdoc(self.run) or "").split()),
            input_schema=self.takes.model_json_schema(),
            output_schema=self.gives.model_json_schema(mode="serialization"),
            annotations=types.ToolAnnotations(
                title=self.title,
                read_only_hint=not self.writes,
                destructive_hint=False,  # every revision is kept, and what is approved stands
                idempotent_hint=self.again,
                open_world_hint=self.writes,  # a draft may read the pages that the words name
            ),
        )


def _tool(
    title: str,
    run: Callable[[Any, Any], Awaitable[BaseModel]],
    takes: type[shapes.Takes],
    gives: type[BaseModel],
    *,
    scope: Literal["read", "propose"] = "read",
    again: bool = True,
) -> Tool:
    return Tool(title, run, takes, gives, scope, writes=scope == "propose", again=again)


TOOLS: Final[dict[str, Tool]] = {
    tool.name: tool
    for tool in (
        _tool("Brands", reading.list_brands, shapes.Nothing, shapes.BrandLines),
        _tool("A brand's profile", reading.show_brand, shapes.OfBrand, BrandView),
        _tool("Accounts", reading.list_accounts, shapes.OfBrand, shapes.AccountList),
        _tool("Drafts", reading.list_drafts, shapes.DraftList, shapes.DraftLines),
        _tool("A draft in full", reading.show_draft, shapes.OneDraft, shapes.DraftShown),
        _tool("Posts", reading.list_posts, shapes.PostList, shapes.PostLines),
        _tool("Calendar", reading.show_calendar, shapes.Days, shapes.CalendarShown),
        _tool("Report", reading.report, shapes.Days, shapes.ReportShown),
        _tool("Plan", planning.show_plan, shapes.Days, planning.PlanShown),
        _tool("Campaigns", planning.list_campaigns, shapes.OfBrand, planning.CampaignLines),
        _tool("A campaign", planning.show_campaign, planning.OneCampaign, planning.CampaignShown),
        _tool("Library of pictures", reading.search_library, shapes.LibrarySearch, shapes.PictureLines),
        _tool("What became of a request", proposing.look_at_request, shapes.OneRequest, shapes.Outcome),
        _tool("Ask AdMind", proposing.ask, shapes.Ask, shapes.Outcome, scope="propose", again=False),
        _tool("Revise a draft", proposing.revise_draft, shapes.Revise, shapes.DraftShown, scope="propose", again=False),
        _tool("Reword a draft", proposing.reword_draft, shapes.Reword, shapes.DraftShown, scope="propose", again=False),
        _tool("Move a draft", proposing.move_draft, shapes.Move, shapes.DraftShown, scope="propose", again=False),
        _tool(
            "Choose a wording", proposing.choose_wording, shapes.Choose, shapes.DraftShown, scope="propose", again=False
        ),
        _tool("Propose slots", planning.propose_slots, planning.Propose, shapes.Outcome, scope="propose", again=False),
        _tool(
            "Propose a campaign",
            planning.propose_campaign,
            planning.Propose,
            shapes.Outcome,
            scope="propose",
            again=False,
        ),
        _tool(
            "Change a proposed campaign",
            planning.change_campaign,
            planning.Change,
            shapes.Outcome,
            scope="propose",
            again=False,
        ),
    )
}
