"""From what the app sends to a message: the form checked, files kept, mentions resolved."""

from __future__ import annotations

import io
import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import Image

from tests.fakes.discord.components import check_components
from tests.fakes.discord.fields import Problems, embed_size, embeds, text
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.reading import TEXT_DISPLAY, walk
from tests.fakes.discord.records import (
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    SUPPRESS_EMBEDS,
    SUPPRESS_NOTIFICATIONS,
    Attachment,
    Channel,
    Json,
    Message,
    User,
)
from tests.fakes.discord.refusals import Refused, check
from tests.fakes.discord.world import World

MOST_BYTES = 10 * 2**20
MENTION = re.compile(r"<@!?(\d+)>")
ROLE_MENTION = re.compile(r"<@&(\d+)>")
UNCLEAN = re.compile(r"[^\w.-]")
SENDABLE = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2 | EPHEMERAL


@dataclass(frozen=True)
class Upload:
    """A file as it came, at its number."""

    number: int
    name: str
    data: bytes


@dataclass(frozen=True)
class Draft:
    """What was sent, and where to."""

    world: World
    channel: Channel
    author: User
    body: Json
    uploads: list[Upload] = field(default_factory=list)


def compose(draft: Draft, *, only_for: int = 0) -> Message:
    """A new message, told to nobody yet. Raises Refused."""
    body, world = draft.body, draft.world
    flags = int(body.get("flags") or 0) & SENDABLE & (-1 if only_for else ~EPHEMERAL)
    names = {each.name for each in _named(draft)}
    check(_problems(body, names, v2=bool(flags & COMPONENTS_V2)))
    if not _says_something(body) and not draft.uploads:
        raise Refused(400, 50006, "Cannot send an empty message")
    message = Message(
        world.new_id(),
        draft.channel.id,
        draft.author,
        body.get("content") or "",
        list(body.get("embeds") or []),
        numbered(body.get("components") or []),
        flags=flags | (EPHEMERAL if only_for else 0),
        only_for=only_for,
        nonce=str(body.get("nonce") or ""),
        allowed_mentions=body.get("allowed_mentions"),
    )
    message.attachments = _kept_files(draft, ephemeral=bool(only_for))
    return message


def revise(draft: Draft, message: Message) -> None:
    """The message as the edit wants it; only what was named changes. Raises Refused."""
    body, world = draft.body, draft.world
    flags = int(body["flags"]) if body.get("flags") is not None else message.flags
    if message.flags & COMPONENTS_V2 and not flags & COMPONENTS_V2:
        check([("flags", "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG", "The components v2 flag cannot be removed")])
    kept = message.attachments
    if body.get("attachments") is not None:
        wanted = {str(each.get("id")) for each in body["attachments"]}
        kept = [each for each in kept if str(each.id) in wanted]
    names = {each.name for each in kept} | {each.name for each in _named(draft)}
    check(_problems(body, names, v2=bool(flags & COMPONENTS_V2)))
    after: Json = {"content": message.content, "embeds": message.embeds, "components": message.components}
    after |= {name: body[name] for name in after if name in body}
    if flags & COMPONENTS_V2:
        check(_legacy(after))
    if not _says_something(after) and not kept and not draft.uploads:
        raise Refused(400, 50006, "Cannot send an empty message")
    message.versions.append(message.words)
    message.content, message.embeds = after["content"] or "", list(after["embeds"] or [])
    if "components" in body:
        message.components = numbered(body["components"] or [])
    message.flags = (message.flags & ~(SENDABLE | LOADING)) | (flags & SENDABLE) | (message.flags & EPHEMERAL)
    message.attachments = [*kept, *_kept_files(draft, ephemeral=bool(message.only_for))]
    message.edited = world.clock.now()
    if "allowed_mentions" in body:
        message.allowed_mentions = body["allowed_mentions"]
    mentions(world, draft.channel, message)


def _says_something(body: Json) -> bool:
    """Spaces alone are nothing."""
    said = str(body.get("content") or "").strip()
    return bool(
        said or body.get("components") or any(embed_size(each) or len(each) for each in body.get("embeds") or [])
    )


def _problems(body: Json, names: set[str], *, v2: bool) -> Problems:
    yield from text(body.get("content"), "content", 2000, least=0, optional=True)
    yield from embeds(body.get("embeds"), names)
    yield from check_components(body.get("components"), names, v2=v2)
    if v2:
        yield from _legacy(body)
    yield from text(None if body.get("nonce") is None else str(body["nonce"]), "nonce", 25, optional=True)
    yield from _allowed(body.get("allowed_mentions") or {})
    if len(body.get("attachments") or []) > 10:
        yield "attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length."
    for index, each in enumerate(body.get("attachments") or []):
        yield from text(each.get("description"), f"attachments.{index}.description", 1024, optional=True)


def _legacy(body: Json) -> Problems:
    for name in ("content", "embeds", "poll", "sticker_ids"):
        if body.get(name):
            code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
            yield name, code, f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"


def _allowed(allowed: Json) -> Problems:
    parse = allowed.get("parse") or []
    for index, each in enumerate(parse):
        if each not in ("users", "roles", "everyone"):
            yield f"allowed_mentions.parse.{index}", "BASE_TYPE_CHOICES", "Must be one of users, roles, everyone"
    for name in ("users", "roles"):
        if len(allowed.get(name) or []) > 100:
            yield f"allowed_mentions.{name}", "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length."
        if name in parse and allowed.get(name):
            code = "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"
            yield "allowed_mentions", code, f'parse:["{name}"] and {name}: [ids...] are mutually exclusive.'


def numbered(components: list[Json]) -> list[Json]:
    """Discord gives every component an id."""
    for number, each in enumerate(walk(components), start=1):
        each.setdefault("id", number)
    return components


def _named(draft: Draft) -> Iterator[Upload]:
    """Uploads under the names that the form gives them, as Discord cleans them."""
    told = {str(each.get("id")): each for each in draft.body.get("attachments") or []}
    for each in draft.uploads:
        name = str(told.get(str(each.number), {}).get("filename") or each.name)
        yield Upload(each.number, UNCLEAN.sub("_", name), each.data)


def _kept_files(draft: Draft, *, ephemeral: bool) -> list[Attachment]:
    if sum(len(each.data) for each in draft.uploads) > MOST_BYTES:
        raise Refused(413, 40005, "Request entity too large")
    told = {str(each.get("id")): each for each in draft.body.get("attachments") or []}
    return [
        draft.world.keep(
            draft.channel.id,
            new_file(
                draft.world,
                each.name,
                each.data,
                str(told.get(str(each.number), {}).get("description") or ""),
                ephemeral=ephemeral,
            ),
        )
        for each in _named(draft)
    ]


def new_file(world: World, name: str, data: bytes, description: str = "", *, ephemeral: bool = False) -> Attachment:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    file = Attachment(world.new_id(), name, data, kind, description, ephemeral=ephemeral)
    if kind.startswith("image/"):
        try:
            with Image.open(io.BytesIO(data)) as picture:
                file.width, file.height = picture.size
        except OSError:
            return file  # named like a picture, and none
    return file


def mentions(world: World, channel: Channel, message: Message) -> None:
    """Whom it notifies: who is named in it, may be pinged by its author, and was allowed."""
    said = "\n".join([message.content, *(each["content"] for each in walk(message.components) if _is_text(each))])
    allowed = message.allowed_mentions
    guild = world.guild_of(channel)
    people = {int(each) for each in MENTION.findall(said)} & set(world.users)
    roles = {int(each) for each in ROLE_MENTION.findall(said)} & set(guild.roles if guild else ())
    message.pinged = {each for each in people if _may(allowed, "users", each)}
    message.pinged_roles = {each for each in roles if _may(allowed, "roles", each)}
    loud = "@everyone" in said or "@here" in said
    powers = world.permissions(channel, message.author.id)
    message.pinged_everyone = loud and Permission.MENTION_EVERYONE in powers and _may(allowed, "everyone", 0)
    replied = world.message(message.reference) if message.reference else None
    if replied is not None and replied.author.id in world.users and (allowed is None or allowed.get("replied_user")):
        message.pinged.add(replied.author.id)


def _is_text(component: Json) -> bool:
    return bool(component["type"] == TEXT_DISPLAY)


def _may(allowed: Json | None, kind: str, wanted: int) -> bool:
    if allowed is None:
        return True
    return kind in (allowed.get("parse") or []) or str(wanted) in map(str, allowed.get(kind) or [])
