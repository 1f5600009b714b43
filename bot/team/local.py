"""How the terminal on AdMind's own machine proves that it holds the installation's key.

A signature names one request (method, path, body), one minute and one use. It stands for the local owner, whom the
command line has asked at the terminal before it signs a decision. Who cannot read the data directory cannot make one.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.settings import Settings
from storage.credentials import Vault, load_or_create_keys
from storage.redis import Database

SCHEME = "AdMind-Local"
LIFE = timedelta(seconds=60)
PURPOSE = "local-owner"


def sign(vault: Vault, method: str, path: str, body: bytes, now: datetime) -> str:
    """The value of the Authorization header."""
    stamp, nonce = str(int(now.timestamp())), secrets.token_hex(16)
    return f"{SCHEME} {stamp}.{nonce}.{vault.sign(PURPOSE, _message(method, path, body, stamp, nonce))}"


class LocalDoor:
    """Checks such signatures; each is good once."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    async def admits(self, credentials: str, method: str, path: str, body: bytes) -> bool:
        """Whether the part of the header after the scheme is a fresh signature of exactly this request."""
        stamp, _, rest = credentials.partition(".")
        nonce, _, signature = rest.partition(".")
        if not (stamp.isdecimal() and len(stamp) < 12 and len(nonce) == 32 and signature):
            return False
        age = self._clock.now().timestamp() - int(stamp)
        message = _message(method, path, body, stamp, nonce)
        if abs(age) > LIFE.total_seconds() or not self._vault.verify(PURPOSE, message, signature):
            return False
        key = "admind:{sys}:nonce:" + hashlib.sha256(nonce.encode()).hexdigest()[:32]
        fresh = await self._database.client.set(key, "1", nx=True, ex=2 * int(LIFE.total_seconds()))
        return bool(fresh)


def _message(method: str, path: str, body: bytes, stamp: str, nonce: str) -> bytes:
    return "\n".join([method.upper(), path, hashlib.sha256(body).hexdigest(), stamp, nonce]).encode()


def local_signature(settings: Settings, method: str, path: str, body: bytes, now: datetime) -> str:
    """The header value, made with the key in the data directory. Raises AdMindError when that cannot be read."""
    vault = load_or_create_keys(settings.data_dir, [key.get_secret_value() for key in settings.secret_keys])
    return sign(vault, method, path, body, now)
