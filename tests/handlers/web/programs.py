"""A program that speaks MCP with the official SDK, over a real connection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


@asynccontextmanager
async def program(url: str, token: str, mode: str = "auto") -> AsyncIterator[Client]:
    """Connected; `mode` is legacy (a handshake), a protocol's date, or auto."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


async def called(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    """What a tool gives, which the SDK has held to its schema. Fails where it is told that it cannot."""
    done = await client.call_tool(tool, arguments)
    assert not done.is_error, done.content
    return dict(done.structured_content)


async def refused(client: Client, tool: str, **arguments: object) -> str:
    """The sentence that tells why not."""
    done = await client.call_tool(tool, arguments)
    assert done.is_error and done.structured_content is None, done
    (content,) = done.content
    return str(getattr(content, "text", ""))
