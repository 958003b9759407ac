"""The one node of a sandbox: pods as processes in bubblewrap, talking to the server as a client."""

from .node import Node

__all__ = ["Node"]
