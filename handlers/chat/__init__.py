"""What every chat needs alike: who is there, what a press does, and texts that fit."""
