"""The doctor: looks at every part, and says of each what was found and what to do."""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Literal

from httpx2 import AsyncClient, HTTPError

from bot.clock import Clock, milliseconds
from bot.errors import AdMindError
from bot.llm.prices import price_of, table
from bot.settings import Settings
from bot.workflow import lending, outside
from bot.workflow.canaries import Canaries
from bot.workflow.symptoms import Symptom
from storage import keys
from storage.blobs.base import BlobStore, BlobsUnavailable, Lends, prove
from storage.embedded import EmbeddedValkey
from storage.epoch import EPOCH, needs
from storage.files import space_of
from storage.redis import Database
from storage.stores import TeamStore
from storage.team import Member

GIB = 1024**3
OUTSIDE_SECONDS = 8
LOOPBACK = ("127.0.0.1", "::1", "localhost")
KEY_OF = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "google_genai": "GOOGLE_API_KEY"}


class Doctor:
    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        embedded: EmbeddedValkey | None,
        blobs: BlobStore,
        canaries: Canaries,
        team: TeamStore,
        clock: Clock,
        workspace: str,
        client: AsyncClient,
    ) -> None:
        self._settings = settings
        self._database = database
        self._embedded = embedded
        self._blobs = blobs
        self._canaries = canaries
        self._team = team
        self._clock = clock
        self._workspace = workspace
        self._client = client
        self._more: dict[str, Callable[[Member], Awaitable[list[Symptom]]]] = {}

    def also(self, name: str, look: Callable[[Member], Awaitable[list[Symptom]]]) -> None:
        """Rows of a part that only a handler knows, for whom they concern."""
        self._more[name] = look

    @property
    def mark(self) -> str:
        """Says which AdMind's public edge one has reached; tells nothing else."""
        return hashlib.sha256(f"admind-edge|{self._workspace}".encode()).hexdigest()[:32]

    async def examine(self, member: Member) -> list[Symptom]:
        """Everything in the order in which a person would look; one part that fails hides no other.

        People and accounts are told of the member's brands alone, and of the machine only those whose it is.
        """
        mine, workspace = set(member.roles), member.workspace
        parts: tuple[tuple[str, Callable[[], Awaitable[list[Symptom]]]], ...] = (
            ("data directory", self._directory),
            ("disk", self._disk),
            ("pictures", self._pictures),
            ("pictures for channels", self._lent),
            ("processes", self._processes),
            ("journal", self._journal),
            ("encryption key", self._key),
            ("database", self._redis),
            ("schema", self._schema),
            ("clock", self._skew),
            ("model", self._model),
            ("fallback model", self._fallback),
            ("model that sees", self._seeing),
            ("heartbeat", self._heartbeat),
            ("listening", self._edge),
            ("programs over MCP", self._mcp),
            ("people", lambda: self._people(workspace, mine)),
            ("accounts", lambda: self._accounts(workspace, mine)),
        )
        if workspace != self._workspace:
            parts = parts[-2:]
        parts += tuple((name, partial(look, member)) for name, look in self._more.items())
        found: list[Symptom] = []
        for name, look in parts:
            try:
                found += await look()
            except BlobsUnavailable as error:
                found.append(Symptom(name, "bad", error.why, error.mend))
            except AdMindError as error:
                found.append(Symptom(name, "bad", error.what, error.do_next))
            except OSError as error:
                found.append(Symptom(name, "bad", f"cannot be looked at: {error.strerror}", "Check its permissions."))
        return found

    async def _directory(self) -> list[Symptom]:
        path = self._settings.data_dir.absolute()
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            return [Symptom("data directory", "bad", f"{path} is open to others", f"Run `chmod 700 {path}`.")]
        found = [Symptom("data directory", "ok", str(path))]
        token = path / "token"
        if token.exists() and stat.S_IMODE(token.stat().st_mode) & 0o077:
            found.append(Symptom("token file", "bad", f"{token} is open to others", f"Run `chmod 600 {token}`."))
        return found

    async def _disk(self) -> list[Symptom]:
        space = await asyncio.to_thread(space_of, self._settings.data_dir)
        free = f"{space.free / GIB:.1f}"
        if space.low:
            return [
                Symptom("disk", "bad", f"{free} GiB free", "Make room: new drafts and pictures are refused until then.")
            ]
        if space.free < GIB:
            return [
                Symptom("disk", "note", f"{free} GiB free", "Make room soon: when it runs low, new drafts are refused.")
            ]
        return [Symptom("disk", "ok", f"{free} GiB free")]

    async def _pictures(self) -> list[Symptom]:
        """Where pictures, sealed payloads and old revisions lie."""
        if await prove(self._blobs):
            return [
                Symptom(
                    "pictures",
                    "bad",
                    f"strangers can read them: {self._blobs.where}",
                    "Make it private: who needs a picture gets it from AdMind, or by a signed address.",
                )
            ]
        return [Symptom("pictures", "ok", f"written and read back: {self._blobs.where}")]

    async def _lent(self) -> list[Symptom]:
        """Whether channels that fetch pictures get them, where the settings say that they fetch from the bucket."""
        row = "pictures for channels"
        if self._settings.media_from != "bucket" or not isinstance(self._blobs, Lends):
            return []
        found, do = await lending.trouble(self._blobs, self._blobs, self._client)
        if found:
            return [Symptom(row, "bad", found, do)]
        return [Symptom(row, "ok", f"fetched by a signed address from {self._blobs.origin}")]

    async def _processes(self) -> list[Symptom]:
        """Whether every other process of AdMind writes to the same place, and can."""
        found = []
        for other in await self._canaries.others():
            if other.state == "elsewhere":
                found.append(
                    Symptom(
                        other.worker,
                        "bad",
                        "keeps pictures and posts somewhere else",
                        "Give all processes the same ADMIND_BLOBS_URL: what one keeps the others cannot publish.",
                    )
                )
            elif other.state == "quiet":
                minutes = round(other.seconds_ago / 60)
                found.append(
                    Symptom(
                        other.worker,
                        "bad",
                        f"has not reached its pictures for {minutes} minutes",
                        "Look at its log, if it still runs; one that was killed is forgotten after 15 minutes.",
                    )
                )
            else:
                found.append(Symptom(other.worker, "ok", "writes and reads the same pictures"))
        return found

    async def _journal(self) -> list[Symptom]:
        """What was sent is written down there before it is sent; where that fails nothing goes out."""
        folder = self._settings.data_dir / "journal"
        await asyncio.to_thread(_written_and_synced, folder)
        return [Symptom("journal", "ok", "written and synced")]

    async def _key(self) -> list[Symptom]:
        if self._settings.secret_keys:
            return [Symptom("encryption key", "ok", "from ADMIND_SECRET_KEYS")]
        path = self._settings.data_dir / "secret.key"
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            return [Symptom("encryption key", "bad", f"{path} is open to others", f"Run `chmod 600 {path}`.")]
        return [
            Symptom("encryption key", "note", str(path), "Keep a copy elsewhere: without it no backup can be read.")
        ]

    async def _redis(self) -> list[Symptom]:
        server = await self._database.identity()
        used = round(server.used_memory / 2**20)
        found = [
            Symptom("database", "ok", f"embedded Valkey {server.version}, {used} MiB in use")
            if self._embedded
            else Symptom("database", "ok", f"your Redis {server.version}, {used} MiB in use")
        ]
        if not server.durable:
            found.append(
                Symptom(
                    "durability",
                    "bad",
                    f"appendonly {server.appendonly or '?'}, appendfsync {server.appendfsync or '?'}, "
                    f"{server.replicas} replicas: the last second may be lost in a power cut or failover",
                    "Set appendonly yes and appendfsync always. Until then posts due at such a moment are asked about.",
                )
            )
        if server.replicas == 0 and await self._database.replicated(server):
            found.append(
                Symptom(
                    "replicas",
                    "bad",
                    "there was a second copy of the database, and it is gone: nothing is sent without it",
                    f"Bring it back. If it was taken away for good, say so once: redis-cli DEL '{keys.REPLICATED}'",
                )
            )
        if server.maxmemory_policy not in ("", "noeviction"):
            found.append(
                Symptom(
                    "eviction", "bad", server.maxmemory_policy, "Set maxmemory-policy noeviction: keys must not vanish."
                )
            )
        if server.nearly_full:
            refused = "Give the database more memory: new drafts are refused until then."
            found.append(Symptom("memory", "bad", "over 80 % used", refused))
        return found

    async def _schema(self) -> list[Symptom]:
        """Whether this version may read and write what is kept here."""
        asked = await needs(self._database, [self._workspace])
        refusal = EPOCH.refusal(asked)
        if refusal is not None:
            return [Symptom("schema", "bad", refusal.what, refusal.do_next)]
        own, reader, writer = EPOCH.own, asked.reader, asked.writer
        return [Symptom("schema", "ok", f"version {own}; reading takes {reader}, writing {writer}")]

    async def _skew(self) -> list[Symptom]:
        offset = round(self._clock.offset().total_seconds() * 1000)
        skew = abs(milliseconds(self._clock.now()) - offset - await self._database.server_time_ms())
        if skew > 2000:
            seconds = round(skew / 1000)
            return [Symptom("clock", "bad", f"{seconds} s from the database's", "Set both by NTP.")]
        return [Symptom("clock", "ok", f"within {skew} ms of the database's")]

    async def _model(self) -> list[Symptom]:
        model = self._settings.model
        provider = model.partition(":")[0]
        if provider == "offline":
            return [Symptom("model", "note", "offline writer", "Set ADMIND_MODEL for a language model's wording.")]
        key = KEY_OF.get(provider)
        if key and key not in self._settings.provider_keys:
            return [Symptom("model", "bad", f"{model}, but its key is missing", f"Set {key} where AdMind runs.")]
        return [Symptom("model", "ok", model), *self._price("price of the model", model)]

    def _price(self, what: str, model: str) -> list[Symptom]:
        """What its tokens cost, as far as anybody said."""
        price = price_of(model, {**table(), **self._settings.prices})
        if price is None:
            return [
                Symptom(
                    what,
                    "note",
                    "unknown: its tokens are counted, and reports say that they have no price",
                    f"Set ADMIND_MODEL_PRICES={model}=IN/OUT, in US dollars for a million tokens.",
                )
            ]
        known = f"${price.read} read and ${price.written} written, for a million tokens"
        return [Symptom(what, "ok", known)]

    async def _fallback(self) -> list[Symptom]:
        model = self._settings.fallback_model
        if not model:
            return []
        key = KEY_OF.get(model.partition(":")[0])
        if key and key not in self._settings.provider_keys:
            return [
                Symptom("fallback model", "bad", f"{model}, but its key is missing", f"Set {key} where AdMind runs.")
            ]
        return [Symptom("fallback model", "ok", model), *self._price("price of the fallback model", model)]

    async def _seeing(self) -> list[Symptom]:
        model = self._settings.seeing_model
        if model == "none" or (not model and self._settings.model == "offline"):
            return []  # people are asked what their pictures show
        if not model:
            return [Symptom("model that sees", "ok", "the model, where it takes pictures")]
        key = KEY_OF.get(model.partition(":")[0])
        if key and key not in self._settings.provider_keys:
            return [
                Symptom("model that sees", "bad", f"{model}, but its key is missing", f"Set {key} where AdMind runs.")
            ]
        return [Symptom("model that sees", "ok", model), *self._price("price of the model that sees", model)]

    async def _heartbeat(self) -> list[Symptom]:
        """Asks the address that is told every minute that all is well."""
        url = self._settings.heartbeat_url
        if not url:
            return []
        try:
            async with asyncio.timeout(OUTSIDE_SECONDS):
                answer = await self._client.request("GET", url)
        except (AdMindError, HTTPError, TimeoutError, OSError):
            return [Symptom("heartbeat", "bad", "its address does not answer", "Check ADMIND_HEARTBEAT_URL.")]
        if answer.status_code >= 400:
            return [
                Symptom("heartbeat", "bad", f"its address answers {answer.status_code}", "Check ADMIND_HEARTBEAT_URL.")
            ]
        return [Symptom("heartbeat", "ok", "its address answers")]

    async def _edge(self) -> list[Symptom]:
        settings = self._settings
        found = [Symptom("listening", "ok", f"{settings.host}:{settings.port}")]
        if not settings.public_url:
            found.append(
                Symptom(
                    "public address",
                    "note",
                    "none: feed links lead to this machine",
                    "Set ADMIND_PUBLIC_URL to how the internet reaches it.",
                )
            )
        else:
            found += await outside.public_address(self._client, settings.public_url, self.mark)
        if settings.links_url:
            found += await outside.links_address(self._client, settings.links_url, self.mark)
        if settings.host not in LOOPBACK and settings.public_port is None:
            found.append(
                Symptom(
                    "listening", "note", "the private side is reachable too", "Set ADMIND_PUBLIC_PORT for the public."
                )
            )
        return found

    async def _mcp(self) -> list[Symptom]:
        """Where programs find AdMind's tools; nothing where they are off, as they are by themselves."""
        row, settings = "programs over MCP", self._settings
        if settings.mcp == "off":
            return []
        if settings.host not in LOOPBACK and settings.public_port is None:
            return [
                Symptom(
                    row,
                    "note",
                    f"on, and the network of {settings.host} reaches /mcp, too",
                    "Set ADMIND_PUBLIC_PORT, so that the internet's side is apart, or listen on 127.0.0.1.",
                )
            ]
        return [Symptom(row, "ok", f"on: {settings.host}:{settings.port}/mcp, for tokens that read and propose")]

    async def _people(self, workspace: str, brands: set[str]) -> list[Symptom]:
        every = await self._team.all(self._team.members, workspace)
        members = [m for m in every if m.erased_at is None and brands & set(m.roles)]
        if len(members) == 1:
            return [Symptom("people", "note", "one", "You approve your own drafts. Add others: `admind members add`.")]
        return [Symptom("people", "ok", str(len(members)))]

    async def _accounts(self, workspace: str, brands: set[str]) -> list[Symptom]:
        every = [a for a in await self._team.all(self._team.accounts, workspace) if a.brand in brands]
        found = []
        for account in every:
            if account.closed_at is None and account.health.state != "ok":
                state: Literal["note", "bad"] = "bad" if account.health.state == "broken" else "note"
                found.append(Symptom(f"account “{account.name}”", state, account.health.reason, "Connect it again."))
        names = ", ".join(account.name for account in every if account.closed_at is None)
        return [*found, Symptom("accounts", "ok", f"connected: {names}" if names else "none yet")]


def _written_and_synced(folder: Path) -> None:
    """Raises OSError where a line of the journal could not be kept."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
        file.write(b"admind canary\n")
        file.flush()
        os.fdatasync(file.fileno())
