"""AdMind in Slack: what Slack says is translated for `bot`, and what `bot` says is drawn with Block Kit."""
