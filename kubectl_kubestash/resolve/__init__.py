"""Decisions. Pure: what they need comes in as arguments, the clock and randomness included."""
