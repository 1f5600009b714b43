"""Settings from the environment and from `.env`; everything that cannot be used is named at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import ValidationError

from bot.errors import Misconfigured
from bot.settings.checked import Settings
from bot.settings.names import PREFIX, PROVIDER_KEYS, variable
from bot.settings.together import together

# Settings of handlers that live beside these in the same environment.
OTHERS: frozenset[str] = frozenset()


def load_settings(environ: Mapping[str, str], *, dotenv: Path | None = None) -> Settings:
    """The settings from an environment and an optional `.env` file.

    Raises Misconfigured that names every bad setting with its fix, not only the first.
    """
    merged = {k: v for k, v in (dotenv_values(dotenv) if dotenv and dotenv.is_file() else {}).items() if v is not None}
    merged |= environ
    values: dict[str, Any] = {}
    wrong: list[str] = []
    names = {variable(field): field for field in Settings.model_fields if field != "provider_keys"}
    for name, field in names.items():
        value = _read(merged, name, wrong)
        if value is not None:
            values[field] = value
    keys = {name: value for name in PROVIDER_KEYS if (value := _read(merged, name, wrong))}
    known = {suffixed for name in names for suffixed in (name, name + "_FILE")} | {"ADMIND_TOKEN", "ADMIND_TOKEN_FILE"}
    wrong += [
        f"{name}: there is no such setting; see .env.example for all of them."
        for name in sorted(merged)
        if name.startswith(PREFIX) and name not in known and name not in OTHERS
    ]
    try:
        settings = Settings(**values, provider_keys=keys)
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            field = str(problem["loc"][0]) if problem["loc"] else ""
            said = _said(problem["type"], problem["msg"], problem.get("ctx", {}))
            wrong.append(f"{variable(field)}: {said}.")
        settings = None
    if settings is not None:
        wrong += together(settings)
    if wrong or settings is None:
        lines = "".join(f"\n  {each}" for each in wrong)
        raise Misconfigured(f"Some settings cannot be used:{lines}\n", do_next="Mend them and start again.")
    return settings


def _said(kind: str, message: str, context: Mapping[str, Any]) -> str:
    """What is wrong with one value, as the fix."""
    match kind:
        case "int_parsing" | "int_from_float" | "int_type":
            return "write a whole number"
        case "float_parsing" | "float_type":
            return "write a number"
        case "greater_than_equal":
            return f"write a number of at least {context['ge']:g}"
        case "less_than_equal":
            return f"write a number of at most {context['le']:g}"
        case "literal_error":
            return f"write {context['expected']}"
    return message.removeprefix("Value error, ")


def _read(environ: Mapping[str, str], name: str, wrong: list[str]) -> str | None:
    """The value of a setting, or of the file that `<name>_FILE` names; an empty value counts as unset."""
    value, file = environ.get(name, "").strip(), environ.get(name + "_FILE", "").strip()
    if value and file:
        wrong.append(f"{name}: set it or {name}_FILE, not both.")
    if value or not file:
        return value or None
    try:
        return Path(file).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        wrong.append(f"{name}_FILE: the file it names cannot be read.")
        return None
