"""RFC 5545 to the letter, as far as our calendars go: what is wrong with a document, in words. No leniency."""

from __future__ import annotations

import re

LINE = re.compile(r"(?P<name>[A-Z0-9-]+)(?P<params>(?:;[A-Z0-9-]+=[^\x00-\x1f\";:,]+)*):(?P<value>.*)", re.DOTALL)
UTC_TIME = re.compile(r"\d{8}T\d{6}Z")
ONCE = {"UID", "DTSTAMP", "DTSTART", "DURATION", "SUMMARY", "STATUS", "SEQUENCE", "LAST-MODIFIED", "DESCRIPTION",
        "LOCATION", "TRANSP"}  # fmt: skip
NEEDED = {"UID", "DTSTAMP", "DTSTART"}
OF_CALENDAR = {"VERSION", "PRODID", "CALSCALE", "METHOD"}
TEXTS = {"UID", "SUMMARY", "DESCRIPTION", "LOCATION", "X-WR-CALNAME", "X-WR-TIMEZONE"}
STATUSES = {"TENTATIVE", "CONFIRMED", "CANCELLED"}


def faults(document: bytes) -> list[str]:
    """Empty for a document that every strict program takes."""
    found: list[str] = []
    if not document.endswith(b"\r\n") or re.search(rb"(?<!\r)\n|\r(?!\n)", document):
        found.append("lines end otherwise than with CRLF (3.1)")
    physical = document.split(b"\r\n")[:-1]
    found += [f"{len(each)} octets in a line (3.1)" for each in physical if len(each) > 75]
    for octets in physical:
        try:
            octets.decode()
        except UnicodeDecodeError:
            found.append("a character is parted by a fold")
    lines = re.sub(rb"\r\n[ \t]", b"", document).decode("utf-8", "replace").split("\r\n")[:-1]
    stack: list[str] = []
    seen: list[str] = []
    uids: set[str] = set()
    for line in lines:
        match = LINE.fullmatch(line)
        if match is None:
            found.append(f"no content line (3.1): {line[:60]!r}")
            continue
        name, value = match["name"], match["value"]
        if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value):
            found.append(f"a control character in {name} (3.3.11)")
        if name == "BEGIN":
            stack.append(value)
            seen = []
        elif name == "END":
            if not stack or stack.pop() != value:
                found.append(f"END:{value} closes nothing")
            if value == "VEVENT":
                found += _event(seen)
        else:
            seen.append(name)
            if stack == ["VCALENDAR"] and not (name in OF_CALENDAR or name.startswith("X-") or name.startswith("REFR")):
                found.append(f"{name} is no property of a calendar")
            found += _value(name, match["params"], value, uids)
    return found + ([f"not closed: {stack}"] if stack else [])


def _event(seen: list[str]) -> list[str]:
    found = [f"an event without {name} (3.6.1)" for name in NEEDED - set(seen)]
    found += [f"{name} twice in an event (3.6.1)" for name in ONCE if seen.count(name) > 1]
    return found + (["DTEND beside DURATION (3.6.1)"] if {"DTEND", "DURATION"} <= set(seen) else [])


def _value(name: str, params: str, value: str, uids: set[str]) -> list[str]:
    if name in TEXTS and re.search(r"(?<!\\)(?:\\\\)*(?:[;,]|\\(?![\\;,nN]))", value):
        return [f"{name} is not escaped (3.3.11): {value[:60]!r}"]
    if name in ("DTSTAMP", "DTSTART", "LAST-MODIFIED") and (params or not UTC_TIME.fullmatch(value)):
        return [f"{name} is no time in UTC (3.3.5): {value}"]
    if name == "SEQUENCE" and not value.isdecimal():
        return [f"SEQUENCE is no number (3.8.7.4): {value}"]
    if name == "STATUS" and value not in STATUSES:
        return [f"no status of an event (3.8.1.11): {value}"]
    if name == "UID":
        twice = value in uids
        uids.add(value)
        return [f"UID twice (3.8.4.7): {value}"] if twice else []
    return []
