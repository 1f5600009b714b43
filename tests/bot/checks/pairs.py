"""Briefs and the posts that a careful writer made of them: every figure is true, and hardly one is written the same.

A line is a brief and its post, parted by " ⇒ "; facts of the brief are parted by " | ".
"""

from __future__ import annotations

ENGLISH = """
20% off all road bikes until 31 May | 10% off helmets ⇒ Road bikes are 20 % cheaper until May 31st. Need a helmet? That's 10% off.
our café opens at 7am from Monday | a flat white costs CHF 4.50 | 12 seats ⇒ From Monday we open at 07:00! Grab a flat white for CHF 4.50 and one of our 12 seats.
the workshop takes 3 hours and costs €89 | at most 8 people | starts on 14 March at 6pm ⇒ 3 hours, 8 people, one loaf each: our workshop starts March 14 at 18:00. Your ticket: 89 €.
founded in 1987 | 45 employees | we repaired 3,200 bikes last year ⇒ Since 1987. 45 people. 3'200 repaired bikes last year. Thank you!
The Commuter 3 weighs 11.4 kg and has 9 gears | price 2490 francs ⇒ Meet the Commuter 3: 11.4kg light, 9 gears, CHF 2'490.–
free delivery from 50 euros | delivery within 2 days ⇒ Orders of €50 and more travel with free delivery, and arrive within 2 days.
concert on Friday 11 December, doors 19:30, start 20:30 | tickets 35 francs, students 20 francs ⇒ Friday, 11 December. Doors at 7:30 pm, music at 8:30 pm. Tickets CHF 35, students CHF 20.
new vegan menu with 6 dishes | lunch costs $14.90 | Tue to Fri from 11:30 ⇒ 6 new vegan dishes! Lunch is $14.90, Tuesday to Friday, from 11.30.
we plant 1 tree per order | 12,000 trees so far | goal is 15,000 by 2027 ⇒ One order, one tree: 12 000 stand already, and 15,000 is where we want to be by 2027.
marathon training starts on 1 February | 16 weeks | 4 runs a week | 42.2 km ⇒ 16 weeks to 42.2 km. Training starts 1 February, with 4 runs a week.
the app needs iOS 17 or later | version 2.4 is out | start-up is 40% faster ⇒ Version 2.4 is here and starts 40% faster. It needs iOS 17 or later.
open day on Saturday 9 May, 10am to 4pm | 5 guided tours | sausage for 3 francs ⇒ Open day! Saturday, 9 May, 10:00 to 16:00. Join one of 5 guided tours and have a sausage for CHF 3.
our book club meets every 2nd Tuesday of the month at 8 pm | next book has 312 pages ⇒ Every 2nd Tuesday, 8pm. The next book has 312 pages, so start early.
season ticket: 24 games for 480 euros | single ticket 25 euros ⇒ 24 games, EUR 480: that's the season ticket. A single one costs EUR 25.
a tent for 4 people, 6.8 kg, waterproof to 3000 mm | £349 ⇒ Sleeps 4, weighs 6.8 kg, keeps out 3,000 mm of rain. Yours for £349.
the course has 10 evenings from 7 January, 18:30–20:00 | CHF 290 | 15% off for members ⇒ 10 evenings from January 7th, 6:30 pm. CHF 290, and 15 percent off for members.
in 2025 we saved 18 tonnes of CO2 | 92% of our parcels go by rail ⇒ 92% by rail and 18 tonnes of CO2 saved in 2025.
room for 120 guests | terrace of 85 m² | weddings from 4,500 euros ⇒ 120 guests, a terrace of 85 m² and your wedding from €4'500.
hiring: 80–100% | from 1 August | 5 weeks of holidays | 40 hours a week ⇒ We're hiring! 80–100%, from August 1. 5 weeks of holidays at 40 hours a week.
the blood drive is on 3 June from 15:00 to 19:30 | it takes 45 minutes ⇒ 45 minutes that matter: June 3, 3pm to 7:30pm.
three new colours | 18 months guarantee | from 199 dollars ⇒ 3 new colours, an 18 months guarantee, from $199.
the new tram line 8 stops here every 7 minutes | first tram 5:12 ⇒ Line 8 now stops at our door: every 7 minutes, first tram at 5.12.
voted best bakery in town by the Gazette | 2 kg loaves for 9.80 francs ⇒ Voted best bakery in town! Celebrate with a 2 kg loaf at CHF 9.80.
our herb tea has 7 herbs | 20 bags | 6.90 euros | harvested at 1,400 m ⇒ 7 herbs from 1400 m. 20 bags, EUR 6.90.
the rail trail is 27 km long | 350 m of climbing | 2 stations for e-bikes ⇒ 27km, 350m up, 2 charging stations on the way. Who's in?
applications until 30 September | 6 scholarships of 5000 francs each ⇒ 6 scholarships, CHF 5,000 each. Apply by September 30th.
the museum is closed on 24 and 25 December | open again on the 26th at 10 ⇒ We're closed on 24 and 25 December. See you on the 26th at 10!
yoga at sunrise, Wednesday 6:15am, 60 minutes | first lesson is free of charge ⇒ Wednesday, 06:15. 60 minutes of quiet. Your first lesson: free of charge.
the laptop has 16 GB of memory, 1 TB of storage and runs for 18 hours | 1299 euros ⇒ 16GB, 1TB and 18 hours on one charge. EUR 1,299.
the flea market has 140 stalls | 8am–2pm on Sunday 21 June | a stall costs 40 francs ⇒ 140 stalls on Sunday, 21 June, 8 am to 2 pm. Want one? CHF 40.
Lea Frei says: we repair what others throw away | 30 years of experience ⇒ “We repair what others throw away”: Lea Frei, 30 years of experience.
bus pass 2.70 a ride, 19.00 a week | zone 10 ⇒ Zone 10: 2.70 a ride or 19.00 for the week.
seedlings from 2.50 euros | 64 kinds of tomatoes | Saturday 2 May, 9–13 ⇒ 64 kinds of tomatoes, seedlings from EUR 2.50. Saturday 2 May, 9–13.
our choir has 38 voices | concert on 29 November at 17:00 | entry is free, collection at the door ⇒ 38 voices, 29 November, 5pm. Free entry, collection at the door.
the charger gives 65 W and is 4 cm thin | 2 years guarantee ⇒ 65W in 4cm. With a 2 years guarantee.
we answer within 24 hours, on 365 days a year | 98% of customers come back ⇒ 365 days a year, an answer within 24 hours. No wonder that 98 percent come back.
the film starts at 21:15 | runs 104 minutes | seats from 12 francs ⇒ 104 minutes under the stars, from 9:15pm. Seats from CHF 12.
the kids' camp is for ages 7 to 12 | 5 days | 13–17 July | 340 francs with lunch ⇒ Ages 7 to 12, 5 days, 13–17 July. CHF 340 including lunch.
our honey: 500 g for 14 francs, 250 g for 8 francs ⇒ A jar of 250 g costs CHF 8, one of 500 g CHF 14.
the gym has 1,100 m², 75 machines and opens at 5:30 | 59.90 a month ⇒ 1'100 m². 75 machines. Open from 5:30. For 59.90 a month.
the conference: 3 days, 42 talks, 600 people | early bird 390 euros until 15 March ⇒ 42 talks, 3 days, 600 people. The early bird (€390) flies until March 15.
dog school: 6 lessons, 150 francs, groups of 5 dogs | starts 3 April ⇒ Groups of 5 dogs, 6 lessons, 150 francs. Off we go on 3 April.
we moved to Marktgasse 12 | open since 4 May | 2 minutes from the station ⇒ New home: Marktgasse 12, open since 4 May and 2 minutes from the station.
the wine from 2021 won 91 points | 6 bottles for 96 francs ⇒ 91 points for our 2021! 6 bottles, CHF 96.
survey: 1,250 people took part | 64% want a later start | 22% an earlier one ⇒ 1'250 of you answered: 64% want a later start, 22% an earlier one.
the library lends 45,000 books | card costs 30 a year, free for under 18 ⇒ 45 000 books for 30 a year. Under 18? Free.
solar panels: 410 W each, 25 years performance guarantee | pays off in 9 years ⇒ 410W a panel, a 25 years performance guarantee, and it pays off in 9 years.
the race has 3 distances: 5 km, 10 km and 21 km | start 9:30 on 17 October ⇒ 5, 10 or 21 km? See you on October 17th at 9.30.
our soap is certified by Ecocert | 100 g | 7.50 euros ⇒ Certified by Ecocert: 100g of lavender for EUR 7.50.
hotline 0800 123 456 is open from 8 to 18 ⇒ Call 0800 123 456 between 8 and 18.
knitting night on the 1st Thursday | 19:00 | bring 2 needles of 4 mm ⇒ 1st Thursday, 7 pm: bring 2 needles (4mm).
2 for 1 on all lenses until 30 June | eye test 15 minutes ⇒ 2 for 1 on lenses until June 30. The test takes 15 minutes.
the ferry leaves at 8:05, 10:35 and 14:05 | crossing 50 minutes | 17 francs return ⇒ 8:05, 10:35, 14:05: three ferries, 50 minutes, CHF 17 return.
our lamp uses 8.5 W and lasts 25,000 hours | 39 euros ⇒ 8.5 W, 25'000 hours, €39.
team of 4 from Basel won 1st place out of 62 teams ⇒ 1st place out of 62! Congratulations to our 4 from Basel.
new opening hours: Mon–Fri 8:30–18:30, Sat 9–16 ⇒ Mon–Fri 8:30–18:30 and Sat 9–16. See you!
Q3 report: revenue up 12% to 4.6 million | 31 new clients ⇒ Q3: 12% more revenue (4.6 million) and 31 new clients.
we donate 1 franc per coffee | in November that was 2,318 francs ⇒ 1 franc a coffee made 2,318 francs in November. Thank you!
the exhibition runs from 12.2. to 30.4.2027 | 80 photographs from 14 countries ⇒ 80 photographs, 14 countries: from 12 February to 30 April 2027.
winter tyres: change and storage for 119 francs | appointments from 7 October ⇒ Tyres changed and stored for CHF 119. Book from October 7.
our podcast: episode 50 is out, 38 minutes ⇒ Episode 50! 38 minutes with our founder.
the sofa is 2.4 m wide, made of 70% recycled wool | 1,890 euros ⇒ 70% recycled wool, 2.4 m of comfort, EUR 1'890.
parent evening Wednesday 16 September 19:00, room 204 ⇒ Wednesday, 16 September, 7pm, room 204.
we are 10 years old on 8 August | 10% off that day | cake from 14:00 ⇒ 10 years! On 8 August everything is 10% off, and there's cake from 2pm.
"""

GERMAN = """
20 % auf alle Rennräder bis 31. Mai | 10 % auf Helme ⇒ Rennräder: 20% günstiger bis 31.5. Und 10% auf Helme.
unser Café öffnet ab Montag um 7 Uhr | Flat White Fr. 4.50 | 12 Plätze ⇒ Ab Montag sind wir ab 7:00 für euch da: Flat White für CHF 4.50, 12 Plätze.
der Kurs dauert 3 Stunden und kostet 89 Euro | höchstens 8 Personen | Beginn 14. März 18 Uhr ⇒ 3 Stunden, 8 Personen, 89 €. Los geht's am 14. März um 18.00 Uhr.
gegründet 1987 | 45 Mitarbeitende | letztes Jahr 3200 Velos geflickt ⇒ Seit 1987 dabei: 45 Leute, die letztes Jahr 3’200 Velos geflickt haben.
das Commuter 3 wiegt 11,4 kg und hat 9 Gänge | Preis 2490 Franken ⇒ Commuter 3: 11,4kg, 9 Gänge, CHF 2’490.–
Gratisversand ab 50 Euro, kostenlos nach Hause | Lieferung in 2 Tagen ⇒ Ab 50 € liefern wir kostenlos, in 2 Tagen.
Konzert am Freitag, 11. Dezember, Türe 19:30, Beginn 20:30 | Eintritt 35 Franken, Studierende 20 ⇒ Freitag, 11.12.: Türe 19.30 Uhr, Beginn 20.30 Uhr. Eintritt CHF 35, Studierende 20.
neue vegane Karte mit 6 Gerichten | Mittagsmenü 14,90 Euro | Di–Fr ab 11:30 ⇒ 6 neue vegane Gerichte. Mittagsmenü EUR 14,90, Di–Fr ab 11.30 Uhr.
pro Bestellung 1 Baum | bisher 12'000 Bäume | Ziel 15'000 bis 2027 ⇒ 12 000 Bäume stehen schon. Bis 2027 sollen es 15 000 werden: pro Bestellung 1 Baum.
Marathontraining ab 1. Februar | 16 Wochen | 4 Läufe pro Woche | 42,2 km ⇒ 16 Wochen bis 42,2 km: ab 1. Februar, 4 Läufe pro Woche.
die App braucht iOS 17 | Version 2.4 ist da | Start 40 Prozent schneller ⇒ Version 2.4: Start 40% schneller. Ab iOS 17.
Tag der offenen Tür am Samstag, 9. Mai, 10 bis 16 Uhr | 5 Führungen | Wurst 3 Franken ⇒ Samstag, 9. Mai, 10–16 Uhr: 5 Führungen und Wurst für CHF 3.
der Lesekreis trifft sich jeden 2. Dienstag um 20 Uhr | das nächste Buch hat 312 Seiten ⇒ Jeden 2. Dienstag, 20:00. Das nächste Buch: 312 Seiten.
Saisonkarte: 24 Spiele für 480 Euro | Einzelkarte 25 Euro ⇒ 24 Spiele, 480 €. Einzeln: 25 €.
Zelt für 4 Personen, 6,8 kg, Wassersäule 3000 mm | 349 Euro ⇒ 4 Personen, 6,8 kg, 3’000 mm Wassersäule, EUR 349.
der Kurs hat 10 Abende ab 7. Januar, 18:30–20:00 | CHF 290 | 15% für Mitglieder ⇒ 10 Abende ab 7.1., 18:30–20:00. CHF 290, für Mitglieder 15 Prozent weniger.
2025 haben wir 18 Tonnen CO2 gespart | 92% unserer Pakete fahren Bahn ⇒ 92 % fahren Bahn. So haben wir 2025 18 Tonnen CO2 gespart.
Platz für 120 Gäste | Terrasse 85 m² | Hochzeiten ab 4500 Euro ⇒ 120 Gäste, 85 m² Terrasse, Hochzeiten ab € 4.500.
Stelle: 80–100% | ab 1. August | 5 Wochen Ferien | 40 Stunden ⇒ 80–100%, ab 1. August, 40 Stunden, 5 Wochen Ferien. Bewirb dich!
Blutspenden am 3. Juni von 15:00 bis 19:30 | dauert 45 Minuten ⇒ 45 Minuten, die zählen: 3. Juni, 15–19.30 Uhr.
drei neue Farben | 18 Monate Garantie | ab 199 Euro ⇒ 3 neue Farben, 18 Monate Garantie, ab EUR 199.
die neue Tramlinie 8 hält alle 7 Minuten | erstes Tram 5:12 ⇒ Linie 8 hält neu vor der Tür, alle 7 Minuten, zum ersten Mal um 5.12 Uhr.
vom Anzeiger zur besten Bäckerei gewählt | 2-kg-Brote für 9.80 Franken ⇒ Zur besten Bäckerei gewählt! Das 2-kg-Brot: CHF 9.80.
unser Kräutertee hat 7 Kräuter | 20 Beutel | 6,90 Euro | geerntet auf 1400 m ⇒ 7 Kräuter von 1’400 m. 20 Beutel für EUR 6,90.
der Veloweg ist 27 km lang | 350 Höhenmeter | 2 Ladestationen ⇒ 27km, 350 Höhenmeter, 2 Ladestationen. Wer kommt mit?
Bewerbung bis 30. September | 6 Stipendien zu je 5000 Franken ⇒ 6 Stipendien zu CHF 5’000. Bewirb dich bis 30.9.
das Museum ist am 24. und 25. Dezember geschlossen | wieder offen am 26. um 10 Uhr ⇒ Am 24. und 25. Dezember bleibt zu. Am 26. um 10 Uhr sind wir wieder da.
Yoga bei Sonnenaufgang, Mittwoch 6:15, 60 Minuten | erste Lektion gratis ⇒ Mittwoch, 06:15, 60 Minuten. Die erste Lektion ist gratis.
Laptop mit 16 GB und 1 TB, läuft 18 Stunden | 1299 Euro ⇒ 16GB, 1TB, 18 Stunden ohne Kabel. EUR 1.299.
Flohmarkt mit 140 Ständen | Sonntag 21. Juni, 8–14 Uhr | Stand 40 Franken ⇒ 140 Stände am Sonntag, 21. Juni, 8–14 Uhr. Ein Stand kostet CHF 40.
Lea Frei sagt: wir flicken, was andere wegwerfen | 30 Jahre Erfahrung ⇒ „Wir flicken, was andere wegwerfen“: Lea Frei, 30 Jahre Erfahrung.
Busbillett 2.70, Wochenkarte 19.00 | Zone 10 ⇒ Zone 10: 2.70 pro Fahrt, 19.00 die Woche.
Setzlinge ab 2,50 Euro | 64 Tomatensorten | Samstag 2. Mai, 9–13 Uhr ⇒ 64 Tomatensorten! Setzlinge ab EUR 2,50, Samstag, 2. Mai, 9–13 Uhr.
unser Chor hat 38 Stimmen | Konzert 29. November, 17 Uhr | Eintritt frei, Kollekte ⇒ 38 Stimmen, 29. November, 17.00 Uhr. Eintritt frei, Kollekte.
das Ladegerät liefert 65 W und ist 4 cm dünn | 2 Jahre Garantie ⇒ 65W auf 4cm. Mit 2 Jahren Garantie.
wir antworten innert 24 Stunden, an 365 Tagen | 98% kommen wieder ⇒ 365 Tage im Jahr innert 24 Stunden eine Antwort. 98 % kommen wieder.
der Film beginnt um 21:15 | dauert 104 Minuten | Plätze ab 12 Franken ⇒ 104 Minuten unter Sternen, ab 21.15 Uhr. Plätze ab CHF 12.
das Lager ist für 7- bis 12-Jährige | 5 Tage | 13.–17. Juli | 340 Franken mit Mittagessen ⇒ 5 Tage für 7- bis 12-Jährige, 13.–17. Juli, CHF 340 mit Mittagessen.
unser Honig: 500 g für 14 Franken, 250 g für 8 Franken ⇒ 250 g kosten CHF 8, 500 g kosten CHF 14.
das Studio hat 1100 m², 75 Geräte und öffnet um 5:30 | 59.90 im Monat ⇒ 1’100 m², 75 Geräte, ab 5.30 Uhr. 59.90 im Monat.
die Tagung: 3 Tage, 42 Vorträge, 600 Gäste | Frühbucher 390 Euro bis 15. März ⇒ 42 Vorträge an 3 Tagen, 600 Gäste. Frühbucher zahlen € 390 bis 15.3.
Hundeschule: 6 Lektionen, 150 Franken, Gruppen mit 5 Hunden | Start 3. April ⇒ 5 Hunde, 6 Lektionen, 150 Franken. Start: 3. April.
wir sind umgezogen an die Marktgasse 12 | offen seit 4. Mai | 2 Minuten vom Bahnhof ⇒ Neu: Marktgasse 12, seit 4. Mai, 2 Minuten vom Bahnhof.
der Wein von 2021 hat 91 Punkte | 6 Flaschen 96 Franken ⇒ 91 Punkte für unseren 2021er! 6 Flaschen, CHF 96.
Umfrage: 1250 Leute | 64% wollen später beginnen | 22% früher ⇒ 1’250 haben geantwortet: 64 % wollen später beginnen, 22 % früher.
die Bibliothek hat 45'000 Bücher | Karte 30 Franken im Jahr, unter 18 gratis ⇒ 45 000 Bücher für CHF 30 im Jahr. Unter 18: gratis.
Solarmodule: 410 W, 25 Jahre Leistungsgarantie | rechnet sich in 9 Jahren ⇒ 410W pro Modul. Mit 25 Jahren Garantie auf die Leistung, nach 9 Jahren gerechnet.
das Rennen hat 3 Strecken: 5 km, 10 km und 21 km | Start 9:30 am 17. Oktober ⇒ 5, 10 oder 21 km? Am 17. Oktober um 9.30 Uhr geht's los.
unsere Seife ist von Ecocert zertifiziert | 100 g | 7,50 Euro ⇒ Von Ecocert zertifiziert: 100g Lavendel für EUR 7,50.
Hotline 0800 123 456 von 8 bis 18 Uhr ⇒ 0800 123 456, von 8 bis 18 Uhr.
Strickabend am 1. Donnerstag | 19:00 | 2 Nadeln 4 mm ⇒ 1. Donnerstag, 19 Uhr: 2 Nadeln (4mm) mitbringen.
2 für 1 auf alle Gläser bis 30. Juni | Sehtest 15 Minuten ⇒ 2 für 1 bis 30.6.! Der Sehtest dauert 15 Minuten.
das Schiff fährt um 8:05, 10:35 und 14:05 | Überfahrt 50 Minuten | 17 Franken retour ⇒ 8.05, 10.35, 14.05 Uhr. 50 Minuten, CHF 17 retour.
die Lampe braucht 8,5 W und hält 25'000 Stunden | 39 Euro ⇒ 8,5 W. 25 000 Stunden. 39 €.
unser Team von 4 aus Basel wurde 1. von 62 Teams ⇒ 1. Platz von 62! Glückwunsch an unsere 4 aus Basel.
neue Öffnungszeiten: Mo–Fr 8:30–18:30, Sa 9–16 ⇒ Mo–Fr 8.30–18.30, Sa 9–16. Bis bald!
Quartalsbericht: Umsatz plus 12% auf 4,6 Millionen | 31 neue Kunden ⇒ 12 % mehr Umsatz (4,6 Millionen) und 31 neue Kunden.
1 Franken pro Kaffee gespendet | im November 2318 Franken ⇒ 1 Franken pro Kaffee: im November wurden 2’318 Franken daraus.
die Ausstellung läuft vom 12.2. bis 30.4.2027 | 80 Fotos aus 14 Ländern ⇒ 80 Fotos, 14 Länder, 12. Februar bis 30. April 2027.
Winterpneus: Wechsel und Lagerung 119 Franken | Termine ab 7. Oktober ⇒ Wechsel und Lagerung für CHF 119, ab 7.10.
unser Podcast: Folge 50 ist da, 38 Minuten ⇒ Folge 50! 38 Minuten mit unserer Gründerin.
das Sofa ist 2,4 m breit, 70% rezyklierte Wolle | 1890 Euro ⇒ 70 % rezyklierte Wolle, 2,4 m breit, EUR 1’890.
Elternabend Mittwoch, 16. September, 19:00, Zimmer 204 ⇒ Mittwoch, 16.9., 19 Uhr, Zimmer 204.
wir werden am 8. August 10 Jahre alt | 10% Rabatt | Kuchen ab 14 Uhr ⇒ 10 Jahre! Am 8. August gibt's 10 Prozent Rabatt und ab 14:00 Kuchen.
"""
# Without figures, and with words that only seem to claim something: what is ordinary must stay unmarked.
PLAIN = """
our new bakery in the old town ⇒ Fresh bread, old town, new ovens. Best regards from the bakers!
thank our volunteers ⇒ All the best to everyone who helped. You made the garden bloom.
a new colleague, Jana, in support ⇒ Welcome, Jana! One of the first things she asked: where is the coffee?
we look for a baker ⇒ Early bird? Join our team of bakers and do your best work before noon.
spring cleaning in the park ⇒ Gloves on: meet us at the gate and bring a friend, best before the rain.
unser neuer Laden in der Altstadt ⇒ Neue Öfen, alte Gassen. Beste Grüsse aus der Backstube!
Dank an die Freiwilligen ⇒ Besten Dank an alle, die mitgeholfen haben. Der Garten blüht.
Jana ist neu im Team ⇒ Herzlich willkommen, Jana! Als Erstes fragte sie nach Kaffee.
wir suchen einen Bäcker ⇒ Am besten früh am Morgen: Komm in unser Team.
Putztag im Park ⇒ Handschuhe an und los. Wir freuen uns auf euch!
rainy-day sale on umbrellas ⇒ Grey sky, colourful umbrellas. Drop in while it pours.
tasting evening with local cheese ⇒ Goat, cow, sheep: taste them all and find a favourite.
our recycling point moved behind the house ⇒ Glass and paper now go behind the house. Feel free to ask.
Weihnachtsmarkt im Hof ⇒ Lichter, Punsch, Musik im Hof. Kommt vorbei!
how to clean a chain ⇒ A rag, some oil, a little patience: that is all a chain needs.
"""


def pairs(text: str) -> list[tuple[tuple[str, ...], str]]:
    """The facts of each brief and the post made of them."""
    found = (line.split(" ⇒ ") for line in text.strip().splitlines())
    return [(tuple(fact.strip() for fact in brief.split(" | ")), post) for brief, post in found]
