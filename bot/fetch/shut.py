"""A client without a way out, for what must certainly reach nobody."""

from __future__ import annotations

import socket

import httpx2

from bot.fetch.addresses import NotSent
from bot.fetch.client import SafeClient
from bot.fetch.dialler import system_resolver
from bot.fetch.transport import SafeTransport


class _Shut(SafeTransport):
    """Refuses whatever is asked of it before a name is looked up or a connection opened."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        raise _refused()

    async def dial_mail(self, host: str, port: int) -> socket.socket:
        raise _refused()


def shut_client() -> SafeClient:
    """Every call raises NotSent: no byte leaves, no name is looked up."""
    transport = _Shut(frozenset(), 1.0, 1, system_resolver, verify=True)
    return SafeClient(transport=transport, trust_env=False, follow_redirects=False)


def _refused() -> NotSent:
    return NotSent("This is a rehearsal: nothing is asked of the network.", kept="Nothing was sent.")
