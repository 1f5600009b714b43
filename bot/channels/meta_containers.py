"""How Threads and Instagram take a post: a container is made, Meta fetches its pictures, then it is published.

https://developers.facebook.com/docs/threads/posts and https://developers.facebook.com/docs/instagram-platform/content-publishing.
A container that is not published is nobody's, and gone after 24 hours; only publishing shows anything to anybody. No
call lists containers, so after a crash the account's posts are looked through instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bot.channels.answers import KEPT
from bot.channels.base import ChannelRefused, Problem, ProvenNotSent
from bot.channels.edge import reachable
from bot.channels.handed import Carries, no_words
from bot.channels.meta_api import Api, data_of, id_in
from storage.sealed import SealedPayload

POLL_SECONDS = (0.5, 1.0, 2.0, 3.0)


@dataclass(frozen=True, slots=True)
class Edges:
    """What one of the two calls things."""

    make: str  # edge of the account on which containers are made
    publish: str
    status: str  # field of a container


async def make(api: Api, user: str, edges: Edges, fields: Mapping[str, str], carries: Carries) -> str:
    """The id of a new container. Raises ChannelRefused, ProvenNotSent."""
    found = id_in(await api.before("POST", f"{user}/{edges.make}", fields, carries))
    if not found:
        raise ProvenNotSent(f"{api.name} does not say what it made of the post.", kept=KEPT)
    return found


async def publish(api: Api, payload: SealedPayload, edges: Edges, container: str) -> str:
    """The id of the post that a container becomes. Raises as `Channel.send` does."""
    fields = {"creation_id": container}
    carries = Carries(payload, lambda _: fields, no_words)
    return await api.write(f"{payload.remote_id}/{edges.publish}", fields, carries)


async def ready(api: Api, container: str, edges: Edges) -> None:
    """Until Meta has fetched what is in it; the caller's deadline ends the wait.

    Raises ChannelRefused, ProvenNotSent.
    """
    turn = 0
    while True:
        state = (await api.before("GET", container, {"fields": edges.status})).get(edges.status)
        if state == "FINISHED":
            return
        if state == "ERROR":
            raise ChannelRefused(
                f"{api.platform.title} could not use what it fetched for {api.name}.",
                code="picture",
                kept=KEPT,
                do_next="Choose another picture; or let whoever runs AdMind look with `admind doctor` whether pictures "
                "can be fetched.",
            )
        if state != "IN_PROGRESS":
            raise ProvenNotSent(f"{api.name} does not say whether the post is ready.", kept=KEPT)
        await asyncio.sleep(POLL_SECONDS[min(turn, len(POLL_SECONDS) - 1)])
        turn += 1


async def room(api: Api, user: str, edge: str, *kinds: tuple[str, int]) -> None:
    """Whether as many more may be published today. `kinds`: what a usage is called ("", "reply_"), and how many.

    Raises ChannelRefused (`limit` when not), ProvenNotSent.
    """
    wanted = [(kind, many) for kind, many in kinds if many]
    fields = ",".join(f"{kind}quota_usage,{kind}config" for kind, _ in wanted)
    said = next(iter(data_of(await api.before("GET", f"{user}/{edge}", {"fields": fields}))), {})
    for kind, many in wanted:
        used, config = said.get(f"{kind}quota_usage"), said.get(f"{kind}config")
        most = config.get("quota_total") if isinstance(config, dict) else None
        if isinstance(used, int) and isinstance(most, int) and used + many > most:
            raise ChannelRefused(
                f"{api.platform.title} takes {most} posts in 24 hours; {api.name} has posted {used}.",
                code="limit",
                kept=KEPT,
                do_next="Send it again later.",
            )


def unreachable(payload: SealedPayload, base_url: str, title: str) -> tuple[Problem, ...]:
    """A problem where there are pictures, and no address at which Meta could fetch them."""
    if not any(part.media for part in payload.parts) or reachable(base_url):
        return ()
    return (
        Problem(
            "public_address",
            f"{title} fetches pictures from AdMind, which has no public address.",
            "Whoever runs AdMind sets ADMIND_PUBLIC_URL, or lends pictures from a bucket; or leave the pictures out.",
        ),
    )
