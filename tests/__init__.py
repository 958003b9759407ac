"""Mirrors the floors of the package; flows/ runs end to end."""
