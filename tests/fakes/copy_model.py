"""What a model answers to the steps of the copywriting chain, by the schema that each asks for."""

from __future__ import annotations

import json
from typing import Any

from tests.fakes.model_server import Call, Request, Say


def schema_of(request: Request) -> str:
    """The schema that is to be filled in; "" for a call that wants words or chooses its tools."""
    wanted = request.body.get("response_format") or {}
    if "json_schema" in wanted:
        return str(wanted["json_schema"]["name"])
    tools: list[Any] = list(request.body.get("tools") or ())
    return str(tools[0]["function"]["name"]) if len(tools) == 1 else ""


def copywriting(request: Request, text: str, *, title: str = "", **plan: Any) -> Say:
    """This text for every account, found flawless at the second look."""
    schema = schema_of(request)
    filled: dict[str, dict[str, Any]] = {
        "PostPlan": {"facts": [], "ideas": [], "title": title, **plan},
        "AccountCopy": {"text": text},
        "CopyReview": {"problems": []},
    }
    if request.body.get("response_format"):
        return Say(json.dumps(filled[schema]))
    return Say(calls=(Call(schema, filled[schema]),))
