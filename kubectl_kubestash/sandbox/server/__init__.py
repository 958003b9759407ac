"""The sandbox's API server: aiohttp over SQLite, for kubectl and for our own programs.

It keeps the promises of https://kubernetes.io/docs/reference/using-api/api-concepts/ that those
clients rely on, and leaves out what they do not: managed fields, conflicts of server-side apply,
RBAC (roles are stored, nobody is refused), admission webhooks, exec and port-forward.
"""

from .server import Server

__all__ = ["Server"]
