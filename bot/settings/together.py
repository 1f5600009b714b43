"""What is wrong with a setting only in view of another."""

from __future__ import annotations

import importlib.util

from bot.settings.checked import PICTURE_PROVIDERS, Settings

KEY_OF = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "google_genai": "GOOGLE_API_KEY"}


def together(settings: Settings) -> list[str]:
    """What is wrong only in view of another setting."""
    wrong = []
    if settings.public_port is not None and settings.public_port == settings.port != 0:
        wrong.append("ADMIND_PUBLIC_PORT: choose another port than ADMIND_PORT, or leave it out to share that.")
    models = (("ADMIND_MODEL", settings.model), ("ADMIND_FALLBACK_MODEL", settings.fallback_model))
    for name, model in (*models, ("ADMIND_SEEING_MODEL", settings.seeing_model)):
        key = KEY_OF.get(model.partition(":")[0])
        if key and key not in settings.provider_keys:
            wrong.append(f"{name}: {model} needs {key}; set it, or choose offline.")
    wrong += _pictures_together(settings)
    if settings.media_from == "bucket" and not settings.blobs_url:
        wrong.append("ADMIND_MEDIA_FROM: there is no bucket to fetch from; set ADMIND_BLOBS_URL, or choose edge.")
    wrong += _slack_together(settings)
    for name, client, secret in (
        ("LINKEDIN", settings.linkedin_client_id, settings.linkedin_client_secret),
        ("X", settings.x_client_id, settings.x_client_secret),
        ("PINTEREST", settings.pinterest_client_id, settings.pinterest_client_secret),
        ("THREADS", settings.threads_client_id, settings.threads_client_secret),
        ("FACEBOOK", settings.facebook_client_id, settings.facebook_client_secret),
        ("INSTAGRAM", settings.instagram_client_id, settings.instagram_client_secret),
    ):
        if bool(client) != bool(secret):
            wrong.append(
                f"ADMIND_{name}_CLIENT_ID: it works with ADMIND_{name}_CLIENT_SECRET only; set both, or neither."
            )
    if settings.blobs_url:
        if not all(settings.bucket_key):
            wrong.append("ADMIND_BLOBS_URL: a bucket needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; set both.")
        if importlib.util.find_spec("minio") is None:
            wrong.append("ADMIND_BLOBS_URL: a bucket needs AdMind's extra s3; install it: pip install 'admind[s3]'.")
    return wrong


def _pictures_together(settings: Settings) -> list[str]:
    """What image model and signer lack."""
    wrong = []
    found = PICTURE_PROVIDERS.get(settings.image_model.partition(":")[0])
    if found is not None and not settings.picture_key:
        wrong.append(f"ADMIND_IMAGE_MODEL: {settings.image_model} needs {found[0]} or ADMIND_IMAGE_KEY; set one.")
    if bool(settings.c2pa_chain) != bool(settings.c2pa_key):
        wrong.append("ADMIND_C2PA_CHAIN: it works with ADMIND_C2PA_KEY only; set both, or neither.")
    if settings.c2pa_chain and importlib.util.find_spec("c2pa") is None:
        wrong.append("ADMIND_C2PA_CHAIN: signing needs AdMind's extra c2pa; install it: pip install 'admind[c2pa]'.")
    for name, file in (("CHAIN", settings.c2pa_chain), ("KEY", settings.c2pa_key)):
        if file is not None and not file.is_file():
            wrong.append(f"ADMIND_C2PA_{name}: there is no such file.")
    return wrong


def _slack_together(settings: Settings) -> list[str]:
    """Which of Slack's settings are missing beside those that are set."""
    wrong = []
    installs = bool(settings.slack_client_id or settings.slack_client_secret)
    if installs and not (settings.slack_client_id and settings.slack_client_secret):
        wrong.append("ADMIND_SLACK_CLIENT_ID: it works with ADMIND_SLACK_CLIENT_SECRET only; set both, or neither.")
    if installs and not settings.slack_app_token and not settings.slack_signing_secret:
        wrong.append("ADMIND_SLACK_SIGNING_SECRET: events over HTTP need it; set it, or ADMIND_SLACK_APP_TOKEN.")
    if installs and not settings.public_url:
        wrong.append("ADMIND_PUBLIC_URL: installing from /slack/install needs the address that Slack leads back to.")
    if settings.slack_bot_token and not (settings.slack_app_token or settings.slack_signing_secret):
        wrong.append(
            "ADMIND_SLACK_BOT_TOKEN: it hears nothing alone; set ADMIND_SLACK_APP_TOKEN, or "
            "ADMIND_SLACK_SIGNING_SECRET for events over HTTP."
        )
    if settings.slack_app_token and not (settings.slack_bot_token or installs):
        wrong.append("ADMIND_SLACK_APP_TOKEN: it needs ADMIND_SLACK_BOT_TOKEN beside it, or a client id and secret.")
    return wrong
