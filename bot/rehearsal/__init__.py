"""Rehearsals: a brand's plan run ahead of time on a copy, with the real code, a simulated clock and no way out."""
