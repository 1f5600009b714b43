"""What each setting must be, by itself, and what code reads out of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr, ValidationInfo, field_validator

from bot.settings.fields import Fields
from storage.blobs.address import BucketAddress
from storage.prices import Prices, read_prices

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


class Settings(Fields):
    """AdMind's settings, checked. Build it with `load_settings`."""

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


def _model(value: str) -> str:
    provider, _, name = value.partition(":")
    if value == "offline" or (provider in PROVIDERS and name):
        return value
    raise ValueError(f"write it as offline or as provider:model, with one of {', '.join(PROVIDERS)}")


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
