"""All that goes to stderr: errors, hints, warnings, notes, questions. Data never passes here."""

from __future__ import annotations

import json
import sys

from .. import errors
from .exit_codes import of_error

MAX_HINTS = 2
_NO_SUCH_KIND = "could not find the requested resource"


def line(text: str) -> None:
    """One line, at once."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def note(text: str, *, quiet: bool = False) -> None:
    """Something good to know, unless the user asked for quiet."""
    if not quiet:
        line(text)


def warn(text: str) -> None:
    """Something that the user should look at."""
    line(f"Warning: {text}")


def nothing_found(namespace: str) -> None:
    """What kubectl says where there is nothing; on stderr, so a script reads an empty answer."""
    line(f"No resources found in {namespace} namespace." if namespace else "No resources found.")


def ask(question: str) -> str:
    """What is typed as an answer. Raises Refused where there is no terminal to ask on."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise errors.Refused("this needs an answer, and there is no terminal to ask on")
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def usage_error(message: str, usage: str, command_path: str) -> None:
    """What is wrong with the command line, how it should look, and where to read more."""
    line(f"error: {message}")
    if usage:
        line(f"usage: {usage}")
    if command_path:
        line(f"See '{command_path} --help'.")


def report(error: errors.KubeStashError, *, as_json: bool = False) -> None:
    """One line that says what is wrong, and at most two that say what to type next."""
    if as_json:
        line(json.dumps(as_object(error), ensure_ascii=False))
        return
    line(headline(error))
    for hint in hints(error):
        line(f"hint: {hint}")


def headline(error: errors.KubeStashError) -> str:
    """The first line, in kubectl's own words where the server spoke."""
    message = " ".join(error.message.split())
    if isinstance(error, errors.Unauthorized):
        return "error: You must be logged in to the server (Unauthorized)"
    if isinstance(error, errors.Unreachable) and message.startswith("The connection"):
        return message
    if isinstance(error, errors.ClusterError) and error.code:
        return f"Error from server ({reason_of(error)}): {message}"
    return f"error: {message}"


def reason_of(error: errors.KubeStashError) -> str:
    """The server's reason, or the name of the kind of error."""
    if isinstance(error, errors.ClusterError) and error.reason:
        return error.reason
    return type(error).__name__


def hints(error: errors.KubeStashError) -> tuple[str, ...]:
    """What to type next, at most two lines."""
    if isinstance(error, errors.NotFound) and _NO_SUCH_KIND in error.message:
        return ("are the kinds of KubeStash installed? kubectl kubestash install", *error.hints)[
            :MAX_HINTS
        ]
    if isinstance(error, errors.Unauthorized) and not error.hints:
        return ("log in again, or name other credentials with --context, --user or --token",)
    return error.hints[:MAX_HINTS]


def as_object(error: errors.KubeStashError) -> dict[str, object]:
    """The same for a program: error, reason, exit code and hints."""
    return {
        "error": error.message,
        "reason": reason_of(error),
        "code": int(of_error(error)),
        "hints": list(hints(error)),
    }
