"""A card and a window, as an app might show them."""

from __future__ import annotations

from typing import Any

Given = dict[str, Any]
CARD: list[Given] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Sale*"}},
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "approve:1",
                "text": {"type": "plain_text", "text": "Approve"},
                "value": "1",
            },
            {
                "type": "overflow",
                "action_id": "more",
                "options": [{"text": {"type": "plain_text", "text": "Details"}, "value": "details:1"}],
            },
        ],
    },
]


def plain(text: str) -> Given:
    return {"type": "plain_text", "text": text}


def window(title: str = "New post") -> Given:
    topic = {"type": "plain_text_input", "action_id": "topic", "max_length": 20}
    kinds = [{"text": plain("Feed"), "value": "feed"}, {"text": plain("LinkedIn"), "value": "linkedin"}]
    where = {"type": "checkboxes", "action_id": "where", "options": kinds, "initial_options": kinds[:1]}
    return {
        "type": "modal",
        "callback_id": "new",
        "title": plain(title),
        "submit": plain("Draft"),
        "notify_on_close": True,
        "blocks": [
            {"type": "input", "block_id": "topic", "label": plain("Topic"), "element": topic},
            {"type": "input", "block_id": "where", "label": plain("Where"), "element": where, "optional": True},
        ],
    }
