"""What is wrong with a form that somebody sent."""

from __future__ import annotations

from collections.abc import Mapping


class FieldErrors(Exception):
    """A sentence for each field that cannot be taken as it is."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(errors))
        self.errors = dict(errors)
