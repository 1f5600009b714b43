"""The settings as people read them: `.env.example` and `docs/settings.md`."""

from __future__ import annotations

import textwrap

from bot.settings.checked import Settings
from bot.settings.names import PROVIDER_KEYS, variable


def example() -> str:
    """The text of `.env.example`: every setting with its help and its default, commented out."""
    lines = [
        "# AdMind's settings. Copy this file to .env and take the # away from what you set; the environment wins.",
        "# Each may instead be named with _FILE at the end, and a file that holds the value (for container secrets).",
    ]
    for field, info in Settings.model_fields.items():
        if field == "provider_keys":
            continue
        lines += ["", *_wrapped(info.description or "")]
        shown = _shown(info.get_default(call_default_factory=True))
        lines.append(f"#{variable(field)}={shown}")
    lines += ["", "# Model providers keep their own names for their keys and addresses."]
    lines += [f"#{name}=" for name in PROVIDER_KEYS]
    lines += [
        "",
        "# A token in whose name the command line works; programs that decide need one (`admind tokens create`).",
    ]
    return "\n".join([*lines, "#ADMIND_TOKEN=", ""])


def reference() -> str:
    """The text of `docs/settings.md`: the same settings as a table."""
    lines = [
        "# Settings",
        "",
        "Made from `bot/settings/fields.py`; a test holds this page and `.env.example` to it.",
        "",
        "Each is read from the environment, or from `.env` in the working directory; the environment wins. Each may",
        "be named with `_FILE` at the end and a file that holds the value, as container secrets are given. All that",
        "cannot be used is named at the start, all at once.",
        "",
        "| Setting | Default | What it is |",
        "| --- | --- | --- |",
    ]
    for field, info in Settings.model_fields.items():
        if field != "provider_keys":
            shown = _shown(info.get_default(call_default_factory=True))
            lines.append(f"| `{variable(field)}` | {f'`{shown}`' if shown else ''} | {info.description} |")
    lines += ["", "Model providers keep their own names:", "", *(f"- `{name}`" for name in PROVIDER_KEYS), ""]
    lines += [
        "`ADMIND_TOKEN` (or `ADMIND_TOKEN_FILE`) is no setting of AdMind itself: the command line works in that",
        "token's name. Programs that decide need one: `admind tokens create --scope read,propose,decide`.",
    ]
    return "\n".join([*lines, ""])


def _shown(default: object) -> str:
    return "" if default in (None, (), frozenset(), "") else str(default)


def _wrapped(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, 110)]
