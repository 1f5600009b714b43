"""The last look before bytes leave: a finished request holds what was approved, all of it, and nothing else.

The door of a post that is being sent has a guard, made from the sealed payload itself: not from what the adapter makes
of it. Each write is decoded as it would go out. One that may publish says what it `Carries`: the guard makes the same
request again from the sealed payload, and the bytes must be equal; then it looks for the sealed words in the decoded
request, so that a builder which changes them cannot vouch for itself. Every other write (a sign-in, an upload, an alt
text) may hold ids and approved pictures with their alt texts, and no other words or files. What differs is refused, and
nothing of it leaves.
"""

from __future__ import annotations

import email.policy
import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qsl

from bot.errors import ChannelRefused
from storage.sealed import Medium, SealedPayload

log = logging.getLogger(__name__)

JSON, MAIL = "application/json", "message/rfc822"
_ID = re.compile(r"[!-~]*")  # ids, addresses, names of fields: no blank and no letter beyond ASCII


class HandedDiffers(ChannelRefused):
    """What was about to leave is not what was approved: nothing of it was sent. `why` is for the log."""

    def __init__(self, why: str) -> None:
        super().__init__(
            "What was about to go out is not what was approved.",
            code="changed",
            kept="Nothing of it was sent; the approved post is kept.",
            do_next="Send it again. If that happens again, whoever runs AdMind finds the reason in the log.",
        )
        self.why = why


@dataclass(slots=True)
class Approved:
    """What a write may be made from: the sealed payload, its pictures' bytes, and what the channel named them."""

    payload: SealedPayload
    blobs: dict[str, bytes] = field(default_factory=dict)  # by SHA-256, as the door has lent and verified them
    addresses: dict[str, str] = field(default_factory=dict)  # by SHA-256, where the channel fetches them
    names: list[tuple[str, str]] = field(default_factory=list)  # SHA-256 and the channel's name of it, as they came

    @property
    def media(self) -> tuple[Medium, ...]:
        return tuple(medium for part in self.payload.parts for medium in part.media)

    def blob(self, medium: Medium) -> bytes:
        """Raises HandedDiffers where the door lent none."""
        return self.lent(medium.sha256)

    def lent(self, sha256: str) -> bytes:
        """What the door lent by this name. Raises HandedDiffers where it lent nothing."""
        if sha256 not in self.blobs:
            raise HandedDiffers("a picture that was not read")
        return self.blobs[sha256]

    def pictures(self, part: int = 0) -> list[bytes]:
        """The bytes of a part's pictures, in the approved order."""
        return [self.blob(medium) for medium in self.payload.parts[part].media]

    def address(self, medium: Medium) -> str:
        return self.addresses.get(medium.sha256, "")

    def named(self, part: int = 0) -> list[str]:
        """What the channel calls a part's pictures, in the approved order. Raises HandedDiffers."""
        left = list(self.names)
        found = []
        for medium in self.payload.parts[part].media:
            one = next((each for each in left if each[0] == medium.sha256), None)
            if one is None:
                raise HandedDiffers("a picture that was not uploaded")
            left.remove(one)
            found.append(one[1])
        return found


def first_part(payload: SealedPayload) -> Sequence[str]:
    return (payload.parts[0].text,)


def all_words(payload: SealedPayload) -> Sequence[str]:
    return tuple(part.text for part in payload.parts)


def no_words(payload: SealedPayload) -> Sequence[str]:
    """Of a write that publishes what an earlier one brought."""
    return ()


def comment_words(payload: SealedPayload) -> Sequence[str]:
    return (payload.first_comment,)


@dataclass(frozen=True, slots=True)
class Carries:
    """What one write holds of a post.

    `payload` is what the adapter works from. `built` makes the request's options (`content`, `json`, or `data` and
    `files`) from what was approved. `words` must stand there: each is a string of the request, as it is or as `reads`
    makes it readable.
    """

    payload: SealedPayload
    built: Callable[[Approved], Mapping[str, Any]]
    words: Callable[[SealedPayload], Sequence[str]] = first_part
    reads: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class Wire:
    """A decoded request: its strings and files, in order."""

    strings: tuple[str, ...]
    files: tuple[bytes, ...]


class Guard:
    """Judges each write of one attempt."""

    def __init__(self, payload: SealedPayload) -> None:
        self.approved = Approved(payload)
        self._held: set[str] = set()  # SHA-256 of the pictures in the latest write
        self._announced = False  # a check was asked, so the next write may publish

    def announced(self) -> None:
        """The next write may publish: it must say what it carries."""
        self._announced = True

    def named(self, medium: Medium, name: str, *, found: bool) -> None:
        """The channel's name of a picture that went up in the latest write, or that was `found` there.

        Raises HandedDiffers where another picture went up.
        """
        if not found and medium.sha256 not in self._held:
            raise self._refused("another picture went up")
        self.approved.names.append((medium.sha256, name))

    def judge(self, body: bytes, kind: str, carries: Carries | None, expected: Callable[[Carries], bytes]) -> None:
        """`kind` is the Content-Type; `expected` makes the bytes from what was approved. Raises HandedDiffers."""
        announced, self._announced = self._announced, False
        try:
            wire = decoded(body, kind)
        except (ValueError, RecursionError):
            raise self._refused("it cannot be decoded") from None
        self._held = {sha256 for sha256, data in self.approved.blobs.items() if data in wire.files}
        self._held |= {sha256 for sha256, found in self.approved.addresses.items() if found in wire.strings}
        if carries is None:
            if announced:
                raise self._refused("it does not say what it carries")
            self._judge_bare(wire)
            return
        payload = self.approved.payload
        if carries.payload is not payload and carries.payload.digest != payload.digest:
            raise self._refused("the adapter was given another payload")
        try:
            same = body == expected(carries)
        except HandedDiffers as error:
            raise self._refused(error.why) from None
        if not same:
            raise self._refused("its bytes differ")
        readable = {*wire.strings, *(carries.reads(each) for each in wire.strings)}
        if not all(words in readable for words in carries.words(payload) if words):
            raise self._refused("the approved words do not stand in it")

    def _judge_bare(self, wire: Wire) -> None:
        """A write that publishes nothing: ids, approved pictures, and their alt texts."""
        if any(data not in self.approved.blobs.values() for data in wire.files if data):
            raise self._refused("a file that was not approved")
        about = self._held | {sha256 for sha256, name in self.approved.names if name in wire.strings}
        alts = {m.alt.strip() for m in self.approved.media if not about or m.sha256 in about}
        alts &= {each.strip() for each in wire.strings}
        for each in wire.strings:  # a library's name for a picture may be how its alt text begins
            if not _ID.fullmatch(each) and not any(alt.startswith(each.strip()) for alt in alts):
                raise self._refused("words that were not approved")

    def _refused(self, why: str) -> HandedDiffers:
        payload = self.approved.payload
        log.error(
            "not handed over workspace=%s account=%s digest=%s why=%s",
            payload.workspace,
            payload.account,
            payload.digest,
            why,
        )
        return HandedDiffers(why)


def decoded(body: bytes, kind: str) -> Wire:
    """Raises ValueError for what is not what it says to be."""
    essence, _, parameters = kind.partition(";")
    essence = essence.strip().lower()
    if not body:
        return Wire((), ())
    if essence == JSON or essence.endswith("+json"):
        return Wire(tuple(_leaves(json.loads(body))), ())
    if essence == "application/x-www-form-urlencoded":
        fields = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True)
        return Wire(tuple(each for _, value in fields for each in _field(value)), ())
    if essence == "multipart/form-data":
        return _form(body, parameters)
    if essence == MAIL:
        return _mail(body)
    return Wire((), (body,))


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)


def _field(value: str) -> Iterator[str]:
    """A form's field, and what stands in it where it is JSON."""
    if value[:1] in ("{", "["):
        try:
            yield from _leaves(json.loads(value))
        except ValueError:
            pass
        else:
            return
    yield value


def _form(body: bytes, parameters: str) -> Wire:
    found = re.search(r'boundary="?([!-~]+?)"?(?:;|$)', parameters)
    if found is None:
        raise ValueError("boundary")
    strings, files = list[str](), list[bytes]()
    for piece in body.split(b"--" + found[1].encode())[1:-1]:
        head, _, data = piece.partition(b"\r\n\r\n")
        data = data.removesuffix(b"\r\n")
        if b"filename=" in head:
            files.append(data)
        else:
            strings += _field(data.decode())
    return Wire(tuple(strings), tuple(files))


def _mail(body: bytes) -> Wire:
    """Subject, texts with the line ends that were approved, and attachments."""
    message = message_from_bytes(body, policy=email.policy.SMTP)
    strings, files = [str(message["subject"] or "")], list[bytes]()
    for part in message.walk():
        data = part.get_payload(decode=True)
        if not isinstance(data, bytes):
            continue
        if part.get_content_maintype() == "text":
            strings.append(data.decode(part.get_content_charset("utf-8")).replace("\r\n", "\n"))
        else:
            files.append(data)
    return Wire(tuple(strings), tuple(files))
