"""Pictures of people: taken raw or as a form's file, cleaned, and shown to nobody outside before they are published."""

from __future__ import annotations

import io

import httpx2
import pytest
from PIL import Image

from tests.handlers.serving import API, Served


def png(colour: str = "#0a7d5a") -> bytes:
    kept = io.BytesIO()
    _picture(colour).save(kept, "PNG")
    return kept.getvalue()


def _picture(colour: str) -> Image.Image:
    picture = Image.linear_gradient("L").resize((640, 480)).convert("RGB")
    picture.paste(Image.new("RGB", (320, 120), colour), (160, 180))
    return picture


def jpeg_with_place() -> bytes:
    picture, kept = _picture("#aa3322"), io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "CanaryCam"
    picture.save(kept, "JPEG", exif=exif)
    return kept.getvalue()


def test_raw_bytes_and_a_forms_file_are_the_same_picture(proposer: httpx2.Client) -> None:
    raw = proposer.post(f"{API}/media", content=png(), headers={"Content-Type": "image/png"})
    form = proposer.post(f"{API}/media", files={"file": ("a.png", png(), "image/png")})
    assert raw.status_code == form.status_code == 201, raw.text + form.text
    assert raw.json() == form.json()
    assert (raw.json()["width"], raw.json()["height"]) == (640, 480)


def test_what_a_camera_wrote_is_gone(proposer: httpx2.Client) -> None:
    assert b"CanaryCam" in jpeg_with_place()
    kept = proposer.post(f"{API}/media", content=jpeg_with_place()).json()
    assert b"CanaryCam" not in proposer.get(f"{API}/media/{kept['sha256']}").content


@pytest.mark.parametrize("data", [b"", b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", png()[:200]])
def test_what_is_no_picture_is_refused_with_what_to_send(proposer: httpx2.Client, data: bytes) -> None:
    refused = proposer.post(f"{API}/media", content=data)
    assert 400 <= refused.status_code < 500 and refused.json()["detail"]
    form = proposer.post(f"{API}/media", files={"file": ("a.png", data, "image/png")})
    assert 400 <= form.status_code < 500


def test_a_form_without_a_file_is_refused(proposer: httpx2.Client) -> None:
    for answer in (
        proposer.post(f"{API}/media", files={"file": (None, "text")}),
        proposer.post(f"{API}/media", content=b"xx", headers={"Content-Type": "multipart/form-data"}),
        proposer.post(f"{API}/media", content=b"xx", headers={"Content-Type": "multipart/form-data; boundary=q"}),
    ):
        assert answer.status_code in (400, 422), answer.text


def test_a_picture_of_ones_own_goes_with_the_request(running: Served, proposer: httpx2.Client) -> None:
    kept = proposer.post(f"{API}/media", content=png("#123456")).json()
    draft = running.draft("Announce our new blue door with my picture. Feed, tomorrow 9am.", images=[kept["sha256"]])
    assert draft["versions"][0]["media"], draft
    with running.client() as anyone:
        for sha256 in (kept["sha256"], draft["versions"][0]["media"][0]["sha256"]):
            for extension in ("png", "jpg"):
                assert anyone.get(f"/media/{sha256}.{extension}").status_code == 404
