"""Reads what a decision needs, and has no opinion about it. Not there becomes None."""
