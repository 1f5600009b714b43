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

# A whole site of a brand: /, /about, /imprint, /look.css, and pictures beside it.
HOMEPAGE = """<!doctype html><html lang="en"><head><title>Velo Werk | Bikes that stay</title>
<meta property="og:site_name" content="Velo Werk"><meta name="theme-color" content="#0f5c43">
<meta name="description" content="Steel bikes for commuters and families, made in Bern.">
<meta property="og:image" content="/share.png"><link rel="icon" sizes="192x192" href="/icon.png">
<link rel="icon" href="/drawn.svg"><link rel="stylesheet" href="/look.css">
<link rel="stylesheet" href="https://fonts.googleapis.com/css2?family=Fraunces:wght@400;700&display=swap">
<style>:root{--brand-accent:#f2b33d;--bs-primary:#0d6efd}body{font-family:Inter,sans-serif;color:#1a211c}</style></head>
<body><header><nav><a href="/">Home</a><a href="/about">About us</a><a href="/shop?x=1">Shop</a>
<a href="https://elsewhere.example/about">About our partner</a><a href="/imprint">Imprint</a></nav>
<img src="/velo-logo.png" alt="Velo Werk logo"></header>
<main><h1>Bikes that stay</h1>
<p>We build steel bikes for commuters in our workshop in Bern. Every frame carries a guarantee of ten years.</p>
<p>We make 400 bikes a year. You can ride each of them before you buy it.</p>
<p>%s</p></main>
<footer><p>We use cookies. Subscribe to our newsletter.</p></footer></body></html>"""
PLAIN_HOMEPAGE = HOMEPAGE % "Your bike comes to you assembled, and we look after it for as long as you ride it."
ABOUT = """<!doctype html><html lang="en"><head><title>About us | Velo Werk</title></head><body><main><h1>About us</h1>
<p>Velo Werk was founded in 1998 by two sisters from Bern. Our team of nine builds, paints and repairs bikes.</p>
<p>We build cargo bikes for families who want to leave the car at home.</p></main></body></html>"""
IMPRINT = """<!doctype html><html lang="en"><head><title>Imprint | Velo Werk</title></head><body><main><h1>Imprint</h1>
<p>Velo Werk AG, Marktgasse 12, 3011 Bern, Switzerland.</p></main></body></html>"""
LOOK = """:root { --color-primary: #0f5c43; --grey: #f4f4f4 } h1, h2 { font-family: "Fraunces", serif }
a { color: #0F5C43 } .button { background: #0f5c43; color: #fff }"""
