"""How Discord says no: a status, a code, words, and for a form the place of every problem."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Problem = tuple[str, str, str]  # path with dots, code, what is wrong there


class Refused(Exception):
    def __init__(self, status: int, code: int, message: str, errors: dict[str, Any] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.document: dict[str, Any] = {"message": message, "code": code}
        if errors:
            self.document["errors"] = errors


def missing_access() -> Refused:
    return Refused(403, 50001, "Missing Access")


def missing_permissions() -> Refused:
    return Refused(403, 50013, "Missing Permissions")


def unknown(what: str) -> Refused:
    codes = {
        "Account": 10001,
        "Application": 10002,
        "Channel": 10003,
        "Guild": 10004,
        "Member": 10007,
        "Message": 10008,
        "Role": 10011,
        "User": 10013,
        "Emoji": 10014,
        "Webhook": 10015,
        "interaction": 10062,
        "application command": 10063,
    }
    return Refused(400 if what == "Emoji" else 404, codes[what], f"Unknown {what}")


def invalid_form(problems: Iterable[Problem]) -> Refused:
    """50035 with the problems nested as Discord nests them."""
    tree: dict[str, Any] = {}
    for path, code, message in problems:
        node = tree
        for part in path.split(".") if path else ():
            node = node.setdefault(part, {})
        node.setdefault("_errors", []).append({"code": code, "message": message})
    return Refused(400, 50035, "Invalid Form Body", tree)


def check(problems: Iterable[Problem]) -> None:
    """Raises Refused when there are any."""
    found = list(problems)
    if found:
        raise invalid_form(found)
