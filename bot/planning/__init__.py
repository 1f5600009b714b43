"""What a brand plans: when its slots come, what fills them, and what is balanced."""
