"""What Slack tells us, a file a kind: each listener writes down or decides, then Slack has its acknowledgement."""
