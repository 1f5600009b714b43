"""Each check finds what it is for, says it for marketers, and leaves good copy alone."""

from __future__ import annotations

import calendar
import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Problem
from bot.checks.addresses import find_addresses, unknown_addresses
from bot.checks.alt import alt
from bot.checks.base import Subject
from bot.checks.claims import claims
from bot.checks.days import days
from bot.checks.duplicates import duplicates
from bot.checks.figures import figures, known_figure, meanings, plain
from bot.checks.ledger import ledger
from bot.checks.limits import limits
from bot.checks.links import links
from bot.checks.placeholders import PLACEHOLDER, placeholders
from bot.checks.run import CHECKS, run_checks
from bot.checks.wording import wordings
from storage.drafts import Brief, Finding
from storage.sealed import Medium
from tests.bot.checks.subjects import BRIEF, GOOD, NOW, subject

GERMAN_MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)


def rules(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.rule for finding in findings]


async def test_good_copy_has_no_findings() -> None:
    assert await run_checks(subject(GOOD)) == ()


async def test_a_check_that_breaks_is_said_and_the_others_still_speak() -> None:
    async def broken(subject: Subject) -> tuple[Finding, ...]:
        raise RuntimeError("boom")

    found = await run_checks(subject("Hi [brand]"), dict(CHECKS) | {"claims": ("Figures and claims", broken)})
    assert "placeholder" in rules(found)
    said = next(finding for finding in found if finding.rule == "unchecked_claims")
    assert said.severity == "warn" and "could not be checked" in said.reason and "boom" not in said.reason


async def test_what_all_accounts_share_is_told_once_and_blocks_come_first() -> None:
    found = await run_checks(subject("Best in town, [name]", "Best in town, [name]"))
    assert [finding.severity for finding in found] == sorted(f.severity for f in found)
    assert rules(found).count("claim") == 1 and all(finding.account == "" for finding in found)


async def test_too_long_says_how_much() -> None:
    found = await limits(subject("x" * 300))
    assert found[0].severity == "block" and found[0].fix == "Shorten it by 20."
    told = (Problem("too_long", "X takes less.", "Cut."),)
    assert [finding.reason for finding in await limits(subject("x" * 300, problems=told))] == ["X takes less."]


@pytest.mark.parametrize(
    ("text", "rule", "severity"),
    [
        ("https://velo.example/sale and https://other.example", "link_unknown", "warn"),
        ("https://velo.example/sale or shop.com", "link_unknown", "warn"),
        ("https://velo.example/sale mail me@velo.example", "link_unknown", "warn"),
        ("https://velo.example/sale by @somebody", "mention_unknown", "warn"),
        ("https://velo.example/sale https://velo.example@evil.example/", "link_disguised", "block"),
        ("https://velo.example/sale ftp://velo.example", "link_broken", "block"),
        ("https://velo.example/sale javascript:alert(1)", "link_broken", "block"),
        ("https://velo.example/sale http://localhost:8000", "link_broken", "block"),
        ("https://velo.example/sale https://vеlo.example", "link_lookalike", "warn"),
        ("https://velo.example/sale https://xn--vlo-8cd.example", "link_lookalike", "warn"),
        ("No link at all", "link_missing", "warn"),
        ("https://velo.example/sales", "link_missing", "warn"),
    ],
)
async def test_links_lead_where_the_brief_says(text: str, rule: str, severity: str) -> None:
    found = await links(subject(text))
    assert (rule, severity) in [(finding.rule, finding.severity) for finding in found]


async def test_a_link_without_its_scheme_or_with_a_slash_is_the_same_link() -> None:
    for text in ("velo.example/sale", "http://www.velo.example/sale/", "(https://velo.example/sale)."):
        assert await links(subject(text)) == ()
    assert await links(subject("no link", links="none")) == ()


@given(st.text(max_size=120))
def test_addresses_are_found_without_overlap_and_known_ones_are_never_unknown(text: str) -> None:
    found = find_addresses(text)
    spans = [address.span for address in found]
    assert all(text[slice(*address.span)] == address.text for address in found)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))
    assert unknown_addresses(text, [text]) == ()


@pytest.mark.parametrize("text", ["z.B. heute", "We use Node.js", "e.g. bikes", "10.30 Uhr", "Hello.World", "No. 5"])
def test_ordinary_words_are_no_addresses(text: str) -> None:
    assert find_addresses(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Hi [brand]", "TODO", "{{name}}", "lorem ipsum", "XXX", "<link>", "Insert your link here", "[Your Name]",
        "{date}", "${price}", "on xx.xx.2026", "call ___", "https://yourshop.com/a", "[INSERT DATE]", "TBD", "???",
        "[hier einfügen]", "hier den Preis eintragen", "[event name]",
    ],
)  # fmt: skip
async def test_placeholders_block_with_their_span(text: str) -> None:
    found = await placeholders(subject(f"Come along: {text} now"))
    assert found and all(finding.severity == "block" for finding in found)
    span = found[0].span
    assert span is not None and f"Come along: {text} now"[slice(*span)] in f"{text} now"


@pytest.mark.parametrize(
    "text",
    ["XXL sizes", "he said [sic]", "see [1]", "a < b > c", "What?!", "Add a friend", "Mehr hier", "snake_case", "<3"],
)
def test_ordinary_text_is_no_placeholder(text: str) -> None:
    assert PLACEHOLDER.search(text) is None


@pytest.mark.parametrize(
    "text",
    ["20 % off", "20 percent", "May 31st", "31. Mai", "31.5.", "14:00", "14.00 Uhr", "CHF 2490.–", "CHF 2,490",
     "2490 Franken", "3 colours", "since 1987"],
)  # fmt: skip
async def test_a_figure_of_the_brief_is_known_however_it_is_written(text: str) -> None:
    assert await claims(subject(f"Hello {text} there")) == ()


@pytest.mark.parametrize(
    "text",
    ["25% off", "30 May", "15:00", "4 colours", "since 1978", "20 km/h for 99", "31 June"],
)
async def test_a_figure_that_is_not_in_the_brief_warns_with_its_span(text: str) -> None:
    whole = f"Hello {text} there"
    found = [finding for finding in await claims(subject(whole)) if finding.rule == "figure"]
    assert found and found[0].severity == "warn" and found[0].span is not None
    assert whole[slice(*found[0].span)].strip() in text


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("EUR 2490", "price"), ("CHF 2500", "price"), ("for free", "price"), ("zum halben Preis", "price"),
        ("money-back guarantee", "guarantee"), ("garantiert", "guarantee"), ("risk-free", "guarantee"),
        ("clinically tested", "health"), ("stärkt das Immunsystem", "health"), ("relieves pain", "health"),
        ("DSGVO-konform", "legal"), ("tax-free", "legal"), ("patented", "legal"),
    ],
)  # fmt: skip
async def test_prices_guarantees_health_and_law_are_in_the_way_without_a_source(text: str, rule: str) -> None:
    whole = f"Hello {text} there"
    found = await claims(subject(whole))
    assert found and {(each.rule, each.severity) for each in found} == {(rule, "block")}
    assert found[0].span is not None and whole[slice(*found[0].span)].strip() in text and found[0].claim
    sourced = BRIEF.model_copy(update={"facts": (f"It is so: {text}.",)})
    assert await claims(subject(whole, brief=sourced)) == ()


async def test_the_right_figure_in_another_role_is_another_claim() -> None:
    brief = BRIEF.model_copy(update={"facts": ("20% off all bikes", "30% off all helmets"), "offer": ""})
    assert await claims(subject("30% off helmets, 20% off all our bikes", brief=brief)) == ()
    [found] = await claims(subject("This week: 30% off all our red and blue bikes", brief=brief)) or [None]
    assert found is None or found.rule == "figure"
    brief = BRIEF.model_copy(update={"facts": ("three new colours", "5 shops open late")})
    [found] = await claims(subject("It comes in 5 new colours", brief=brief))
    assert found.reason == "“5” is in the brief, but about something else."


async def test_quoted_words_stand_in_a_source() -> None:
    brief = BRIEF.model_copy(update={"facts": ("Lea Frei said: we repaired every single bike",)})
    assert await claims(subject("“We repaired every single bike”, says Lea.", brief=brief)) == ()
    [found] = await claims(subject("“We repaired almost every single bike”, says Lea.", brief=brief))
    assert (found.rule, found.severity) == ("quotation", "warn")


async def test_a_figure_edited_by_hand_asks_for_its_source() -> None:
    found = await claims(subject("25% off", edited_by="m_1"))
    assert found[0].fix == "Confirm where it comes from."


async def test_boasts_need_a_source() -> None:
    found = await claims(subject("Best in town!"))
    assert [finding.reason for finding in found] == ["“Best in town” has no source."]
    sourced = BRIEF.model_copy(update={"facts": ("voted best in town by the Gazette",)})
    assert await claims(subject("Best in town!", brief=sourced)) == ()
    assert list(wordings("Best wishes, and all the best. Best before May.")) == []


@given(st.integers(0, 9_999_999), st.sampled_from(["{:d}", "{:,d}"]), st.sampled_from(["'", "’", " ", ",", "."]))
def test_grouping_never_changes_a_number(value: int, form: str, mark: str) -> None:
    assert plain(form.format(value).replace(",", mark)) == str(value)


@given(st.integers(1, 28), st.integers(1, 12))
def test_a_date_means_the_same_in_words_and_figures(day: int, month: int) -> None:
    english, german = calendar.month_name[month], GERMAN_MONTHS[month - 1]
    known = meanings(f"{day}.{month}.")
    for text in (f"{day} {english}", f"{english} {day}", f"{day}. {german}", f"2026-{month:02d}-{day:02d}"):
        assert all(known_figure(figure, known) for figure in figures(text)) and figures(text), text
    other = figures(f"{day % 28 + 1} {english}")[0]
    assert not known_figure(other, known)


async def test_an_equal_text_on_the_same_account_blocks_and_a_near_one_warns() -> None:
    text = "Our spring sale starts on Monday with twenty new bikes in the window. https://velo.example/sale"
    assert (await duplicates(subject(text, recent=(("a_1", text.upper()),))))[0].severity == "block"
    assert (await duplicates(subject(text, recent=(("a_9", text),))))[0].severity == "warn"
    near = text.replace("twenty", "thirty")
    assert (await duplicates(subject(near, recent=(("a_1", text),))))[0].severity == "warn"
    assert await duplicates(subject("Something else entirely for today.", recent=(("a_1", text),))) == ()


def medium(said: str) -> Medium:
    return Medium(sha256="0" * 64, mime="image/png", size=1, width=1, height=1, alt=said)


@pytest.mark.parametrize("said", ["", "IMG_2034.jpg", "image", "Bild von", "x" * 600])
async def test_a_picture_needs_a_description(said: str) -> None:
    assert rules(await alt(subject(GOOD, media=(medium(said),), alt_limit=500))) == ["alt"]


async def test_a_described_picture_or_a_channel_without_descriptions_is_fine() -> None:
    assert await alt(subject(GOOD, media=(medium("Red gravel bike on a wet road"),), alt_limit=500)) == ()
    assert await alt(subject(GOOD, media=(medium(""),))) == ()


@pytest.mark.parametrize(
    ("text", "due_in_days", "said"),
    [
        ("We reopen tomorrow at 8.", 3, "“tomorrow” means Tue 24 Nov, not Sat 21 Nov"),
        ("We reopen next Tuesday.", 4, "not Tue 24 Nov"),
        ("Come by on Saturday!", 3, "means Sat 28 Nov, not Sat 21 Nov"),
        ("Wir öffnen morgen um 8.", 3, "“morgen” means"),
        ("Am Samstag ist Flohmarkt.", 3, "not Sat 21 Nov"),
    ],
)
async def test_a_day_that_moves_along_with_the_post_is_told(text: str, due_in_days: int, said: str) -> None:
    (finding,) = await days(subject(text, due=NOW + timedelta(days=due_in_days)))
    assert (finding.severity, finding.rule) == ("warn", "day")
    assert said in finding.reason


@pytest.mark.parametrize(
    ("text", "due_in_days"),
    [
        ("We reopen tomorrow at 8.", 0),
        ("Come by on Saturday!", 0),
        ("On Saturday, 28 November, we bake.", 3),
        ("Yoga on Saturdays, every Monday and each Friday.", 3),
        ("Am Samstag, 28. November, ist Flohmarkt. Jeden Montag Yoga.", 3),
        ("Guten Morgen zusammen! Tomorrowland is not a day.", 3),
        ("We're open today until 8.", 3),
    ],
)
async def test_days_that_stay_where_they_are_are_left_alone(text: str, due_in_days: int) -> None:
    assert await days(subject(text, due=NOW + timedelta(days=due_in_days))) == ()


async def test_without_a_time_nobody_knows_which_day_is_meant() -> None:
    assert await days(subject("We reopen tomorrow.")) == ()


async def test_the_digits_of_a_telephone_number_are_no_claims_and_a_wrong_number_is_told() -> None:
    told = await run_checks(
        subject("20% off all bikes until 31 May. Ring +41 44 668 18 00.\n\nhttps://velo.example/sale")
    )
    assert [finding.rule for finding in told] == ["personal_data"]


async def _reasons(post: str, *facts: str) -> list[str]:
    brief = BRIEF.model_copy(update={"request": ". ".join(facts), "facts": facts, "offer": "", "deadline": ""})
    return [found.reason for found in await claims(subject(post, brief=brief.model_copy(update={"topic": ""})))]


@pytest.mark.parametrize(
    ("said", "right", "wrong"),
    [
        ("40 bikes to try", "Forty bikes wait.", "Fourteen bikes wait."),
        ("zwanzig Velos zum Testen", "20 Velos warten.", "21 Velos warten."),
        ("250 Leute waren da", "Zweihundertfünfzig Leute!", "Zweihundertsechzig Leute!"),
        ("105 guests", "One hundred and five guests.", "One hundred and six guests."),
        ("2 million trees", "Two million trees.", "Three million trees."),
        ("3 Mio. Bäume", "Drei Millionen Bäume.", "3'500'000 Bäume."),
        ("20 Franken Eintritt", "Eintritt: zwanzig Franken.", "Eintritt: dreissig Franken."),
        ("50% off all bikes", "Half off all bikes.", "A third of all bikes."),
        ("alle Velos zum halben Preis", "50 % auf alle Velos.", "40 % auf alle Velos."),
        ("half price on lamps", "Lamps for half the price: 50% off.", "Lamps: 60% off."),
        ("12 eggs a box", "A dozen eggs a box.", "Half a dozen eggs a box."),
        ("2 Mal im Monat offen", "Zweimal im Monat offen.", "Dreimal im Monat offen."),
        ("doors at half past seven", "Doors at 7.30!", "Doors at 8.30!"),
        ("ab halb acht", "Ab 7.30 Uhr.", "Ab 8.30 Uhr."),
        ("our members doubled", "Twice as many members.", "Three times as many members."),
        ("doors 19:30", "Doors at 7.30.", "Doors at 6.30."),
        ("coffee costs CHF 7.30", "Coffee: 7.30.", "Coffee: 7.40."),
        ("version 4.2 is out", "Meet version 4.2.", "Meet version 4.3."),
        ("offen bis Fr. 7.30", "Bis Freitag, 7.30 Uhr.", "Bis Freitag, 8.30 Uhr."),
        ("Start am 4.2. um 19.30 Uhr", "Am 4.2. 19.30 Uhr.", "Am 4.2. 18.30 Uhr."),
    ],
)  # fmt: skip
async def test_words_and_digits_mean_the_same_both_ways(said: str, right: str, wrong: str) -> None:
    assert await _reasons(right, said) == []
    assert await _reasons(wrong, said)


@pytest.mark.parametrize(
    "text",
    [
        "High five! You two are on cloud nine.", "Our elf packs at both ends.", "Gebt acht, unter vier Augen.",
        "Drei, zwei, eins, los!", "One for all.", "Einfach einmal schauen.", "Half the battle is half the fun.",
        "Tausend Dank!", "A thousand thanks.", "Im Viertel, seven days a week.",
    ],
)  # fmt: skip
async def test_words_that_number_nothing_are_no_claims(text: str) -> None:
    assert await _reasons(text, "a party") == []


@pytest.mark.parametrize(
    ("said", "right", "wrong", "how"),
    [
        ("tickets are €40 each, for 2", "2 × €40 = €80 together.", "2 × €40 = €90 together.", "2 × €40 = €80"),
        ("a ticket costs €40", "Two tickets: €80.", "Two tickets: €70.", "Two × €40 = €80"),
        ("from €100 to €80", "That is 20 % off.", "That is 30 % off.", "(€100 − €80) ÷ €100 = 20 %"),
        ("statt CHF 100 jetzt CHF 80", "Du sparst CHF 20.", "Du sparst CHF 30.", "CHF 100 − CHF 80 = CHF 20"),
        ("the Commuter costs CHF 2000, 10% off", "Now CHF 1800.", "Now CHF 1700.", "CHF 2000 − 10% = CHF 1800"),
        ("12 of 14 apprentices stay", "86 % stay.", "87 % stay.", "12 ÷ 14 = 86 %"),
        ("last year 40 members, now 80", "We doubled our members.", "We tripled our members.", "80 ÷ 40 = 2"),
        ("30 women and 12 men", "42 people in all.", "43 people in all.", "30 + 12 = 42"),
        ("120 Plätze, 90 vergeben", "Noch 30 Plätze frei.", "Noch 40 Plätze frei.", "120 − 90 = 30"),
        ("founded in 1986", "40 years of bikes!", "50 years of bikes!", "2026 − 1986 = 40"),
        ("from 16:15 to 17:05", "It takes 50 minutes.", "It takes 40 minutes.", "16:15 – 17:05 = 50"),
        ("vom 6. bis 8. Mai, also 6.5.–8.5.", "Drei Tage Fest.", "Vier Tage Fest.", "6.5. – 8.5. = Drei"),
        ("ferries at 8:05, 10:35 and 14:05", "Three ferries.", "Four ferries.", "8:05, 10:35, 14:05 = Three"),
    ],
)  # fmt: skip
async def test_what_follows_by_one_step_is_supported_and_says_how(said: str, right: str, wrong: str, how: str) -> None:
    assert await _reasons(right, said) == []
    assert await _reasons(wrong, said)
    brief = Brief(request=said)
    found = [each.claim.support for each in ledger(subject(right, brief=brief)) if each.claim.support]
    assert how in [support.worked for support in found], [support.worked for support in found]


@pytest.mark.parametrize(
    ("said", "right", "wrong", "how"),
    [
        ("founded in 1987", "Almost 40 years of bikes!", "Almost 50 years of bikes!", "2026 − 1987 = 39 ≈ 40"),
        ("1247 trees planted", "Over 1,200 trees planted.", "Over 1,300 trees planted.", "1247 ≈ 1,200"),
        ("1247 trees planted", "1,200+ trees planted.", "1,100+ trees planted.", "1247 ≈ 1,200"),
        ("Commuter nur CHF 2490", "Commuter für rund CHF 2500.", "Commuter für rund CHF 2400.", "CHF 2490 ≈ CHF 2500"),
        ("96% der Kunden sind zufrieden", "Über 95 % der Kunden.", "Über 98 % der Kunden.", "96% ≈ 95 %"),
        ("38 Stände", "Fast vierzig Stände.", "Fast 45 Stände.", "38 ≈ vierzig"),
        ("112 helmets, 39 bikes", "About 40 bikes.", "About 110 bikes.", "39 ≈ 40"),
        ("41 bikes", "Over 40 bikes.", "Almost 40 bikes.", "41 ≈ 40"),
        ("43 bikes", "More than 40 bikes.", "Almost 50 bikes.", "43 ≈ 40"),
        ("1,960 bikes", "Nearly 2,000 bikes.", "2,000 bikes.", "1,960 ≈ 2,000"),
        ("4.8 kg and 47 gears", "Knapp 50 gears.", "Knapp 5 kg.", "47 ≈ 50"),
    ],
)  # fmt: skip
async def test_a_round_figure_is_supported_by_the_one_that_it_says_roughly(
    said: str, right: str, wrong: str, how: str
) -> None:
    assert await _reasons(right, said) == []
    assert await _reasons(wrong, said)
    found = [each.claim.support for each in ledger(subject(right, brief=Brief(request=said))) if each.claim.support]
    assert how in [support.worked for support in found], [support.worked for support in found]


async def test_two_numbers_of_a_page_do_not_make_any_third_one_true() -> None:
    assert await _reasons("Our bikes cost €120.", "helmets €40, lamps €80"), "nothing says that these were added"
    assert await _reasons("39 years of experience", "founded in 1987", "30 years of experience")
