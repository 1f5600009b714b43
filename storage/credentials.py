"""Secrets at rest: encrypted under keys that can be renewed, and never shown.

`Vault` holds the keys, encrypts and signs. `Credentials` keeps what accounts need to be reached. A keyed check value in
the database tells at the start whether these are the keys that what is stored was encrypted with.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage import keys
from storage.errors import AdMindError
from storage.files import make_folder, write_whole
from storage.redis import Database, Script, StorageUnavailable

KEY_FILE = "secret.key"
KEY_CHECK = "admind:{sys}:keycheck"  # STRING: a word encrypted with the key of the data; kept
_CHECK_WORD = b"admind-keycheck-v1"


class KeyMalformed(AdMindError):
    """An encryption key is not of the right form."""


class KeyMismatch(AdMindError):
    """None of the keys is the one that what is stored was encrypted with."""


class SecretUnreadable(AdMindError):
    """A stored secret does not fit the keys, or was changed or moved."""


class Vault:
    """Encrypts with the newest key and reads with any; likewise for signatures. Keys are given newest first.

    Those of a `file` are read again when something does not fit: another process may have added a newer one.
    """

    def __init__(self, found: Sequence[str], *, file: Path | None = None) -> None:
        self.file = file
        self._use(found)

    def _use(self, found: Sequence[str]) -> None:
        if not found:
            raise KeyMalformed("AdMind has no encryption key.", do_next=_HOW)
        self._found = tuple(found)
        where = KEY_FILE if self.file else "ADMIND_SECRET_KEYS"
        raw = [_decode(key, f"{where}: key number {place}") for place, key in enumerate(found, start=1)]
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in raw])
        self._newest = Fernet(base64.urlsafe_b64encode(raw[0]))
        self._raw = tuple(raw)
        self._derived: dict[tuple[int, str], bytes] = {}

    def __repr__(self) -> str:
        return f"<Vault of {len(self._raw)} keys>"

    def __reduce__(self) -> str:
        raise TypeError("a vault is never copied out of its process")

    def encrypt(self, data: bytes) -> str:
        return self._newest.encrypt(data).decode("ascii")

    def decrypt(self, sealed: str) -> bytes:
        """Raises SecretUnreadable."""
        try:
            return self._fernet.decrypt(sealed.encode("ascii"))
        except (InvalidToken, UnicodeEncodeError):
            if self._read_again():
                return self.decrypt(sealed)
            raise _unreadable() from None

    def renewed(self, sealed: str) -> str | None:
        """The same secret under the newest key; None when it already is. Raises SecretUnreadable."""
        with contextlib.suppress(InvalidToken):
            self._newest.decrypt(sealed.encode("ascii"))
            return None
        return self.encrypt(self.decrypt(sealed))

    def sign(self, purpose: str, message: bytes | str) -> str:
        """A keyed hash of the message, 64 hex characters, that fits this purpose only."""
        return self._mac(0, purpose, message)

    def verify(self, purpose: str, message: bytes | str, signature: str) -> bool:
        """Whether any of the keys signed this message for this purpose; a near guess takes as long as a wild one."""
        given = signature.encode("utf-8", "replace")
        expected = (self._mac(place, purpose, message) for place in range(len(self._raw)))
        if any(hmac.compare_digest(each.encode(), given) for each in expected):
            return True
        return self._read_again() and self.verify(purpose, message, signature)

    @property
    def count(self) -> int:
        """How many keys there are."""
        return len(self._raw)

    def add_key(self) -> None:
        """Put a new key in front of those in the file, and use it. Raises OSError, ValueError without a file."""
        if self.file is None:
            raise ValueError("configured keys are renewed where they are configured")
        found = [Fernet.generate_key().decode("ascii"), *self.file.read_text(encoding="ascii").split()]
        write_whole(self.file, "\n".join([*found, ""]).encode("ascii"))
        self._use(found)

    def _read_again(self) -> bool:
        """Whether the file holds other keys than before, which are used from now on."""
        if self.file is None:
            return False
        try:
            found = tuple(self.file.read_text(encoding="ascii").split())
            if not found or found == self._found:
                return False
            self._use(found)
        except (OSError, UnicodeDecodeError, KeyMalformed):
            return False
        return True

    def _mac(self, place: int, purpose: str, message: bytes | str) -> str:
        derived = self._derived.get((place, purpose))
        if derived is None:
            info = b"admind-sign-v1\0" + purpose.encode("utf-8", "surrogatepass")
            derived = HKDF(SHA256(), 32, salt=None, info=info).derive(self._raw[place])
            self._derived[place, purpose] = derived
        return hmac.new(derived, message.encode() if isinstance(message, str) else message, hashlib.sha256).hexdigest()


def load_or_create_keys(data_dir: Path, configured: Sequence[str] = ()) -> Vault:
    """The vault of the configured keys, newest first; without any, of the key in `<data_dir>/secret.key`.

    The file is made (0600) when it is not there; two processes at once make one. It may hold older keys on further
    lines. Raises KeyMalformed, or AdMindError when the file cannot be read or made.
    """
    if configured:
        return Vault(configured)
    path = data_dir / KEY_FILE
    try:
        if not path.exists():
            make_folder(data_dir)
            write_whole(path, Fernet.generate_key() + b"\n", only_if_absent=True)
        lines = path.read_text(encoding="ascii").split()
        path.chmod(0o600)
    except (OSError, UnicodeDecodeError) as error:
        raise AdMindError(
            f"The encryption key in {KEY_FILE} cannot be read or made.",
            kept="Nothing was changed.",
            do_next="Check that the data directory belongs to the user who runs AdMind.",
        ) from error
    if not lines:
        raise KeyMalformed(
            f"{KEY_FILE} is empty, so nothing that is stored can be read.",
            kept="Nothing was changed.",
            do_next="Put its former content back from your backup of the key.",
        )
    return Vault(lines, file=path)


async def check_keys(database: Database, vault: Vault) -> None:
    """Make sure that these keys fit what is stored; a database that holds nothing takes them as its own.

    Raises KeyMismatch.
    """
    await database.run(SET_ONCE, [KEY_CHECK], [vault.encrypt(_CHECK_WORD)])
    stored = await database.client.get(KEY_CHECK)
    try:
        fits = vault.decrypt(str(stored)) == _CHECK_WORD
    except SecretUnreadable:
        fits = False
    if not fits:
        raise KeyMismatch(
            "The encryption key does not fit what is stored.",
            kept="Nothing was changed.",
            do_next=f"Put the old key back: in ADMIND_SECRET_KEYS after the new one, or in {KEY_FILE} in the data "
            "directory if it was there.",
        )


async def keys_rotated(database: Database, vault: Vault) -> None:
    """Say that everything stored is under the newest key now, so that older ones may be taken away."""
    await check_keys(database, vault)
    renewed = vault.renewed(str(await database.client.get(KEY_CHECK)))
    if renewed is not None:
        await database.client.set(KEY_CHECK, renewed)


SET_ONCE = Script("set-once", "return redis.call('SET', KEYS[1], ARGV[1], 'NX')")
# A secret that somebody replaced meanwhile is already under a newer key: leave it.
SWAP_FIELD = Script(
    "swap-field",
    """
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
""",
)

# ARGV: 1 the field that is looked at, 2 what it held, then fields and values.
SWAP_ALL = Script(
    "swap-all",
    """
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
return 1
""",
)


class Credentials:
    """What accounts need to be reached: HASH `secrets` a workspace, field `<account>|<name>`, each value encrypted.

    A value knows whose it is: one that was moved to another account or workspace is refused.
    """

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def put(self, workspace: str, account: str, name: str, value: str) -> None:
        sealed = self._sealed(workspace, account, name, value)
        await cast(Any, self._database.client).hset(self._key(workspace), _field(account, name), sealed)

    async def swap(self, workspace: str, account: str, name: str, was: str, values: Mapping[str, str]) -> bool:
        """Keep all of `values` in one write if the secret `name` is still `was`; whether it was. Again is safe.

        Where there are replicas one of them holds it too when this returns, as far as one can be reached.
        """
        key, field = self._key(workspace), _field(account, name)
        new = {_field(account, each): self._sealed(workspace, account, each, value) for each, value in values.items()}
        fields, done = [part for pair in new.items() for part in pair], 0
        while not done:
            sealed = await cast(Any, self._database.client).hget(key, field)
            held = None if sealed is None else self._open(workspace, account, name, str(sealed))
            if held is not None and held == values.get(name) != was:
                return True  # by an earlier try whose answer was lost
            if held != was:
                return False
            done = int(await self._database.run(SWAP_ALL, [key], [field, sealed, *fields]))
        with contextlib.suppress(StorageUnavailable):
            await self._database.confirm(key)
        return True

    async def get(self, workspace: str, account: str, name: str) -> str | None:
        """None when there is no such secret. Raises SecretUnreadable."""
        sealed = await cast(Any, self._database.client).hget(self._key(workspace), _field(account, name))
        return None if sealed is None else self._open(workspace, account, name, str(sealed))

    async def all(self, workspace: str, account: str) -> dict[str, str]:
        """Every secret of an account by its name. Raises SecretUnreadable."""
        found: dict[str, str] = {}
        async for field, sealed in self._scan(workspace, match=f"{_escaped(account)}|*"):
            name = field.partition("|")[2]
            found[name] = self._open(workspace, account, name, sealed)
        return found

    async def delete(self, workspace: str, account: str, name: str = "") -> int:
        """Forget one secret of the account, or all of them; how many there were."""
        if name:
            fields = [_field(account, name)]
        else:
            fields = [field async for field, _ in self._scan(workspace, match=f"{_escaped(account)}|*")]
        return int(await cast(Any, self._database.client).hdel(self._key(workspace), *fields)) if fields else 0

    async def rotate(self, workspace: str) -> int:
        """Encrypt what is under an older key with the newest one; how many. Raises SecretUnreadable."""
        return await renew_fields(self._database, self._vault, self._key(workspace))

    def _scan(self, workspace: str, match: str) -> AsyncIterator[tuple[str, str]]:
        return cast(Any, self._database.client).hscan_iter(self._key(workspace), match=match)  # type: ignore[no-any-return]

    def _sealed(self, workspace: str, account: str, name: str, value: str) -> str:
        return self._vault.encrypt(json.dumps([workspace, account, name, value]).encode())

    def _open(self, workspace: str, account: str, name: str, sealed: str) -> str:
        *owner, value = json.loads(self._vault.decrypt(sealed))
        if owner != [workspace, account, name]:
            raise _unreadable()
        return str(value)

    @staticmethod
    def _key(workspace: str) -> str:
        return keys.of(workspace, "secrets")


async def renew_fields(database: Database, vault: Vault, key: str, *, skip: str = "") -> int:
    """Bring every value of a HASH of secrets under the newest key; values equal to `skip` are none.

    How many were renewed. Raises SecretUnreadable.
    """
    renewed = 0
    async for field, sealed in cast(Any, database.client).hscan_iter(key):
        fresh = None if skip and sealed == skip else vault.renewed(sealed)
        if fresh is not None:
            renewed += int(await database.run(SWAP_FIELD, [key], [field, sealed, fresh]))
    return renewed


_HOW = (
    "A key is 44 characters long; make one with `openssl rand -base64 32`. Several are given newest "
    "first, separated by commas."
)


def _field(account: str, name: str) -> str:
    if "|" in account or not name:
        raise ValueError("an account's id holds no |, and a secret has a name")
    return f"{account}|{name}"


def _escaped(text: str) -> str:
    return "".join("\\" + letter if letter in "*?[]^\\-" else letter for letter in text)


def _decode(key: str, place: str) -> bytes:
    try:
        raw = base64.b64decode(key.strip().encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raw = b""
    if len(raw) != 32:
        raise KeyMalformed(f"{place} is not of the right form.", kept="Nothing was changed.", do_next=_HOW)
    return raw


def _unreadable() -> SecretUnreadable:
    return SecretUnreadable(
        "A stored secret cannot be read with the present encryption keys.",
        kept="It was left as it is.",
        do_next="Put the former key back, or connect the account again.",
    )
