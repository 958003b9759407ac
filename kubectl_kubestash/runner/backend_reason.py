"""What obstore says of a failure, as one line that a person can act on. Pure.

obstore gives a sentence that ends with "error sending request" for a name that nobody knows, a port
where nobody listens and a certificate that nobody trusts, and below it the whole chain of Rust
errors, where the cause is (https://developmentseed.org/obstore/latest/api/exceptions/).
"""

from __future__ import annotations

import re

_CHAIN = "\n\nDebug source:"
_EFFORT = re.compile(
    r" in [\d.]+(?:ns|µs|ms|s)(?:, after \d+ retries, max_retries: \d+, retry_timeout: \w+)?"
)
"""How long it took: other at each attempt, so that a condition would change for nothing."""

_SAYS_NOTHING = re.compile(r"(?: +-)? HTTP error: error sending request$")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)+)"')
_TLS = {
    "InvalidCertificate": "the certificate is not accepted",
    "InvalidMessage": "no TLS is spoken there",
}
_TLS_PART = re.compile(rf"({'|'.join(_TLS)})\(\s*(\w+)")


def reason_of(text: str) -> str:
    """One line: what failed and, where the sentence itself does not say it, why."""
    sentence, _, chain = text.partition(_CHAIN)
    line = _EFFORT.sub("", " ".join(sentence.split()))
    cause = _cause(chain)
    return _SAYS_NOTHING.sub(f": {cause}", line) if cause else line


def _cause(chain: str) -> str:
    """The innermost errors of the chain, or empty."""
    inner = chain.partition("HttpError {")[2]
    tls = _TLS_PART.search(inner)
    if tls:
        return f"{_TLS[tls[1]]} ({tls[2]})"
    return ": ".join(_QUOTED.findall(inner))
