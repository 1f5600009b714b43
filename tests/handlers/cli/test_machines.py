"""Roles on several machines: each with a data directory of its own, one database and one bucket between them."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import urllib.request
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from cryptography.fernet import Fernet

from tests.fakes.s3_server import Act, S3Server, s3_server
from tests.fakes.valkey import throwaway_valkey
from tests.handlers.cli.admind import COMMAND, AdMindHere
from tests.handlers.serving import until


class Machines:
    """Data directories by the name of their role; what they share stands in `shared`."""

    def __init__(self, folder: Path, shared: dict[str, str]) -> None:
        self._folder = folder
        self._shared = shared

    def named(self, role: str, **more: str) -> AdMindHere:
        folder = self._folder / role
        folder.mkdir(exist_ok=True)
        return AdMindHere(folder, extra=self._shared | more)

    @contextlib.contextmanager
    def working(self, role: str, **more: str) -> Iterator[AdMindHere]:
        """A role that listens nowhere, begun."""
        here = self.named(role, **more)
        path = here.folder / "log"
        with path.open("ab") as log:
            process = subprocess.Popen(
                [*COMMAND, "run", "--role", role],
                cwd=here.folder,
                env=here.environ(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            try:
                until(path.read_text, lambda told: "AdMind works." in told, role)
                yield here
            finally:
                process.send_signal(signal.SIGTERM)
                assert process.wait(10) == 0, here.log()


@pytest.fixture
def bucket() -> Iterator[S3Server]:
    with s3_server() as found:
        yield found


@pytest.fixture
def machines(tmp_path: Path, bucket: S3Server) -> Iterator[Machines]:
    with throwaway_valkey() as url:
        shared = {"ADMIND_REDIS_URL": url, "ADMIND_SECRET_KEYS": Fernet.generate_key().decode()}
        yield Machines(tmp_path, shared | bucket.environ)


def doctor(here: AdMindHere) -> dict[str, dict[str, str]]:
    told = subprocess.run(
        [*COMMAND, "doctor", "--json"], cwd=here.folder, env=here.environ(), capture_output=True, text=True, check=False
    )
    return {each["what"]: each for each in json.loads(told.stdout)["items"]}


@pytest.mark.slow
def test_what_is_drafted_on_one_machine_is_published_by_another(
    machines: Machines, bucket: S3Server, tmp_path: Path
) -> None:
    web = machines.named("web")
    with web.running("--role", "web"), machines.working("chat"):
        (draft,) = web.json("ask", "Tell people that we open a shop. Feed, in 15 seconds, with an image.")["drafts"]
        assert "Approved" in web.answered("approve", draft)
        with machines.working("worker"):
            until(
                lambda: web.json("posts")["items"][0]["status"], lambda found: found == "published", "it is published"
            )
            rows = doctor(web)
            others = {name: row["state"] for name, row in rows.items() if name.endswith(("-chat", "-worker"))}
            assert len(others) == 2 and set(others.values()) == {"ok"}, rows
            assert rows["pictures"]["state"] == "ok" and "bucket admind-blobs" in rows["pictures"]["found"]
        _picture_is_served(web)
        assert not any(name.endswith("-worker") for name in doctor(web)), "it said goodbye"
        assert web.json("backup", str(tmp_path / "kept.zip"), "--with-keys")["bytes"] > 0
    for role in ("web", "chat", "worker"):
        assert not (machines.named(role).data / "blobs").exists(), "all of it lies in the bucket"
    assert not [data for data in bucket.objects.values() if data.startswith(b"admind canary")], "no canary is left"
    with zipfile.ZipFile(tmp_path / "kept.zip") as kept:
        names = {name.removeprefix("blobs/") for name in kept.namelist() if name.startswith("blobs/")}
    assert {place.rpartition("/")[2] for place in bucket.objects} <= names


def _picture_is_served(web: AdMindHere) -> None:
    item = ET.fromstring(web.text("/feed.xml")).find("./channel/item")
    assert item is not None
    picture = item.find("{http://search.yahoo.com/mrss/}content")
    assert picture is not None
    with urllib.request.urlopen(picture.attrib["url"].replace("localhost", "127.0.0.1"), timeout=10) as answer:
        assert answer.read().startswith((b"\xff\xd8", b"\x89PNG", b"RIFF"))


def test_the_doctor_finds_a_process_that_keeps_its_blobs_elsewhere(machines: Machines) -> None:
    web = machines.named("web")
    with web.running("--role", "web"), machines.working("worker", ADMIND_BLOBS_URL=""):
        rows = until(lambda: doctor(web), lambda rows: any(name.endswith("-worker") for name in rows), "it is heard")
    (worker,) = [row for name, row in rows.items() if name.endswith("-worker")]
    assert worker["state"] == "bad" and "ADMIND_BLOBS_URL" in worker["do"]


def test_a_bucket_that_cannot_be_used_is_named_and_nothing_starts(machines: Machines, bucket: S3Server) -> None:
    here = machines.named("web")
    wrong = here.run("run", code=1, AWS_SECRET_ACCESS_KEY="s3cr3t-typo").stderr
    assert "does not take AdMind's key" in wrong and "AWS_SECRET_ACCESS_KEY" in wrong and "s3cr3t" not in wrong
    bucket.always = Act(code="AccessDenied")
    assert "s3:PutObject" in here.run("run", code=1).stderr


def test_the_doctor_says_why_the_bucket_does_not_serve(machines: Machines, bucket: S3Server) -> None:
    web = machines.named("web")
    with web.running("--role", "web"):
        bucket.public = True
        assert "strangers" in doctor(web)["pictures"]["found"]
        bucket.always = Act(code="NoSuchBucket")
        row = doctor(web)["pictures"]
        assert row["state"] == "bad" and "There is no bucket admind-blobs" in row["found"] and "Make it" in row["do"]
        assert "does not serve code=NoSuchBucket" in web.log()
        bucket.always = None


def test_the_doctor_fetches_as_channels_do_from_a_bucket_that_lends(machines: Machines, bucket: S3Server) -> None:
    row = "pictures for channels"
    web = machines.named("web", ADMIND_MEDIA_FROM="bucket", ADMIND_ALLOW_HOSTS=f"127.0.0.1:{bucket.port}")
    with web.running("--role", "web"):
        found = doctor(web)[row]
        assert found["state"] == "bad" and "serves them without https" in found["found"], "served, but to be mended"
        bucket.now = lambda: datetime.now(UTC) + timedelta(minutes=10)  # past the end of what the doctor lends
        found = doctor(web)[row]
        assert found["state"] == "bad" and "answers 403" in found["found"] and "public=" in found["do"]
    assert not [data for data in bucket.objects.values() if data.startswith(b"admind canary")]
    with machines.named("plain").running("--role", "web"):
        assert row not in doctor(machines.named("plain"))


def test_pictures_cannot_be_lent_without_a_bucket(machines: Machines) -> None:
    told = machines.named("web").run("run", code=None, ADMIND_BLOBS_URL="", ADMIND_MEDIA_FROM="bucket").stderr
    assert "ADMIND_MEDIA_FROM" in told and "ADMIND_BLOBS_URL" in told
