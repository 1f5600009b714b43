"""Talking to language models: which one, within which budget, and what to do when it fails."""
