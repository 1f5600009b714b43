"""Image models, one file a provider: from words to a picture's bytes, or a sentence why there is none."""
