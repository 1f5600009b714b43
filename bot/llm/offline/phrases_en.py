# ruff: noqa: E501  (a phrase is easier to read unbroken)
"""What people say in English, as regular expressions. Matched without regard to case; no groups that capture."""

from __future__ import annotations

from typing import Final

_DONE = (
    r"(?:thanks?(?: you)?(?: so much| a lot| very much)?|thx|cheers|perfect|great|nice|cool|ok(?:ay)?|alright|awesome|"
    r"(?:that |this |it )?(?:looks|sounds|is)(?: really| very| so)? (?:good|great|perfect|nice|fine)|"
    r"(?:i )?(?:love|like) (?:it|them|that)|well done|good job|wonderful|brilliant|lovely|for (?:that|this|now|your help))"
)
_THIS = (
    r"(?:it|this|that|them|these|those|both|everything|all|all of (?:it|them)|now|"
    r"the (?:drafts?|posts?|(?:first|second|third|last|latest)(?: one| draft| post)?)|d_\w+)"
)
_POST = (
    r"(?:posts?|updates?|announcements?|drafts?|captions?|teasers?|something|tweets?|copy|text|news item|piece|"
    r"reminders?|invitations?|messages?|thread|carousel)"
)
_PEOPLE = (
    r"(?:everyone|everybody|people|all|them|folks|the (?:world|community|team)|"
    r"(?:our|my|the) (?:customers|followers|community|readers|fans|clients|members|subscribers|audience|guests))"
)
_COUNT = r"(?:an?|one|another|some|the|two|three|four|five|six|seven|several|a few|a couple of|\d{1,2})"

PHRASES: Final[dict[str, str]] = {
    "greeting": r"(?:hi+|hello|hey+|howdy|good (?:morning|afternoon|evening|day))"
    r"(?: (?:there|admind|bot|team|all|everyone|again))*",
    "thanks": rf"(?:{_DONE}[\s,.!:)]*)+(?:admind|bot)?",
    "help": r"(?:help(?: me)?(?: please)?|commands?|what can (?:you|i) do(?: here)?|how (?:does|do) (?:this|it|you|i) "
    r"(?:work|start|use (?:this|it|you)|begin)|what (?:do|should) i (?:do|say|write)(?: now)?|how can you help(?: me)?)",
    "who": r"(?:who|what) (?:are|r) you|are you (?:an? )?(?:real |actual )?(?:bot|human|person|ai|machine|robot|model|"
    r"there|chatgpt|llm)(?: or .*)?|what(?:'s| is) your name|which model (?:are|do) you.*|what is admind",
    "no": r"no|nope|never ?mind|forget (?:it|that)|cancel(?: that)?|stop it|nothing",
    "yes": r"yes|yep|yeah|sure|do it|go ahead|ok do it|yes please|please do",
    "override": r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instructions?|rules?|prompts?|polic(?:y|ies)|"
    r"above|guidelines)\b|\byou are now\b|\bpretend (?:to be|you)\b|\b(?:system|developer) (?:prompt|message|mode)\b|"
    r"\bact as\b|\bjailbreak\b|\bnew instructions?\s*:|\breveal\b.{0,40}\b(?:prompt|key|token|password|secret)s?\b|"
    r"\bwithout (?:any )?(?:approval|review|asking)\b|\bskip (?:the )?(?:approval|review)\b",
    "decide": rf"(?:please |now |just |ok(?:ay)?,? )*(?:approve|accept|sign off(?: on)?|reject|publish|release|ship|send|"
    rf"post|confirm)(?: {_THIS})(?: (?:out|live|now|please|immediately|right (?:now|away)|at once|asap|for me|today))*|"
    rf"(?:please )?(?:go ahead(?: and|,)? )?(?:approve|reject|publish)(?: (?:now|please|it|them))*|"
    rf"(?:can|could|will) you (?:please )?(?:approve|publish|post|release|send|reject) {_THIS}(?: .{{0,20}})?|"
    rf"(?:please )?(?:cancel|delete|discard|drop|kill|take down|unpublish|withdraw)(?: {_THIS})(?: please| again)?|"
    rf"(?:i )?approved?(?: {_THIS})?|go live(?: now)?|(?:let's )?(?:go|get it out)(?: now)?|"
    rf"(?:approved?|lgtm)(?:,? (?:post|publish|send|ship) (?:it|them)(?: now)?)?",
    "decide_inside": r"\b(?:publish|approve|release|post|send)\b.{0,30}\b(?:now|immediately|right away|at once|"
    r"everything|all)\b",
    "stop": r"(?:please |now )*(?:pause|stop|halt|freeze|resume|unpause|continue)(?: .{0,60})?",
    "settings": r"(?:please |can you |could you )*(?:connect|disconnect|add|remove|delete|invite|link|change|set|rename|"
    r"give)\b.{0,40}\b(?:accounts?|channels?|members?|users?|polic(?:y|ies)|roles?|passwords?|tokens?|brand|owners?|"
    r"approvers?|permissions?|workspace)\b.*",
    "ask_scheduled": r"\b(?:what|which|anything|show|list|is there|when|how many)\b.{0,50}\b(?:scheduled|planned|coming up|next post|"
    r"going out|go out|goes out|upcoming|due|on the (?:calendar|plan|schedule))\b|"
    r"^(?:show (?:me )?)?(?:the |our |my )?(?:calendar|schedule|plan|agenda)\b|"
    r"\bwhat(?:'s| is| do we have)(?: on| up| next)\b",
    "ask_published": r"\b(?:what|which|anything|show|list|did|how many|has)\b.{0,50}\b(?:went out|gone out|published|"
    r"posted|been sent|was sent|did we (?:post|publish|send)|we (?:post|publish)|(?:already |now )live|go out)\b|"
    r"\b(?:last|latest|recent|past) (?:\w+ )?posts\b|\bdid (?:it|that|the .{1,40}) go out\b",
    "ask_drafts": r"\b(?:what|which|anything|who|show|list|is there|how many|are there)\b.{0,50}\b(?:waiting|pending|"
    r"open|unapproved|to (?:approve|review|decide)|needs? (?:approval|review|a decision|approving)|drafts|left to do)\b|"
    r"^(?:my |our |the |open |all )*drafts\b|^what (?:should|must|can|do) (?:i|we) (?:approve|review|decide)",
    "ask_problems": r"\b(?:what|which|anything|did|is|are|show|list|has|any)\b.{0,50}\b(?:fail(?:ed|ing|ures?)?|"
    r"problems?|go(?:ne|es)? wrong|went wrong|broken|stuck|errors?|missed|not go out|trouble)\b",
    "ask_why": r"^\W*(?:is|was|has|are) (?:it|that|this|the .{1,30}?|they)(?: been)?(?: already)? (?:approved|out|live|posted|"
    r"published|scheduled|ready)\b|\b(?:why|how come)\b.{0,80}\b(?:blocked|block|not|n't|failed|stopped|rejected|flagged|warnings?|"
    r"warn(?:ed)?|waiting|held|stuck|late|missed|red)\b|"
    r"\bwhat(?:'s| is| was) (?:wrong|missing|the (?:problem|matter|issue))\b|"
    r"\bwhat (?:happened|became)\b.{0,40}\b(?:it|that|this|draft|post|d_\w+)\b|\b(?:status|state) of\b|"
    r"\bwhere (?:is|are) (?:it|that|my|the|our)\b|\bwho (?:can|must|should|has to) approve\b",
    "asks_for_post": rf"(?:\b(?:i|we)(?:'d| would)?\s+)?\b(?:write|draft|create|make|prepare|do|compose|post|publish|share|put out|generate|need|want|"
    rf"give (?:me|us)|schedule|plan|have|like|send|get)\s+(?:me |us )?(?:{_COUNT}\s+)?(?:(?:[\w\ue000-]+|,)\s+){{0,4}}?"
    rf"(?:versions? of (?:a )?|variants? of (?:a )?|options? for (?:a )?)?{_POST}\b"
    rf"(?:[\s\ue000]+and[\s\ue000]+(?:an?[\s\ue000]+)?(?:[\w\ue000]+[\s\ue000]+)?{_POST}\b){{0,3}}"
    r"(?:\s+(?:nice|short|small|fun|good|quick|friendly))?(?:\s+for\s+[^,.;:!?\ue000]{2,40}?(?=\s+(?:about|saying|that)\b))?(?:[\s\ue000]+(?:about|for|that says|saying|announcing|to announce|promoting|to promote|inviting people to|regarding|"
    r"which says|telling (?:everyone|people)(?: that| about)?)\b)?\s*:?|"
    r"^\s*(?:\ue000|(?:instagram|facebook|linkedin|twitter|x|mastodon|bluesky|telegram|tiktok|threads|pinterest|feed|blog))"
    rf"[\s\ue000]+{_POST}\s*(?:about|on|for|:)|"
    rf"^\s*(?:{_COUNT}\s+)(?:[\w\ue000-]+\s+){{0,2}}?{_POST}\s*(?:(?:about|on|for|:)|$)|"
    rf"^\s*(?:(?:and|also|plus|then)\s+){{1,3}}(?:one|another(?: one)?)(?: more)?\s+(?:for|about|on)\b|"
    rf"^\s*(?:\w+\s+)?{_POST}\s*:|^\s*(?:an? )?(?:ad|advert|caption)\s+for\b|"
    r"\b(?:put|pull|get|write|post|make|draft|share|say)\s+(?:together\s+)?(?:something|a few words|a word|a line)\b(?:\s+(?:nice|short|small|fun|funny|good|quick|"
    r"friendly|warm|kind|up|out|together))*|\b(?:get|put|pull)\s+(?:a\s+)?(?:post|update|reminder)s?\s+(?:out|up|together)\b|"
    rf"\b(?:another|(?:a )?new) post\b[\s\ue000]*(?:about|on|for|:)?",
    "announce": r"(?<!\bto )\bannounc(?:e|ing)\b(?:[\s\ue000]+that\b)?|\bintroduc(?:e|ing)\b|\bpresent(?=\s+(?:our|the|a)\b)|\blaunch post\b:?|"
    r"\bspread the word\b(?: about| that)?|\bbreaking\b:|\bnews\b:",
    "inform": rf"(?<!\bto )\bshare with {_PEOPLE} that\b|^\s*(?:mention|point out|highlight|note|say)\s+that\b|\btell {_PEOPLE}(?: that| about)?|\blet {_PEOPLE} know(?: that| about)?|(?<!\bto )\bshare (?:that|the news that|"
    r"this|the following)\b:?|\binform " + _PEOPLE + r"(?: that| about| of)?|\bpost (?:this|the following|that|about)\b"
    r"(?: exactly| word for word| verbatim| as is)?\s*:?|\bpublish (?:this|the following)\b(?: exactly| word for word| "
    r"verbatim| as is)?\s*:?|^\s*post\b(?!\s+(?:it|on|to|at)\b)\s*:?|^\s*write (?:about|that)\b",
    "promote": r"\bpromot(?:e|ing)\b|\badverti[sz]e\b|\bpush (?=our|the)",
    "invite": rf"\binvit(?:e|ing) {_PEOPLE}?\s*(?:to|for)\b|^\s*invitation (?:to|for)\b|^\s*join us\b",
    "remind": rf"\bremind(?:ing)? (?:{_PEOPLE}|parents|students|guests|visitors|members|residents|neighbours|staff|participants)(?: that| about| of| to)?|^\s*(?:a )?(?:friendly )?reminder\b(?: that| about|:|,)?|"
    r"^\s*don't forget\b:?",
    "thank": r"^\W*(?:(?:please )?(?:write|draft|post|send|make)\s+)?(?:a )?(?:big |short |little |warm )?thank[ -]you(?: note| post| message)?(?: to| for)\b|"
    r"\bsay (?:a big )?(?:thanks|thank you)(?: to)?\b|^\s*thank\b(?!\s*you\b)|"
    r"\bexpress our thanks to\b|^\s*(?:a )?big thanks to\b",
    "hire": r"\b(?:we(?:'re| are) )?(?:hiring|looking for (?=an? (?:new )?(?:\w+ ){0,2}(?:mechanic|manager|assistant|"
    r"apprentice|developer|cook|barista|intern|colleague|designer|engineer|sales))|recruiting)\b|\bjob (?:opening|offer|"
    r"ad)\b:?|\bopen position\b:?|\bjoin our team\b",
    "ask": rf"\bask {_PEOPLE}(?: about| for)?|^\s*(?:a )?poll\b:?",
    "statement": r"^(?:we(?:'re|'ve|'ll)?|our|there(?:'s| is| are| will be)|starting|from|new|now|finally|only|today|"
    r"tomorrow|this (?:week|month|weekend)|save|get|win|come|visit|join|book|order|free|sale|last chance|good news|"
    r"happy|urgent|attention|important|info|update|recall|it's|meet)\b",
    "polite": r"(?:^|(?<=[.!?,;:\n\ue000]))\s*(?:hi|hello|hey)?[,!]?\s*(?:can|could|would|will) (?:you|we) (?:please |maybe |also )*|"
    r"(?:^|(?<=[.!?,;:\n\ue000]))\s*(?:please|pls|also|then|hey|hi|hello|ok(?:ay)?)\b[,!]?\s*|\bplease\b|"
    r"(?:^|(?<=[.!?\n\ue000]))\s*(?:here(?:'s| is| are)|this is)\b|\b(?:i|we)(?:'d| would)? (?:like|want|need)(?: you)? to\b|\blet's\b|\bthanks\b(?: in advance)?[.!]*\s*$",
    "go_out": r"\b(?:it )?(?:would|would be|that would be|it'd be) (?:be )?(?:great|nice|good|lovely|perfect) if (?:it|this|that|you|we) (?:could |can )?"
    r"(?:go(?:es)? out|be out|post(?:ed)?(?: it)?|publish(?:ed)?(?: it)?|schedule(?:d)?(?: it)?|was posted|is posted)(?:\s+(?:on|at|around|by))*|(?:\b(?:and|but|then)\s+)?(?:\b(?:it|this|that|they|which)\s+)?\b(?:(?:should|must|to|can|will|shall|could)\s+)?"
    r"(?:be\s+)?(?:please\s+)?(?:go(?:es)? (?:out|live|up)|post(?:ed)?|publish(?:ed)?|schedul(?:e|ed)|send|sent|put|"
    r"share|shared|release|released|out|live)(?:\s+(?:it|this|that|them|both|all|one))?(?:\s+(?:out|up|live))?"
    r"(?:\s+(?:on|at|for|to|in|by|the))*\s*[:,]?\s*(?=\ue000)",
    "preposition": r"(?:\b(?:on|at|for|by|from|in|to|this|via|the|starting)\s+)+$",
    "until": r"(?:\b(?:valid |ends? |ending |runs? |only |offer ends )?(?:until|till|through|by|before|on|ends?|this)\s+)+$",
    "no_image": r"\b(?:no|without(?: an?| any)?|skip the) (?:image|picture|photo|graphic|visual|card|pic|illustration)s?\b|"
    r"\btext[ -]only\b|\b(?:only|just) text\b",
    "image": r"\b(?:with|add|include|plus|and|use|make|create|generate)?\s*(?:an?|the|some|my|our|this|one|nice|matching|ai[- ]generated|generated|ai)*\s*\b"
    r"(?:image|picture|photo|graphic|visual|illustration|pic|template card|image card|photograph)s?\b(?:\s+(?:attached|below|enclosed))?"
    r"(?:\s+(?:of|showing|that shows|with)\s+(?:(?!\s(?:about|for|announcing|saying|and (?:post|publish))\b)[^,.;!?\ue000]){2,80})?",
    "variants": r"\b(?:in |with )?(?:two|three|2|3|different|several|a few|a couple of) (?:\w+ )?(?:versions|variants|variations|"
    r"options|alternatives|wordings)\b(?:\s+of(?:\s+(?:it|the post|a post|this))?)?(?:\s+to choose from)?",
    "hashtag_wish": r"\b(?:with|and|plus|add|include|use) (?:some |a few |two |three |\d |matching )?hashtags?\b:?|\bhashtags?:|"
    r"(?:(?<=,)|^)\s*(?:some|a few|two|three|four|five|\d) hashtags?\b",
    "no_hashtag": r"\b(?:no|without(?: any)?) hashtags?\b",
    "no_emoji": r"\b(?:no|without(?: any)?) emojis?\b",
    "emoji": r"\b(?:with|add|use|and|plus|include)?\s*(?:an?|some|a few|one)?\s*\bemojis?\b",
    "verbatim": r"\b(?:exactly|verbatim|word[ -]for[ -]word|as(?: it)? is|literally|this text|these words|unchanged|"
    r"the following text)\b",
    "everywhere": r"\b(?:(?:on|to|in) )?(?:everywhere|(?:all|every|both)(?: of)?(?: our| the)? (?:channels?|accounts?|feeds))\b",
    "at_place": r"\b(?:on|to|in|via|for|into|using|through)\s+(?:only\s+)?(?:our |the |my )?(?:company |official )?",
    "place_after": r"(?:\s+(?:account|channel|page|feed|only|too|as well))*",
    "tone_of": r"\b(?:keep it|make it|keep the tone|tone|style|sound(?:ing)?|be|it should (?:be|sound))\s*(?:is |are |:\s*)?"
    r"(?:very |nice and |rather |quite |a bit |really )?",
    "tone_in": r"\bin an? (?:very |rather |more )?",
    "tone_noun": r"\s+(?:tone|style|voice|way|manner)(?: of voice)?",
    "language_in": r"\b(?:in|into|auf)\s+",
    "action_wish": r"\b(?:call to action|cta)\b\s*(?::|is|should be|=)?\s*",
    "note_words": r"\b(?:no|and|or|with|but|the|a|an|on|at|to|for|it|please|it's|this|post|so|in|of|about|that|too|"
    r"also|by|then|from|one|each|short|image|publish|keep|make|exactly|write|is|should|go|out|thanks|only|posts?|schedule|"
    r"send|put|text|tone|add|use|me|us|you|them|can|now|online)\b",
    "first": r"(?:first|1st)",
    "second": r"(?:second|2nd)",
    "third": r"(?:third|3rd)",
    "fourth": r"(?:fourth|4th)",
    "last": r"(?:last|latest)",
    "which_one": r"(?:\s+(?:one|draft|post|version|option|variant|wording))?",
    "choose": r"\b(?:use|take|choose|pick|go (?:with|for)|prefer|select|i(?:'d| would)? (?:like|take|prefer|choose|go with)|"
    r"let's (?:use|take|go with)|keep)\b",
    "option_word": r"(?:option|variant|version|number|nr\.?|no\.?|#|alternative|wording|choice)",
    "move": r"\b(?:move|reschedule|shift|postpone|delay|push(?: back)?|bring forward|schedule|plan)\b"
    r"(?:\s+(?:it|this|that|them|the (?:draft|post|whole thing)|everything))?(?:\s+(?:back|out|forward))?"
    r"(?:\s+(?:to|until|till|for|on|at|from))*\s*|"
    r"\b(?:can we|could we|let's|can you)\s+(?:do|make it|have it|post it|send it|go(?: with)?)\s*(?:on|at|for)?\s+|"
    r"\b(?:make (?:it|that)|post it|publish it|send it(?: out)?|put it(?: out)?|do it|it should go out|go out|rather|"
    r"better|instead|actually|how about|what about)\s*,?\s*(?:on|at|for)?\s+",
    "move_end": r"[\s,]*(?:instead|please|pls|then|rather|would be better|is better|if possible|thanks)*[\s?.!]*$",
    "later": r"\b(\d{1,3}|an?|one|two|three|half an|a half)\s+(minutes?|mins?|hours?|days?|weeks?)\s+(later|earlier)\b",
    "revise": r"\b(?:shorter|longer|shorten|expand|rewrite|rephrase|reword|simplif(?:y|ied)|tighten|trim|punchier|"
    r"snappier|(?:more|less|too|not so|much|a bit|a little|slightly|even|way) \w+|"
    r"(?:make|change|replace|swap|remove|drop|delete|cut|add|include|mention|insert|append|correct|fix|edit|"
    r"adjust|tweak|capitali[sz]e|translate|call (?:it|them)|start with|end with|put) |"
    r"without|instead of|in (?:german|english|french|spanish|italian)|with an? (?:image|picture|photo|emoji|question|hook)|"
    r"no (?:hashtags?|emojis?|image|picture|exclamation)|lose the|get rid of|leave out|don't (?:say|mention|use)|"
    r"typo|spelling|should (?:be|say|read)|try again|again|another (?:try|version|wording)|different(?:ly)?|"
    r"(?:the )?(?:text|tone|headline|title|hashtags?|emoji|link|last sentence|first sentence)\b.{0,40}\b(?:is|are|should|"
    r"needs?)\b|friendlier|warmer|funnier|clearer|simpler|stronger|bolder|(?:playful|formal|casual|urgent) please)",
    "word": r"^(?:(?:please|actually|no|ok|then|better|just|rather)[,\s]+)*(?:use|write|take|say|post|make it(?: say)?|change (?:it|the text|the wording) to|set (?:it|the "
    r"text) to|replace (?:it|the text|everything) with|the text should (?:be|read)|new (?:text|wording)|text|wording|"
    r"it should (?:say|read)|use (?:this|the following)(?: text| wording| instead)?)\b[^\"“„«]{0,60}$",
}

TONES: Final[dict[str, str]] = {
    word: word
    for word in (
        "playful", "funny", "humorous", "witty", "formal", "professional", "serious", "friendly", "warm", "casual",
        "relaxed", "urgent", "exciting", "enthusiastic", "calm", "plain", "simple", "bold", "inspiring", "personal",
        "informal", "short", "concise", "brief", "snappy", "crisp", "factual", "festive", "cheerful", "elegant",
        "confident", "emotional",
    )
}  # fmt: skip
NUMBERS: Final[dict[str, int]] = {
    "a couple of": 2, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
}  # fmt: skip
LANGUAGES: Final[dict[str, str]] = {
    "english": "en", "german": "de", "french": "fr", "spanish": "es", "italian": "it",
}  # fmt: skip
DAYS: Final = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
OFFERS: Final[tuple[str, ...]] = (
    r"(?:up to )?\d{1,3}(?:[.,]\d+)? ?(?:%|percent|per cent) (?:off|discount|reduction)\b",
    r"\b(?:save|discount of|off)(?: up to)? (?:\d{1,3} ?%|(?:CHF|EUR|USD|GBP|[€$£]) ?\d[\d'.,]*)",
    r"(?:CHF|EUR|USD|GBP|[€$£]) ?\d[\d'.,]* (?:off|discount)\b",
    r"\b(?:2|two|3|three) for (?:1|one|2|two|the price of (?:1|one|2|two))\b",
    r"\bbuy (?:one|1|two|2),? get (?:one|1|two|2|the (?:second|third)(?: one)?)(?: (?:free|half price))?\b",
    r"\bfree (?:shipping|delivery|entry|admission|returns|trial|installation|check|gift|coffee|consultation|"
    r"service|sample|test ride|upgrade|breakfast|parking)s?\b(?!-)",
    r"\bhalf[ -]price\b",
)
OFFER_TAIL: Final = (
    r"(?:\s+(?!(?:until|till|through|from|this|these|next|today|tomorrow|ends?|ending|only|in|with|and|when|if|at|by|"
    r"starting|for (?:a|the) limited|between|post|please|on (?:the|mon|tue|wed|thu|fri|sat|sun|\d)|is|are|was|now|"
    r"to|valid|during|all week|while|as)\b)[\w'’&-]+){0,6}"
)
