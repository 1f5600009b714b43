"""What every part stands on: the database, files, keys and ways out, opened from the settings; people and channels."""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, cast

from bot.accounts.door import Doors
from bot.channels.base import Channel
from bot.channels.registry import build_channels, platforms_of
from bot.channels.rehearsed import rehearsed
from bot.clock import Clock
from bot.errors import Misconfigured
from bot.fetch import SafeClient, safe_client
from bot.fetch.shut import shut_client
from bot.settings import Settings
from bot.team.people import People
from bot.team.setup import Setup
from storage import epoch
from storage.audit import AuditWriter
from storage.blobs.base import BlobStore, Lends
from storage.blobs.opening import open_blobs
from storage.credentials import Credentials, Vault, check_keys, load_or_create_keys
from storage.embedded import EmbeddedValkey
from storage.epoch import EPOCH, TooOld
from storage.feed import FeedStore
from storage.journal import Journal
from storage.media import MediaStore
from storage.redis import Database, connect
from storage.stores import TeamStore
from storage.team import Workspace
from storage.tokens import TokenStore


@dataclass(frozen=True, slots=True)
class Opened:
    """What has to be closed again, and the keys. The database refuses to be written where `too_old` says why."""

    embedded: EmbeddedValkey | None
    url: str
    database: Database
    too_old: TooOld | None
    vault: Vault
    journal: Journal
    blobs: BlobStore
    client: SafeClient
    picture_client: SafeClient
    signer: Any


class Ground:
    """What was opened, and the stores, people and channels that most parts share."""

    def __init__(self, opened: Opened, settings: Settings, clock: Clock, worker: str, *, apart: bool) -> None:
        self.settings = settings
        self.clock = clock
        self.worker = worker
        self.url = opened.url
        self.database = opened.database
        self.embedded = opened.embedded
        self.vault = opened.vault
        self.journal = opened.journal
        self.blobs = opened.blobs
        self.client = opened.client
        self.picture_client = opened.picture_client
        self.signer = opened.signer
        self.audit = AuditWriter(self.database, self.vault, self.journal)
        self.credentials = Credentials(self.database, self.vault)
        self.media = MediaStore(self.database)
        self.feed = FeedStore(self.database)
        self.tokens = TokenStore(self.database, clock.now)
        self.people = People(self.database)
        self.setup = Setup(self.people, self.audit)
        lends = self.blobs if settings.media_from == "bucket" and isinstance(self.blobs, Lends) else None
        channels = build_channels(
            self.feed,
            base_url=settings.base_url,
            platforms=platforms_of(settings),
            lent_from=lends.origin if lends else "",
        )
        self.channels: Mapping[str, Channel] = rehearsed(channels) if apart else channels
        self.doors = Doors(
            secrets=self.credentials,
            blobs=self.blobs,
            client=self.client,
            base_url=settings.base_url,
            clock=clock,
            lends=lends,
        )

    async def first_workspace(self) -> Workspace:
        """The workspace of this installation, made when there is none."""
        zone = self.settings.timezone or local_zone()
        return await self.setup.ensure(zone=zone, owners=self.settings.owners, now=self.clock.now())


async def open_storage(stack: AsyncExitStack, settings: Settings, worker: str, *, apart: bool) -> Opened:
    """Open what AdMind keeps and its ways out; `stack` closes them. Raises Misconfigured, and TooOld when this code
    may not even read what is there. `apart`: no address is reached, and nothing is forced to the disk.
    """
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(
            f"ADMIND_DATA_DIR: {settings.data_dir} cannot be made: {os.strerror(error.errno or 0)}.",
            kept="Nothing was started.",
            do_next="Name a directory that the user who runs AdMind may write to.",
        ) from error
    embedded = None
    if settings.redis_url is None:
        fsync = "no" if apart else "always"
        embedded = await stack.enter_async_context(EmbeddedValkey(settings.data_dir, fsync=fsync))
        url = embedded.url
    else:
        url = settings.redis_url.get_secret_value()
    database = await stack.enter_async_context(connect(url))
    too_old = await refused_by(database)
    if too_old is not None:
        database.refuse_writes(too_old)
    vault = load_or_create_keys(settings.data_dir, [key.get_secret_value() for key in settings.secret_keys])
    await check_keys(database, vault)
    journal = await stack.enter_async_context(Journal(settings.data_dir / "journal", worker))
    key, secret = settings.bucket_key
    blobs: BlobStore = await stack.enter_async_context(
        open_blobs(settings.data_dir, settings.blobs_url, access_key=key, secret_key=secret)
    )
    database.files = blobs
    client = await stack.enter_async_context(shut_client() if apart else safe_client(allow_hosts=settings.allow_hosts))
    picture_client = await stack.enter_async_context(
        shut_client()
        if apart
        else safe_client(allow_hosts=settings.allow_hosts, timeout_seconds=settings.image_seconds)
    )
    return Opened(
        embedded=embedded,
        url=url,
        database=database,
        too_old=too_old,
        vault=vault,
        journal=journal,
        blobs=blobs,
        client=client,
        picture_client=picture_client,
        signer=_signer(settings),
    )


async def refused_by(database: Database) -> TooOld | None:
    """Why this code may read but not write what is kept here, if so. Raises TooOld when it may not even read."""
    asked = await epoch.needs(database, await TeamStore(database).workspace_ids())
    refusal = EPOCH.refusal(asked)
    if refusal is not None and not EPOCH.reads(asked):
        raise refusal
    return refusal


def _signer(settings: Settings) -> Any:
    """What signs pictures; None without a certificate. Raises Misconfigured."""
    if settings.c2pa_chain is None or settings.c2pa_key is None:
        return None
    provenance = importlib.import_module("bot.artwork.provenance")
    try:
        return provenance.signer_with_key(settings.c2pa_chain.read_bytes(), settings.c2pa_key.read_bytes())
    except (OSError, UnicodeDecodeError, provenance.ProvenanceFailed) as error:
        raise Misconfigured(
            "ADMIND_C2PA_CHAIN, ADMIND_C2PA_KEY: these files can't be used to sign pictures.",
            kept="Nothing was started.",
            do_next="Give the chain as PEM and a P-256 private key as unencrypted PEM; "
            "`admind doctor --make-test-cert` makes a pair to try it out.",
        ) from error


def local_zone() -> str:
    """This machine's IANA zone, or UTC when it does not say."""
    tzlocal = importlib.import_module("tzlocal")
    with contextlib.suppress(Exception):
        name = cast(Callable[[], str], tzlocal.get_localzone_name)()
        if name:
            return name
    return "UTC"
