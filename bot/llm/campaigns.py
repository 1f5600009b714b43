"""The campaign that a request names ("Campaign: Spring."), read by rule: it files the post and is never said in it."""

from __future__ import annotations

import re
from typing import Final

_NAMED: Final = re.compile(
    r"(?:^|(?<=[.!?;,\n]))[^\S\n]*(?:campaign|kampagne)[^\S\n]*:[^\S\n]*"
    r"[\"“„«]?(?P<name>[^\n.;\"“”„«»]{1,100}?)[\"“”»]?[^\S\n]*(?:[.;]|(?=\n)|$)",
    re.I | re.M,
)


def campaign_of(text: str) -> str:
    """Its name, "" when none is named; of several the first."""
    found = _NAMED.search(text)
    return found["name"].strip() if found else ""


def without_campaign(text: str) -> str:
    """The text without the words that name it."""
    return _NAMED.sub("", text).strip() if campaign_of(text) else text
