"""Requests that were sent to a real API server, sent again to it and to the sandbox."""
