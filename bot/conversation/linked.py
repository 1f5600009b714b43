"""Short links in a chat: those that lead, with their clicks, and one of them as a QR code."""

from __future__ import annotations

import re
from typing import Final

from bot.chat import CardPicture
from bot.conversation.listing import PICTURES
from bot.conversation.speaking import Said, Speaking
from bot.errors import BadInput, NotFound
from bot.insights.clicks import Clicks
from bot.insights.saying import followed
from bot.links import codes
from bot.links.qr import MIME, qr
from bot.words import noted, told
from bot.workflow.linking import LinkRules
from bot.workflow.requests import Asker
from storage.blobs.base import BlobStore

MOST: Final = 10
LINK: Final = rf"<?(?:\S{{1,200}}/)?[{codes.ALPHABET}]{{{codes.LENGTH}}}(?:\|\S{{1,200}})?>?"
LISTS: Final = noted("your short links, with their clicks")
DRAWS: Final = noted("a short link as a QR code, by its address or code")
_NONE: Final = noted("No short link leads yet: an owner turns them on in the studio, under Settings, Links.")


class Linked:
    def __init__(self, linking: LinkRules, clicks: Clicks, blobs: BlobStore) -> None:
        self._linking = linking
        self._clicks = clicks
        self._blobs = blobs

    async def list(self, asker: Asker) -> str:
        """The newest of the brand's, each with clicks, all looks and known bots."""
        found = await self._linking.of_brand(asker.workspace, asker.brand, limit=MOST)
        counted = await self._clicks.of_links(asker.workspace, [each.code for each in found])
        lines = [
            f"• {self._linking.address(each.code)} → {each.destination} · "
            + followed(counts.valid, counts.all, counts.declared)
            + (f" · {told('ended')}" if each.state == "ended" else "")
            for each in found
            if (counts := counted[each.code])
        ]
        return "\n".join(lines) or told(_NONE)

    async def qr(self, asker: Asker, said: str) -> Said:
        """Of a link of this brand. Raises BadInput, NotFound."""
        code = said.strip("<>").partition("|")[0].rpartition("/")[2]  # Slack writes <address|words>
        if not re.fullmatch(codes.PATTERN, code):
            raise BadInput("That is no short link.", do_next="Say `links` for those there are, then: qr ADDRESS.")
        found = await self._linking.link(asker.workspace, code)
        if found.link is None or found.link.brand != asker.brand:
            raise NotFound("There is no such short link.", do_next="Look at the list of those there are.")
        address = self._linking.address(code)
        text = told("{address} leads to {destination}.", address=address, destination=found.destination)
        if found.state == "ended":
            text = told("{address} was ended: it leads nowhere.", address=address)
        elif found.state == "waiting":
            text = told("{address} leads nowhere until a post with it is approved.", address=address)
        more = told("For print, as SVG: `{command}`.", command=f"admind links qr {code} --to poster.svg")
        if asker.surface not in PICTURES:
            return Said(f"{text} {more}")
        alt = told("QR code of {address}", address=address)
        picture = CardPicture(sha256=await self._blobs.put(qr(address, "png")), mime=MIME["png"], alt=alt)
        return Said(f"{text} {more}", picture=picture)


async def links(speaking: Speaking, _argument: str) -> str | Said:
    return told(_NONE) if speaking.links is None else await speaking.links.list(speaking.turn.asker)


async def qr_code(speaking: Speaking, argument: str) -> str | Said:
    return told(_NONE) if speaking.links is None else await speaking.links.qr(speaking.turn.asker, argument)
