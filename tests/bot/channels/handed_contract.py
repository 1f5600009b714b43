"""Nothing leaves that was not approved, as tests of every adapter: each tampers with something on a post's way out.

A door that sends one payload stands between; the adapter gets another payload, or its finished requests and pictures
are changed on their way to that door. Each time the adapter must end in a clear no, and nothing may stand there.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import unicodedata
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
import rfc8785
from httpx2 import Response

from bot.channels.base import AttemptKey, Carries, ChannelRefused, Content, Door
from storage.sealed import Medium, NewerPayload, SealedPayload
from tests.bot.channels.photos import picture

AT = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
KEY = AttemptKey("p_23456789abcd", "0123456789abcdef0123456789abcdef", AT, AT + timedelta(seconds=30))
COMMENT = "Alle Velos: https://velo.example/velos?a=1"
EARLIER, LATER = "Heute\n\nAlle Velos.", "Morgen\n\nAlle Velos, und Kaffee dazu."
PAIR = tuple(picture(1080, 1080, kind="JPEG", turn=turn) for turn in (0, 90))
ALTS = ("Rotes Velo, 3 Räder", "Blaues Velo – „neu“")
MEDIA = tuple(
    Medium(sha256=hashlib.sha256(data).hexdigest(), mime="image/jpeg", size=len(data), width=1080, height=1080, alt=alt)
    for data, alt in zip(PAIR, ALTS, strict=True)
)


def shown(base_url: str, url: str) -> bytes | None:
    """What the public edge holds of them."""
    found = {f"{base_url}/media/{medium.sha256}.jpg": data for medium, data in zip(MEDIA, PAIR, strict=True)}
    return found.get(url)


class Bent:
    """A door on whose way in the bytes change."""

    def __init__(self, door: Door, *, words: Callable[[str], str] = str, swap: bool = False) -> None:
        self._door, self._words, self._swap = door, words, swap
        self.bent = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._door, name)

    @property
    def request(self) -> Callable[..., Awaitable[Response]]:
        return self._request

    async def compare(self, data: bytes, kind: str, carries: Carries) -> None:
        await self._door.compare(self._changed(data), kind, carries)

    async def blob(self, sha256: str) -> bytes:
        return await self._door.blob(self._other(sha256))

    async def fetched_from(self, medium: Medium) -> str:
        return await self._door.fetched_from(medium.model_copy(update={"sha256": self._other(medium.sha256)}))

    async def _request(self, method: str, url: str, **options: Any) -> Response:
        if method != "GET":
            for name in ("content", "data", "json"):
                if name in options:
                    options[name] = self._changed(options[name])
        return await self._door.request(method, url, **options)

    def _changed(self, value: Any) -> Any:
        if isinstance(value, bytes):
            try:
                return self._changed(value.decode()).encode()
            except UnicodeDecodeError:
                return value
        if isinstance(value, dict):
            return {name: self._changed(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._changed(inner) for inner in value]
        if not isinstance(value, str):
            return value
        changed = self._words(value)
        self.bent += changed != value
        return changed

    def _other(self, sha256: str) -> str:
        if not self._swap:
            return sha256
        self.bent += 1
        return next(medium.sha256 for medium in MEDIA if medium.sha256 != sha256)


def tampered(payload: SealedPayload) -> Iterator[SealedPayload]:
    """The payload as it was not approved, in each way that a helpful adapter might think of."""
    first, *rest = payload.parts
    for text in (
        first.text[:-1],
        first.text + " ",
        unicodedata.normalize("NFD", first.text + "ü"),
        first.text.replace("\n\n", "\n"),
        first.text.upper(),
    ):
        yield payload.model_copy(update={"parts": (first.model_copy(update={"text": text}), *rest)})
    for name in {"html", "body"} & payload.extra.keys():
        yield payload.model_copy(update={"extra": payload.extra | {name: payload.extra[name] + " mehr"}})
    yield payload.model_copy(update={"disclosure": ("paid_partnership",)})
    yield payload.model_copy(update={"parts": (*payload.parts, first)})
    if payload.title:
        yield payload.model_copy(update={"title": payload.title.swapcase()})


def shortened(payload: SealedPayload) -> Callable[[str], str]:
    """A change that takes the last letter off each plain word of the payload."""
    words = set(re.findall(r"[A-Za-z]{4,}", payload.words))

    def changed(text: str) -> str:
        return re.sub(r"[A-Za-z]{4,}", lambda found: found[0][:-1] if found[0] in words else found[0], text)

    return changed


class HandedContract:
    """What `ChannelContract` has of it."""

    async def _refused(self, bench: Any, given: SealedPayload, door: Door) -> None:
        with pytest.raises(ChannelRefused) as refused:
            await bench.channel.send(given, KEY, door)
        assert refused.value.kept, refused.value
        assert not await bench.standing()

    def approved(self, bench: Any) -> SealedPayload:
        """What the suite sends."""
        payload: SealedPayload = cast(Any, self).sealed(bench)
        return payload

    async def test_a_payload_changed_after_the_claim_is_never_handed_over(self, bench: Any) -> None:
        payload = self.approved(bench)
        tried = 0
        for changed in tampered(payload):
            if changed.digest != payload.digest:
                await self._refused(bench, changed, bench.door().sending(payload))
                tried += 1
        assert tried > 4
        await bench.channel.send(payload, KEY, bench.door().sending(payload))
        assert len(await bench.standing()) == 1

    async def test_words_changed_on_their_way_out_are_never_handed_over(self, bench: Any) -> None:
        payload = self.approved(bench)
        bent = Bent(bench.door().sending(payload), words=shortened(payload))
        await self._refused(bench, payload, cast(Door, bent))
        assert bent.bent

    async def test_pictures_in_another_order_or_with_others_words_are_never_handed_over(self, bench: Any) -> None:
        if bench.channel.capabilities_for(bench.account).images_max < 2:
            return
        text = self.approved(bench).parts[0].text
        payload = bench.channel.build(Content(text=text, media=MEDIA, not_before=AT), bench.account)
        first, *rest = payload.parts
        one, two = first.media
        for media in ((two, one), (one,), (one, two.model_copy(update={"alt": "Ein Velo im Regen"}))):
            changed = payload.model_copy(update={"parts": (first.model_copy(update={"media": media}), *rest)})
            await self._refused(bench, changed, bench.door().sending(payload))
        bent = Bent(
            bench.door().sending(payload),
            words=lambda text: text.replace(one.alt, "Ein Velo im Regen") if one.alt else text,
        )
        try:
            await bench.channel.send(payload, KEY, cast(Door, bent))
        except ChannelRefused:
            assert bent.bent and not await bench.standing()
        else:
            assert not bent.bent, "its alt text was changed on the way"

    async def test_pictures_are_handed_over_as_approved(self, bench: Any) -> None:
        if bench.channel.capabilities_for(bench.account).images_max < 2:
            return
        text = self.approved(bench).parts[0].text
        payload = bench.channel.build(Content(text=text, media=MEDIA, not_before=AT), bench.account)
        await bench.channel.send(payload, KEY, bench.door().sending(payload))
        assert await bench.standing()

    async def test_bytes_of_another_picture_are_never_handed_over(self, bench: Any) -> None:
        if bench.channel.capabilities_for(bench.account).images_max < 2:
            return
        text = self.approved(bench).parts[0].text
        payload = bench.channel.build(Content(text=text, media=MEDIA, not_before=AT), bench.account)
        bent = Bent(bench.door().sending(payload), swap=True)
        if bench.channel.capabilities.channel in ("feed", "webhook"):  # these name a picture by its hash, and read none
            await bench.channel.send(payload, KEY, cast(Door, bent))
            assert not bent.bent
            return
        await self._refused(bench, payload, cast(Door, bent))
        assert bent.bent

    async def test_a_comment_that_was_not_approved_is_never_handed_over(self, bench: Any) -> None:
        if bench.channel.capabilities_for(bench.account).comments != "after":
            return
        payload = cast(Any, self).sealed(bench, comment=COMMENT)
        post = await bench.channel.send(payload, KEY, bench.door().sending(payload))
        stood = list(await bench.standing())
        changed = payload.model_copy(update={"first_comment": "Andere Velos"})
        bent = Bent(bench.door().sending(payload), words=shortened(payload))
        for given, door in ((changed, bench.door().sending(payload)), (payload, cast(Door, bent))):
            with pytest.raises(ChannelRefused) as refused:
                await bench.channel.comment(given, post, KEY, door)
            assert refused.value.code == "changed"
        assert list(await bench.standing()) == stood

    async def test_what_this_version_and_the_one_before_it_sealed_is_sent(self, bench: Any) -> None:
        """A deploy at 8:59 refuses nothing at 9:00, and what a newer one sealed is left to it."""
        document: dict[str, Any] = {}
        texts = {SealedPayload.VERSION - 1: EARLIER, SealedPayload.VERSION: LATER}
        for version, text in texts.items():
            document = json.loads(cast(Any, self).sealed(bench, text).canonical())
            stored = rfc8785.dumps({**document, "payload_version": version})
            sealed = SealedPayload.read(stored)
            assert sealed.canonical() == stored
            key = dataclasses.replace(KEY, post=f"p_{version}3456789abcd", key=f"{version}" * 32)
            await bench.channel.send(sealed, key, bench.door().sending(sealed))
            assert "\n\n".join(part.text for part in sealed.parts) in await bench.standing()
        with pytest.raises(NewerPayload):
            SealedPayload.read(rfc8785.dumps({**document, "payload_version": SealedPayload.VERSION + 1}))
