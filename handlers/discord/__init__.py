"""Discord: what happens there is handed to AdMind, and AdMind speaks there."""
