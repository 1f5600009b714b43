"""Every setting, declared once: name, type, default, help.

Each is read from `ADMIND_<NAME>`, or from the file that `ADMIND_<NAME>_FILE` names; `.env` in the working directory is
read too, the environment wins. Model providers keep their own names for their keys.
"""

from __future__ import annotations

import importlib.util
import re
import textwrap
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator

from bot.errors import Misconfigured
from storage.blobs.address import BucketAddress
from storage.prices import Prices, read_prices

# Read in November 2026. https://learn.microsoft.com/en-us/linkedin/marketing/versioning: one a month, each good for at
# least a year; the newest whose documentation was read, of May 2026, ends in May 2027 at the earliest.
LINKEDIN_VERSION = "202605"
# https://developers.facebook.com/docs/graph-api/changelog/versions: of 18 February 2026, good until 29 July 2028.
META_VERSION = "v25.0"

PREFIX = "ADMIND_"
STANDARD = frozenset({"aws_access_key_id", "aws_secret_access_key"})  # fields that keep the name that all tools know
PROVIDER_KEYS = (
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_BASE_URL",
    "OLLAMA_HOST",
    "OLLAMA_BASE_URL",
    "GOOGLE_API_KEY",
    "GOOGLE_GEMINI_BASE_URL",
    "STABILITY_API_KEY",
    "LANGSMITH_TRACING",
)
KEY_OF = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "google_genai": "GOOGLE_API_KEY"}
REDIS_SCHEMES = (
    *("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel"),
    *("redis+cluster", "rediss+cluster"),
)
PROVIDERS = ("openai", "anthropic", "ollama", "google_genai")
# Of pictures: the key and the address that each shares with its chat models; None: a server of one's own.
PICTURE_PROVIDERS: Mapping[str, tuple[str, str] | None] = {
    "openai": ("OPENAI_API_KEY", "OPENAI_BASE_URL"),
    "gemini": ("GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL"),
    "stability": ("STABILITY_API_KEY", ""),
    "automatic1111": None,
    "comfyui": None,
}


def _model(value: str) -> str:
    provider, _, name = value.partition(":")
    if value == "offline" or (provider in PROVIDERS and name):
        return value
    raise ValueError(f"write it as offline or as provider:model, with one of {', '.join(PROVIDERS)}")


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class Settings(BaseModel):
    """AdMind's settings, checked. Build it with `load_settings`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data_dir: Path = Field(Path(".admind"), description="Where everything is kept: database, media, keys, journal.")
    redis_url: SecretStr | None = Field(
        None,
        description="A Redis or Valkey of your own (redis://, rediss://, unix://, redis+sentinel://, "
        "redis+cluster://). Unset: the embedded Valkey.",
    )
    blobs_url: str = Field(
        "",
        description="A bucket for pictures and sealed posts, when roles run on several machines: "
        "s3://bucket?endpoint=https://host&region=name (without endpoint: AWS). Unset: files in the data directory.",
    )
    media_from: Literal["edge", "bucket"] = Field(
        "edge",
        description="Where Instagram and Threads fetch a post's pictures: edge (the public address), or bucket (signed "
        "addresses of ADMIND_BLOBS_URL that end after an hour; add &public=https://host there where the internet "
        "reaches the bucket by another name).",
    )
    aws_access_key_id: SecretStr | None = Field(None, description="The bucket's key: its name.")
    aws_secret_access_key: SecretStr | None = Field(None, description="The bucket's key: its secret.")
    host: str = Field(
        "127.0.0.1", description="Address to listen on. The default can be reached from this machine only."
    )
    port: int = Field(8484, ge=0, le=65535, description="Port to listen on.")
    public_url: str = Field("", description="How the internet reaches the public edge, e.g. https://news.example.com.")
    links_url: str = Field(
        "",
        description="Where short links of posts lead from, e.g. https://go.example.com: a name of the public edge that "
        "answers to nothing else. Unset: the public address.",
    )
    public_port: int | None = Field(
        None, ge=0, le=65535, description="Port of the public edge's own listener. Unset: it shares the main one."
    )
    mcp: Literal["off", "on"] = Field(
        "off",
        description="Whether programs find AdMind's tools over MCP, at /mcp of the main port: on or off. They read and "
        "propose; nothing is approved, published or stopped there.",
    )
    model: str = Field(
        "offline", description="Chat model: offline, or provider:model (openai, anthropic, ollama, google_genai)."
    )
    fallback_model: str = Field("", description="Model that steps in when the first one fails; same form.")
    seeing_model: str = Field(
        "",
        description="Model that looks at pictures to describe them (alt text): provider:model, or none. Unset: the "
        "chat model, or its fallback, where it is known to see.",
    )
    model_prices: str = Field(
        "",
        description="Prices of models in US dollars for a million tokens, before those that AdMind knows: "
        "provider:model=in/out or provider:model=in/cached/out, comma-separated.",
    )
    daily_tokens: int = Field(
        5_000_000, ge=0, description="Tokens that a workspace may use a day (UTC); 0: as many as it wants."
    )
    daily_tokens_member: int = Field(
        2_000_000, ge=0, description="Tokens that one member may use a day (UTC); 0: as many as the workspace."
    )
    image_model: str = Field(
        "",
        description="Image model as provider:model (openai, gemini, stability, automatic1111, comfyui), for pictures "
        "that people ask to be generated. Unset: cards are drawn.",
    )
    image_url: str = Field(
        "",
        description="The image model's address, for a server of your own, e.g. http://127.0.0.1:7860. Inside your "
        "network it must be in ADMIND_ALLOW_HOSTS, too.",
    )
    image_key: SecretStr | None = Field(
        None,
        description="The image model's key. Unset: the provider's own (OPENAI_API_KEY, GOOGLE_API_KEY, "
        "STABILITY_API_KEY).",
    )
    image_price: Decimal | None = Field(
        None, ge=0, le=100, description="What one picture costs, in US dollars. Unset: AdMind's own table."
    )
    image_budget: Decimal = Field(
        Decimal(5),
        ge=0,
        le=100_000,
        description="What pictures of a workspace may cost a day, in US dollars; 0: no limit.",
    )
    image_seconds: float = Field(120, ge=5, le=900, description="How long a picture may take before a card is drawn.")
    c2pa_chain: Path | None = Field(
        None,
        description="PEM file with the certificate chain, leaf first, that pictures are signed with (C2PA; needs the "
        "extra c2pa). Set it together with ADMIND_C2PA_KEY.",
    )
    c2pa_key: Path | None = Field(None, description="PEM file with the leaf's P-256 private key.")
    repair_rounds: int = Field(2, ge=0, le=3, description="How often a draft's faults are sent back to the model.")
    timezone: str = Field("", description="IANA zone of the team, e.g. Europe/Zurich. Unset: this machine's, else UTC.")
    owners: Annotated[
        tuple[str, ...], Field(description="Owners from the start, comma-separated platform:user id.")
    ] = ()
    secret_keys: Annotated[
        tuple[SecretStr, ...],
        Field(description="Encryption keys, newest first. Unset: made once in the data directory."),
    ] = ()
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much is logged.")
    heartbeat_url: str = Field("", description="Called once a minute while publishing works; for an outside watchdog.")
    allow_hosts: Annotated[
        frozenset[str],
        Field(description="host:port pairs inside your network that AdMind may talk to, comma-separated."),
    ] = frozenset()
    lease_seconds: float = Field(30, ge=0.5, le=600, description="How long a claim on a post holds without a renewal.")
    redelivery_seconds: float = Field(
        60, ge=1, le=3600, description="When work of a worker that vanished is taken up again."
    )
    paid_numbers: bool = Field(
        False,
        description="Read how posts did where each reading costs money, too: X takes $0.005, and a post is read at "
        "most eight times in 30 days; followers are $0.010 a day and account.",
    )
    paid_numbers_budget: Decimal = Field(
        Decimal(5),
        ge=0,
        le=100_000,
        description="What such readings may cost a brand a month, in US dollars; 0: no limit. Reports say when it is "
        "used up.",
    )
    numbers_days: int = Field(
        400,
        ge=31,
        le=4000,
        description="How many days numbers over time are kept: of posts, of followers, and of clicks by the hour.",
    )
    slack_bot_token: SecretStr | None = Field(
        None, description="Slack: the bot token (xoxb-…) of an app that is installed in one Slack workspace."
    )
    slack_app_token: SecretStr | None = Field(
        None, description="Slack: the app-level token (xapp-…). Set: Socket Mode, no public address needed."
    )
    slack_signing_secret: SecretStr | None = Field(
        None, description="Slack: the signing secret, for events over HTTP at /slack/events."
    )
    slack_client_id: str = Field("", description="Slack: the client id, for installing from /slack/install.")
    slack_client_secret: SecretStr | None = Field(None, description="Slack: the client secret that belongs to it.")
    slack_api_url: str = Field("https://slack.com/api/", description="Slack: base address of its Web API.")
    slack_review_room: str = Field(
        "", description="Slack: id of the first brand's review room, e.g. C012ABCDEF; rooms can be changed in Slack."
    )
    linkedin_client_id: str = Field("", description="LinkedIn: the client id of your app there.")
    linkedin_client_secret: SecretStr | None = Field(None, description="LinkedIn: the client secret of your app there.")
    linkedin_scope: str = Field(
        "openid profile w_member_social",
        description="LinkedIn: the permissions that your app has. For pages: r_basicprofile w_member_social "
        "r_organization_social w_organization_social rw_organization_admin.",
    )
    linkedin_version: str = Field(
        LINKEDIN_VERSION, description="LinkedIn: version of its API, for when this one has ended."
    )
    linkedin_api_url: str = Field("https://api.linkedin.com", description="LinkedIn: base address of its API.")
    linkedin_web_url: str = Field("https://www.linkedin.com", description="LinkedIn: base address of its web pages.")
    x_client_id: str = Field("", description="X: the OAuth 2.0 client id of your app there.")
    x_client_secret: SecretStr | None = Field(None, description="X: the OAuth 2.0 client secret of your app there.")
    x_api_url: str = Field("https://api.x.com", description="X: base address of its API.")
    x_web_url: str = Field("https://x.com", description="X: base address of its web pages.")
    pinterest_client_id: str = Field("", description="Pinterest: the id of your app there.")
    pinterest_client_secret: SecretStr | None = Field(None, description="Pinterest: the secret key of your app there.")
    pinterest_api_url: str = Field("https://api.pinterest.com", description="Pinterest: base address of its API.")
    pinterest_web_url: str = Field("https://www.pinterest.com", description="Pinterest: base address of its web pages.")
    threads_client_id: str = Field("", description="Threads: the Threads app ID of your app at Meta.")
    threads_client_secret: SecretStr | None = Field(
        None, description="Threads: the Threads app secret of your app at Meta."
    )
    threads_api_url: str = Field("https://graph.threads.net", description="Threads: base address of its API.")
    threads_web_url: str = Field("https://www.threads.com", description="Threads: base address of its web pages.")
    facebook_client_id: str = Field("", description="Facebook: the App ID of your app at Meta.")
    facebook_client_secret: SecretStr | None = Field(None, description="Facebook: the App secret of your app at Meta.")
    facebook_config_id: str = Field(
        "", description="Facebook: id of a configuration of Facebook Login for Business, where your app has that."
    )
    facebook_api_url: str = Field("https://graph.facebook.com", description="Facebook: base address of its API.")
    facebook_web_url: str = Field("https://www.facebook.com", description="Facebook: base address of its web pages.")
    instagram_client_id: str = Field("", description="Instagram: the Instagram app ID of your app at Meta.")
    instagram_client_secret: SecretStr | None = Field(
        None, description="Instagram: the Instagram app secret of your app at Meta."
    )
    instagram_api_url: str = Field("https://graph.instagram.com", description="Instagram: base address of its API.")
    instagram_login_url: str = Field(
        "https://api.instagram.com", description="Instagram: base address at which codes become accesses."
    )
    instagram_web_url: str = Field("https://www.instagram.com", description="Instagram: base address of its web pages.")
    meta_version: str = Field(
        META_VERSION, description="Facebook and Instagram: version of Meta's Graph API, for when this one has ended."
    )
    discord_token: SecretStr | None = Field(None, description="Discord: the bot's token, from the developer portal.")
    discord_api_url: str = Field("https://discord.com/api/v10", description="Discord: base address of its REST API.")
    discord_gateway_url: str = Field(
        "", description="Discord: address of the gateway (wss://…). Unset: the one that the API names."
    )
    discord_cdn_url: str = Field("https://cdn.discordapp.com", description="Discord: base address of its files.")
    discord_review_room: str = Field(
        "", description="Discord: id of the first brand's review room, a long number; rooms can be changed in Discord."
    )
    provider_keys: dict[str, SecretStr] = Field(default_factory=dict, description="Model providers' own settings.")

    @field_validator("owners", "allow_hosts", "secret_keys", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        return _split(value)

    @field_validator("log_level", "media_from", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("redis_url")
    @classmethod
    def _known_scheme(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and value.get_secret_value().partition("://")[0] not in REDIS_SCHEMES:
            raise ValueError("write it as redis://host:6379/0, rediss://…, unix:///path, or with +sentinel or +cluster")
        return value

    @field_validator("blobs_url")
    @classmethod
    def _bucket(cls, value: str) -> str:
        if value:
            BucketAddress.parse(value)
        return value

    @field_validator("model", "fallback_model")
    @classmethod
    def _known_model(cls, value: str) -> str:
        return _model(value) if value else value

    @field_validator("seeing_model")
    @classmethod
    def _known_seeing_model(cls, value: str) -> str:
        if value == "offline":
            raise ValueError("the offline writer sees no pictures; write none, or provider:model")
        return _model(value) if value not in ("", "none") else value

    @field_validator("model_prices")
    @classmethod
    def _readable_prices(cls, value: str) -> str:
        read_prices(value)
        return value

    @field_validator("image_model")
    @classmethod
    def _known_image_model(cls, value: str) -> str:
        provider, _, name = value.partition(":")
        if value and not (provider in PICTURE_PROVIDERS and name):
            raise ValueError(f"write it as provider:model, with one of {', '.join(PICTURE_PROVIDERS)}")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value:
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError, OSError) as error:
                raise ValueError("no such zone; write an IANA name such as Europe/Zurich") from error
        return value

    @field_validator("meta_version")
    @classmethod
    def _graph_version(cls, value: str) -> str:
        if not re.fullmatch(r"v\d{1,3}\.\d", value):
            raise ValueError("write a version of the Graph API, e.g. v25.0")
        return value

    @field_validator("linkedin_version")
    @classmethod
    def _month(cls, value: str) -> str:
        if not re.fullmatch(r"20\d\d(0[1-9]|1[0-2])", value):
            raise ValueError("write a year and a month, e.g. 202605")
        return value

    @field_validator(
        *(
            "public_url",
            "links_url",
            "heartbeat_url",
            "image_url",
            "slack_api_url",
            "discord_api_url",
            "discord_cdn_url",
        ),
        *("linkedin_api_url", "linkedin_web_url", "x_api_url", "x_web_url", "pinterest_api_url", "pinterest_web_url"),
        *("threads_api_url", "threads_web_url", "facebook_api_url", "facebook_web_url"),
        *("instagram_api_url", "instagram_login_url", "instagram_web_url"),
    )
    @classmethod
    def _web_address(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("write a full address that starts with https:// or http://")
        return value.rstrip("/")

    @field_validator("slack_api_url")
    @classmethod
    def _ends_with_slash(cls, value: str) -> str:
        return value + "/" if value else "https://slack.com/api/"

    @field_validator("discord_gateway_url")
    @classmethod
    def _socket_address(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("ws", "wss") or not urlsplit(value).hostname):
            raise ValueError("write a full address that starts with wss:// or ws://")
        return value

    @field_validator("discord_review_room")
    @classmethod
    def _snowflake(cls, value: str) -> str:
        if value and not re.fullmatch(r"[0-9]{5,25}", value):
            raise ValueError("write the room's id, a long number; Discord shows it under Copy Channel ID")
        return value

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _kind_of_token(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        begins = {"slack_bot_token": "xoxb-", "slack_app_token": "xapp-"}[info.field_name or ""]
        if value is not None and not value.get_secret_value().startswith(begins):
            raise ValueError(f"write the token that begins with {begins}")
        return value

    @field_validator("slack_review_room")
    @classmethod
    def _room_id(cls, value: str) -> str:
        if value and not re.fullmatch(r"[CG][A-Z0-9]{2,30}", value):
            raise ValueError("write the room's id, e.g. C012ABCDEF; it stands at the end of the room's details")
        return value

    @field_validator("owners")
    @classmethod
    def _platform_and_user(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for owner in value:
            platform, _, user = owner.partition(":")
            if not (platform and user):
                raise ValueError(f"{owner!r} is not of the form platform:user id, e.g. slack:U012ABCDEF")
        return value

    @field_validator("allow_hosts")
    @classmethod
    def _host_and_port(cls, value: frozenset[str]) -> frozenset[str]:
        for pair in value:
            host, _, port = pair.rpartition(":")
            if not (host and port.isdecimal() and 0 < int(port) < 65536):
                raise ValueError(f"{pair!r} is not of the form host:port, e.g. 10.0.0.5:8080")
        return value

    @property
    def prices(self) -> Prices:
        """What whoever runs this says that models cost."""
        return read_prices(self.model_prices)

    @property
    def bucket_key(self) -> tuple[str, str]:
        """The bucket's key, its name and its secret; empty without."""
        name, secret = self.aws_access_key_id, self.aws_secret_access_key
        return name.get_secret_value() if name else "", secret.get_secret_value() if secret else ""

    @property
    def picture_key(self) -> str:
        """The image model's key; "" without."""
        found = PICTURE_PROVIDERS.get(self.image_model.partition(":")[0])
        key = self.image_key or (self.provider_keys.get(found[0]) if found else None)
        return key.get_secret_value() if key else ""

    @property
    def picture_url(self) -> str:
        """The image model's address; "" for its provider's own. A key goes where its chat models are, nowhere else."""
        found = PICTURE_PROVIDERS.get(self.image_model.partition(":")[0])
        if self.image_url or self.image_key or found is None:
            return self.image_url
        shared = self.provider_keys.get(found[1])
        return shared.get_secret_value().rstrip("/") if shared else ""

    @property
    def lease(self) -> timedelta:
        return timedelta(seconds=self.lease_seconds)

    @property
    def redelivery(self) -> timedelta:
        return timedelta(seconds=self.redelivery_seconds)

    @property
    def in_slack(self) -> bool:
        """Whether any setting speaks of Slack."""
        return bool(self.slack_bot_token or self.slack_app_token or self.slack_client_id)

    @property
    def in_discord(self) -> bool:
        """Whether AdMind has a bot in Discord."""
        return self.discord_token is not None

    @property
    def base_url(self) -> str:
        """How people reach the public edge: the public address, or this machine's."""
        host = "localhost" if self.host in ("127.0.0.1", "0.0.0.0", "::", "::1") else self.host  # noqa: S104
        return self.public_url or f"http://{host}:{self.public_port or self.port}"


def variable(field: str) -> str:
    """The name of a setting in the environment."""
    return field.upper() if field in STANDARD else PREFIX + field.upper()


def load_settings(environ: Mapping[str, str], *, dotenv: Path | None = None) -> Settings:
    """The settings from an environment and an optional `.env` file.

    Raises Misconfigured that names every bad setting with its fix, not only the first.
    """
    merged = {k: v for k, v in (dotenv_values(dotenv) if dotenv and dotenv.is_file() else {}).items() if v is not None}
    merged |= environ
    values: dict[str, Any] = {}
    wrong: list[str] = []
    names = {variable(field): field for field in Settings.model_fields if field != "provider_keys"}
    for name, field in names.items():
        value = _read(merged, name, wrong)
        if value is not None:
            values[field] = value
    keys = {name: value for name in PROVIDER_KEYS if (value := _read(merged, name, wrong))}
    known = {suffixed for name in names for suffixed in (name, name + "_FILE")} | {"ADMIND_TOKEN", "ADMIND_TOKEN_FILE"}
    wrong += [
        f"{name}: there is no such setting; see .env.example for all of them."
        for name in sorted(merged)
        if name.startswith(PREFIX) and name not in known and name not in OTHERS
    ]
    try:
        settings = Settings(**values, provider_keys=keys)
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            field = str(problem["loc"][0]) if problem["loc"] else ""
            said = _said(problem["type"], problem["msg"], problem.get("ctx", {}))
            wrong.append(f"{variable(field)}: {said}.")
        settings = None
    if settings is not None:
        wrong += _together(settings)
    if wrong or settings is None:
        lines = "".join(f"\n  {each}" for each in wrong)
        raise Misconfigured(f"Some settings cannot be used:{lines}\n", do_next="Mend them and start again.")
    return settings


def _said(kind: str, message: str, context: Mapping[str, Any]) -> str:
    """What is wrong with one value, as the fix."""
    match kind:
        case "int_parsing" | "int_from_float" | "int_type":
            return "write a whole number"
        case "float_parsing" | "float_type":
            return "write a number"
        case "greater_than_equal":
            return f"write a number of at least {context['ge']:g}"
        case "less_than_equal":
            return f"write a number of at most {context['le']:g}"
        case "literal_error":
            return f"write {context['expected']}"
    return message.removeprefix("Value error, ")


def _together(settings: Settings) -> list[str]:
    """What is wrong only in view of another setting."""
    wrong = []
    if settings.public_port is not None and settings.public_port == settings.port != 0:
        wrong.append("ADMIND_PUBLIC_PORT: choose another port than ADMIND_PORT, or leave it out to share that.")
    models = (("ADMIND_MODEL", settings.model), ("ADMIND_FALLBACK_MODEL", settings.fallback_model))
    for name, model in (*models, ("ADMIND_SEEING_MODEL", settings.seeing_model)):
        key = KEY_OF.get(model.partition(":")[0])
        if key and key not in settings.provider_keys:
            wrong.append(f"{name}: {model} needs {key}; set it, or choose offline.")
    wrong += _pictures_together(settings)
    if settings.media_from == "bucket" and not settings.blobs_url:
        wrong.append("ADMIND_MEDIA_FROM: there is no bucket to fetch from; set ADMIND_BLOBS_URL, or choose edge.")
    wrong += _slack_together(settings)
    for name, client, secret in (
        ("LINKEDIN", settings.linkedin_client_id, settings.linkedin_client_secret),
        ("X", settings.x_client_id, settings.x_client_secret),
        ("PINTEREST", settings.pinterest_client_id, settings.pinterest_client_secret),
        ("THREADS", settings.threads_client_id, settings.threads_client_secret),
        ("FACEBOOK", settings.facebook_client_id, settings.facebook_client_secret),
        ("INSTAGRAM", settings.instagram_client_id, settings.instagram_client_secret),
    ):
        if bool(client) != bool(secret):
            wrong.append(
                f"ADMIND_{name}_CLIENT_ID: it works with ADMIND_{name}_CLIENT_SECRET only; set both, or neither."
            )
    if settings.blobs_url:
        if not all(settings.bucket_key):
            wrong.append("ADMIND_BLOBS_URL: a bucket needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; set both.")
        if importlib.util.find_spec("minio") is None:
            wrong.append("ADMIND_BLOBS_URL: a bucket needs AdMind's extra s3; install it: pip install 'admind[s3]'.")
    return wrong


def _pictures_together(settings: Settings) -> list[str]:
    """What image model and signer lack."""
    wrong = []
    found = PICTURE_PROVIDERS.get(settings.image_model.partition(":")[0])
    if found is not None and not settings.picture_key:
        wrong.append(f"ADMIND_IMAGE_MODEL: {settings.image_model} needs {found[0]} or ADMIND_IMAGE_KEY; set one.")
    if bool(settings.c2pa_chain) != bool(settings.c2pa_key):
        wrong.append("ADMIND_C2PA_CHAIN: it works with ADMIND_C2PA_KEY only; set both, or neither.")
    if settings.c2pa_chain and importlib.util.find_spec("c2pa") is None:
        wrong.append("ADMIND_C2PA_CHAIN: signing needs AdMind's extra c2pa; install it: pip install 'admind[c2pa]'.")
    for name, file in (("CHAIN", settings.c2pa_chain), ("KEY", settings.c2pa_key)):
        if file is not None and not file.is_file():
            wrong.append(f"ADMIND_C2PA_{name}: there is no such file.")
    return wrong


def _slack_together(settings: Settings) -> list[str]:
    """Which of Slack's settings are missing beside those that are set."""
    wrong = []
    installs = bool(settings.slack_client_id or settings.slack_client_secret)
    if installs and not (settings.slack_client_id and settings.slack_client_secret):
        wrong.append("ADMIND_SLACK_CLIENT_ID: it works with ADMIND_SLACK_CLIENT_SECRET only; set both, or neither.")
    if installs and not settings.slack_app_token and not settings.slack_signing_secret:
        wrong.append("ADMIND_SLACK_SIGNING_SECRET: events over HTTP need it; set it, or ADMIND_SLACK_APP_TOKEN.")
    if installs and not settings.public_url:
        wrong.append("ADMIND_PUBLIC_URL: installing from /slack/install needs the address that Slack leads back to.")
    if settings.slack_bot_token and not (settings.slack_app_token or settings.slack_signing_secret):
        wrong.append(
            "ADMIND_SLACK_BOT_TOKEN: it hears nothing alone; set ADMIND_SLACK_APP_TOKEN, or "
            "ADMIND_SLACK_SIGNING_SECRET for events over HTTP."
        )
    if settings.slack_app_token and not (settings.slack_bot_token or installs):
        wrong.append("ADMIND_SLACK_APP_TOKEN: it needs ADMIND_SLACK_BOT_TOKEN beside it, or a client id and secret.")
    return wrong


# Settings of handlers that live beside these in the same environment.
OTHERS: frozenset[str] = frozenset()


def _read(environ: Mapping[str, str], name: str, wrong: list[str]) -> str | None:
    """The value of a setting, or of the file that `<name>_FILE` names; an empty value counts as unset."""
    value, file = environ.get(name, "").strip(), environ.get(name + "_FILE", "").strip()
    if value and file:
        wrong.append(f"{name}: set it or {name}_FILE, not both.")
    if value or not file:
        return value or None
    try:
        return Path(file).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        wrong.append(f"{name}_FILE: the file it names cannot be read.")
        return None


def example() -> str:
    """The text of `.env.example`: every setting with its help and its default, commented out."""
    lines = [
        "# AdMind's settings. Copy this file to .env and take the # away from what you set; the environment wins.",
        "# Each may instead be named with _FILE at the end, and a file that holds the value (for container secrets).",
    ]
    for field, info in Settings.model_fields.items():
        if field == "provider_keys":
            continue
        lines += ["", *_wrapped(info.description or "")]
        shown = _shown(info.get_default(call_default_factory=True))
        lines.append(f"#{variable(field)}={shown}")
    lines += ["", "# Model providers keep their own names for their keys and addresses."]
    lines += [f"#{name}=" for name in PROVIDER_KEYS]
    lines += [
        "",
        "# A token in whose name the command line works; programs that decide need one (`admind tokens create`).",
    ]
    return "\n".join([*lines, "#ADMIND_TOKEN=", ""])


def reference() -> str:
    """The text of `docs/settings.md`: the same settings as a table."""
    lines = [
        "# Settings",
        "",
        "Made from `bot/settings.py`; a test holds this page and `.env.example` to it.",
        "",
        "Each is read from the environment, or from `.env` in the working directory; the environment wins. Each may",
        "be named with `_FILE` at the end and a file that holds the value, as container secrets are given. All that",
        "cannot be used is named at the start, all at once.",
        "",
        "| Setting | Default | What it is |",
        "| --- | --- | --- |",
    ]
    for field, info in Settings.model_fields.items():
        if field != "provider_keys":
            shown = _shown(info.get_default(call_default_factory=True))
            lines.append(f"| `{variable(field)}` | {f'`{shown}`' if shown else ''} | {info.description} |")
    lines += ["", "Model providers keep their own names:", "", *(f"- `{name}`" for name in PROVIDER_KEYS), ""]
    lines += [
        "`ADMIND_TOKEN` (or `ADMIND_TOKEN_FILE`) is no setting of AdMind itself: the command line works in that",
        "token's name. Programs that decide need one: `admind tokens create --scope read,propose,decide`.",
    ]
    return "\n".join([*lines, ""])


def _shown(default: object) -> str:
    return "" if default in (None, (), frozenset(), "") else str(default)


def _wrapped(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, 110)]
