"""Every setting, declared once: name, type, default, help."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

# Read in November 2026. https://learn.microsoft.com/en-us/linkedin/marketing/versioning: one a month, each good for at
# least a year; the newest whose documentation was read, of May 2026, ends in May 2027 at the earliest.
LINKEDIN_VERSION = "202605"
# https://developers.facebook.com/docs/graph-api/changelog/versions: of 18 February 2026, good until 29 July 2028.
META_VERSION = "v25.0"


class Fields(BaseModel):
    """The settings as they stand; `Settings` checks them."""

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
