"""What people read, in their language: one catalogue of texts, dates and numbers by locale.

Texts are written in English where they are used; `<language>.po` beside this file holds the others. A text that a
catalogue lacks is read in English (a test keeps the catalogues whole). Rooms that know no reader say `told("…")`: it
is in the language of whoever is being answered, which a handler names once with `read_in`. What is kept in English
(findings, failures, a doctor's words) is gathered by `scripts/texts` where it stands and read with `said`; what people
wrote into it stays, and a hole is translated too only when `sentences.OURS` names it: `noted("…")` marks such words.
"""

from bot.words.phrasebook import LANGUAGES, Phrasebook, noted, read_in, reader, reading, retold, told, words

__all__ = ["LANGUAGES", "Phrasebook", "noted", "read_in", "reader", "reading", "retold", "told", "words"]
