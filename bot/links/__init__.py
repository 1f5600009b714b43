"""Links that are counted: parameters by template, short links, and what they lead to."""
