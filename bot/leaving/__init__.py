"""A brand leaves: everything of it to take along, then everything of it gone, after time to think again."""
