"""Ordinary copy of ordinary trades, full of numbers that are nobody's: none of it is personal, none of it hurts anyone.

Written by hand; the second part puts each trade's own words into the forms that posts have.
"""

from __future__ import annotations

_WRITTEN = """
20% off all bikes until 31 May. Doors open at 2 pm.
Frühlingsaktion: 20 % auf alle Velos bis 31. Mai. Wir öffnen um 14 Uhr.
The Commuter 3 costs CHF 2'490 and comes in three new colours.
Das Commuter 3 kostet CHF 2’490.– und kommt in drei neuen Farben.
We turned 25! From 12 people in 1999 to 1 200 000 customers today.
Seit 1987 backen wir jeden Morgen ab 4.30 Uhr. 39 Jahre, 7 Filialen, 1 Sauerteig.
New firmware 10.2.0.1 is out: faster start, longer battery life.
Version 2.14.3.1 bringt den Dunkelmodus. Update lohnt sich!
EAN 4006381333931 is back in stock. Order before 3 pm, we ship today.
Artikelnummer 0441234567 ist wieder da, solange Vorrat.
Bestellnummer 2026110012345678: bitte bei Rückfragen angeben.
ISBN 978-3-16-148410-0: our new cookbook, 240 pages, 60 recipes.
Open Mon-Fri 9:00-18:30, Sat 10:00-16:00. See you on 12.05.2027!
Geöffnet Mo–Fr 09.00–18.30, Sa 10.00–16.00. Bis am 12.05.2027!
The race starts at 47.3769, 8.5417: look for the blue tent.
2024-2026 in numbers: 1.5 million steps, 300 volunteers, 42 km.
Win 1 of 500 tickets! Draw on 2027-01-15 at 18:00.
From 1 to 1,000,000 in 10 years. Thank you.
Half price, whole flavour: 2 for 1 on Tuesdays, 11:30 to 14:00.
Our loan: 3.9% APR, 60 months, from £12,000 to £35,000.
Tiefpreis: statt 1'299.00 nur 899.00 Franken, nur bis 24.12.
Save $250 on orders over $1,500 with code SAVE250.
Gutscheincode WINTER2026 gilt bis 28.02.2027.
Gate B42, flight LX 1612, boarding 06:45: we pack breakfast.
Results: 3-1, 2-2, 0-0. Next match 14.03.2027 15:30.
Model XR-4500-2026, serial 8812 4471 9930, ships in March.
Tracking 00340434161094021501 leads you to your parcel.
Ticket #20261127-0042 wins a weekend in Lugano.
10.5 x 21.0 x 29.7 cm, 1.25 kg, 100% recycled.
Ratio 16:9, 3840 x 2160 pixels, 120 Hz. Movie night is saved.
Join 12 345 678 riders worldwide.
Calories: 250 kcal, fat 12.5 g, sugar 3.2 g, salt 0.9 g.
Nährwerte pro 100 g: 1046 kJ, 12,5 g Fett, 3,2 g Zucker.
UID CHE-123.456.789 MWST: wir sind jetzt eine AG.
VAT no. GB123456789, registered in England 01234567.
The 4x100 m relay in 37.84 seconds. World class.
Postleitzahlen 8001 bis 8064: Lieferung gratis.
Half marathon 21.0975 km, start numbers 1000-4999.
Chapter 3.2.1.4 of our handbook explains returns.
Kapitel 4.1.2.7 erklärt die Rückgabe.
01.02.2027, 10.02.2027 and 20.02.2027: three dates, one course.
0.75 l, 13.5% vol, vintage 2019, 90 points.
Between 1914 and 1918, 1939-1945: an exhibition that remembers.
Follow us: @velo.shop and @velo_bern. #bikes #2026
Folge @anna@mastodon.social nicht nur für Bilder.
Discord server 1175843266458132520 is open for feedback.
Read more: https://shop.example/p/4111111111111111?ref=0791234567
Details: https://velo.example/2026/11/27/0441234567-neues-gravel
Mehr auf velo.example/aktion-2026 und im Laden.
Get the app: iOS 17.4.1.2 or newer, Android 14.
Blocks of 3 x 15 minutes at 07:00, 12:15 and 17:45.
Reference 2026.11.27.001: quote it and get 10% off.
Score 9.8/10 from 2 413 reviews.
Over 500,000,000 streams. You did that.
5 000 000 Bäume in 10 Jahren: mach mit.
Made in 1 place, sold in 32 countries, loved in 1.
We're hiring: 80-100%, start 1 March 2027, Bern.
Wir suchen dich: 80–100 %, ab 1. März 2027, Bern.
Salary band CHF 95'000-110'000, 6 weeks of holiday.
Lohnband 95 000 bis 110 000 Franken, 6 Wochen Ferien.
Crazy deals this Friday. Insanely good coffee all week.
Blind tasting on Thursday: six wines, one winner.
Our team is 50% women and 50% men, and 100% coffee.
Women are welcome in our workshop nights, and so is everybody else.
All women are welcome on Thursday evening: free check of your bike.
Alle Frauen sind eingeladen: Werkstattabend am Donnerstag.
Made for men and women who ride every day.
Für Männer und Frauen, die jeden Tag fahren.
Thank you to all the mothers and fathers who helped at the school fair.
Danke an alle Mütter und Väter, die am Schulfest geholfen haben.
Older people ride with us for free on Mondays.
Seniorinnen und Senioren fahren montags gratis.
Refugees cook dishes from home: join us for dinner on Friday.
Geflüchtete kochen Gerichte aus ihrer Heimat: Abendessen am Freitag.
Wheelchair users find a ramp at the north entrance.
Der Nordeingang ist rollstuhlgängig.
Our museum shows Japanese prints and Chinese porcelain from May.
Indian summer menu: curry, mango lassi, and naan from the oven.
A dictionary of black music: blues, soul, funk, hip-hop.
The black ones sell out first, the white ones are back in June.
Die Schwarzen sind zuerst ausverkauft, die Weissen kommen im Juni.
Most people love our croissants. We love most people.
Every customer gets a free coffee on opening day.
Jeder Kunde bekommt am Eröffnungstag einen Kaffee.
Only parents know how long a rainy Sunday is. We have puzzles.
Gay, straight or undecided: Pride brunch on Sunday from 10.
Our girls' football camp has ten places left.
Das Mädchen-Fussballcamp hat noch zehn Plätze.
Boys and girls from 6 to 12 build a robot in a day.
Grandma's recipe, our oven: apple cake is back.
Omas Rezept, unser Ofen: Der Apfelkuchen ist zurück.
The deaf theatre group plays on Saturday, with surtitles.
The savage north: an expedition diary in 40 pictures.
Spic and span: our spring cleaning set for 29.90.
A chink of light, a cup of tea: slow mornings in our café.
Maine Coon kittens in the new cat café calendar.
Gypsy jazz night with the Bern Swing Quartet.
Retard de livraison : votre commande arrive mardi 12.05.
Soldes : -30 % jusqu'au 31.01.2027, de 9h30 à 19h00.
Ouvert le dimanche 20/12/2026 de 10 h à 17 h.
Saldi: sconto del 20% fino al 28/02/2027, ore 9.30-19.00.
Rebajas: 20 % hasta el 31/01/2027. Horario 10:00-20:30.
Uitverkoop: 20% korting tot en met 31-01-2027.
Wyprzedaż: 20% taniej do 31.01.2027, godz. 10:00-19:00.
セール:2027年1月31日まで20%オフ、10:00〜19:00
Promoção: 20% até 31/01/2027, R$ 1.299,00 por R$ 899,00.
Kampanj: 20 % rabatt t.o.m. 2027-01-31, kl 10.00-18.00.
More than 6 in 10 of you voted for blue. Blue it is.
Heating at 21.5 instead of 23.0 degrees saves 9% energy.
Grade 8 students build bridges: 14 teams, 1 winner.
Row 12, seats 101-115 are for our members.
Batch 20261105-77: best before 05.11.2028.
Level 4, room 4.12: workshop at 13:15.
We planted 10,452 trees and removed 3,218 kg of plastic.
Three tips for dry hands: glove, cream, tea.
Drei Tipps für trockene Füsse: Schutzblech, Gamasche, Geduld.
What is your favourite route home? Tell us below.
Welches ist deine liebste Strecke? Schreib es in die Kommentare.
We close from 24 December to 2 January. Happy holidays!
Vom 24. Dezember bis 2. Januar haben wir zu. Schöne Festtage!
""".strip().splitlines()

_TRADES = (
    ("bakery", "sourdough loaf", "CHF 7.80"), ("florist", "winter bouquet", "€39.90"),
    ("bike shop", "gravel bike", "$2,490"), ("museum", "night tour", "£12.50"),
    ("dentist", "check-up", "CHF 95.00"), ("law firm", "first consultation", "€120"),
    ("gym", "ten-week course", "$199"), ("bookshop", "reading evening", "£8"),
    ("software house", "version 3.2", "$29 a month"), ("hotel", "weekend for two", "€289"),
    ("farm", "vegetable box", "CHF 42.50"), ("school", "open day", "£0"),
)  # fmt: skip
_FORMS = (
    "Our {1} is back for {2}, until 31 January 2027. Come by between 9:00 and 18:30.",
    "New at the {0}: the {1}. 1,200 people have tried it since 2019, 98.5% would again.",
    "Only 40 places: {1} on 12.05.2027 at 19:15. Order no. 2027-0512-1915.",
    "Thank you for 10 000 followers! Today the {1} costs {2}, code THANKS10000.",
    "Why a {0} needs patience: 3 steps, 45 minutes, 1 good {1}.",
    "We're looking for you at our {0}: 60-100%, from 1 April 2027. Tell a friend.",
    "Last chance: {1} for {2} instead of 20% more, this Saturday 10-16 h.",
    "The {0} is closed on 24.12. and 25.12.2026; the {1} waits for you on 27.12.2026.",
)

ORDINARY: tuple[str, ...] = (
    *_WRITTEN,
    *(form.format(*trade) for trade in _TRADES for form in _FORMS),
)
