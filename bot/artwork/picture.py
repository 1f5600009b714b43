"""What is a picture, and how does it say no?"""

from __future__ import annotations

from dataclasses import dataclass

from storage.errors import AdMindError


@dataclass(frozen=True, slots=True)
class Picture:
    """Encoded bytes with their size in pixels. `problems` are whole sentences for the person."""

    data: bytes
    mime: str
    width: int
    height: int
    layout: str = ""
    problems: tuple[str, ...] = ()
    source: str = ""  # IPTC's digital source type that its file names, where it names one
    generated: bool = False  # its file says that an image model made it, or some of it


class PictureRefused(AdMindError):
    """This picture cannot be used; the sentences say what to send instead."""
