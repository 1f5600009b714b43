"""Every image provider at the wire: what it is asked, what it gives, and each way in which it fails."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from bot.artwork.makers.base import Maker, MakingFailed, NotCharged, Wanted, WordsRefused
from bot.artwork.makers.choosing import build_maker
from bot.artwork.makers.prices import PRICES, UNKNOWN, price_of
from bot.fetch import safe_client
from tests.bot.artwork.samples import encoded, photo
from tests.fakes.image_server import Cut, Drop, Fail, Filtered, Hang, ImageServer, Provider, Raw, Reply, Show

MODELS: dict[Provider, str] = {
    "openai": "gpt-image-1",
    "gemini": "gemini-2.5-flash-image",
    "stability": "sd3.5-large",
    "automatic1111": "sdxl.safetensors",
    "comfyui": "sdxl.safetensors",
}
HOSTED: tuple[Provider, ...] = ("openai", "gemini", "stability")
PNG = encoded(photo(64, 64))
WANTED = Wanted("A red bike on a wet road", 1600, 900, seed=7)


class Shop:
    """A provider, its model, and the waits between attempts."""

    def __init__(self, server: ImageServer, maker: Maker, waits: list[float]) -> None:
        self.server, self.maker, self.waits = server, maker, waits


@pytest.fixture(params=list(MODELS))
async def shop(request: pytest.FixtureRequest) -> AsyncIterator[Shop]:
    async with _open(request.param) as opened:
        yield opened


class _open:
    def __init__(self, provider: Provider, *, seconds: float = 5) -> None:
        self._server, self._seconds = ImageServer(provider), seconds

    async def __aenter__(self) -> Shop:
        server = await self._server.__aenter__()
        self._client = safe_client(allow_hosts={server.host}, timeout_seconds=self._seconds)
        waits: list[float] = []

        async def pause(seconds: float) -> None:
            waits.append(seconds)

        maker = build_maker(
            f"{server.provider}:{MODELS[server.provider]}",
            client=self._client, key="sk-test:secret", url=server.url, patience_seconds=10, pause=pause,
        )  # fmt: skip
        return Shop(server, maker, waits)

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()
        await self._server.__aexit__()


async def test_a_picture_comes_as_it_was_made(shop: Shop) -> None:
    shop.server.script(Show(PNG))
    assert await shop.maker.make(WANTED) == PNG
    assert b"red bike" in shop.server.orders[0].raw


async def test_each_is_asked_in_its_own_form() -> None:
    async with _open("openai") as shop:
        shop.server.script(Show(PNG))
        await shop.maker.make(WANTED)
        order = shop.server.requests[0]
        assert (order.path, order.headers["authorization"]) == ("/v1/images/generations", "Bearer sk-test:secret")
        assert order.body["size"] == "1536x1024"
        assert "response_format" not in order.body  # the GPT image models refuse it
    async with _open("gemini") as shop:
        shop.server.script(Show(PNG))
        await shop.maker.make(WANTED)
        order = shop.server.requests[0]
        assert order.path == "/v1beta/models/gemini-2.5-flash-image:generateContent"
        assert order.headers["x-goog-api-key"] == "sk-test:secret"
        assert order.body["generationConfig"]["imageConfig"] == {"aspectRatio": "16:9"}
    async with _open("stability") as shop:
        shop.server.script(Show(PNG))
        await shop.maker.make(WANTED)
        order = shop.server.requests[0]
        assert order.path == "/v2beta/stable-image/generate/sd3"
        assert order.headers["content-type"].startswith("multipart/form-data; boundary=")
        assert b"sd3.5-large" in order.raw
        assert b"16:9" in order.raw
    async with _open("automatic1111") as shop:
        shop.server.script(Show(PNG))
        await shop.maker.make(WANTED)
        order = shop.server.requests[0]
        assert (order.body["width"] % 64, order.body["height"] % 64, order.body["seed"]) == (0, 0, 7)
        assert order.headers["authorization"] == "Basic " + base64.b64encode(b"sk-test:secret").decode()
        assert order.body["override_settings"] == {"sd_model_checkpoint": "sdxl.safetensors"}


async def test_comfyui_is_looked_after_until_it_is_done() -> None:
    async with _open("comfyui") as shop:
        shop.server.looks = 3
        shop.server.script(Show(PNG))
        assert await shop.maker.make(WANTED) == PNG
        assert shop.waits == [1.0] * 3
        assert shop.server.orders[0].body["prompt"]["5"]["inputs"]["seed"] == 7


async def test_comfyui_that_never_ends_or_fails_is_given_up() -> None:
    async with _open("comfyui") as shop:
        shop.server.looks = 1000
        shop.server.script(Show(PNG))
        with pytest.raises(MakingFailed, match="too long"):
            await shop.maker.make(WANTED)
        assert len(shop.waits) == 10
        shop.server.looks = 0
        shop.server.script(Show(PNG, "error"))
        with pytest.raises(MakingFailed, match="could not make"):
            await shop.maker.make(WANTED)


@pytest.mark.parametrize(("header", "wait"), [("3", 3.0), (None, 1.0), ("nonsense", 1.0), ("nan", 1.0), ("-5", 0.0)])
async def test_too_many_is_waited_for_and_asked_again(shop: Shop, header: str | None, wait: float) -> None:
    shop.server.script(Fail(429, retry_after=header), Show(PNG))
    assert await shop.maker.make(WANTED) == PNG
    assert shop.waits[0] == wait


async def test_a_wait_that_nobody_would_bear_is_said_at_once(shop: Shop) -> None:
    shop.server.script(Fail(429, retry_after="3600"))
    with pytest.raises(NotCharged, match="no more requests"):
        await shop.maker.make(WANTED)
    assert (len(shop.server.orders), shop.waits) == (1, [])


@pytest.mark.parametrize("reply", [Fail(500), Drop(), Cut(PNG)], ids=["500", "dropped", "cut off"])
async def test_what_may_have_been_paid_is_not_asked_for_twice(shop: Shop, reply: Reply) -> None:
    shop.server.script(reply, Show(PNG))
    with pytest.raises(MakingFailed) as failed:
        await shop.maker.make(WANTED)
    assert not isinstance(failed.value, NotCharged)
    assert len(shop.server.orders) == 1


@pytest.mark.parametrize("status", [401, 402, 404, 429, 503, 400, 422])
async def test_a_refusal_before_work_costs_nothing_and_says_what_to_do(shop: Shop, status: int) -> None:
    shop.server.script(*[Fail(status)] * 3)
    with pytest.raises(NotCharged) as failed:
        await shop.maker.make(WANTED)
    said = failed.value.sentence()
    assert failed.value.do_next
    assert "sk-" not in said
    assert "10.0.0.7" not in said


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("provider", HOSTED)
async def test_a_refusal_of_the_content_is_said_as_one(provider: Provider, late: bool) -> None:
    async with _open(provider) as shop:
        shop.server.script(Filtered(late=late))
        with pytest.raises(WordsRefused, match="refuses"):
            await shop.maker.make(WANTED)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"<html>Bad gateway</html>", b'{"data": [{}]}', b'{"candidates": [{"content": 1}]}',
             b'{"images": [7]}', b'{"data": [{"b64_json": "%%%"}]}', b'{"prompt_id": ""}', b'{"images": []}']
)  # fmt: skip
async def test_an_answer_that_is_no_picture_is_said(shop: Shop, body: bytes) -> None:
    shop.server.script(Raw(body))
    with pytest.raises(MakingFailed):
        await shop.maker.make(WANTED)


async def test_a_picture_under_a_wrong_type_is_not_taken() -> None:
    for provider in ("stability", "comfyui"):
        async with _open(provider) as shop:
            shop.server.script(Show(PNG, "text/html"))
            with pytest.raises(MakingFailed, match="no picture"):
                await shop.maker.make(WANTED)


async def test_an_answer_past_every_size_is_cut_short() -> None:
    async with _open("stability") as shop:
        shop.server.script(Show(b"\x89PNG" + bytes(31_000_000)))
        with pytest.raises(MakingFailed, match="more than a picture"):
            await shop.maker.make(WANTED)


async def test_silence_ends_in_time() -> None:
    async with _open("openai", seconds=0.3) as shop:
        shop.server.script(Hang())
        with pytest.raises(MakingFailed, match="too long"):
            await shop.maker.make(WANTED)


async def test_an_address_inside_is_not_dialled_unless_the_operator_allows_it() -> None:
    async with ImageServer("automatic1111") as server, safe_client(timeout_seconds=5) as client:
        maker = build_maker("automatic1111:default", client=client, url=server.url)
        with pytest.raises(NotCharged, match="could not be reached"):
            await maker.make(WANTED)
        assert server.requests == []


def test_prices_are_estimates_on_the_safe_side() -> None:
    assert price_of("openai:gpt-image-1", None) == Decimal("0.063")
    assert price_of("openai:one-of-tomorrow", None) == UNKNOWN >= max(PRICES.values())
    assert price_of("openai:gpt-image-1", Decimal("0.01")) == Decimal("0.01")
