"""Kinds of core.kubestash.com: what to back up and when, and each run of it."""
