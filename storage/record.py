"""What every record shares: frozen, versioned, strict towards the outside, patient with newer data.

A record is refused when it holds unknown fields, unless it was written by a newer AdMind: then what this version does
not know, in the record and in the values inside it, is kept and written back unchanged, so that two versions may run
side by side.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, PrivateAttr, SerializerFunctionWrapHandler, model_serializer

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
Migration = Callable[[dict[str, Any]], dict[str, Any]]


class Frozen(BaseModel):
    """A value inside a record: frozen, unknown fields refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")

    @model_serializer(mode="wrap")
    def _with_newer(self, handler: SerializerFunctionWrapHandler) -> Any:
        """What a newer version had added is there only where `Record.load` allowed it; pydantic would leave it out."""
        document = handler(self)
        return {**document, **self.__pydantic_extra__} if self.__pydantic_extra__ else document


class Record(Frozen):
    """A thing that is kept. `SCHEMA` is the version this code writes; `MIGRATIONS[n]` lifts n to n + 1."""

    SCHEMA: ClassVar[int] = 1
    MIGRATIONS: ClassVar[Mapping[int, Migration]] = {}

    _newer: dict[str, Any] = PrivateAttr(default_factory=dict)

    @classmethod
    def load(cls, text: str | bytes, *, patient: bool = False) -> Self:
        """The record in a stored document. `patient`: unknown fields are kept whatever version the document names.

        Raises pydantic.ValidationError when an equal or older document does not fit.
        """
        plain = text.decode() if isinstance(text, bytes) else text
        ending = f',"schema_version":{cls.SCHEMA}}}'
        if not patient and plain.endswith(ending):  # as `dump` writes it: nothing to lift and nothing newer
            return cls.model_validate_json(f"{plain[: -len(ending)]}}}")
        return cls.read(json.loads(text), patient=patient)

    @classmethod
    def read(cls, document: dict[str, Any], *, patient: bool = False) -> Self:
        """The same of a document that was taken apart already, and is used up thereby."""
        version = int(document.pop("schema_version", 1))
        for step in range(version, cls.SCHEMA):
            document = cls.MIGRATIONS[step](document)
        newer: dict[str, Any] = {}
        patient = patient or version > cls.SCHEMA
        if patient:
            newer = {name: document.pop(name) for name in list(document) if name not in cls.model_fields}
        if version > cls.SCHEMA:
            newer["schema_version"] = version
        record = cls.model_validate_json(json.dumps(document), extra="allow" if patient else None)
        record._newer.update(newer)
        return record

    def dump(self) -> str:
        """The document to store: compact JSON, defaults left out, with what a newer version had added."""
        document = self.model_dump_json(exclude_defaults=True)
        newer = self._newer
        added = _compact({"schema_version": self.SCHEMA} | newer)[1:] if newer else f'"schema_version":{self.SCHEMA}}}'
        return document[:-1] + ("," if document != "{}" else "") + added

    def changed(self, **updates: Any) -> Self:
        """A copy with these fields changed, validated again; what a newer version had added comes along.

        Raises pydantic.ValidationError.
        """
        values = {name: getattr(self, name) for name in type(self).model_fields} | updates
        record = type(self).model_validate(values)
        record._newer.update(self._newer)
        return record


ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_PAIRS = tuple(first + second for first in ALPHABET for second in ALPHABET)


def new_id(prefix: str) -> str:
    """A short unguessable name, `d_7k2m9q…`: 59 random bits in an alphabet without look-alikes."""
    rest, letters = secrets.randbits(128) % len(_PAIRS) ** 6, ""
    for _ in range(6):
        rest, place = divmod(rest, len(_PAIRS))
        letters += _PAIRS[place]
    return f"{prefix}_{letters}"


def id_of(prefix: str, seed: str) -> str:
    """The one name that belongs to this seed, in the form of `new_id`."""
    number, letters = int.from_bytes(hashlib.sha256(seed.encode("utf-8", "replace")).digest()[:16]), ""
    for _ in range(12):
        number, place = divmod(number, len(ALPHABET))
        letters += ALPHABET[place]
    return f"{prefix}_{letters}"
