"""Which adapters there are, by name. A new channel is one file and one line here."""

from __future__ import annotations

from collections.abc import Mapping

from bot.channels.base import Channel
from bot.channels.bluesky import Bluesky
from bot.channels.devto import DevTo
from bot.channels.feed import Feed
from bot.channels.ghost import Ghost
from bot.channels.mastodon import Mastodon
from bot.channels.mastodon_oauth import MastodonOAuth
from bot.channels.oauth import OAuthServer
from bot.channels.telegram import Telegram
from bot.channels.webhook import Webhook
from bot.channels.wordpress import WordPress
from storage.feed import FeedStore


def build_channels(feed: FeedStore, *, base_url: str) -> Mapping[str, Channel]:
    """Every adapter by the name that accounts carry. `base_url` is how the internet reaches the public edge."""
    adapters: tuple[Channel, ...] = (
        Feed(feed),
        Webhook(base_url),
        Mastodon(),
        Bluesky(),
        Telegram(),
        WordPress(),
        Ghost(),
        DevTo(),
    )
    return {adapter.capabilities.channel: adapter for adapter in adapters}


def build_oauth() -> Mapping[str, OAuthServer]:
    """What the channels that are connected by OAuth say of theirs, by the same names."""
    return {"mastodon": MastodonOAuth()}
