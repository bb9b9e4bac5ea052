"""A receiver that follows the standard takes our signature."""

import base64

import pytest

from newsloom.push import signature


def test_the_signature_is_the_one_that_the_standards_libraries_make() -> None:
    # The example that standard-webhooks' own libraries are tested with.
    key = signature.key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    said = signature.headers(
        key, id_="msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp=1614265330, body=b'{"test": 2432232314}'
    )
    assert said == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_text_without_the_standards_prefix_is_taken_as_it_is() -> None:
    assert signature.key("correct horse, battery") == b"correct horse, battery"
    assert signature.key("whsec_" + base64.b64encode(b"x" * 24).decode()) == b"x" * 24


def test_a_secret_that_is_not_what_its_prefix_says_is_refused_and_not_repeated() -> None:
    with pytest.raises(ValueError, match="no base64") as caught:
        signature.key("whsec_not base64!")
    assert "not base64!" not in str(caught.value)


def test_without_a_secret_nothing_is_signed() -> None:
    assert "webhook-signature" not in signature.headers(b"", id_="a", timestamp=1, body=b"")
