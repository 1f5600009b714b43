"""A click's own number, which a brand may have sent along to its shop: `<code>.<when>.<random>`.

It says nothing of who clicked, is kept nowhere here, and ties an order to a link for thirty days.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from bot.links.codes import ALPHABET, LENGTH

NAME: Final = "admind_click"
LIVES: Final = timedelta(days=30)
AHEAD: Final = timedelta(minutes=10)  # clocks of two machines


def new_token(code: str, now: datetime) -> str:
    return f"{code}.{int(now.timestamp()):x}.{''.join(secrets.choice(ALPHABET) for _ in range(8))}"


def code_of_token(token: str, now: datetime) -> str:
    """The code in a token; "" for what is none, or too old."""
    code, _, rest = token[:60].partition(".")
    try:
        at = datetime.fromtimestamp(int(rest.partition(".")[0], 16), UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    fresh = now - LIVES <= at <= now + AHEAD
    return code if fresh and len(code) == LENGTH and not set(code) - set(ALPHABET) else ""


def with_token(destination: str, token: str) -> str:
    """The destination with the token behind its own parameters."""
    parts = urlsplit(destination)
    query = f"{parts.query}&{NAME}={token}" if parts.query else f"{NAME}={token}"
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, parts.fragment))
