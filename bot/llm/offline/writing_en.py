"""English sentence frames. They claim nothing: what they say about the matter comes from the slots.

A line is `tones angle | frame`. Tones: p plain, y playful, f formal, u urgent, w warm. Angles: topic, offer, deadline,
fact, audience, question. Slots: {topic} {Topic} any topic that is no sentence; {np} one that follows "Meet"; {clause}
{Clause} a sentence, often the person's own; {deal} {Deal} the offer with its deadline; {offer} {Offer} without;
{until} {Until} an adverbial deadline; {fact} {Fact} a fact that is a sentence; {audience}; {brand}.
"""

from __future__ import annotations

OFFERS = """
pfuwy topic   | {Topic}: {deal}.
pfuwy offer   | {Deal}.
pyw  offer    | {Deal}: that's {np}.
pw   offer    | Here's the deal: {deal}.
w    offer    | A little something from us to you: {deal}.
y    offer    | Psst: {deal}.
y    offer    | Treat yourself: {deal}.
y    offer    | {Offer}. You read that right.
f    offer    | Our offer to you: {deal}.
fu   offer    | Worth noting: {deal}.
u    offer    | Don't miss it: {deal}.
puw  deadline | {Until}: {offer}.
pyw  deadline | You have {until}: {offer}.
u    deadline | Don't leave it too late: {offer}, {until}.
fu   deadline | Please note the date: {offer}, {until}.
pwy  question | Still thinking about it? {Deal}.
pyw  question | Been waiting for the right moment? {Deal}.
pfuw audience | For {audience}: {deal}.
"""

ANNOUNCE = """
pfw  topic    | Introducing {np}.
pyw  topic    | Say hello to {np}.
pyw  topic    | Meet {np}.
pfu  topic    | Announcing {np}.
f    topic    | We are pleased to announce {np}.
f    topic    | {brand} presents {np}.
w    topic    | We're happy to share {np} with you.
y    topic    | Drum roll, please, for {np}.
y    topic    | Guess what's new: {topic}.
y    question | Ready for {np}? We are.
pwy  question | Have you heard about {np}?
pyw  question | Curious about {np}?
pu   topic    | New: {topic}.
pf   topic    | News from {brand}: {topic}.
pyfuw fact    | {Topic}: {fact}.
pfuw fact     | {Fact}. That's {np}.
pfuw audience | For {audience}: {topic}.
pyw  audience | Calling {audience}: here comes {np}.
pfuwy topic   | {Clause}.
pwy  question | Have you heard? {Clause}.
pf   topic    | News from us: {clause}.
w    topic    | We're happy to share this with you: {clause}.
y    topic    | Guess what? {Clause}.
y    topic    | Drum roll, please. {Clause}.
y    topic    | Psst: {clause}.
u    topic    | Just in: {clause}.
u    topic    | Take note: {clause}.
f    topic    | We are pleased to announce: {clause}.
"""

PROMOTE = """
pyw  topic    | Meet {np}.
pwu  topic    | Take a look at {np}.
pw   topic    | Let us show you {np}.
pf   topic    | In the spotlight: {topic}.
pfuw topic    | Worth a closer look: {topic}.
pw   topic    | From us to you: {topic}.
yu   topic    | Have a look: {topic}.
y    topic    | Exhibit A: {topic}.
w    topic    | We'd love to show you {np}.
f    topic    | We would like to present {np}.
f    topic    | Allow us to introduce {np}.
y    topic    | Looking for a sign? This is it: {topic}.
pyw  question | Have you seen {np}?
pyfuw fact    | {Topic}: {fact}.
pfuw fact     | {Fact}. That's {np}.
pfuw audience | For {audience}: {topic}.
pyw  audience | Calling {audience}: meet {np}.
pfuwy topic   | {Clause}.
pwf  topic    | Good to know: {clause}.
pw   question | Thinking about it? {Clause}.
y    topic    | Psst: {clause}.
y    topic    | Treat yourself: {clause}.
y    topic    | You read that right. {Clause}.
y    topic    | Psst, over here. {Clause}.
y    question | Need a sign? Here it is: {clause}.
u    topic    | Don't miss it: {clause}.
w    topic    | Something for you: {clause}.
f    topic    | Our offer to you: {clause}.
"""

INVITE = """
pfuwy topic   | You're invited to {np}.
pyw  topic    | Join us for {np}.
f    topic    | We cordially invite you to {np}.
f    topic    | An invitation from {brand}: {topic}.
w    topic    | We'd love to see you at {np}.
w    topic    | Come and be part of {np}.
puf  deadline | Save the date for {np}.
y    topic    | Clear your calendar for {np}.
y    question | What's missing from {np}? You.
pyw  question | Will we see you at {np}?
pw   question | Plans yet? Join us for {np}.
pfuw topic    | You're invited: {topic}.
puy  deadline | Save the date: {topic}.
pfuw fact     | {Topic}: {fact}.
pfuw audience | For {audience}: {topic}.
pyw  audience | Calling {audience}: join us for {np}.
pfuwy topic   | {Clause}.
pfuw topic    | You're invited: {clause}.
pwuf deadline | Save the date: {clause}.
y    topic    | Clear your calendar: {clause}.
pw   question | Will we see you there? {Clause}.
y    question | Plans yet? {Clause}.
w    topic    | We'd love to have you with us: {clause}.
f    topic    | We look forward to welcoming you: {clause}.
"""

INFORM = """
pfuw topic    | Please note: {topic}.
pfwy topic    | Good to know: {topic}.
f    topic    | For your information: {topic}.
pfw  topic    | An update on {np}.
pw   topic    | Here's what you need to know about {np}.
f    topic    | We would like to inform you about {np}.
w    topic    | So that you know in good time: {topic}.
pu   topic    | Heads up: {topic}.
y    topic    | One for the fridge door: {topic}.
pyw  question | Have you heard about {np}?
pyfuw fact    | {Topic}: {fact}.
pfuw audience | For {audience}: {topic}.
pfuwy topic   | {Clause}.
pwfy topic    | Good to know: {clause}.
pfuw topic    | Please note: {clause}.
pu   topic    | Heads up: {clause}.
y    topic    | One for the fridge door: {clause}.
w    topic    | So that you know in good time: {clause}.
y    question | Have you heard? {Clause}.
"""

THANK_PEOPLE = """
pfuyw topic   | Thank you to {np}.
pywu topic    | A big thank-you to {np}.
w    topic    | From the bottom of our hearts: thank you to {np}.
w    topic    | This one is for {np}. Thank you.
pf   topic    | {brand} thanks {np}.
f    topic    | We would like to express our thanks to {np}.
f    topic    | Our sincere thanks go to {np}.
pw   topic    | Two words for {np}: thank you.
y    topic    | A round of applause for {np}.
y    topic    | Hats off to {np}.
pfuwy topic   | {Clause}.
w    topic    | From the bottom of our hearts: {clause}.
"""

THANK = """
pfuyw topic   | Thank you for {np}.
pyw  topic    | Thank you! You were part of {np}.
w    topic    | Looking back on {np}, one thing to say: thank you.
w    topic    | From all of us at {brand}: thank you for {np}.
pw   topic    | {Topic}: thank you for being part of it.
f    topic    | We would like to thank everyone who was part of {np}.
f    topic    | Our sincere thanks to all who were part of {np}.
y    topic    | {Topic}: take a bow, that was you.
y    topic    | A round of applause, please: {topic}.
pfyw fact     | {Fact}. Thank you.
pfuwy topic   | {Clause}.
w    topic    | From the bottom of our hearts: {clause}.
y    topic    | Take a bow. {Clause}.
"""

HIRE = """
pfuw topic    | We're hiring: {topic}.
pfuw topic    | Join our team: {topic}.
pywu topic    | We're looking for {np}.
pf   topic    | Open position at {brand}: {topic}.
f    topic    | {brand} is looking for {np}.
f    topic    | We are recruiting: {topic}.
w    topic    | There's a place on our team for you: {topic}.
w    topic    | We'd love to meet you. Wanted: {topic}.
y    topic    | Wanted: {topic}.
y    question | Is this you? {Topic}.
pyw  question | Your next job? {Topic}.
pwf  question | Would you like to work with us? We're looking for {np}.
pu   topic    | Vacancy: {topic}.
pfuwy topic   | {Clause}.
pfuw topic    | Join our team. {Clause}.
pw   question | Your next job? {Clause}.
w    topic    | There's a place for you on our team. {Clause}.
y    question | Is this you? {Clause}.
y    topic    | Plot twist: your next job could be here. {Clause}.
"""

REMIND = """
pfuw topic    | A quick reminder: {topic}.
pyuw topic    | Don't forget: {topic}.
pfuw topic    | Coming up: {topic}.
pf   topic    | We would like to remind you of {np}.
w    topic    | So that it doesn't slip by: {topic}.
w    question | We're looking forward to {np}. You too?
y    topic    | This is your nudge: {topic}.
pyuw question | On your calendar? {Topic}.
pyw  question | Have you thought of {np}?
pfuw deadline | {Until}: {topic}.
pfuw fact     | {Topic}: {fact}.
pfuw audience | For {audience}, a reminder: {topic}.
pfuw topic    | A quick reminder: {clause}.
pyuw deadline | Don't forget: {clause}.
w    topic    | So that it doesn't slip by: {clause}.
y    topic    | This is your nudge: {clause}.
y    question | On your calendar? {Clause}.
"""

ASK = """
pfuw topic    | We'd like to hear from you: {topic}.
pfw  topic    | Your opinion, please: {topic}.
pw   topic    | Help us decide: {topic}.
pwf  topic    | Tell us about {np}.
f    topic    | We would value your opinion: {topic}.
w    topic    | We're curious: {topic}.
y    topic    | Hands up: {topic}.
y    topic    | Asking for a friend: {topic}.
pu   topic    | A quick question: {topic}.
pyw  question | What do you think about {np}?
pfuw audience | A question for {audience}: {topic}.
pfuwy topic   | {Clause}
pw   topic    | A question for you: {clause}
pyu  topic    | Quick question: {clause}
w    topic    | We're curious: {clause}
f    topic    | We would value your opinion: {clause}
y    topic    | Asking for a friend: {clause}
pf   topic    | {brand} would like to know: {clause}
y    topic    | Hands up: {clause}
pw   topic    | Help us decide: {clause}
w    topic    | We'd love to hear from you: {clause}
"""

SERIOUS = """
f topic | {Clause}.
f topic | Important notice: {clause}.
f topic | Please note: {clause}.
f topic | Important notice: {topic}.
f topic | Important notice from {brand}: {topic}.
f topic | Please note: {topic}.
f topic | {brand} informs: {topic}.
f topic | An important message: {topic}.
f topic | For your attention: {topic}.
f topic | Notice: {topic}.
f topic | {Topic}.
"""

# What leads to the link, by goal; then what ends a text that has none.
CALLS = """
promote  pfw | All details
promote  yw  | Take a look
promote  u   | Have a look now
promote  puw | See the offer
promote  f   | Further information
promote  y   | This way
announce pfw | Find out more
announce pfw | All details
announce pw  | Read more
announce f   | Further information
announce y   | Take a peek
announce y   | This way
announce u   | Have a look now
invite   pw  | All you need to know
invite   pf  | All details
invite   y   | Count me in
invite   u   | Details and dates
invite   f   | Further information
invite   w   | We look forward to seeing you. Details
inform   pf  | More information
inform   pu  | All details
inform   f   | Further information
inform   w   | All you need to know
inform   y   | The nitty-gritty
inform   pw  | Read more
thank    pfw | Have a look
thank    y   | Take a peek
thank    pu  | See more
thank    f   | Further information
hire     pfw | Apply here
hire     w   | Tell us about yourself
hire     y   | Go on, apply
hire     u   | Apply now
hire     pf  | Details and application
remind   pfu | All details
remind   pw  | All you need to know
remind   y   | Here you go
remind   f   | Further information
ask      pw  | Tell us here
ask      f   | Share your view
ask      y   | Over to you
ask      u   | Answer here
ask      pw  | Have your say
serious  f   | Further information
serious  f   | All details
serious  f   | More information
"""
ENDINGS = """
announce pw  | Questions? Just ask us.
announce pw  | Know someone who should hear this? Pass it on.
announce w   | We're curious what you think.
announce y   | Tell us what you think.
announce y   | Now you're in the know.
announce u   | Spread the word.
announce u   | Don't keep it to yourself.
announce f   | We are happy to answer your questions.
inform   pw  | Questions? Just ask us.
inform   pu  | Please pass it on.
inform   f   | Thank you for taking note.
inform   y   | Now you know.
promote  pw  | Questions? Just ask us.
promote  pw  | Know someone who'd like this? Pass it on.
promote  y   | Tell a friend. Or keep it to yourself.
promote  y   | Now over to you.
promote  u   | Better today than tomorrow.
promote  f   | We look forward to hearing from you.
invite   pw  | See you soon.
invite   pw  | See you there.
invite   f   | We look forward to welcoming you.
invite   y   | Be there or be square.
invite   y   | Your move.
invite   w   | We look forward to seeing you.
invite   u   | Put it in your calendar.
hire     pw  | Know someone who fits? Pass it on.
hire     pu  | Interested? Get in touch.
hire     f   | We look forward to your application.
hire     y   | Tag a friend, or apply yourself.
hire     w   | We look forward to meeting you.
remind   y   | Consider yourself reminded.
ask      pw  | Tell us what you think.
ask      f   | Thank you for your answer.
ask      y   | No wrong answers.
ask      y   | Go on, we can take it.
ask      w   | We look forward to reading your answers.
ask      u   | We look forward to your answer.
"""
WARM_NAMES = frozenset([
    "volunteers", "everyone", "everybody", "all", "you", "team", "guests", "sponsors", "partners", "helpers",
    "participants", "community", "visitors", "fans", "members", "donors", "supporters", "staff", "colleagues",
    "readers", "customers", "runners", "friends", "families", "crew", "speakers", "neighbours", "neighbors",
])  # fmt: skip
DEADLINES = {
    "by:invite": "Please sign up {by}.",
    "by:hire": "Apply {by}.",
    "until:hire": "Apply {by}.",
    "by": "The date to note: {date}.",
    "until:offer": "{Until}.",
    "until": "{Until}.",
    "date:invite": "Date: {date}.",
    "date": "Deadline: {date}.",
}
THAT = "That's {0}"
KICKERS = {
    "announce": "News",
    "promote": "Offer",
    "invite": "You're invited",
    "inform": "Good to know",
    "thank": "Thank you",
    "hire": "We're hiring",
    "remind": "Reminder",
    "ask": "Your opinion",
    "serious": "Important notice",
}
CARD_CALLS = {
    "announce": "Find out more",
    "promote": "See the offer",
    "invite": "Join us",
    "inform": "Read more",
    "thank": "Have a look",
    "hire": "Apply here",
    "remind": "All details",
    "ask": "Have your say",
    "serious": "Full notice",
}
EMOJI = {
    "announce": ("✨", "📣", "💡"),
    "promote": ("🎉", "👀", "🙌"),
    "invite": ("👋", "📅", "🙌"),
    "inform": ("👀", "📌", "💡"),
    "thank": ("💛", "🙏", "🤗"),
    "hire": ("🙌", "👋", "🔎"),
    "remind": ("⏰", "📌", "🔔"),
    "ask": ("💬", "🤔", "🙋"),
}
GOALS = {
    "announce": ANNOUNCE,
    "promote": PROMOTE,
    "invite": INVITE,
    "inform": INFORM,
    "thank": THANK,
    "hire": HIRE,
    "remind": REMIND,
    "ask": ASK,
}
