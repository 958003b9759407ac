"""Reads what a decision needs. Turns "not there" into None and has no opinion."""
