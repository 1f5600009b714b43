"""Every limit of every channel in one table, and a payload that exceeds one is refused before anybody approves it.

`python -m tests.bot.channels.test_limits` writes the table anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.base import Account, Capabilities, Channel, Pace, SealedPayload
from bot.channels.registry import build_channels
from storage.sealed import Medium, Part
from tests.bot.channels.benches import BASE_URL, blank_account
from tests.bot.channels.contract import AT

TABLE = Path(__file__).resolve().parents[3] / "docs" / "limits.md"
HEAD = """# Limits of every channel

Written out of the adapters (`bot/channels/`), where the source of each number stands beside it; a test keeps both the
same. Servers that say other numbers of themselves (Mastodon and its kin) are asked when an account is connected.

| channel | text | pictures | kinds | bytes | pixels | width : height | alt text | pace of one account |
|---|---|---|---|---|---|---|---|---|
"""


class NoFeed:
    """Nothing is published here."""


def channels() -> Mapping[str, Channel]:
    return build_channels(NoFeed(), base_url=BASE_URL)  # type: ignore[arg-type]


def table() -> str:
    return HEAD + "".join(row(each.capabilities) for _, each in sorted(channels().items()))


def row(can: Capabilities) -> str:
    text = f"{can.text_limit:,} {can.unit}" if can.text_limit else "any"
    if not can.images_max:
        pictures = ["0", "–", "–", "–", "–", "–"]
    else:
        least, most = can.image_ratio
        kinds = ", ".join(mime.removeprefix("image/") for mime in can.image_mimes)
        alt = f"{can.alt_limit:,}" if can.alt_limit else "–"
        wide, high = can.image_max_pixels
        pictures = [str(can.images_max), kinds, f"{can.image_max_bytes:,}", f"{wide} × {high}"]
        pictures += [f"{least:g} to {most:g}", alt]
    return f"| {' | '.join([can.title, text, *pictures, pace(can.pace)])} |\n"


def pace(found: Pace) -> str:
    said = [f"one in {spoken(found.gap)}"] if found.gap else []
    said += [f"{each.most:,} {each.of} in {spoken(each.span)}" for each in found.windows]
    return "; ".join(said) or "–"


def spoken(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {name}"
    return f"{seconds} s"


def test_the_table_says_what_the_adapters_do() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(), "python -m tests.bot.channels.test_limits"


def too_much(can: Capabilities) -> Iterator[tuple[str, Part]]:
    """A part for each limit that exceeds this one alone, with the rule that must be named."""
    good = Medium(sha256="0" * 64, mime=can.image_mimes[0], size=1000, width=1000, height=1000, alt="Bread")
    if not can.images_max:
        yield "too_many_pictures", Part(text="Bread", media=(good,))
        return
    wide, high = can.image_max_pixels
    least, most = can.image_ratio
    yield "too_many_pictures", Part(text="Bread", media=(good,) * (can.images_max + 1))
    yield "picture_kind", Part(text="Bread", media=(changed(good, mime="image/tiff"),))
    yield "picture_bytes", Part(text="Bread", media=(changed(good, size=can.image_max_bytes + 1),))
    yield "picture_pixels", Part(text="Bread", media=(changed(good, width=wide + 1, height=wide),))
    yield "picture_pixels", Part(text="Bread", media=(changed(good, width=high, height=high + 1),))
    yield "picture_ratio", Part(text="Bread", media=(changed(good, width=2000, height=int(2000 / most) - 2),))
    yield "picture_ratio", Part(text="Bread", media=(changed(good, width=int(2000 * least) - 2, height=2000),))
    if can.alt_limit:
        yield "alt_too_long", Part(text="Bread", media=(changed(good, alt="x" * (can.alt_limit + 1)),))


def changed(medium: Medium, **what: object) -> Medium:
    return medium.model_copy(update=what)


def rules(channel: Channel, account: Account, part: Part) -> set[str]:
    payload = SealedPayload(
        workspace="w_1", channel=account.channel, account=account.id, remote_id="1", server="", destination="",
        not_before=AT.isoformat(), title="Bread", language="en", parts=(part,), links=(),
    )  # fmt: skip
    return {problem.rule for problem in channel.validate(payload, account)}


@pytest.mark.parametrize("name", sorted(channels()))
def test_what_exceeds_a_limit_is_refused(name: str) -> None:
    channel = channels()[name]
    account = blank_account(name, options={})
    can = channel.capabilities_for(account)
    for rule, part in too_much(can):
        assert rule in rules(channel, account, part), (rule, part)
    if can.text_limit:
        long = "x" * (can.text_limit + 1)
        assert channel.measure(long, account).over or can.threads
        assert {"too_long"} <= rules(channel, account, Part(text=long)), "too_long"
    fits = Part(text="Bread")
    assert "too_long" not in rules(channel, account, fits)


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
