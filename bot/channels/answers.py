"""What an HTTP answer, or none, says about whether a post was taken. One rule for every channel that has no better one.

2xx: taken. 4xx: clearly not taken, except 408 and 409, behind which an earlier or slower copy may have been. 429, 425
and 503 with Retry-After: not taken, come back later. 307 and 308: not taken (RFC 9110 §15.4.8: the request would have
to be repeated elsewhere). Everything else, and every broken connection after the first byte: nobody knows.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from httpx2 import Response

from bot.channels.handed import HandedDiffers
from bot.errors import ChannelRefused, OutcomeUnknown, ProvenNotSent
from bot.fetch import NotSent

DEFAULT_WAIT_SECONDS = 30.0
LEAST_WAIT_SECONDS, MOST_WAIT_SECONDS = 1.0, 3600.0
KEPT = "Nothing was published."
MOST_ADDRESS = 2000


async def ask(call: Callable[[], Awaitable[Response]], name: str) -> Response:
    """The answer to a call that may publish.

    Raises ProvenNotSent when no byte left, ChannelRefused when what would leave was not approved, OutcomeUnknown for
    everything else that keeps an answer away: an answer that was too large to be read may have said yes.
    """
    try:
        return await call()
    except NotSent as error:
        raise ProvenNotSent(
            f"{name} could not be reached. " + error.what, kept=KEPT, retry_after_seconds=error.retry_after_seconds
        ) from error
    except HandedDiffers:
        raise
    except Exception as error:
        raise OutcomeUnknown(f"{name} gave no answer that says whether it took the post.") from error


def judge(answer: Response, name: str, now: datetime) -> None:
    """Returns when the answer says that the post was taken.

    Raises ChannelRefused (nothing is there; with `retry_after_seconds` when asked to come back) or OutcomeUnknown.
    """
    status = answer.status_code
    if 200 <= status < 300:
        return
    wait = retry_after(answer.headers.get("retry-after", ""), now)
    if status in (425, 429) or (status == 503 and wait is not None):
        raise later(name, DEFAULT_WAIT_SECONDS if wait is None else wait)
    if status in (307, 308):
        raise ChannelRefused(
            f"{name} has moved to another address.", code="moved", kept=KEPT, do_next="Connect it again there."
        )
    if status in (401, 403):
        raise ChannelRefused(
            f"{name} did not accept the credentials.", code="unauthorized", kept=KEPT, do_next="Connect it again."
        )
    if 400 <= status < 500 and status not in (408, 409):
        code = "not_found" if status in (404, 410) else "too_large" if status == 413 else "refused"
        raise ChannelRefused(
            f"{name} refused the post (HTTP {status}).",
            code=code,
            kept=KEPT,
            do_next="Ask whoever runs it why, then send it again.",
        )
    raise OutcomeUnknown(f"{name} answered HTTP {status}, which does not say whether it took the post.")


def document(answer: Response) -> dict[str, Any] | None:
    """The answer's JSON object; None when it is anything else."""
    try:
        found = json.loads(answer.content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def printable(value: object, most: int = 3000) -> str:
    """What a platform says of itself, as one may show it: text alone, no controls; empty for anything else."""
    text = value if isinstance(value, str) else ""
    return "".join(char for char in text if char.isprintable() or char == "\n").strip()[:most]


def count_of(value: object) -> int | None:
    """A number of things as a platform tells it; None for anything else, which is missing and never zero."""
    return value if type(value) is int and value >= 0 else None


def later(name: str, seconds: float) -> ChannelRefused:
    """What to raise when nothing was taken and the channel asked to come back, within 1 and 3600 seconds."""
    return ChannelRefused(
        f"{name} asked to come back later.",
        code="rate_limited",
        kept=KEPT,
        do_next="It is tried again by itself.",
        retry_after_seconds=min(max(seconds, LEAST_WAIT_SECONDS), MOST_WAIT_SECONDS),
    )


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds from `now`, within 1 and 3600, out of seconds or an HTTP date (RFC 9110 §10.2.3); None for neither."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:9])
    else:
        try:
            instant = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            return None
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=UTC)
        seconds = (instant - now).total_seconds()
    return min(max(seconds, LEAST_WAIT_SECONDS), MOST_WAIT_SECONDS)


def instant(value: object) -> datetime | None:
    """ISO 8601 with its zone, in UTC; None for anything else."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.astimezone(UTC) if found is not None and found.tzinfo is not None else None


def web(value: object) -> str:
    """A web address as a server gives it; empty for anything else."""
    text = value if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    fits = parts.scheme in ("http", "https") and parts.hostname and not parts.username and len(text) <= MOST_ADDRESS
    return text if fits and text.isprintable() and not set(text) & set(" \"<>'") else ""


def path_on(address: str, site: str) -> str | None:
    """The path of a web address that is of this site (an origin) or of a host below it; None for any other."""
    parts, host = urlsplit(web(address)), urlsplit(site).hostname or ""
    here = parts.hostname or ""
    below = host.removeprefix("www.")
    return parts.path if host and (here == below or here.endswith(f".{below}")) else None
