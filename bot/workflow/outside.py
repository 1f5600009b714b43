"""Whether AdMind's names lead to this AdMind, asked the way anybody on the internet would."""

from __future__ import annotations

import asyncio
from typing import Final

from httpx2 import AsyncClient, HTTPError

from bot.errors import AdMindError
from bot.workflow.symptoms import Symptom

SECONDS: Final = 8


async def public_address(client: AsyncClient, public: str, mark: str) -> list[Symptom]:
    """Of the public edge; `mark` says which AdMind this is."""
    row, found = "public address", list[Symptom]()
    if not public.startswith("https://"):
        found.append(Symptom(row, "bad", public, "Use https:// in front of it."))
    said, sentence = await _mark_at(client, f"{public.rstrip('/')}/.well-known/admind")
    if sentence:
        do = "Lead it to this machine's public port, then look again."
        return [*found, Symptom(row, "bad", f"{public} does not lead here: {sentence}", do)]
    if said != mark:
        return [*found, Symptom(row, "bad", f"{public} answers, but not as this AdMind", "Check what it leads to.")]
    return [*found, Symptom(row, "ok", f"{public} leads here")]


async def links_address(client: AsyncClient, links: str, mark: str) -> list[Symptom]:
    """Of the name that short links have to themselves, by an address below which they lie: nothing else is there."""
    row, found = "short links", list[Symptom]()
    if not links.startswith("https://"):
        do = "Get a certificate for that name, and put https:// into ADMIND_LINKS_URL."
        found.append(Symptom(row, "bad", f"{links} is not encrypted: browsers warn before they follow", do))
    said, sentence = await _mark_at(client, f"{links.rstrip('/')}/l/in/here")
    if sentence:
        do = (
            "Point that name's DNS record at this machine, and have the proxy pass /l/ and /edge/ of it to the public "
            "port, with the name itself as Host. Until then short links lead nowhere."
        )
        return [*found, Symptom(row, "bad", f"{links} does not lead here: {sentence}", do)]
    if said != mark:
        do = "Check what it leads to: links of posts that are out lead there, too."
        return [*found, Symptom(row, "bad", f"{links} answers, but not as this AdMind", do)]
    return [*found, Symptom(row, "ok", f"{links} leads here")]


async def _mark_at(client: AsyncClient, url: str) -> tuple[str, str]:
    """Which AdMind says that it is there; and why that could not be had, where it could not."""
    try:
        async with asyncio.timeout(SECONDS):
            answer = await client.request("GET", url)
        return (str(answer.json().get("mark", "")) if answer.status_code == 200 else ""), ""
    except (AdMindError, HTTPError, TimeoutError, ValueError, OSError, AttributeError) as error:
        return "", error.what if isinstance(error, AdMindError) else "What answers there is not AdMind."
