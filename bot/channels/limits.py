"""Whether a payload keeps within a channel's capabilities; adapters add their own rules to these."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.channels.base import Account, Capabilities, Channel, Measure, Problem
from storage.sealed import Medium, SealedPayload


def problems(
    payload: SealedPayload,
    capabilities: Capabilities,
    measure: Callable[[str], Measure],
    measure_comment: Callable[[str], Measure] | None = None,
    *,
    title_length: Callable[[str], int] = len,
) -> tuple[Problem, ...]:
    """Every reason why the channel would not take it, in sentences for the person. A comment counts as `measure` says,
    where nothing else is given.
    """
    comment = (measure_comment or measure)(payload.first_comment) if payload.first_comment else None
    return (
        *_of_title(payload, capabilities, title_length(payload.title)),
        *_of_comment(comment, capabilities),
        *_found(payload, capabilities, measure),
    )


def _of_title(payload: SealedPayload, capabilities: Capabilities, used: int) -> Iterator[Problem]:
    limit = capabilities.title_limit
    over = used - limit if limit is not None else 0
    if over > 0:
        yield Problem(
            "title_too_long",
            f"{capabilities.title} takes at most {limit} characters in a title; this has {used}.",
            f"Shorten it by {over}.",
        )


def measured_comment(channel: Channel, account: Account, text: str) -> Measure:
    """The length of a first comment, which is one post where it is a reply."""
    can = channel.capabilities_for(account)
    return Measure(channel.measure(text, account).used, can.comment_limit or can.text_limit, can.unit)


def _found(payload: SealedPayload, capabilities: Capabilities, measure: Callable[[str], Measure]) -> Iterator[Problem]:
    name = capabilities.title
    if len(payload.parts) > 1 and not capabilities.threads:
        yield Problem("thread", f"{name} takes one post at a time, not a thread.", "Put it into one post.")
    for part in payload.parts:
        if not part.text.strip() and not part.media:
            yield Problem("empty", "There is nothing to post yet.", "Write a text or add a picture.")
        taken = measure(part.text)
        if taken.over:
            yield Problem(
                "too_long",
                f"{name} takes at most {taken.limit} {taken.unit}; this has {taken.used}.",
                f"Shorten it by {taken.over}.",
            )
        if len(part.media) > capabilities.images_max:
            yield Problem(
                "too_many_pictures",
                f"{name} takes at most {capabilities.images_max} pictures; this has {len(part.media)}.",
                "Leave some out.",
            )
        for medium in part.media:
            yield from _of_medium(medium, capabilities)


def _of_comment(comment: Measure | None, capabilities: Capabilities) -> Iterator[Problem]:
    """A reply is a part like others."""
    name, limit, unit = capabilities.title, capabilities.comment_limit or capabilities.text_limit, capabilities.unit
    if comment is not None and capabilities.comments == "none":
        yield Problem("no_comments", f"{name} has no first comments.", "Put its words into the text.")
    elif comment is not None and capabilities.comments == "after" and limit is not None and comment.used > limit:
        yield Problem(
            "comment_too_long",
            f"{name} takes at most {limit} {unit} in a comment; this has {comment.used}.",
            f"Shorten it by {comment.used - limit}.",
        )


def _of_medium(medium: Medium, capabilities: Capabilities) -> Iterator[Problem]:
    name = capabilities.title
    if medium.mime not in capabilities.image_mimes:
        kinds = ", ".join(mime.removeprefix("image/").upper() for mime in capabilities.image_mimes)
        yield Problem("picture_kind", f"{name} does not take this kind of picture.", f"Use one of {kinds}.")
    if medium.size > capabilities.image_max_bytes:
        yield Problem(
            "picture_bytes",
            f"{name} takes pictures up to {capabilities.image_max_bytes:,} bytes; this has {medium.size:,}.",
            "Use a smaller picture.",
        )
    widest, tallest = capabilities.image_max_pixels
    if medium.width > widest or medium.height > tallest:
        yield Problem(
            "picture_pixels",
            f"{name} takes pictures up to {widest} × {tallest} pixels; this has {medium.width} × {medium.height}.",
            "Use a smaller picture.",
        )
    least, most = capabilities.image_ratio
    ratio = medium.width / medium.height
    if not least <= ratio <= most:
        yield Problem(
            "picture_ratio",
            f"{name} wants a picture between {least:g}:1 and {most:g}:1; this one is {ratio:.2g}:1.",
            "Crop it.",
        )
    if capabilities.alt_limit is not None and len(medium.alt) > capabilities.alt_limit:
        yield Problem(
            "alt_too_long",
            f"{name} takes alt texts up to {capabilities.alt_limit} characters; this has {len(medium.alt)}.",
            "Shorten the alt text.",
        )
