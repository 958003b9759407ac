"""Kinds of config.kubestash.com: they live in files, not in an API server."""
