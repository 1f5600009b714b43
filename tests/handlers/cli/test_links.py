"""Links from the terminal: rules, the list, a QR code, an end."""

from __future__ import annotations

from pathlib import Path

from tests.handlers.cli.admind import AdMindHere


def test_a_walk_through_the_links(tmp_path: Path) -> None:
    here = AdMindHere(tmp_path, extra={"ADMIND_LINKS_URL": "https://go.example"})
    with here.running():
        refused = here.run("links", "rules", "--utm", "utm_medium=social", code=None)
        assert refused.returncode and "utm_source" in refused.stderr
        wanted = (
            "--utm",
            "utm_source={channel}",
            "--short",
            "--host",
            "velo.example",
            "--account",
            "Feed=none",
            "--campaign",
            "Spring=none",
        )
        rules = here.json("links", "rules", *wanted)
        assert (rules["utm"], rules["short"], rules["hosts"]) == ("utm_source={channel}", True, ["velo.example"])
        assert list(rules["accounts"].values()) == ["none"] and rules["campaigns"] == {"spring": "none"}
        asked = here.json("ask", "Tell people that we open a shop, https://velo.example/shop Feed, tomorrow 9am.")
        draft = here.run("show", asked["drafts"][0]).stdout
        assert "leads to https://velo.example/shop" in draft
        token = here.json("tokens", "create", "--scope", "read,propose,decide")["token"]
        here.run("approve", asked["drafts"][0], ADMIND_TOKEN=token)
        (found,) = here.json("links")["items"]
        assert (found["state"], found["clicks"]["valid"]) == ("leads", 0) and found["url"] in draft
        here.run("links", "qr", found["url"], "--to", "poster.svg")
        assert (here.folder / "poster.svg").read_text().startswith("<svg")
        assert here.json("links", "end", found["url"])["state"] == "ended"
