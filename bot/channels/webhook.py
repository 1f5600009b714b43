"""Webhook: a signed POST of JSON to an address of the team's own, for everything that has no adapter yet.

The body is made from the sealed payload alone; what changes between attempts (time, signature) is in the headers.
Signed after the Standard Webhooks specification (see `standard_webhooks`); `Idempotency-Key` as in
https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/ equals `webhook-id` and is the same for
every attempt at one post. What a receiver must keep to is written in `docs/channels/webhook.md`.

Account options: `url`; `honours_key` "yes" when the receiver takes the same key only once within 24 hours;
`lookup_url`, asked with `?key=` after an unclear end; `delete` "yes" when DELETE on `url` with `?id=` takes down the
post that it answered this id for (the key, where it answered none). All on one origin, fixed when it was connected.
Secret: `signing_key`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import rfc8785
from httpx2 import Response

from bot.channels.answers import ask, judge
from bot.channels.base import (
    Absent,
    Account,
    AttemptKey,
    CannotTell,
    Capabilities,
    ChannelRefused,
    Content,
    Door,
    Found,
    Introduction,
    Live,
    Lookup,
    Measure,
    OutcomeUnknown,
    Problem,
    ProvenNotSent,
    Receipt,
)
from bot.channels.content import link_in, sealed
from bot.channels.feed import first_line
from bot.channels.feed_formats import media_path
from bot.channels.handed import Carries, all_words
from bot.channels.limits import problems
from bot.channels.standard_webhooks import signed_headers
from bot.channels.webhook_hello import MOST_ANSWER_BYTES, ping, shown_in
from bot.errors import AdMindError, BadInput
from storage.sealed import Medium, Part, SealedPayload

KEY_LIFE = timedelta(hours=24)
MOST_ID, MOST_ADDRESS = 200, 2000


class Webhook:
    """Adapter of webhooks. `base_url` is where the internet finds the pictures."""

    capabilities = Capabilities(
        channel="webhook",
        title="Webhook",
        text_limit=20_000,
        unit="characters",
        images_max=10,
        image_mimes=("image/jpeg", "image/png", "image/webp", "image/gif"),
        image_max_bytes=10_000_000,
        image_max_pixels=(8192, 8192),
        image_ratio=(0.1, 10.0),
        picture_size=(1200, 630),
        alt_limit=2000,
        settle=timedelta(seconds=60),
        deadline=timedelta(seconds=20),
    )

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")

    def capabilities_for(self, account: Account) -> Capabilities:
        options = account.options
        return dataclasses.replace(
            self.capabilities,
            key_life=KEY_LIFE if options.get("honours_key") == "yes" else None,
            deletes=options.get("delete") == "yes",
        )

    def measure(self, text: str, account: Account) -> Measure:
        """Counts Unicode code points."""
        return Measure(len(text), self.capabilities.text_limit, self.capabilities.unit)

    def build(self, content: Content, account: Account) -> SealedPayload:
        text, links = link_in(content)
        return sealed(
            content,
            account,
            self.capabilities.channel,
            title=content.title.strip() or first_line(text),
            parts=(Part(text=text, media=content.media),),
            links=links,
            extra={"media_base": self._base_url} if content.media else {},
        )

    def validate(self, payload: SealedPayload, account: Account) -> tuple[Problem, ...]:
        return problems(payload, self.capabilities, lambda text: self.measure(text, account))

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        url = _address(door.account, payload)
        body = wire_body(payload)
        signing_key = await door.secret("signing_key")
        await door.check()
        headers = _headers(signing_key, key.key, door, body)
        carries = Carries(payload, lambda approved: {"content": wire_body(approved.payload)}, all_words)
        answer = await ask(
            lambda: door.request("POST", url, content=body, headers=headers, carries=carries), door.account.name
        )
        judge(answer, door.account.name, door.now())
        return _receipt(answer, key, door)

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        url = door.account.options.get("lookup_url", "")
        if not url or origin(url) != payload.server:
            return CannotTell("This webhook cannot be asked what it has taken.")
        try:
            headers = _headers(await door.secret("signing_key"), key.key, door, b"")
            answer = await door.request("GET", url, params={"key": key.key}, headers=headers)
        except Exception:  # whatever kept the answer away: looking changes nothing, so looking again is safe
            return CannotTell("The webhook did not answer.", temporary=True)
        if answer.status_code == 200 and "id" in _said(answer):
            return Found(_receipt(answer, key, door))
        if answer.status_code == 404:
            return Absent()
        return CannotTell("The webhook's answer could not be understood.", temporary=answer.status_code >= 429)

    async def read_back(self, receipt: Receipt, door: Door) -> Live | None:
        return None

    async def delete(self, receipt: Receipt, door: Door) -> None:
        name = door.account.name
        if door.account.options.get("delete") != "yes":
            raise ChannelRefused(
                f"{name} cannot take posts down.",
                code="cannot_delete",
                kept="The post stands as it was.",
                do_next="Take it down there by hand.",
            )
        # The receiver's own id where it gave one, else our key: exactly what the receipt keeps.
        headers = _headers(await door.secret("signing_key"), f"delete_{mark_of(receipt.remote_id)}", door, b"")
        await door.check()
        url = door.account.options["url"]
        answer = await ask(lambda: door.request("DELETE", url, params={"id": receipt.remote_id}, headers=headers), name)
        if answer.status_code not in (404, 410):  # it is not there: that is what was asked for
            judge(answer, name, door.now())

    async def metrics(self, receipt: Receipt, door: Door) -> Mapping[str, int]:
        """None: webhooks only take."""
        return {}

    def price(self, payload: SealedPayload) -> str:
        return ""

    async def introduce(self, account: Account, door: Door) -> Introduction:
        """How the receiver shows itself in its answer to another ping, if it does."""
        try:
            return shown_in(await ping(account, account.options.get("url", ""), door))
        except (AdMindError, TimeoutError):  # nothing depends on it: what cannot be asked is not shown
            return Introduction(last_post=None)

    async def connect(self, account: Account, door: Door) -> Account:
        """Checks the options and sends a signed ping; what answers 2xx is connected.

        Raises BadInput for options that cannot work, ChannelRefused when the address does not answer as it should.
        """
        url = _checked(account.options)
        try:
            answer = await ping(account, url, door)
        except (ProvenNotSent, OutcomeUnknown):
            raise ChannelRefused(
                "Nothing answered at this address.", code="unreachable", do_next="Check it, then connect again."
            ) from None
        if not 200 <= answer.status_code < 300:
            raise ChannelRefused(
                f"The address answered the signed ping with HTTP {answer.status_code} instead of 200.",
                code="ping",
                do_next="Make it accept the signature and answer 2xx, then connect again.",
            )
        mark = mark_of(url)
        return account.changed(
            remote_id=mark, server=origin(url), destination=mark, handle=account.handle or urlsplit(url).hostname or ""
        )


def wire_body(payload: SealedPayload) -> bytes:
    """The bytes of the POST: RFC 8785 JSON from the sealed payload and nothing else."""
    document: dict[str, Any] = {
        "type": "admind.post",
        "version": 1,
        "digest": payload.digest,
        "account": payload.account,
        "title": payload.title,
        "language": payload.language,
        "not_before": payload.not_before,
        "parts": [
            {"text": part.text, "media": [_medium(medium, payload.extra["media_base"]) for medium in part.media]}
            for part in payload.parts
        ],
        "links": [{"shown": link.shown, "destination": link.destination} for link in payload.links],
        "disclosure": list(payload.disclosure),
    }
    return rfc8785.dumps(document)


def origin(url: str) -> str:
    """Scheme, host and port in one form: `https://example.com`, `http://127.0.0.1:8080`."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port not in (None, default) else "")


def mark_of(text: str) -> str:
    """A short name for an address or id that may itself be a secret: 32 hex characters of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _medium(medium: Medium, base: str) -> dict[str, Any]:
    return {
        "url": f"{base}/{media_path(medium)}",
        "sha256": medium.sha256,
        "mime": medium.mime,
        "size": medium.size,
        "width": medium.width,
        "height": medium.height,
        "alt": medium.alt,
    }


def _headers(signing_key: str, key: str, door: Door, body: bytes) -> dict[str, str]:
    try:
        headers = signed_headers(signing_key, key, door.now(), body)
    except ValueError:
        raise ChannelRefused(
            f"The signing key of {door.account.name} cannot be used.",
            code="unauthorized",
            kept="Nothing was sent.",
            do_next="Connect it again.",
        ) from None
    headers["idempotency-key"] = key
    return headers | ({"content-type": "application/json"} if body else {})


def _address(account: Account, payload: SealedPayload) -> str:
    """The URL, provided that it is still the one that was approved."""
    url = account.options.get("url", "")
    if mark_of(url) != payload.destination or origin(url) != payload.server:
        raise ChannelRefused(
            f"{account.name} now leads to another address than when the post was approved.",
            code="other_address",
            kept="Nothing was sent.",
            do_next="Approve it again for the new address.",
        )
    return url


def _checked(options: Mapping[str, str]) -> str:
    url = options.get("url", "")
    for name, value in (("address", url), ("look-up address", options.get("lookup_url", url))):
        try:
            parts = urlsplit(value)
            fits = parts.scheme in ("https", "http") and bool(parts.hostname) and origin(value) == origin(url)
            fits = fits and value.isprintable() and not (parts.username or parts.password or parts.fragment)
        except ValueError:
            fits = False
        if not fits or len(value) > MOST_ADDRESS:
            raise BadInput(
                f"The {name} of the webhook cannot be used.",
                do_next="Write a full https:// address without a password in it, all on one server.",
            )
    for name in ("honours_key", "delete"):
        if options.get(name, "no") not in ("yes", "no"):
            raise BadInput(f"The option {name} is either yes or no.")
    return url


def _said(answer: Response) -> dict[str, str]:
    """`id` and `url` of the answer where they are what they should be; the rest is not looked at."""
    if len(answer.content) > MOST_ANSWER_BYTES:
        return {}
    try:
        document = json.loads(answer.content)
    except (ValueError, RecursionError):
        return {}
    said = {}
    if isinstance(document, dict):
        remote_id, url = document.get("id"), document.get("url")
        if isinstance(remote_id, str | int) and not isinstance(remote_id, bool) and _tidy(str(remote_id), MOST_ID):
            said["id"] = str(remote_id)
        if isinstance(url, str) and _tidy(url, MOST_ADDRESS) and _is_web(url):
            said["url"] = url
    return said


def _tidy(text: str, most: int) -> bool:
    return 0 < len(text) <= most and text.isprintable() and text.isascii()


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username and " " not in url


def _receipt(answer: Response, key: AttemptKey, door: Door) -> Receipt:
    said = _said(answer)
    status = str(answer.status_code)
    return Receipt(said.get("id", key.key), said.get("url", ""), door.now(), {"status": status})
