"""Arguments for a tool that the offline model knows nothing about, taken from the words by the tool's JSON schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

MAX_READ: Final = 20_000
_NUMBER: Final = re.compile(r"(?<![\w.])-?\d{1,15}(?:\.\d{1,10})?")
_QUOTED: Final = re.compile(r"[\"“”'„]([^\"“”'„]{1,500})[\"“”']")
_DEPTH: Final = 6
_VERBS: Final = frozenset({"get", "set", "find", "fetch", "make", "run", "call", "use", "the"})


def wants(names: Sequence[str], words: str, *, forced: bool) -> list[str]:
    """Which of the tools the words name; the first one when a call was asked for and none is named."""
    said = words[:MAX_READ].casefold()
    found = [name for name in names if _is_named(name.casefold(), said)]
    return found or (list(names[:1]) if forced else [])


def _is_named(name: str, said: str) -> bool:
    parts = [part for part in re.split(r"[_\W]+", name) if len(part) > 2 and part not in _VERBS]
    return name in said or (bool(parts) and all(part in said for part in parts))


def arguments(schema: Mapping[str, Any], words: str) -> dict[str, Any]:
    """An object that satisfies `schema["parameters"]`: numbers in the order they are said, quotes, else the words."""
    words = words[:MAX_READ]
    parameters = schema.get("parameters") or {}
    source = _Source(words, parameters.get("$defs") or parameters.get("definitions") or {})
    value = source.value(parameters, 0)
    return value if isinstance(value, dict) else {}


class _Source:
    def __init__(self, words: str, definitions: Mapping[str, Any]) -> None:
        self._words = words
        self._definitions = definitions
        self._numbers: Iterator[str] = (match[0] for match in _NUMBER.finditer(words))
        self._quotes: Iterator[str] = (match[1] for match in _QUOTED.finditer(words))

    def value(self, schema: Mapping[str, Any], depth: int) -> Any:
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            said = self._words.casefold()
            return next((item for item in schema["enum"] if str(item).casefold() in said), schema["enum"][0])
        match schema.get("type", "object" if "properties" in schema else "string"):
            case "object":
                return self._object(schema, depth)
            case "array":
                return [self.value(schema.get("items") or {}, depth + 1)] if depth < _DEPTH else []
            case "integer":
                return int(float(next(self._numbers, "0")))
            case "number":
                return float(next(self._numbers, "0"))
            case "boolean":
                return False
            case "null":
                return None
        return next(self._quotes, None) or " ".join(self._words.split())[:200]

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        if depth >= _DEPTH:
            return {}
        needed = set(schema.get("required") or ())
        found = {}
        for name, described in (schema.get("properties") or {}).items():
            part = self._resolved(described)
            if name in needed:
                found[name] = self.value(part, depth + 1)
            elif "default" in part:
                found[name] = part["default"]
        return found

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        for _ in range(_DEPTH):
            if "$ref" in schema:
                schema = self._definitions.get(str(schema["$ref"]).rsplit("/", 1)[-1]) or {}
            elif schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
                options = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf") or [{}]
                schema = next((option for option in options if option.get("type") != "null"), options[0])
            else:
                break
        return schema
