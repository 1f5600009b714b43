"""Which adapters there are, by name. A new channel is one file and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import SecretStr

from bot.channels.base import Channel
from bot.channels.bluesky import Bluesky
from bot.channels.devto import DevTo
from bot.channels.discord import Discord
from bot.channels.discord_webhook import DiscordWebhook
from bot.channels.facebook import Facebook
from bot.channels.facebook_oauth import FacebookOAuth
from bot.channels.feed import Feed
from bot.channels.ghost import Ghost
from bot.channels.instagram import Instagram
from bot.channels.linkedin import LinkedIn
from bot.channels.linkedin_oauth import LinkedInOAuth
from bot.channels.mail import Email
from bot.channels.mail_oauth import MailOAuth
from bot.channels.mastodon import Mastodon
from bot.channels.mastodon_oauth import MastodonOAuth
from bot.channels.meta_oauth import MetaOAuth
from bot.channels.oauth import OAuthServer, Renews
from bot.channels.pinterest import Pinterest
from bot.channels.pinterest_oauth import PinterestOAuth
from bot.channels.platform import FACEBOOK, INSTAGRAM, LINKEDIN, PINTEREST, THREADS, Platform
from bot.channels.platform import X as X_PLATFORM
from bot.channels.slack import Slack
from bot.channels.telegram import Telegram
from bot.channels.threads import Threads
from bot.channels.webhook import Webhook
from bot.channels.wordpress import WordPress
from bot.channels.x import X
from bot.channels.x_oauth import XOAuth
from bot.settings import Settings
from storage.feed import FeedStore


@dataclass(frozen=True, slots=True)
class Platforms:
    """Those with one address for everybody, as the settings have them."""

    linkedin: Platform = LINKEDIN
    x: Platform = X_PLATFORM
    pinterest: Platform = PINTEREST
    threads: Platform = THREADS
    facebook: Platform = FACEBOOK
    instagram: Platform = INSTAGRAM


DEFAULT = Platforms()


def platforms_of(settings: Settings) -> Platforms:
    """The platforms as the settings name them: base addresses, the app, and what is its own of each."""

    def of(name: str, platform: Platform) -> Platform:
        return replace(
            platform,
            api=getattr(settings, f"{name}_api_url"),
            web=getattr(settings, f"{name}_web_url"),
            client_id=getattr(settings, f"{name}_client_id"),
            client_secret=_clear(getattr(settings, f"{name}_client_secret")),
        )

    linkedin = replace(LINKEDIN, scope=settings.linkedin_scope, version=settings.linkedin_version)
    facebook = replace(FACEBOOK, version=settings.meta_version, config=settings.facebook_config_id)
    instagram = replace(INSTAGRAM, version=settings.meta_version, login=settings.instagram_login_url)
    return Platforms(
        linkedin=of("linkedin", linkedin),
        x=of("x", X_PLATFORM),
        pinterest=of("pinterest", PINTEREST),
        threads=of("threads", THREADS),
        facebook=of("facebook", facebook),
        instagram=of("instagram", instagram),
    )


def build_channels(
    feed: FeedStore, *, base_url: str, platforms: Platforms = DEFAULT, lent_from: str = ""
) -> Mapping[str, Channel]:
    """Every adapter by the name that accounts carry. `base_url` is how the internet reaches the public edge,
    `lent_from` the bucket from which channels that fetch get their pictures instead.
    """
    fetched_from = lent_from or base_url
    adapters: tuple[Channel, ...] = (
        *(Feed(feed), Webhook(base_url), Mastodon(), Bluesky(), Telegram()),
        *(WordPress(), Ghost(), DevTo(base_url)),
        *(LinkedIn(platforms.linkedin), X(platforms.x)),
        *(Discord(), DiscordWebhook(), Slack()),
        *(Email(), Pinterest(platforms.pinterest)),
        *(Threads(platforms.threads, fetched_from), Facebook(platforms.facebook)),
        *(Instagram(platforms.instagram, fetched_from),),
    )
    return {adapter.capabilities.channel: adapter for adapter in adapters}


def build_oauth(platforms: Platforms = DEFAULT) -> Mapping[str, OAuthServer]:
    """What the channels that are connected by OAuth say of theirs, by the same names."""
    return {
        "mastodon": MastodonOAuth(),
        "linkedin": LinkedInOAuth(platforms.linkedin),
        "x": XOAuth(platforms.x),
        "pinterest": PinterestOAuth(platforms.pinterest),
        "threads": MetaOAuth(platforms.threads, "th", "ADMIND_THREADS"),
        "facebook": FacebookOAuth(platforms.facebook),
        "instagram": MetaOAuth(platforms.instagram, "ig", "ADMIND_INSTAGRAM"),
    }


def build_renewals(servers: Mapping[str, OAuthServer]) -> Mapping[str, Renews]:
    """All whose accesses are renewed: those of `build_oauth`, and those whose refresh token people paste."""
    return {**servers, "email": MailOAuth()}


def _clear(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
