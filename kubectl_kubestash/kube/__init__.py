"""The only code that talks to an API server.

Synchronous, raw JSON, on the standard library: a whole `get` takes a fraction of what the
`kubernetes` package needs to be imported. That package is loaded for one thing only: the refresh
of OIDC tokens.
"""
