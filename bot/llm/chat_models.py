"""From settings to a chat model: `ADMIND_MODEL=openai:gpt-5.5`, `anthropic:…`, `ollama:…`, `google_genai:…`, `offline`.

LangChain is imported inside `build_model`, never at the top: importing it costs two seconds and 80 MB, and the side of
the bot that answers commands must be up long before. Each provider's client is imported only when it is chosen.

The clients' own habits are overridden, because the turn policy owns them (`bot.llm.retry`): no retries inside the
client (two layers of retries multiply: 2 x 1 made six calls), a timeout under a minute instead of ten, usage counted in
streams, a cap on what one answer may cost. Each gets a veil before it (`bot.llm.veiled`): personal data never reaches a
provider. Keys come from the mapping that the caller passes, never from the
environment; tracing to LangSmith is off unless that mapping turns it on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import Context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from bot.llm.errors import ModelMisconfigured
from bot.llm.prices import price_of, table
from storage.prices import Price, Prices

if TYPE_CHECKING:
    from httpx import AsyncHTTPTransport
    from langchain_core.language_models import BaseChatModel

Provider = Literal["openai", "anthropic", "ollama", "google_genai", "offline"]

PROVIDERS: Final[tuple[Provider, ...]] = ("openai", "anthropic", "ollama", "google_genai", "offline")
KEY_SETTINGS: Final[Mapping[str, str]] = {
    "openai": "OPENAI_API_KEY",
    "anthropic": "ANTHROPIC_API_KEY",
    "google_genai": "GOOGLE_API_KEY",
}
ADDRESS_SETTINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "openai": ("OPENAI_BASE_URL",),
    "anthropic": ("ANTHROPIC_BASE_URL",),
    "ollama": ("OLLAMA_BASE_URL", "OLLAMA_HOST"),
    "google_genai": ("GOOGLE_GEMINI_BASE_URL",),
}
MAX_OUTPUT_TOKENS: Final = 8192
CHOICE_KEY: Final = "admind_model"
"""Where a model built here carries its choice, in its `metadata`, so that a failure can name the setting."""
PRICE_KEY: Final = "admind_price"
"""Where it carries its price, if one is known."""

_EXAMPLES = "openai:gpt-5.5, anthropic:claude-sonnet-5, ollama:llama3.1, google_genai:gemini-3.5-flash or offline"


@dataclass(frozen=True)
class ModelChoice:
    """Which model of which provider. `str()` gives back the text of the setting."""

    provider: Provider
    name: str

    @classmethod
    def parse(cls, text: str, *, setting: str = "ADMIND_MODEL") -> ModelChoice:
        """The choice in a setting's text. Raises ModelMisconfigured, naming `setting` and the fix."""
        provider, colon, name = text.strip().partition(":")
        provider, name = provider.strip().lower().replace("-", "_"), name.strip()
        if provider == "offline" and not colon:
            return cls("offline", "offline")
        if provider not in PROVIDERS or provider == "offline":
            raise ModelMisconfigured(
                f"{setting} names no provider that AdMind knows.",
                do_next=f"Set it to provider:model, such as {_EXAMPLES}.",
            )
        if not name or any(character.isspace() for character in name):
            raise ModelMisconfigured(
                f"{setting} names {provider} but no model of it.",
                do_next=f"Set it to provider:model, such as {_EXAMPLES}.",
            )
        return cls(cast("Provider", provider), name)

    def __str__(self) -> str:
        return self.provider if self.provider == "offline" else f"{self.provider}:{self.name}"


def build_model(
    choice: ModelChoice,
    keys: Mapping[str, str],
    *,
    timeout_seconds: float = 45,
    max_output_tokens: int = MAX_OUTPUT_TOKENS,
    temperature: float | None = None,
    prices: Prices | None = None,
) -> BaseChatModel:
    """The client of `choice`, opened lazily by its first call. `keys` holds the providers' own settings by name.

    `temperature` is left out where the model's profile says that it takes none; `prices` come before the table of
    `bot.llm.prices`. Raises ModelMisconfigured when the
    provider's key is missing.
    """
    switch_tracing(keys)
    match choice.provider:
        case "offline":
            from bot.llm.offline import OfflineModel  # noqa: PLC0415 - loads LangChain
            from bot.llm.veiled import veiled  # noqa: PLC0415

            model: BaseChatModel = veiled(OfflineModel)()
        case "openai":
            model = _openai(choice.name, keys, timeout_seconds, max_output_tokens)
        case "anthropic":
            model = _anthropic(choice.name, keys, timeout_seconds, max_output_tokens)
        case "ollama":
            model = _ollama(choice.name, keys, timeout_seconds, max_output_tokens)
        case "google_genai":
            model = _google(choice.name, keys, timeout_seconds, max_output_tokens)
    from bot.llm.raw_calls import Listener  # noqa: PLC0415 - loads LangChain

    model.callbacks = [Listener()]
    price = price_of(str(choice), {**table(), **(prices or {})})
    priced = {PRICE_KEY: price} if price is not None else {}
    model.metadata = {**(model.metadata or {}), CHOICE_KEY: str(choice), **priced}
    if temperature is not None and choice.provider != "offline" and (model.profile or {}).get("temperature", True):
        model = model.model_copy(update={"temperature": temperature})
    return model


def choice_of(model: BaseChatModel) -> ModelChoice | None:
    """The choice that `build_model` made this model from; None for a model made elsewhere."""
    text = (model.metadata or {}).get(CHOICE_KEY)
    return ModelChoice.parse(text) if isinstance(text, str) else None


def price_in(model: BaseChatModel) -> Price | None:
    """What this model's tokens cost; None where nobody said."""
    price = (model.metadata or {}).get(PRICE_KEY)
    return price if isinstance(price, Price) else None


async def close_model(model: BaseChatModel) -> None:
    """Close the connections of a model that `build_model` made, on the loop that used it. Do it once per model."""
    client: Any = model
    choice = choice_of(model)
    match choice.provider if choice else None:
        case "openai":
            await client.root_async_client.close()
        case "anthropic":
            await client._async_client.close()
        case "google_genai":
            await client.aclose()
        case "ollama":
            await client._async_client._client.aclose()
            client._client._client.close()


def _openai(name: str, keys: Mapping[str, str], timeout_seconds: float, max_output_tokens: int) -> BaseChatModel:
    from langchain_openai import ChatOpenAI  # noqa: PLC0415 - heavy, see the module's docstring
    from openai import DefaultAsyncHttpxClient  # noqa: PLC0415
    from pydantic import SecretStr  # noqa: PLC0415

    from bot.llm.veiled import veiled  # noqa: PLC0415

    # Servers that speak OpenAI's protocol (vLLM, LM Studio, …) often want no key: one is asked for only without an
    # address of one's own.
    address = _address("openai", keys)
    key = keys.get("OPENAI_API_KEY") or ("none" if address else _missing_key("openai"))
    model: BaseChatModel = veiled(ChatOpenAI)(
        model=name,
        api_key=SecretStr(key),
        base_url=address or "https://api.openai.com/v1",
        # Its own connections: LangChain's are shared in a global cache, and could not be closed with this model.
        http_async_client=DefaultAsyncHttpxClient(timeout=timeout_seconds),
        timeout=timeout_seconds,
        stream_chunk_timeout=timeout_seconds,
        max_retries=0,
        stream_usage=True,
        max_completion_tokens=max_output_tokens,
    )
    return model


def _anthropic(name: str, keys: Mapping[str, str], timeout_seconds: float, max_output_tokens: int) -> BaseChatModel:
    from anthropic import DefaultAsyncHttpxClient  # noqa: PLC0415
    from langchain_anthropic import ChatAnthropic  # noqa: PLC0415
    from pydantic import SecretStr  # noqa: PLC0415

    from bot.llm.veiled import veiled  # noqa: PLC0415

    model: Any = veiled(ChatAnthropic)(
        model=name,
        api_key=SecretStr(keys.get("ANTHROPIC_API_KEY") or _missing_key("anthropic")),
        base_url=_address("anthropic", keys) or "https://api.anthropic.com",
        timeout=timeout_seconds,
        max_retries=0,
        stream_usage=True,
        max_tokens_to_sample=max_output_tokens,
        stop=None,
    )
    # Its own connections, as for OpenAI; ChatAnthropic has no argument for them.
    client = model._async_client.copy(http_client=DefaultAsyncHttpxClient(timeout=timeout_seconds))
    model.__dict__["_async_client"] = client
    built: BaseChatModel = model
    return built


def _ollama(name: str, keys: Mapping[str, str], timeout_seconds: float, max_output_tokens: int) -> BaseChatModel:
    from langchain_ollama import ChatOllama  # noqa: PLC0415

    from bot.llm.veiled import veiled  # noqa: PLC0415

    address = _address("ollama", keys) or "127.0.0.1"
    if "://" not in address:  # OLLAMA_HOST is often a bare host, or host:port
        address = f"http://{address}" if ":" in address else f"http://{address}:11434"
    model: BaseChatModel = veiled(ChatOllama)(
        model=name,
        base_url=address,
        client_kwargs={"timeout": timeout_seconds},
        num_predict=max_output_tokens,
    )
    return model


def _google(name: str, keys: Mapping[str, str], timeout_seconds: float, max_output_tokens: int) -> BaseChatModel:
    from langchain_google_genai import ChatGoogleGenerativeAI  # noqa: PLC0415
    from pydantic import SecretStr  # noqa: PLC0415

    from bot.llm.veiled import veiled  # noqa: PLC0415

    model: BaseChatModel = veiled(ChatGoogleGenerativeAI)(
        model=name,
        api_key=SecretStr(keys.get("GOOGLE_API_KEY") or _missing_key("google_genai")),
        base_url=_address("google_genai", keys) or "https://generativelanguage.googleapis.com",
        timeout=timeout_seconds,
        max_retries=1,  # attempts, not retries: 0 would mean the SDK's own default
        max_tokens=max_output_tokens,
        vertexai=False,
        client_args={"transport": _asynchronous()},
    )
    return model


def _asynchronous() -> AsyncHTTPTransport:
    """Keeps Google's SDK on httpx. It takes aiohttp as soon as that is installed, and there it never reads the body of
    a refusal: no words, no Retry-After. Its synchronous client gets the same transport, sends nothing and is closed.
    """
    from httpx import AsyncHTTPTransport  # noqa: PLC0415

    class Asynchronous(AsyncHTTPTransport):
        def close(self) -> None:
            """Nothing is open on this side."""

    return Asynchronous()


def _address(provider: str, keys: Mapping[str, str]) -> str | None:
    return next((keys[name] for name in ADDRESS_SETTINGS[provider] if keys.get(name)), None)


def _missing_key(provider: str) -> str:
    raise ModelMisconfigured(
        f"ADMIND_MODEL asks for {provider}, but {KEY_SETTINGS[provider]} is not set.",
        do_next=f"Set {KEY_SETTINGS[provider]}, or choose ADMIND_MODEL=offline.",
    )


def switch_tracing(keys: Mapping[str, str]) -> None:
    """LangSmith would send every conversation to its servers whenever another program's variable is set: only the
    mapping given to us counts.

    Switched off, it still takes two hops to a thread around each hook of an agent's middleware, which was half of a
    turn's CPU and made turns wait for whatever else fills the thread pool; so what is left of it runs in place.
    """
    import langsmith  # noqa: PLC0415

    traced = keys.get("LANGSMITH_TRACING", "").strip().lower() == "true"
    langsmith.configure(enabled=traced)
    langsmith.set_runtime_overrides(aio_to_thread=None if traced else _in_place)


async def _in_place(
    default: object, context: Context, function: Callable[..., Any], /, *args: Any, **kwargs: Any
) -> Any:
    return context.run(function, *args, **kwargs)
