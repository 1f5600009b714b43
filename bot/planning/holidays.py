"""Which days are public holidays in a country, and what they are called (PyPI `holidays`, loaded when first asked)."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from bot.errors import BadInput

KEPT = "The plan is as it was."


@lru_cache(maxsize=256)
def holidays_of(country: str, region: str, year: int, language: str) -> Mapping[date, str]:
    """Each holiday of a year with its name, in the language where there are names in it, else in the country's own.

    `country` is ISO 3166-1 alpha-2 ("": none), `region` a subdivision without the country, such as ZH.
    """
    if not country:
        return {}
    library = importlib.import_module("holidays")
    spoken = {"en": "en_US"}.get(language[:2].lower(), language[:2].lower())
    try:
        found = library.country_holidays(country, subdiv=region or None, years=[year], language=spoken)
    except NotImplementedError:  # taken away in a newer version of the library; `check` refused it when it was chosen
        return {}
    return {day: str(name) for day, name in sorted(found.items()) if day.year == year}


def check(country: str, region: str) -> None:
    """Raises BadInput, with what there is, for a country or a region that nobody knows holidays of."""
    if not country and not region:
        return
    known: Mapping[str, list[str]] = importlib.import_module("holidays").list_supported_countries()
    if country not in known:
        raise BadInput(
            f"I know no holidays of a country {country!r}.",
            kept=KEPT,
            do_next="Give its two letters, such as CH, DE, AT, GB or US.",
        )
    if region and region not in known[country]:
        there = ", ".join(known[country]) or "none"
        raise BadInput(f"I know no region {region!r} of {country}.", kept=KEPT, do_next=f"There are: {there}.")
