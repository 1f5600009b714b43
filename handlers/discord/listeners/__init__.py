"""What is heard from Discord, a module each."""
