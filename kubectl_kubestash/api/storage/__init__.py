"""Kinds of storage.kubestash.com: where backups are kept, what is there, and for how long."""
