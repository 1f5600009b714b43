"""The models, loaded late: what asks them, and what draws and makes pictures.

The one place that loads LangChain and the drawing of pictures: last, in a thread, while the rest works already.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

from bot.drafting.copy import Ask
from bot.drafting.copywriter import Copywriter
from bot.drafting.describing import Describer, Sightless
from bot.drafting.importer import Importer
from bot.drafting.reader import Reader
from bot.drafting.swapping import Swapping
from bot.fetch import SafeClient
from bot.llm.budget import Meter, Payer
from bot.llm.chat_models import ModelChoice
from bot.settings import Settings
from bot.workflow.arc_proposing import ArcProposing
from bot.workflow.declarations import is_model
from bot.workflow.requests import Asker
from prompts import Prompt
from storage.budget import DailyTokens

SchemaT = TypeVar("SchemaT", bound=BaseModel)
Work = Callable[[str, str], Awaitable[None]]


class Models:
    """`prompt` is what writing models are told. `signer` signs pictures that are drawn; None signs none."""

    def __init__(
        self,
        settings: Settings,
        *,
        budget: DailyTokens,
        prompt: Callable[[str], Prompt],
        signer: Any,
        client: SafeClient,
    ) -> None:
        self._settings = settings
        self._budget = budget
        self._prompt = prompt
        self._signer = signer
        self._client = client
        self._ready: list[Callable[[Any, Any, DailyTokens], None]] = []
        self._model: Any = None
        self._seeing: tuple[Any, ...] = ()
        self._fallback: Any = None
        self._creative: Any = None
        self._maker: Any = None
        self.loading: asyncio.Task[None] | None = None

    def hand_to(self, use: Callable[[Any, Any, DailyTokens], None]) -> None:
        """Give the model, its fallback and the budget to this once they are loaded."""
        self._ready.append(use)

    def begin_loading(self) -> asyncio.Task[None]:
        """The one task that loads; begun when it is first asked for."""
        if self.loading is None:
            self.loading = asyncio.create_task(self._load(), name="load-model")
        return self.loading

    async def loaded(self) -> None:
        """Wait until the model is there. Raises Misconfigured when its settings cannot be used."""
        await asyncio.shield(self.begin_loading())

    async def close(self) -> None:
        """Close what the models hold open."""
        for model in {id(each): each for each in (self._model, self._fallback, *self._seeing)}.values():
            if model is not None:
                await importlib.import_module("bot.llm.chat_models").close_model(model)
        self._model = self._fallback = None
        self._seeing = ()

    def before(self, work: Work) -> Work:
        """This work, begun when the model is there."""

        async def waited(workspace: str, entry: str) -> None:
            await self.loaded()
            await work(workspace, entry)

        return waited

    async def _load(self) -> None:
        """LangChain comes in here and nowhere earlier: seconds and 80 MB that nothing but a model's turn needs."""
        await _aside(self._build)
        for use in self._ready:
            use(self._model, self._fallback, self._budget)
        await _aside(self.drawing)

    def _build(self) -> None:
        """Blocking, for seconds."""
        settings = self._settings
        build = importlib.import_module("bot.llm.chat_models").build_model
        importlib.import_module("bot.conversation.agent")
        importlib.import_module("bot.llm.structured")
        keys = {name: key.get_secret_value() for name, key in settings.provider_keys.items()}
        prices = settings.prices
        self._model = build(ModelChoice.parse(settings.model), keys, prices=prices)
        if settings.fallback_model:
            choice = ModelChoice.parse(settings.fallback_model, setting="ADMIND_FALLBACK_MODEL")
            self._fallback = build(choice, keys, prices=prices)
        self._seeing = importlib.import_module("bot.llm.seeing").seeing(
            settings.seeing_model,
            (self._model, self._fallback),
            lambda choice: build(choice, keys, prices=prices),
        )

    def drawing(self) -> Any:
        """What draws pictures, loaded when it is first asked for."""
        if self._creative is None:
            creative = importlib.import_module("bot.drafting.creative").Creative
            self._creative = creative(signer=self._signer)
        return self._creative

    def image_model(self) -> Any:
        """What makes pictures, loaded when one is first asked for; None without a setting."""
        settings = self._settings
        if not settings.image_model:
            return None
        if self._maker is None:
            self._maker = importlib.import_module("bot.artwork.makers.choosing").build_maker(
                settings.image_model,
                client=self._client,
                key=settings.picture_key,
                url=settings.picture_url,
                price=settings.image_price,
                patience_seconds=settings.image_seconds,
            )
        return self._maker

    def copywriter(self, asker: Asker) -> Copywriter:
        """Who writes drafts for this asker."""
        meter = Meter()
        rounds = self._settings.repair_rounds
        return Copywriter(self.ask(asker, meter), prompt=self._prompt, rounds=rounds, meter=meter)

    def reader(self, asker: Asker) -> Reader:
        """Who reads sources for this asker."""
        meter = Meter()
        return Reader(self.ask(asker, meter), prompt=self._prompt, meter=meter)

    def describer(self, asker: Asker) -> Describer:
        """Who looks at pictures for this asker."""
        meter = Meter()
        return Describer(self.ask(asker, meter, seeing=True), prompt=self._prompt, meter=meter)

    def importer(self, asker: Asker) -> Importer:
        """Who reads a brand's homepage for this asker."""
        return Importer(self.ask(asker, Meter()), prompt=self._prompt)

    def swapping(self) -> Callable[[Asker], Swapping] | None:
        """Who finds other words for an asker; None where no model writes."""
        if not is_model(self._settings.model):
            return None
        return lambda asker: Swapping(self.ask(asker, Meter(), by_rule=False))

    def asking(self) -> Callable[[str, str], Ask] | None:
        """Who asks a model for a brand, in nobody's name; None where no model writes."""
        if not is_model(self._settings.model):
            return None

        def of(workspace: str, brand: str) -> Ask:
            asker = Asker(workspace, brand, "", conversation="", surface="report", language="en", zone="UTC")
            return self.ask(asker, Meter(), by_rule=False)

        return of

    def arcs(self, accounts: Callable[[str], Awaitable[Mapping[str, str]]]) -> ArcProposing | None:
        """What proposes arcs of campaigns; None where no model writes: then rules do. `accounts`: names by id."""
        if not is_model(self._settings.model):
            return None
        return ArcProposing(lambda asker, meter: self.ask(asker, meter, by_rule=False), accounts, prompt=self._prompt)

    def ask(self, asker: Asker, meter: Meter, *, by_rule: bool = True, seeing: bool = False) -> Ask:
        """One structured call on this workspace's token budget; without `by_rule` the offline writer never steps in.
        `seeing`: of a model that looks at pictures; raises Sightless where there is none.
        """

        async def ask(schema: type[SchemaT], messages: Sequence[tuple[str, str]], /) -> SchemaT:
            await self.loaded()
            structured = importlib.import_module("bot.llm.structured").structured
            as_messages = importlib.import_module("langchain_core.messages").convert_to_messages
            model = self._model
            fallback = self._fallback if by_rule or is_model(self._settings.fallback_model) else None
            if seeing:
                if not self._seeing:
                    raise Sightless
                model, fallback = self._seeing[0], self._seeing[1] if len(self._seeing) > 1 else None
            filled: SchemaT = await structured(
                model,
                schema,
                as_messages(messages),
                fallback=fallback,
                budget=self._budget,
                payer=Payer(asker.workspace, asker.member, asker.brand),
                meter=meter,
            )
            return filled

        return ask


async def _aside(work: Callable[[], object]) -> None:
    """Work on a thread that nothing waits for at the end: half an import must not hold up a stop for seconds."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(done.set)

    threading.Thread(target=run, name="load", daemon=True).start()
    await done.wait()
    if failed:
        raise failed[0]
