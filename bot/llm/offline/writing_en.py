"""English sentence frames. They claim nothing: what they say about the matter comes from the slots.

A line is `tones angle | frame`. Tones: p plain, y playful, f formal, u urgent, w warm. Angles: topic, offer, deadline,
fact, audience, question. Slots: {topic} {Topic} any topic that is no sentence; {np} one that follows "Meet"; {clause}
{Clause} a topic that is a sentence; {deal} {Deal} the offer with its deadline; {offer} {Offer} without; {until} {Until}
an adverbial deadline; {fact} {Fact} a fact that is a sentence; {audience}; {brand}.
"""

OFFERS = """
pfuw topic    | {Topic}: {deal}.
pywu offer    | {Deal}: that's {np}.
pfw  offer    | {Deal}. {Topic}.
pu   offer    | {Deal}.
pwf  offer    | Good to know: {deal}.
pwy  offer    | Here's the deal: {deal}.
pu   offer    | Take note: {deal}.
yw   offer    | Treat yourself: {deal}.
y    offer    | Psst: {deal}.
y    offer    | Wish list at the ready: {deal}.
y    offer    | {Offer}. You read that right.
y    offer    | Somebody say {offer}? We did.
wp   offer    | Something for you: {deal}.
w    offer    | A little something from us to you: {deal}.
f    offer    | We are pleased to offer you the following: {deal}.
f    offer    | Our offer to you: {deal}.
pufw deadline | {Until}: {offer}.
puw  deadline | Mark your calendar: {offer}, {until}.
u    deadline | Don't leave it too late: {offer}, {until}.
u    deadline | Make up your mind in good time: {offer}, {until}.
u    deadline | {Offer}, but only {until}.
pyw  deadline | You have {until}: {offer}.
pyw  question | Still thinking about it? {Deal}.
pwy  question | Been waiting for the right moment? {Deal}.
y    question | What are you doing {until}? We have an idea: {offer}.
pfuw audience | For {audience}: {deal}.
pyw  audience | Calling {audience}: {deal}.
pw   topic    | It's time for {np}: {deal}.
pyw  topic    | Here comes {np}: {deal}.
f    topic    | With {np}, you benefit from the following: {deal}.
"""

ANNOUNCE = """
pfw  topic    | Introducing {np}.
pyw  topic    | Say hello to {np}.
pyw  topic    | Meet {np}.
f    topic    | We are pleased to announce {np}.
fp   topic    | Announcing {np}.
pfuw topic    | We have news: {topic}.
w    topic    | We're happy to share this with you: {topic}.
w    topic    | We've been looking forward to telling you: {topic}.
y    topic    | Drum roll, please: {topic}.
y    topic    | Psst, here's a thing: {topic}.
y    topic    | Guess what's next: {topic}.
pu   topic    | Take note: {topic}.
pw   topic    | News from {brand}: {topic}.
f    topic    | {brand} presents {np}.
fu   topic    | An announcement from {brand}: {topic}.
pyw  question | Have you heard about {np}?
pwy  question | Can we tell you about {np}?
y    question | Ready for {np}? We are.
pyfuw fact    | {Topic}: {fact}.
pfuw fact     | {Fact}. The news behind it: {topic}.
pfuw audience | For {audience}: {topic}.
pyw  audience | Calling {audience}: here comes {np}.
pfuw topic    | We have news: {clause}.
pyw  topic    | Have you heard? {Clause}.
pufw topic    | {Clause}.
y    topic    | Guess what? {Clause}.
w    topic    | We wanted you to hear it from us: {clause}.
pf   topic    | News from {brand}: {clause}.
y    topic    | Drum roll, please. {Clause}.
wp   topic    | We're happy to say it: {clause}.
pu   topic    | Take note: {clause}.
f    topic    | We are pleased to announce: {clause}.
"""

PROMOTE = """
pyw  topic    | Have you seen {np}?
pyw  topic    | Meet {np}.
pw   topic    | Let us show you {np}.
pfuw topic    | In the spotlight: {topic}.
pf   topic    | Worth a closer look: {topic}.
pw   topic    | From us to you: {topic}.
y    topic    | Exhibit A: {topic}.
y    topic    | Don't mind us, we're just showing off {np}.
w    topic    | We'd love to show you {np}.
f    topic    | We would like to present {np}.
fp   topic    | Allow us to introduce {np}.
u    topic    | Have a look now: {topic}.
pyfuw fact    | {Topic}: {fact}.
pfuw fact     | {Fact}. That's {np}.
pyw  question | Have you come across {np} yet?
y    question | Looking for a sign? This is it: {topic}.
pfuw audience | For {audience}: {topic}.
pyw  audience | Calling {audience}: meet {np}.
pfuw topic    | {Clause}.
pwf  topic    | Good to know: {clause}.
pyw  topic    | Have you heard? {Clause}.
y    topic    | Psst: {clause}.
pu   topic    | Take note: {clause}.
w    topic    | We're happy to tell you: {clause}.
"""

INVITE = """
pfuw topic    | You're invited: {topic}.
pyw  topic    | Join us for {np}.
pfw  topic    | We invite you to {np}.
f    topic    | {brand} cordially invites you to {np}.
f    topic    | It would be our pleasure to welcome you: {topic}.
f    topic    | An invitation from {brand}: {topic}.
w    topic    | We'd love to see you at {np}.
w    topic    | Come and be part of {np}.
w    topic    | We'd love you to join us for {np}.
pu   topic    | Save the date: {topic}.
pyu  topic    | Clear your calendar: {topic}.
y    topic    | Consider this your nudge: {topic}.
y    topic    | What's missing from {np}? You.
y    topic    | Plans? You have some now: {topic}.
pyw  question | Will we see you at {np}?
pw   question | Do you have plans yet? Join us for {np}.
pfuw fact     | {Topic}: {fact}.
pwf  fact     | {Fact}. You're invited: {topic}.
pfuw deadline | Mark your calendar, {until}: {topic}.
pfuw audience | For {audience}: {topic}.
pyw  audience | Calling {audience}: join us for {np}.
pfuw topic    | You're invited: {clause}.
pyw  topic    | Come and join us: {clause}.
pu   topic    | Save the date: {clause}.
w    topic    | We'd love to have you with us: {clause}.
y    topic    | Consider this your nudge: {clause}.
f    topic    | We would be pleased to welcome you: {clause}.
pw   question | Do you have plans yet? {Clause}.
"""

INFORM = """
pfuw topic    | Please note: {topic}.
pfw  topic    | Good to know: {topic}.
pfuw topic    | For your information: {topic}.
pw   topic    | A quick update from {brand}: {topic}.
pfw  topic    | An update on {np}.
pw   topic    | Here's what you need to know about {np}.
fu   topic    | We would like to inform you about {np}.
f    topic    | A note from {brand}: {topic}.
w    topic    | Before you set off, a quick word on {np}.
w    topic    | So that you know in good time: {topic}.
pu   topic    | Take note: {topic}.
pu   topic    | Heads up: {topic}.
y    topic    | Grab a pen: {topic}.
y    topic    | Small print, but make it big: {topic}.
y    topic    | One for the fridge door: {topic}.
pyw  question | Have you heard about {np}?
pfuw fact     | {Topic}: {fact}.
pfuw fact     | {Fact}. Please note: {topic}.
pfuw audience | For {audience}: {topic}.
pfuw topic    | Please note: {clause}.
pw   topic    | A quick update: {clause}.
pfuw topic    | {Clause}.
pwf  topic    | Good to know: {clause}.
pu   topic    | Heads up: {clause}.
y    topic    | One for the fridge door: {clause}.
w    topic    | So that you know in good time: {clause}.
f    topic    | We would like to inform you: {clause}.
"""

THANK_PEOPLE = """
pfuyw topic   | Thank you to {np}.
pywu topic    | A big thank-you to {np}.
w    topic    | From the bottom of our hearts: thank you to {np}.
w    topic    | This one is for {np}. Thank you.
w    topic    | We want to say thank you to {np}.
pf   topic    | {brand} thanks {np}.
f    topic    | We would like to express our thanks to {np}.
f    topic    | Our sincere thanks go to {np}.
pw   topic    | Two words for {np}: thank you.
y    topic    | Take a bow: {topic}.
y    topic    | A round of applause for {np}.
y    topic    | Hats off to {np}.
pf   topic    | With thanks to {np}.
"""

THANK = """
pfuyw topic   | Thank you for {np}.
pyw  topic    | Thank you! You were part of {np}.
w    topic    | We're still smiling about {np}. Thank you.
w    topic    | Looking back on {np}, one thing to say: thank you.
w    topic    | From all of us at {brand}: thank you for {np}.
pw   topic    | {Topic}: thank you for being part of it.
pf   topic    | {Topic}: a word of thanks.
f    topic    | We would like to thank everyone who was part of {np}.
f    topic    | Our sincere thanks to all who were part of {np}.
f    topic    | {brand} says thank you: {topic}.
y    topic    | {Topic}: take a bow, that was you.
y    topic    | A round of applause, please: {topic}.
pu   topic    | A quick thank-you: {topic}.
pfyw fact     | {Fact}. Thank you.
pwf  fact     | Thank you! {Fact}.
pfuyw topic   | {Clause}. Thank you.
pfw  topic    | Thank you: {clause}.
w    topic    | We want to say thank you: {clause}.
y    topic    | Take a bow: {clause}.
"""

HIRE = """
pfuw topic    | We're hiring: {topic}.
pfuw topic    | Join our team: {topic}.
pywu topic    | We're looking for {np}.
pf   topic    | Open position at {brand}: {topic}.
f    topic    | {brand} is looking for {np}.
f    topic    | We are recruiting: {topic}.
f    topic    | Career opportunity at {brand}: {topic}.
w    topic    | There's a place on our team for you: {topic}.
w    topic    | We'd love to meet you. Wanted: {topic}.
y    topic    | Wanted: {topic}.
y    topic    | Is this you? {Topic}.
y    topic    | Plot twist: your next job could be here. {Topic}.
y    topic    | Now casting: {topic}.
pyw  question | Your next job? {Topic}.
pwf  question | Would you like to work with us? We're looking for {np}.
pfuw fact     | {Fact}. Sounds like you? We're hiring: {topic}.
pu   topic    | Vacancy: {topic}.
pfuw topic    | We're hiring: {clause}.
pfw  topic    | Join our team: {clause}.
pfuwy topic   | {Clause}.
"""

REMIND = """
pfuw topic    | A quick reminder: {topic}.
pyuw topic    | Don't forget: {topic}.
pfuw topic    | Coming up: {topic}.
pw   topic    | Still to come: {topic}.
pf   topic    | We would like to remind you of {np}.
f    topic    | A friendly reminder from {brand}: {topic}.
f    topic    | May we draw your attention once more to {np}?
w    topic    | So that it doesn't slip by: {topic}.
w    topic    | We're looking forward to {np}. You too?
y    topic    | Knot in your handkerchief: {topic}.
y    topic    | This is your nudge: {topic}.
y    topic    | Beep beep. {Topic}.
pu   topic    | On your calendar? {Topic}.
pyw  question | Have you thought of {np}?
pfuw deadline | {Until}: {topic}.
pfuw fact     | {Topic}: {fact}.
pfuw audience | For {audience}, a reminder: {topic}.
pfuw topic    | A quick reminder: {clause}.
pyuw topic    | Don't forget: {clause}.
pfuw topic    | {Clause}.
w    topic    | So that it doesn't slip by: {clause}.
y    topic    | This is your nudge: {clause}.
"""

ASK = """
pfuw topic    | We'd like to hear from you: {topic}.
pfw  topic    | Your opinion, please: {topic}.
pw   topic    | Help us decide: {topic}.
pyw  topic    | Let's talk about {np}.
pwf  topic    | Tell us about {np}.
f    topic    | {brand} would like your view: {topic}.
f    topic    | We would value your opinion: {topic}.
w    topic    | We're curious: {topic}.
w    topic    | You know it like no one else: {topic}.
y    topic    | Hands up: {topic}.
y    topic    | Asking for a friend: {topic}.
y    topic    | Discuss: {topic}.
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
pw   topic    | Over to you: {clause}
w    topic    | We'd love to hear from you: {clause}
fp   topic    | A question from {brand}: {clause}
"""

GRAVE = """
f topic | Important notice: {topic}.
f topic | Important notice from {brand}: {topic}.
f topic | Please read: {topic}.
f topic | A notice to our customers: {topic}.
f topic | Notice: {topic}.
f topic | {Topic}: please read this notice.
f topic | {brand} informs: {topic}.
f topic | Please take note of this: {topic}.
f topic | An important message: {topic}.
f topic | Public notice: {topic}.
f topic | For your attention: {topic}.
f topic | {Topic}.
f topic | Important notice: {clause}.
f topic | Important notice from {brand}: {clause}.
f topic | Please read: {clause}.
f topic | Please take note: {clause}.
f topic | A notice to our customers: {clause}.
f topic | {Clause}.
"""

# What leads to the link, by goal; then what ends a text that has none.
CALLS = """
promote  pw  | See for yourself
promote  fp  | All details
promote  yw  | Have a browse
promote  u   | Have a look now
promote  pu  | See the offer
promote  f   | Further information
promote  y   | Off you go
promote  w   | Take a look
announce pf  | Find out more
announce pw  | Have a look
announce f   | Further information
announce y   | Take a peek
announce u   | Have a look now
announce w   | See for yourself
announce pf  | All details
invite   pw  | All you need to know
invite   f   | Details
invite   pw  | Join us
invite   y   | Count me in
invite   u   | Details and dates
invite   f   | Further information
invite   w   | We look forward to seeing you. Details
inform   pf  | More information
inform   p   | The details
inform   f   | Further information
inform   w   | All you need to know
inform   u   | Details
inform   y   | The nitty-gritty
inform   pw  | Read more
thank    pf  | Have a look
thank    w   | See for yourself
thank    y   | Take a peek
thank    pu  | See more
thank    f   | Further information
hire     pfw | Apply here
hire     p   | The job ad
hire     w   | Tell us about yourself
hire     y   | Go on, apply
hire     u   | Apply now
hire     f   | To the application
hire     pf  | Details and application
remind   pf  | All details
remind   pw  | All you need to know
remind   u   | Details
remind   y   | Here you go
remind   f   | Further information
remind   w   | Have another look
ask      pw  | Tell us here
ask      f   | Share your view
ask      y   | Over to you
ask      u   | Answer here
ask      pw  | Have your say
ask      f   | Your answer
grave    f   | Full notice
grave    f   | Further information
grave    f   | Details and contact
"""
ENDINGS = """
promote  y   | Now over to you.
promote  y   | Asking is free.
promote  u   | Better today than tomorrow.
promote  f   | We are happy to advise you.
announce y   | Now you're in the know.
announce y   | What do you say?
announce u   | Have a look while you're here.
announce f   | We look forward to hearing from you.
invite   y   | Your move.
invite   y   | We'd miss you.
invite   f   | We would be delighted to see you.
invite   u   | Note it down now.
inform   y   | Pin it, save it, pass it on.
inform   f   | We are happy to answer your questions.
thank    y   | Same again, please.
thank    w   | You made it what it was.
hire     y   | We're curious about you.
hire     f   | We are happy to answer your questions.
remind   y   | No excuses now.
remind   f   | We are happy to answer your questions.
remind   y   | See you there.
ask      y   | No wrong answers.
ask      w   | We're all ears.
promote  pw  | Questions? Just ask us.
promote  f   | We look forward to hearing from you.
promote  y   | Tell a friend. Or keep it to yourself.
promote  pw  | Know someone who'd like this? Pass it on.
promote  u   | Don't wait too long.
announce pw  | Questions? Just ask us.
announce f   | We are happy to answer your questions.
announce y   | Tell us what you think.
announce pw  | Know someone who'd like this? Pass it on.
announce w   | We're curious what you think.
announce u   | Spread the word.
invite   pw  | See you soon.
invite   f   | We look forward to welcoming you.
invite   y   | Be there or be square.
invite   w   | We look forward to seeing you.
invite   u   | Put it in your calendar.
invite   p   | See you there.
inform   pw  | Questions? Just ask us.
inform   f   | Thank you for taking note.
inform   w   | Thank you for your understanding.
inform   pu  | Please pass it on.
inform   y   | Now you know.
thank    pw  | See you next time.
thank    f   | With kind regards, {brand}.
thank    w   | Your {brand} team
thank    y   | You know who you are.
thank    pu  | Until next time.
hire     pw  | Know someone who fits? Pass it on.
hire     f   | We look forward to your application.
hire     y   | Tag along or tell a friend.
hire     w   | We look forward to meeting you.
hire     pu  | Get in touch.
remind   pw  | See you soon.
remind   f   | We look forward to seeing you.
remind   y   | Consider yourself reminded.
remind   w   | We're looking forward to it.
remind   u   | Put it in your calendar.
remind   p   | Pass it on.
ask      pw  | Tell us what you think.
ask      f   | Thank you for your answer.
ask      y   | Go on, we can take it.
ask      w   | We look forward to reading your answers.
ask      u   | We look forward to your answer.
ask      pf  | We're listening.
grave    f   | Thank you for your attention.
grave    f   | Please share this notice with anyone concerned.
grave    f   | If you have questions, please contact us.
"""
LISTS = {
    "": ("The details:", "In short:", "What to know:", "At a glance:"),
    "hire": ("What to know:", "The job at a glance:"),
    "invite": ("The details:", "At a glance:", "Good to know:"),
}
WARM_NAMES = frozenset(
    [
        "volunteers",
        "everyone",
        "everybody",
        "all",
        "you",
        "team",
        "guests",
        "sponsors",
        "partners",
        "helpers",
        "participants",
        "community",
        "visitors",
        "fans",
        "members",
        "donors",
        "supporters",
        "staff",
        "colleagues",
        "readers",
        "customers",
        "runners",
        "friends",
        "families",
        "crew",
        "speakers",
        "neighbours",
        "neighbors",
    ]
)
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
    "grave": "Important notice",
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
    "grave": "Full notice",
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

# Around the person's own sentence ({lead} {Lead}), or their own phrase ({phrase}; {people} for whom thanks are).
STORY = {
    "announce": """
pfuwy topic    | {Lead}.
pfw   topic    | News from us: {lead}.
pw    question | Have you heard? {Lead}.
p     fact     | Here's what's new: {lead}.
pu    deadline | Mark it down: {lead}.
w     topic    | We're happy to share this: {lead}.
w     topic    | We wanted you to hear it from us: {lead}.
f     topic    | We are pleased to announce the following: {lead}.
f     topic    | Announcement: {lead}.
u     topic    | Take note: {lead}.
y     topic    | Guess what? {Lead}.
y     topic    | Psst: {lead}.
y     fact     | Drum roll, please. {Lead}.
y     question | Have you heard? {Lead}.
y     deadline | Spread the word: {lead}.
pw    topic    | A word from us: {lead}.
f     topic    | A short announcement: {lead}.
u     topic    | Hot off the press: {lead}.
y     topic    | Big news? You decide. {Lead}.
w     topic    | Some news to share. {Lead}.
pfuwy topic    | We're happy to announce {phrase}.
pf    topic    | Announcing {phrase}.
pw    fact     | Here's our news: {phrase}.
u     topic    | Take note of {phrase}.
y     topic    | Drum roll, please, for {phrase}.
y     topic    | Guess what's new: {phrase}.
""",
    "promote": """
pfuwy topic    | {Lead}.
pw    topic    | Here's something for you: {lead}.
pfu   deadline | Worth noting: {lead}.
pw    question | Thinking about it? {Lead}.
w     topic    | A little something from us: {lead}.
f     topic    | Our offer to you: {lead}.
u     topic    | Don't miss it: {lead}.
u     deadline | Don't leave it too late: {lead}.
y     topic    | Psst: {lead}.
y     topic    | Treat yourself: {lead}.
y     topic    | Psst, over here! {Lead}.
y     topic    | You read that right. {Lead}.
y     question | Need a sign? Here it is: {lead}.
y     deadline | Tell a friend: {lead}.
pwyu  topic    | Take a look at {phrase}.
pf    topic    | In the spotlight: {phrase}.
f     topic    | We would like to present {phrase}.
pwy   question | Have you seen {phrase}?
""",
    "invite": """
pfuwy topic    | {Lead}.
pfuwy topic    | You're invited: {lead}.
pwu   deadline | Save the date: {lead}.
y     topic    | Clear your calendar: {lead}.
y     question | Plans yet? {Lead}.
pw    question | Will we see you there? {Lead}.
pfwu  topic    | You're invited to {phrase}.
pwyu  topic    | Join us for {phrase}.
f     topic    | We cordially invite you to {phrase}.
w     topic    | We'd love to see you at {phrase}.
y     topic    | Clear your calendar for {phrase}.
pu    deadline | Save the date for {phrase}.
pwy   question | Will we see you at {phrase}?
""",
    "inform": """
pfuwy topic    | {Lead}.
pfuw  topic    | Please note: {lead}.
pwy   topic    | Good to know: {lead}.
pfw   deadline | A quick update: {lead}.
y     question | Have you heard? {Lead}.
pfuwy topic    | Good to know: {phrase}.
pfu   topic    | Please note: {phrase}.
""",
    "thank": """
pfuwy topic    | {Lead}.
w     topic    | From the bottom of our hearts: {lead}.
pw    fact     | Thank you! {Lead}.
pfuwy topic    | Thank you to {people}.
pwy   topic    | A big thank-you to {people}.
f     topic    | Our sincere thanks go to {people}.
y     topic    | Hats off to {people}.
pfuwy topic    | Thank you for {phrase}.
f     topic    | Our sincere thanks for {phrase}.
""",
    "hire": """
pfuwy topic    | {Lead}.
pfuw  topic    | Join our team. {Lead}.
pw    question | Your next job? {Lead}.
w     topic    | There's a place for you on our team. {Lead}.
y     question | Is this you? {Lead}.
y     topic    | Plot twist: your next job could be here. {Lead}.
pfuw  topic    | We're hiring {phrase}.
pfwy  topic    | We're looking for {phrase}.
pwy   question | Want to work with us? We're looking for {phrase}.
""",
    "remind": """
pfuw  topic    | A quick reminder: {lead}.
pwuy  deadline | Don't forget: {lead}.
pf    topic    | Reminder: {lead}.
w     topic    | So that it doesn't slip by: {lead}.
y     topic    | This is your nudge: {lead}.
y     question | On your calendar? {Lead}.
u     topic    | {Lead}.
pfuw  topic    | A quick reminder of {phrase}.
pwuy  deadline | Don't forget {phrase}.
y     question | Have you thought of {phrase}?
""",
    "ask": "",
    "grave": """
f topic | {Lead}.
f topic | Important notice: {lead}.
f topic | Please read: {lead}.
f topic | Important notice: {phrase}.
""",
}
