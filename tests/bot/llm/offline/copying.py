"""All steps of the copywriting chain at once, as the copywriter takes them one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.drafting.alt import describe_card
from bot.llm.offline.writing import plan_post, write_text


def write_copy(document: Mapping[str, Any]) -> dict[str, Any]:
    """`versions` and `variants` with a text for each need, `card`, `alt` and `title`."""
    brief = document.get("brief") or {}
    plan = plan_post(document)
    told = [
        [
            {"account": need["account"], **write_text({**document, "need": need, "variant": number})}
            for need in document.get("needs") or ()
        ]
        for number in range(max(1, int(document.get("variants") or 1)))
    ]
    alt = describe_card(plan["card"], str(brief.get("language") or "en")) if brief.get("image") == "card" else ""
    return {**plan, "alt": alt, "versions": told[0], "variants": told[1:]}
