"""Settings: every bad one is named with its fix, all at once; the example file names them all."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Misconfigured
from bot.settings import Settings, example, load_settings, reference, variable

ROOT = Path(__file__).parents[2]


def test_without_anything_set_everything_has_a_default() -> None:
    settings = load_settings({})
    assert (settings.model, settings.host, settings.port, settings.redis_url) == ("offline", "127.0.0.1", 8484, None)


def test_the_example_names_every_setting() -> None:
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == example()


def test_the_page_of_settings_names_them_too() -> None:
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == reference()


def test_what_does_not_go_together_is_named() -> None:
    with pytest.raises(Misconfigured) as caught:
        load_settings({"ADMIND_PORT": "8000", "ADMIND_PUBLIC_PORT": "8000", "ADMIND_MODEL": "openai:gpt-5.5"})
    assert "ADMIND_PUBLIC_PORT: " in caught.value.what and "needs OPENAI_API_KEY" in caught.value.what
    assert load_settings({"ADMIND_MODEL": "openai:gpt-5.5", "OPENAI_API_KEY": "k"}).model == "openai:gpt-5.5"


def test_the_example_itself_is_a_file_that_can_be_used(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(example(), encoding="utf-8")
    assert load_settings({}, dotenv=path) == load_settings({})


def test_all_bad_settings_are_named_at_once() -> None:
    with pytest.raises(Misconfigured) as caught:
        load_settings(
            {
                "ADMIND_PORT": "many",
                "ADMIND_MODEL": "gpt",
                "ADMIND_TIMEZONE": "Mars/Olympus",
                "ADMIND_OWNERS": "U123",
                "ADMIND_PUBLIC_URL": "example.com",
                "ADMIND_ALLOW_HOSTS": "10.0.0.5",
                "ADMIND_LOG_LEVEL": "loud",
                "ADMIND_COLOUR": "red",
            }
        )
    said = caught.value.what
    names = ("PORT", "MODEL", "TIMEZONE", "OWNERS", "PUBLIC_URL", "ALLOW_HOSTS", "LOG_LEVEL", "COLOUR")
    for name in names:
        assert f"ADMIND_{name}: " in said


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("ADMIND_PORT=1111\nADMIND_HOST=::1\n", encoding="utf-8")
    settings = load_settings({"ADMIND_PORT": "2222"}, dotenv=path)
    assert (settings.port, settings.host) == (2222, "::1")


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "redis"
    path.write_text("redis://:hunter2@db/0\n", encoding="utf-8")
    settings = load_settings({"ADMIND_REDIS_URL_FILE": str(path)})
    assert settings.redis_url is not None and settings.redis_url.get_secret_value() == "redis://:hunter2@db/0"
    assert "hunter2" not in repr(settings)


def test_a_setting_given_twice_or_in_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="ADMIND_HOST_FILE: the file it names cannot be read"):
        load_settings({"ADMIND_HOST_FILE": str(tmp_path / "none")})
    with pytest.raises(Misconfigured, match="not both"):
        load_settings({"ADMIND_HOST": "::1", "ADMIND_HOST_FILE": str(tmp_path / "none")})


def test_lists_are_comma_separated() -> None:
    settings = load_settings({"ADMIND_OWNERS": "slack:U1, discord:2", "ADMIND_ALLOW_HOSTS": "10.0.0.5:80,[::1]:8080"})
    assert settings.owners == ("slack:U1", "discord:2")
    assert settings.allow_hosts == {"10.0.0.5:80", "[::1]:8080"}


BUCKET = {"ADMIND_BLOBS_URL": "s3://velo", "AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "hunter2"}


def test_a_bucket_comes_with_its_key_under_the_names_that_all_tools_know(tmp_path: Path) -> None:
    settings = load_settings(BUCKET)
    assert settings.bucket_key == ("AKIA1", "hunter2") and "hunter2" not in repr(settings)
    (tmp_path / "secret").write_text("from a file\n")
    given = {name: value for name, value in BUCKET.items() if name != "AWS_SECRET_ACCESS_KEY"}
    assert (
        load_settings(given | {"AWS_SECRET_ACCESS_KEY_FILE": str(tmp_path / "secret")}).bucket_key[1] == "from a file"
    )
    assert load_settings({"AWS_ACCESS_KEY_ID": "somebody's"}).blobs_url == "", "a key alone means nothing"


def test_a_bucket_that_cannot_be_used_is_named_with_its_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Misconfigured, match="set both"):
        load_settings({"ADMIND_BLOBS_URL": "s3://velo", "AWS_ACCESS_KEY_ID": "AKIA1"})
    with pytest.raises(Misconfigured, match="ADMIND_BLOBS_URL: leave the key out") as caught:
        load_settings(BUCKET | {"ADMIND_BLOBS_URL": "s3://AKIA1:hunter2@velo"})
    assert "hunter2" not in caught.value.what
    monkeypatch.setitem(sys.modules, "minio", None)  # as if the extra were not installed
    with pytest.raises(Misconfigured, match=r"pip install 'admind\[s3\]'"):
        load_settings(BUCKET)


@given(st.sampled_from(sorted(set(Settings.model_fields) - {"provider_keys"})), st.text(max_size=40))
def test_any_value_is_taken_or_refused_in_words(field: str, value: str) -> None:
    try:
        load_settings({variable(field): value})
    except Misconfigured as error:
        assert variable(field) in error.what
