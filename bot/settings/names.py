"""What settings are called in the environment."""

from __future__ import annotations

PREFIX = "ADMIND_"
STANDARD = frozenset({"aws_access_key_id", "aws_secret_access_key"})  # fields that keep the name that all tools know
PROVIDER_KEYS = (
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_BASE_URL",
    "OLLAMA_HOST",
    "OLLAMA_BASE_URL",
    "GOOGLE_API_KEY",
    "GOOGLE_GEMINI_BASE_URL",
    "STABILITY_API_KEY",
    "LANGSMITH_TRACING",
)


def variable(field: str) -> str:
    """The name of a setting in the environment."""
    return field.upper() if field in STANDARD else PREFIX + field.upper()
