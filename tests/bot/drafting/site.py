"""Pages as people name them, each with what no post may tell."""

from __future__ import annotations

ARTICLE = """<!doctype html><html lang="en"><head><title>Velo opens a second shop in Bern | Velo News</title>
<meta name="description" content="The bike maker opens a second shop.">
<style>.x1{position:absolute;left:-9999px} #tiny , p.w{font-size:0}</style></head><body>
<nav><a href="/">Home</a><a href="/about">About us</a></nav>
<div class="cookie-banner"><p>We use cookies to improve your experience. By continuing you accept our cookies.</p></div>
<article><h1>Velo opens a second shop in Bern</h1><p class="byline">By Anna Muster, 20 November 2026</p>
<p>The bike maker Velo opens its second shop at Marktgasse 12 in Bern on 5 December 2026. It has 40 bikes to try and a
workshop with three mechanics.</p>
<p>“We repaired 3,200 bikes in Zurich last year,” says founder Lea Frei. The first hundred visitors get a free bell.</p>
<p>%s</p>
<p>The shop is open from Tuesday to Saturday, 9:00 to 18:30.</p></article>
<aside><h3>Newsletter</h3><p>Subscribe to our newsletter to get the latest news about bikes.</p></aside>
<footer>© 2026 Velo News. All rights reserved.</footer></body></html>"""
PLAIN_ARTICLE = ARTICLE % "Parking for cargo bikes is behind the house."

SHOP = """<!doctype html><html><head><title>Gravel One – Velo Shop</title>
<meta property="og:title" content="Gravel One">
<script type="application/ld+json">{"@type":"Product","name":"Gravel One","offers":{"price":"2490"}}</script></head>
<body><header><a href="/">Velo</a><a href="/cart">Cart (0)</a></header>
<main><h1>Gravel One</h1><s>CHF 2990.–</s><div class="price">CHF 2490.–</div><button>Add to cart</button>
<div><p>Gravel One is a light gravel bike with a steel frame and 12 gears. It weighs 9.8 kg and takes tyres up to 45 mm
wide.</p><ul><li>Steel frame, made in Switzerland</li><li>Hydraulic disc brakes</li></ul>
<p>Delivered within 5 days, assembled and ready to ride.</p></div></main>
<section><h2>You may also like</h2><a href="/b">City Two</a></section>
<footer>Cookie settings. Imprint. Privacy policy.</footer></body></html>"""

GERMAN = """<!doctype html><html lang="de"><head><title>Neue Werkstatt in Bern</title></head><body>
<article><h1>Neue Werkstatt in Bern</h1>
<p>Die Velowerkstatt öffnet am 5. Dezember 2026 an der Marktgasse 12 in Bern. Drei Mechaniker reparieren dort
Fahrräder aller Marken für Gäste aus der ganzen Stadt.</p>
<p>Abonnieren Sie unseren Newsletter.</p>
<p>Wer sein Velo bis Ende Jahr bringt, erhält eine Klingel aus Zürcher Messing geschenkt.</p></article></body></html>"""
