"""What states, verdicts and steps are called on a page."""

from __future__ import annotations

from bot.naming import state_names
from bot.words import Phrasebook

__all__ = ["audit_names", "state_names", "verdict_names"]


def verdict_names(words: Phrasebook) -> dict[str, str]:
    """What somebody did, after their name."""
    text = words.text
    return {
        "approve": text("approved"),
        "reject": text("rejected"),
        "changes": text("asked for changes"),
        "hold": text("put it on hold"),
        "withdraw": text("took it back"),
    }


def audit_names(words: Phrasebook) -> dict[str, str]:
    """What happened, as the audit calls it; what is not here is shown as it stands there."""
    text = words.text
    return {
        "workspace made": text("workspace made"),
        "welcomed": text("welcomed"),
        "signed in": text("signed in"),
        "signed out": text("signed out"),
        "signed out everywhere": text("signed out everywhere"),
        "sign-in link made": text("sign-in link made"),
        "manners changed": text("manners changed"),
        "member added": text("member added"),
        "member met": text("member met"),
        "member erased": text("member erased"),
        "roles changed": text("roles changed"),
        "brand added": text("brand added"),
        "brand changed": text("brand changed"),
        "brand exported": text("brand exported"),
        "brand leaves": text("brand leaves"),
        "brand stays": text("brand stays"),
        "brand erased": text("brand erased"),
        "client reports planned": text("client reports planned"),
        "client report approved": text("client report approved"),
        "client report declined": text("client report declined"),
        "client report sent": text("client report sent"),
        "numbers imported": text("numbers imported"),
        "rule accepted": text("rule accepted"),
        "rule declined": text("rule declined"),
        "rule proposed again": text("rule proposed again"),
        "account connected": text("account connected"),
        "account closed": text("account closed"),
        "account rules changed": text("account rules changed"),
        "account broken": text("account cannot be used"),
        "account looked at": text("account looked at"),
        "account connection begun": text("account connection begun"),
        "account connection declined": text("account connection declined"),
        "account connection failed": text("account connection failed"),
        "account connection refused": text("account connection refused"),
        "account connection waits": text("account waits for an owner"),
        "account connection confirmed": text("account confirmed by an owner"),
        "account connection lapsed": text("account not confirmed in time"),
        "access renewed": text("access renewed"),
        "access not renewed": text("access not renewed"),
        "token made": text("token made"),
        "drafted": text("drafted"),
        "revised": text("revised"),
        "decision": text("decision"),
        "evidence given": text("evidence given"),
        "claim taken on": text("claim taken on"),
        "held: a source changed": text("held: a source changed"),
        "sources not read again": text("sources not read again"),
        "draft erased": text("draft erased"),
        "approval link made": text("approval link made"),
        "approval link revoked": text("approval link revoked"),
        "attempt": text("attempt"),
        "post scheduled": text("post scheduled"),
        "post published": text("post published"),
        "post out": text("post out, its first comment follows"),
        "post failed": text("post failed"),
        "post unknown": text("post unknown"),
        "post missed": text("post missed"),
        "post paused": text("post paused"),
        "post cancelled": text("post cancelled"),
        "post forgotten": text("post forgotten"),
        "first comment dropped": text("first comment dropped"),
        "cancelled by a person": text("cancelled by a person"),
        "stop asked": text("stop asked"),
        "resolved live": text("resolved live"),
        "resolved send": text("resolved send"),
        "taken down": text("taken down"),
        "asked to be taken down": text("asked to be taken down"),
        "not taken down": text("not taken down"),
        "to be taken down by hand": text("to be taken down by hand"),
        "taken down by hand": text("taken down by hand"),
        "away": text("away"),
        "paused": text("paused"),
        "resumed": text("resumed"),
        "restored": text("restored"),
        "recovery": text("recovery"),
        "keys rotated": text("keys rotated"),
        "home installed": text("home installed"),
        "home joined": text("home joined"),
        "home removed": text("home removed"),
        "join code made": text("join code made"),
        "room tied": text("room tied"),
        "room untied": text("room untied"),
        "group tied": text("group tied"),
        "group untied": text("group untied"),
    }
