"""A storage that cannot be reached says why, from the errors that obstore itself raises."""

import socket

import pytest
from obstore.exceptions import BaseError
from obstore.store import S3Store

from kubectl_kubestash.runner.backend_reason import reason_of


def failure(endpoint: str) -> str:
    store = S3Store(
        "bucket",
        endpoint=endpoint,
        access_key_id="key",
        secret_access_key="value",
        region="us-east-1",
        client_options={"allow_http": True, "timeout": "20s"},
        retry_config={"max_retries": 0},
    )
    with pytest.raises(BaseError) as caught:
        store.get("metadata.yaml")
    return reason_of(str(caught.value))


def test_a_host_that_nobody_knows_is_told_from_a_port_where_nobody_listens() -> None:
    unknown = failure("http://no-such-host.invalid:1")
    assert "http://no-such-host.invalid:1/bucket/metadata.yaml: dns error: " in unknown
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        refused = failure(f"http://127.0.0.1:{closed.getsockname()[1]}")
    assert refused.endswith("/bucket/metadata.yaml: tcp connect error: Connection refused")
    for text in (unknown, refused):
        assert "error sending request" not in text
        assert "\n" not in text


CHAIN = """Generic S3 error: Error performing GET https://h/b/metadata.yaml in 216.94ms, \
after 1 retries, max_retries: 1, retry_timeout: 180s  - HTTP error: error sending request

Debug source:
Generic {
    inner: Http(
        HttpError {
            kind: Connect,
            source: hyper_util::client::legacy::Error(
                Connect,
                Custom {
                    kind: Other,
                    error: Custom {
                        kind: InvalidData,
                        error: %s(
                            %s,
                        ),
                    },
                },
            ),
        },
    ),
}
"""


@pytest.mark.parametrize(
    ("kind", "detail", "expected"),
    [
        ("InvalidMessage", "InvalidContentType", "no TLS is spoken there (InvalidContentType)"),
        (
            "InvalidCertificate",
            "UnknownIssuer",
            "the certificate is not accepted (UnknownIssuer)",
        ),
    ],
)
def test_what_is_wrong_with_tls_is_named(kind: str, detail: str, expected: str) -> None:
    said = reason_of(CHAIN % (kind, detail))
    assert said == f"Generic S3 error: Error performing GET https://h/b/metadata.yaml: {expected}"


def test_an_answer_of_the_server_stays_and_how_long_it_took_goes() -> None:
    said = reason_of(
        "The operation lacked the necessary privileges to complete for path metadata.yaml: Error "
        "performing GET http://h/b/metadata.yaml in 5.84ms - Server returned non-2xx status code: "
        "403 Forbidden: <Code>InvalidAccessKeyId</Code>\n\nDebug source:\nPermissionDenied {}"
    )
    assert said.endswith(
        "GET http://h/b/metadata.yaml - Server returned non-2xx status code: 403 Forbidden: "
        "<Code>InvalidAccessKeyId</Code>"
    )


def test_a_chain_without_a_known_cause_leaves_the_sentence_as_it_is() -> None:
    sentence = "Error performing GET x - HTTP error: error sending request"
    assert reason_of(f"{sentence}\n\nDebug source:\n") == sentence
