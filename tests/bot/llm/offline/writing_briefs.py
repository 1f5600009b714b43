"""Twelve briefs as marketers give them, and more in German: what the offline writing is read and tested with."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]
FEED = {"account": "feed", "limit": None, "unit": "characters", "hashtags": "welcome"}
SHORT = {"account": "short", "limit": 300, "unit": "graphemes", "hashtags": "few"}
TINY = {"account": "tiny", "limit": 140, "unit": "weighted characters", "hashtags": "none"}
NEEDS = [FEED, SHORT, TINY]

VELO = {"name": "Velo Müller", "voice": "friendly, plain", "language": "en"}


def document(name: str, seed: str = "s:0", **more: Any) -> Document:
    brand, brief = BRIEFS[name]
    tone = more.pop("tone", brief.get("tone", ""))
    return {"brief": brief | {"tone": tone, "image": "card"}, "brand": brand, "needs": NEEDS, "seed": seed} | more


BRIEFS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "sale": (
        VELO,
        {
            "request": "Announce our spring sale: 20% off all bikes until 31 May https://velo.example/sale",
            "topic": "our spring sale",
            "goal": "promote",
            "offer": "20% off all bikes",
            "deadline": "until 31 May",
            "link": "https://velo.example/sale",
            "facts": ["every bike comes with a free first service", "test rides without appointment"],
        },
    ),
    "bakery": (
        {"name": "Backstube Kern", "voice": "warm"},
        {
            "request": "tell people our opening hours change from Monday",
            "topic": "our new opening hours",
            "goal": "inform",
            "deadline": "from Monday 2 December",
            "facts": ["Monday to Friday 6:30–18:00", "Saturday 7:00–16:00", "we are closed on Sundays"],
        },
    ),
    "software": (
        {"name": "Tabula", "voice": "clear and professional"},
        {
            "topic": "Tabula 4.2",
            "goal": "announce",
            "link": "https://tabula.example/4.2",
            "facts": [
                "tables now sync in real time",
                "exports to CSV and Excel",
                "dark mode",
                "the upgrade is free for all plans",
            ],
            "audience": "data teams",
        },
    ),
    "run": (
        {"name": "Lakeside Runners", "voice": "playful"},
        {
            "topic": "our charity run",
            "goal": "invite",
            "deadline": "on 12 June",
            "link": "https://run.example/2027",
            "facts": [
                "start at 10:00 at the town hall",
                "5 km and 10 km",
                "all proceeds go to the children's hospital",
            ],
            "hashtags": ["lakesiderun"],
        },
    ),
    "job": (
        VELO,
        {
            "topic": "job ad for a bike mechanic (80–100%)",
            "goal": "hire",
            "deadline": "apply by 15 January",
            "link": "https://velo.example/jobs",
            "facts": [
                "workshop in Bern",
                "five weeks of holiday",
                "you bring an apprenticeship or three years of experience",
            ],
        },
    ),
    "thanks": (
        {"name": "Kulturhaus Nord", "voice": "warm"},
        {
            "topic": "everyone who came to our open day",
            "goal": "thank",
            "facts": ["more than 400 visitors came", "the children painted 62 flags"],
            "link": "https://nord.example/photos",
            "call_to_action": "See the photos",
        },
    ),
    "webinar": (
        {"name": "Finpilot", "voice": "professional"},
        {
            "topic": "our webinar on e-invoicing",
            "goal": "invite",
            "deadline": "by 3 March",
            "facts": [
                "5 March, 14:00 CET, 45 minutes",
                "with Dr. Ana Frei",
                "free of charge",
                "you will get the slides afterwards",
            ],
            "link": "https://finpilot.example/webinar",
            "audience": "finance leads",
            "call_to_action": "Register",
        },
    ),
    "menu": (
        {"name": "Zum Anker", "voice": "warm and personal"},
        {
            "topic": "our new winter menu",
            "goal": "announce",
            "facts": [
                "venison stew with red cabbage",
                "pumpkin ravioli with sage butter",
                "baked apple with vanilla sauce",
                "available from 1 December",
            ],
            "link": "https://anker.example/menu",
            "call_to_action": "Book a table",
        },
    ),
    "velo_de": (
        {"name": "Velo Müller", "voice": "freundlich", "language": "de-CH"},
        {
            "topic": "unsere Velo-Aktion",
            "goal": "promote",
            "offer": "20 % auf alle Velos",
            "deadline": "bis 31. Mai",
            "language": "de",
            "link": "https://velo.example/aktion",
            "facts": ["jedes Velo erhält einen Gratis-Service", "Probefahrten ohne Anmeldung"],
        },
    ),
    "price": (
        VELO,
        {
            "topic": "the Commuter 3",
            "goal": "promote",
            "offer": "now CHF 2,490 instead of CHF 2,990",
            "link": "https://velo.example/c3",
            "facts": ["the battery lasts up to 120 km", "in stock in sizes S to XL"],
        },
    ),
    "recall": (
        {"name": "Kidley", "voice": "playful"},
        {
            "topic": "recall of our wooden train set (article 4711)",
            "goal": "inform",
            "facts": [
                "small parts can come loose and be swallowed",
                "please stop using the set at once",
                "we refund the full price",
                "call 0800 123 456",
            ],
            "link": "https://kidley.example/recall",
        },
    ),
    "museum": (
        {"name": "Stadtmuseum", "voice": "formal"},
        {
            "topic": "the exhibition “Light and Water”",
            "goal": "announce",
            "deadline": "from 4 April to 30 August",
            "facts": [
                "60 paintings from three centuries",
                "guided tours every Sunday at 11:00",
                "admission is free for under-16s",
            ],
            "link": "https://museum.example/light",
            "audience": "families",
        },
    ),
    "job_de": (
        {"name": "Velo Müller", "voice": "locker"},
        {
            "topic": "eine Velomechanikerin oder einen Velomechaniker (80–100 %)",
            "goal": "hire",
            "language": "de",
            "facts": ["Werkstatt in Bern", "fünf Wochen Ferien", "du hast eine Lehre abgeschlossen"],
            "deadline": "bis 15. Januar",
            "link": "https://velo.example/jobs",
        },
    ),
    "oeff_de": (
        {"name": "Backstube Kern", "voice": "herzlich"},
        {
            "topic": "unsere neuen Öffnungszeiten",
            "goal": "inform",
            "language": "de",
            "deadline": "ab Montag, 2. Dezember",
            "facts": [
                "Montag bis Freitag 6.30–18 Uhr",
                "Samstag 7–16 Uhr",
                "am Sonntag bleibt die Backstube geschlossen",
            ],
        },
    ),
    "fest_de": (
        {"name": "Quartierverein Süd", "voice": "herzlich"},
        {
            "topic": "unser Sommerfest",
            "goal": "invite",
            "language": "de",
            "deadline": "am 21. Juni ab 16 Uhr",
            "facts": [
                "Live-Musik mit den Gassenhauern",
                "Grill und Getränke auf dem Schulhausplatz",
                "der Eintritt ist frei",
            ],
        },
    ),
    "rueckruf": (
        {"name": "Kidley"},
        {
            "topic": "Rückruf unserer Holzeisenbahn (Artikel 4711)",
            "goal": "inform",
            "language": "de",
            "facts": [
                "Kleinteile können sich lösen und verschluckt werden",
                "bitte verwenden Sie das Set nicht mehr",
                "wir erstatten den vollen Preis",
            ],
            "link": "https://kidley.example/rueckruf",
        },
    ),
    "fr": (
        VELO,
        {
            "topic": "notre vente de printemps",
            "goal": "promote",
            "language": "fr",
            "offer": "20 % sur tous les vélos",
            "deadline": "jusqu'au 31 mai",
            "link": "https://velo.example/fr",
            "facts": ["le premier service est offert"],
        },
    ),
    "clause": (
        VELO,
        {
            "topic": "we are opening a second shop in Bern",
            "goal": "announce",
            "deadline": "on 1 March",
            "facts": ["the shop is at Marktgasse 12"],
        },
    ),
    "thin": (VELO, {"topic": "spring sale", "goal": "promote", "link": "https://velo.example/sale"}),
    "question": (
        VELO,
        {
            "topic": "Which colour should our next frame be?",
            "goal": "ask",
            "facts": ["green", "orange"],
            "link": "https://velo.example/poll",
        },
    ),
    "remind": (
        VELO,
        {
            "topic": "our bike repair workshop",
            "goal": "remind",
            "deadline": "this Saturday at 14:00",
            "facts": ["tools are provided"],
            "link": "https://velo.example/ws",
        },
    ),
}
