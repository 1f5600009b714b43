"""A campaign of what was said, its posts as slots of the plan, and what is wrong with either."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta
from typing import Any

from pydantic import ValidationError

from bot.errors import BadInput, NotFound
from bot.planning.campaign_words import Here, Said
from bot.planning.reshaping import KEPT
from storage.campaigns import LAUNCH, ArcPost, Campaign, Milestone
from storage.plans import Single
from storage.record import ALPHABET
from storage.team import Member


def made(name: str, said: Said, by: Member, here: Here, now: datetime) -> Campaign:
    today, launch = now.astimezone(here.zone).date(), said.launch
    first = max(launch.date() - timedelta(days=said.build_up_days), today + timedelta(days=1))
    at = launch.time().replace(second=0, microsecond=0) if said.timed else time(9)
    milestones = (*said.milestones, Milestone(name=LAUNCH, day=launch.date(), at=at))
    found: Campaign = valid(
        Campaign,
        {
            "id": name,
            "workspace": by.workspace,
            "brand": here.brand.id,
            "name": said.name,
            "goal": said.goal,
            "first": min(first, launch.date()),
            "last": launch.date() + timedelta(days=said.after_days),
            "audiences": tuple(said.audiences),
            "pillars": tuple(said.pillars),
            "messages": tuple(said.messages),
            "milestones": tuple(sorted(milestones, key=lambda each: (each.day, each.name))),
            "accounts": tuple(said.accounts),
            "link": said.link,
            "utm": said.utm,
            "budget": said.budget,
            "paid_partnership": said.paid,
            "partner": said.partner,
            "ai_picture": said.ai_picture,
            "added_by": by.id,
            "created_at": now,
            "updated_at": now,
        },
    )
    return found


def single_of(post: ArcPost, number: int, campaign: Campaign, by: Member, now: datetime) -> Single:
    """The post as a slot of the plan."""
    pillars, audiences = campaign.pillars, campaign.audiences
    return Single(
        id=post.id,
        at=post.at,
        accounts=post.accounts,
        form=post.form,
        topic=post.topic,
        facts=(post.message,) if post.message else (),
        link=campaign.link,
        pillar=pillars[number % len(pillars)][:60] if pillars else "",
        audience=audiences[number % len(audiences)][:60] if audiences else "",
        campaign=campaign.id,
        added_by=campaign.added_by or by.id,
        added_at=campaign.created_at or now,
    )


def post_of(campaign: Campaign, name: str) -> ArcPost:
    post = next((each for each in campaign.arc if each.id == name), None)
    if post is None:
        raise NotFound("There is no such post in the campaign.", do_next="Look at its timeline.")
    return post


def wide(campaign: Campaign, day: date) -> Campaign:
    """Its days reach as far as its posts."""
    return campaign.changed(first=min(campaign.first, day), last=max(campaign.last, day))


def id_of(text: str) -> str:
    number, letters = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16]), ""
    for _ in range(12):
        number, place = divmod(number, len(ALPHABET))
        letters += ALPHABET[place]
    return f"cp_{letters}"


def valid(kind: Any, values: Any) -> Any:
    """Of what people gave. Raises BadInput with what is wrong."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise BadInput(why_not(error), kept=KEPT) from None


def why_not(error: ValidationError) -> str:
    first = error.errors()[0]
    where, what = ".".join(str(part) for part in first["loc"]), str(first["msg"]).removeprefix("Value error, ")
    return f"The campaign cannot be so: {where}: {what}."
