"""A model's copy in the form and language of each account, from its answers to the bytes that would go out."""

from __future__ import annotations

import json
from pathlib import Path

from storage.accounts import Account
from storage.commit import Change, commit
from storage.sealed import SealedPayload
from tests.bot.workflow.test_carousels import ASKED, house_at
from tests.fakes.copy_model import copywriting, schema_of
from tests.fakes.model_server import Reply, Request
from tests.fakes.openai_server import OpenAIServer

LINK = "https://velo.example/sale"
ARTICLE = f"""The spring sale

20% off all bikes until 31 May.

## Test rides

Test rides all day, free service with every bike.

## When

Open on Sundays. {LINK}"""
LETTER = f"""20% off all bikes

Preview: until 31 May, with test rides all day

Dear rider, our spring sale is on: {LINK}"""
THREAD = "\n\n".join(
    (
        "Our spring sale is on: 20% off all bikes until 31 May. " + "Test rides all day. " * 12,
        "Free service with every bike, helmets for children. " * 5 + LINK,
    )
)
ENGLISH = f"Our spring sale is on: 20% off all bikes until 31 May. See the offer: {LINK}"
GERMAN = f"Unsere Frühlingsaktion läuft: 20 % auf alle Velos bis 31. Mai. Das Angebot: {LINK}"


async def test_each_account_gets_its_form_and_language(tmp_path: Path) -> None:
    asked: list[dict[str, object]] = []

    def answer(request: Request) -> Reply:
        if schema_of(request) != "AccountCopy":
            return copywriting(request, "", title="Spring sale")
        document = json.loads(str(request.body["messages"][-1]["content"]))
        need = document["need"]
        asked.append(document)
        if need["language"] == "de":
            return copywriting(request, GERMAN if "repair" in document else ENGLISH)
        texts = {"article": ARTICLE, "e-mail": LETTER, "caption": f"20% off all bikes until 31 May. {LINK}"}
        text = THREAD if need["thread"] else texts.get(need["form"], ENGLISH)
        left_out = need["links"] == "none" and "repair" in document
        return copywriting(request, text.replace(LINK, "").strip() if left_out else text)

    async with OpenAIServer() as server:
        server.answer = answer
        async with house_at(tmp_path, {"ADMIND_MODEL": "openai:gpt-5.5", **server.keys()}) as house:
            admind, change = house.admind, Change(house.admind.workspace.id)
            for channel, language in (("wordpress", ""), ("email", ""), ("mastodon", ""), ("threads", "de")):
                account = Account(
                    id=f"a_{channel}", workspace=admind.workspace.id, brand=admind.workspace.default_brand,
                    channel=channel, name=channel, remote_id=channel, posted=True, language=language,
                    created_at=admind.clock.now(),
                )  # fmt: skip
                admind.people.store.accounts.put(change, account, account.id, ver=None, at=1.0)
            await commit(admind.database, change)
            request = f"A thread about our spring sale: 20% off all bikes until 31 May {LINK}"
            draft = await house.drafted(
                ASKED.model_copy(update={"request": request, "link": LINK, "first_comment": LINK})
            )
            sealed = {each.channel: SealedPayload.read(await admind.blobs.get(each.payload)) for each in draft.versions}
    blog, letter = sealed["wordpress"], sealed["email"]
    assert blog.title == "The spring sale" and "<h2>Test rides</h2>" in json.dumps(blog.model_dump(mode="json"))
    assert letter.title == "20% off all bikes"
    assert letter.extra["preview"] == "until 31 May, with test rides all day"
    assert len(sealed["mastodon"].parts) == 2 and sealed["mastodon"].parts[0].text.startswith("Our spring sale is on")
    assert sealed["linkedin"].first_comment == LINK and LINK not in sealed["linkedin"].parts[0].text
    german = next(each for each in draft.versions if each.channel == "threads")
    assert german.text.startswith("Unsere Frühlingsaktion"), "what was written in English is asked for again"
    assert LINK not in sealed["mastodon"].parts[1].text
    told = [str(each["repair"]) for each in asked if "repair" in each]
    assert any("The text is in English, but should be in German." in each for each in told)
    assert not [each for each in draft.findings if each.rule == "language"]
