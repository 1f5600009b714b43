"""What every adapter does with a marketer's content before its own rules apply."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from bot.channels.base import Account, Content
from storage.sealed import Link, Part, SealedPayload


def link_in(content: Content) -> tuple[str, tuple[Link, ...]]:
    """The text with its link (as a last paragraph when it is not in there), and the link as the payload lists it."""
    if not content.link:
        return content.text, ()
    text = content.text
    if content.link not in text:
        text = f"{text.rstrip()}\n\n{content.link}" if text.strip() else content.link
    return text, (Link(shown=content.link, destination=content.link),)


def with_reply(content: Content, parts: tuple[str, ...]) -> tuple[str, ...]:
    """The posts of a thread, with the first comment as the last of them."""
    comment = content.first_comment.strip()
    return (*parts, comment) if comment else parts


def sealed_not_before(content: Content) -> str | None:
    """The instant as payloads write it: ISO 8601 in UTC, whole seconds."""
    if content.not_before is None:
        return None
    return content.not_before.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def sealed(
    content: Content,
    account: Account,
    channel: str,
    *,
    parts: tuple[Part, ...],
    links: tuple[Link, ...] = (),
    title: str | None = None,
    **more: Any,
) -> SealedPayload:
    """The payload of these parts for this account, at the content's time; `title`: other than the content's own."""
    comment = content.first_comment.strip()
    if comment:
        more["payload_version"] = SealedPayload.VERSION
    linked = (Link(shown=content.comment_link, destination=content.comment_link),) if content.comment_link else ()
    return SealedPayload(
        workspace=account.workspace,
        channel=channel,
        account=account.id,
        remote_id=account.remote_id,
        server=account.server,
        destination=account.destination,
        not_before=sealed_not_before(content),
        title=content.title.strip() if title is None else title,
        language=content.language or account.language or "en",
        parts=parts,
        links=links + linked,
        first_comment=comment,
        disclosure=content.disclosure,
        **more,
    )
