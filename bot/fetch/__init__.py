"""The SSRF-safe HTTP client: pages and servers that people name are reached here, or not at all."""

from bot.fetch.addresses import FetchRefused, NotSent, check_url
from bot.fetch.client import Fetched, Line, SafeClient, fetch, safe_client

__all__ = ["FetchRefused", "Fetched", "Line", "NotSent", "SafeClient", "check_url", "fetch", "safe_client"]
