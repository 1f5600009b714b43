"""Every setting, declared once: name, type, default, help.

Each is read from `ADMIND_<NAME>`, or from the file that `ADMIND_<NAME>_FILE` names; `.env` in the working directory is
read too, the environment wins. Model providers keep their own names for their keys.
"""

from __future__ import annotations

from bot.settings.checked import Settings
from bot.settings.fields import LINKEDIN_VERSION, META_VERSION
from bot.settings.loading import load_settings
from bot.settings.names import variable
from bot.settings.showing import example, reference

__all__ = ["LINKEDIN_VERSION", "META_VERSION", "Settings", "example", "load_settings", "reference", "variable"]
