"""What people read, in their language: one catalogue of texts, dates and numbers by locale.

Texts are written in English where they are used; `<language>.po` beside this file holds the others. A text that a
catalogue lacks is read in English (a test keeps the catalogues whole).
"""

from bot.words.phrasebook import LANGUAGES, Phrasebook, words

__all__ = ["LANGUAGES", "Phrasebook", "words"]
