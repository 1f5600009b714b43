"""Every limit of every channel: a payload that exceeds one is a problem before approval, and the table says so.

The channels are those of the registry: a new one is in here by itself, and needs its table in
`docs/channels/limits.md`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.base import Account, Capabilities, Channel, Content, Problem, SealedPayload
from bot.channels.limits import problems
from bot.channels.registry import build_channels
from bot.checks.limits import limits
from storage.feed import FeedStore
from storage.sealed import Medium, Part
from tests.bot.channels.benches import blank_account
from tests.bot.checks.subjects import subject

CHANNELS: Mapping[str, Channel] = build_channels(cast(FeedStore, None), base_url="https://news.velo.example")
TABLES = Path(__file__).parents[3] / "docs" / "channels" / "limits.md"
Exceeds = Callable[[Capabilities, SealedPayload], SealedPayload | None]


def account_of(name: str) -> Account:
    return blank_account(name)


def medium(can: Capabilities, **more: Any) -> Medium:
    """The largest picture that the channel takes, in its first format."""
    side = min(can.image_max_pixels)
    fields = {"sha256": "a" * 64, "mime": can.image_mimes[0], "size": can.image_max_bytes, "alt": "Rotes Velo"}
    return Medium(**{**fields, "width": side, "height": side, **more})


def fitting(name: str) -> SealedPayload:
    """A payload with a picture, where the channel takes one, that keeps every limit."""
    channel, account = CHANNELS[name], account_of(name)
    can = channel.capabilities_for(account)
    media = (medium(can),) if can.images_max else ()
    return channel.build(Content(text="Velos\n\nNeu ab heute.", title="Velos", media=media), account)


def with_text(payload: SealedPayload, text: str) -> SealedPayload:
    return payload.model_copy(update={"parts": (Part(text=text, media=payload.parts[0].media),)})


def with_media(payload: SealedPayload, *media: Medium) -> SealedPayload:
    return payload.model_copy(update={"parts": (payload.parts[0].model_copy(update={"media": media}),)})


def too_long(can: Capabilities, payload: SealedPayload) -> SealedPayload | None:
    return with_text(payload, "x" * (can.text_limit + 1)) if can.text_limit else None


def too_many(can: Capabilities, payload: SealedPayload) -> SealedPayload:
    return with_media(payload, *(medium(can),) * (can.images_max + 1))


def wrong_kind(can: Capabilities, payload: SealedPayload) -> SealedPayload | None:
    return with_media(payload, medium(can, mime="image/tiff")) if can.images_max else None


def too_heavy(can: Capabilities, payload: SealedPayload) -> SealedPayload | None:
    return with_media(payload, medium(can, size=can.image_max_bytes + 1)) if can.images_max else None


def too_large(can: Capabilities, payload: SealedPayload) -> SealedPayload | None:
    width, height = can.image_max_pixels
    return with_media(payload, medium(can, width=width + 1, height=height)) if can.images_max else None


def too_wide(can: Capabilities, payload: SealedPayload) -> SealedPayload | None:
    width = can.image_max_pixels[0]
    flat = medium(can, width=width, height=int(width / can.image_ratio[1] * 0.99) or 1)
    return with_media(payload, flat) if can.images_max else None


def too_narrow(can: Capabilities, payload: SealedPayload) -> SealedPayload | None:
    height = can.image_max_pixels[1]
    steep = medium(can, width=int(height * can.image_ratio[0] * 0.99) or 1, height=height)
    return with_media(payload, steep) if can.images_max else None


def alt_too_long(can: Capabilities, payload: SealedPayload) -> SealedPayload | None:
    if not can.images_max or can.alt_limit is None:
        return None
    return with_media(payload, medium(can, alt="x" * (can.alt_limit + 1)))


def a_thread(can: Capabilities, payload: SealedPayload) -> SealedPayload | None:
    return None if can.threads else payload.model_copy(update={"parts": payload.parts * 2})


def too_long_a_thread(can: Capabilities, payload: SealedPayload) -> SealedPayload | None:
    return payload.model_copy(update={"parts": (Part(text="Neu"),) * 1000}) if can.threads else None


def title_too_long(can: Capabilities, payload: SealedPayload) -> SealedPayload | None:
    return payload.model_copy(update={"title": "x" * (can.title_limit + 1)}) if can.title_limit else None


def nothing(_: Capabilities, payload: SealedPayload) -> SealedPayload:
    return payload.model_copy(update={"parts": (Part(text=" \n"),)})


EXCEEDED: Mapping[str, Exceeds] = {
    "too_long": too_long,
    "title_too_long": title_too_long,
    "too_many_pictures": too_many,
    "picture_kind": wrong_kind,
    "picture_bytes": too_heavy,
    "picture_pixels": too_large,
    "picture_ratio": too_wide,
    "picture_ratio, upright": too_narrow,
    "alt_too_long": alt_too_long,
    "thread": a_thread,
    "thread, too many": too_long_a_thread,
    "empty": nothing,
}


@pytest.mark.parametrize("name", CHANNELS)
def test_what_keeps_every_limit_is_no_problem(name: str) -> None:
    assert CHANNELS[name].validate(fitting(name), account_of(name)) == ()


@pytest.mark.parametrize("rule", EXCEEDED)
@pytest.mark.parametrize("name", CHANNELS)
async def test_a_payload_that_exceeds_a_limit_is_a_problem_before_approval(name: str, rule: str) -> None:
    channel, account = CHANNELS[name], account_of(name)
    exceeding = EXCEEDED[rule](channel.capabilities_for(account), fitting(name))
    if exceeding is None:
        pytest.skip("the channel has no such limit")
    found = channel.validate(exceeding, account)
    assert found, "a limit that nobody keeps"
    assert all(problem.reason.endswith(".") for problem in found)
    assert await _severities(found) == {"block"}


@pytest.mark.parametrize("name", CHANNELS)
def test_a_text_of_exactly_the_limit_fits(name: str) -> None:
    channel, account = CHANNELS[name], account_of(name)
    limit = channel.capabilities_for(account).text_limit
    assert limit is None or channel.measure("x" * limit, account).over == 0
    assert limit is None or channel.measure("x" * (limit + 1), account).over == 1


def test_limits_are_looked_at_one_by_one() -> None:
    can = CHANNELS["feed"].capabilities
    payload, account = fitting("feed"), account_of("feed")
    for rule, exceeds in EXCEEDED.items():
        exceeding = exceeds(can, payload)
        if exceeding is not None:
            found = [
                each.rule for each in problems(exceeding, can, lambda text: CHANNELS["feed"].measure(text, account))
            ]
            assert rule.partition(",")[0] in found, (rule, found)


BESIDE_PICTURES = {"telegram": 1024}  # where a text beside pictures has less room


@dataclass(frozen=True)
class Bound:
    """A limit: a hand-made payload at `size` keeps it when the size is within `least` and `most`, else breaks it."""

    rule: str
    least: int
    most: int
    made: Callable[[int], SealedPayload]


def bounds(name: str) -> list[Bound]:
    """Every limit that `bot.channels.limits` knows, of this channel; its own ones are in its own tests."""
    can, payload = CHANNELS[name].capabilities_for(account_of(name)), fitting(name)
    found: list[Bound] = []
    if can.text_limit:
        beside = BESIDE_PICTURES.get(name, can.text_limit)
        found.append(Bound("too_long", 1, beside, lambda size: with_text(payload, "x" * size)))
        words = with_media(payload)
        found.append(Bound("too_long", 1, can.text_limit, lambda size: with_text(words, "x" * size)))
    if can.title_limit:
        titled = lambda size: payload.model_copy(update={"title": "t" * size})  # noqa: E731
        found.append(Bound("title_too_long", 0, can.title_limit, titled))
    if not can.threads:
        chain = lambda size: payload.model_copy(update={"parts": payload.parts * size})  # noqa: E731
        found.append(Bound("thread", 1, 1, chain))
    if not can.images_max:
        return found
    width, height = can.image_max_pixels
    narrowest, widest = can.image_ratio
    side = min(width, height)

    def shaped(permille: int) -> SealedPayload:
        """A picture of this shape, in thousandths of width to height, and as large as fits."""
        wide = min(side, max(1, side * permille // 1000))
        return with_media(payload, medium(can, width=wide, height=max(1, min(side, wide * 1000 // max(1, permille)))))

    found += [
        Bound("too_many_pictures", 0, can.images_max, lambda size: with_media(payload, *(medium(can),) * size)),
        Bound("picture_bytes", 1, can.image_max_bytes, lambda size: with_media(payload, medium(can, size=size))),
        Bound("picture_pixels", 1, width, lambda size: with_media(payload, medium(can, width=size, height=1))),
        Bound("picture_pixels", 1, height, lambda size: with_media(payload, medium(can, width=1, height=size))),
    ]
    if can.alt_limit is not None:
        described = lambda size: with_media(payload, medium(can, alt="a" * size))  # noqa: E731
        found.append(Bound("alt_too_long", 0, can.alt_limit, described))
    least, most = math.ceil(narrowest * 1000) + 5, math.floor(widest * 1000) - 5
    found.append(Bound("picture_ratio", least, most, shaped))
    return found


@pytest.mark.parametrize("name", CHANNELS)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_its_size_a_payload_breaks_a_limit_exactly_when_it_exceeds_it(name: str, data: st.DataObject) -> None:
    bound = data.draw(st.sampled_from(bounds(name)))
    near = st.integers(max(1, bound.most - 3), bound.most + 3)
    far = st.integers(bound.most + 1, bound.most + 5000) | st.integers(max(1, bound.least), bound.most)
    below = st.integers(1, bound.least - 15) if bound.least > 20 else near
    size = data.draw(near | far | below)
    if bound.rule == "picture_ratio" and bound.most - 3 <= size <= bound.most + 15:
        return  # a shape in whole pixels is not exact
    if bound.rule == "thread":
        size = min(size, 40)
    found = {each.rule for each in CHANNELS[name].validate(bound.made(size), account_of(name))}
    assert (bound.rule in found) == (not bound.least <= size <= bound.most), (bound, size, found)


async def _severities(found: tuple[Problem, ...]) -> set[str]:
    """What drafting's own check makes of them."""
    return {finding.severity for finding in await limits(subject("Neu", problems=found))}


def stated(can: Capabilities) -> dict[str, str]:
    """What the table of a channel says of its limits, by the name of each."""
    said = {"text": f"{can.text_limit:,} {can.unit}" if can.text_limit else "none", "pictures": str(can.images_max)}
    said |= {"title": f"{can.title_limit} characters"} if can.title_limit else {}
    if can.comments != "none":
        limit = can.comment_limit or can.text_limit
        said["first comment"] = f"{limit:,} {can.unit}"
    if not can.images_max:
        return said
    least, most = can.image_ratio
    return said | {
        "formats": ", ".join(mime.removeprefix("image/").upper() for mime in can.image_mimes),
        "a picture": f"{can.image_max_bytes:,} bytes",
        "pixels": f"{can.image_max_pixels[0]:,} × {can.image_max_pixels[1]:,}",
        "shape": f"{least:g}:1 to {most:g}:1",
        "alt text": f"{can.alt_limit:,} characters" if can.alt_limit is not None else "none",
    }


def tables() -> dict[str, list[list[str]]]:
    """The rows under each channel's heading, cell by cell."""
    found: dict[str, list[list[str]]] = {}
    name = ""
    for line in TABLES.read_text().splitlines():
        heading = re.fullmatch(r"## .+ \(`([a-z_]+)`\)", line)
        if heading:
            name = heading[1]
            assert name not in found, "two tables of one channel"
            found[name] = []
        elif name and line.startswith("| ") and not line.startswith("| limit "):
            found[name].append([cell.strip() for cell in line.strip("|").split(" | ")])
    return found


def test_every_channel_has_one_table_and_there_is_no_other() -> None:
    assert sorted(tables()) == sorted(CHANNELS)


@pytest.mark.parametrize("name", CHANNELS)
def test_a_table_says_what_holds_from_where_and_since_when(name: str) -> None:
    rows = tables().get(name, [])
    assert all(len(row) == 4 for row in rows), rows
    said = {limit: value for limit, value, _, _ in rows}
    assert len(said) == len(rows), "a limit twice"
    wanted = stated(CHANNELS[name].capabilities)
    assert {limit: said.get(limit) for limit in wanted} == wanted
    for limit, _, source, day in rows:
        assert re.match(r"<https://[^ ]+>|ours\b", source), (limit, source)
        assert re.fullmatch(r"20[2-9]\d-\d\d-\d\d", day), (limit, day)


@pytest.mark.parametrize("name", CHANNELS)
def test_a_first_comment_fits_to_the_last_character_or_is_said_to_have_no_place(name: str) -> None:
    channel, account = CHANNELS[name], account_of(name)
    can = channel.capabilities_for(account)
    limit = can.comment_limit or can.text_limit or 0
    media = (medium(can),) if can.images_max else ()

    def rules(comment: str) -> set[str]:
        content = Content(text="Velos\n\nNeu ab heute.", title="Velos", media=media, first_comment=comment)
        return {each.rule for each in channel.validate(channel.build(content, account), account)}

    if can.comments == "none":
        assert "no_comments" in rules("Mehr im Laden.")
        return
    assert not rules("x" * limit)
    assert rules("x" * (limit + 1)) & {"comment_too_long", "too_long"}


@pytest.mark.parametrize("name", CHANNELS)
def test_a_first_comment_is_a_part_of_what_is_approved_and_without_one_nothing_is_another(name: str) -> None:
    channel, account = CHANNELS[name], account_of(name)
    plain = Content(text="Neu ab heute.", title="Velos")
    one, other = (
        channel.build(Content(text="Neu ab heute.", title="Velos", first_comment=words), account)
        for words in ("Mehr im Laden.", "Mehr im Netz.")
    )
    without = channel.build(plain, account)
    assert len({one.digest, other.digest, without.digest}) == 3
    assert one.first_comment == "Mehr im Laden." and "Mehr im Laden." in one.words
    assert (without.payload_version, without.first_comment) == (1, "")


def test_the_link_in_a_first_comment_stands_there_alone() -> None:
    link = "https://velo.example/neu"
    for name, channel in CHANNELS.items():
        can, account = channel.capabilities_for(account_of(name)), account_of(name)
        if can.comments != "none":
            content = Content(text="Neu ab heute.", first_comment=f"Mehr: {link}", comment_link=link)
            payload = channel.build(content, account)
            assert link not in payload.parts[0].text and payload.parts[0].link_card is None, name
            assert [each.destination for each in payload.links] == [link], name
