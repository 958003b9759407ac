"""Kinds of addons.kubestash.com: how an application is backed up and restored."""
