"""What the doctor says of one part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Symptom:
    """`found` and `do` are for the person; `do` is empty when all is well."""

    what: str
    state: Literal["ok", "note", "bad"]
    found: str
    do: str = ""
