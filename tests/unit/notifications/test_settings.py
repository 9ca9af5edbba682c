"""Where mail goes out: read from one address, refused with what to write instead."""

from __future__ import annotations

import pytest

from services.notifications.settings import MailSettingsUnclear, mail_settings
from shared.runtime.settings import Settings


def settings(url: str, sender: str = "shifan@example.org") -> Settings:
    return Settings(_env_file=None, profile="demo", smtp_url=url, mail_from=sender)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.org", ("mail.example.org", 587, "starttls", "", "")),
        ("smtp://mail.example.org:25", ("mail.example.org", 25, "starttls", "", "")),
        ("smtps://u%40x:p%3Aw@mail.example.org", ("mail.example.org", 465, "tls", "u@x", "p:w")),
        ("smtp://127.0.0.1:2525", ("127.0.0.1", 2525, "none", "", "")),
        ("smtp://localhost:2525", ("localhost", 2525, "none", "", "")),
    ],
)
def test_an_address_says_how_to_connect(url: str, expected: tuple[str, int, str, str, str]) -> None:
    mail = mail_settings(settings(url))
    assert mail is not None
    assert (mail.host, mail.port, mail.security, mail.username, mail.password) == expected
    assert "p:w" not in repr(mail)


def test_no_address_means_no_mail() -> None:
    assert mail_settings(settings("", "")) is None


@pytest.mark.parametrize(
    "url", ["mail.example.org", "http://mail.example.org", "smtp://", "smtp://host:port", "smtp:25"]
)
def test_an_unclear_address_is_refused(url: str) -> None:
    with pytest.raises(MailSettingsUnclear, match="SHIFAN_SMTP_URL"):
        mail_settings(settings(url))


@pytest.mark.parametrize("sender", ["", "shifan", "@example.org", "a@b.org\nBcc: x@y.org"])
def test_mail_needs_a_sender(sender: str) -> None:
    with pytest.raises(MailSettingsUnclear, match="SHIFAN_MAIL_FROM"):
        mail_settings(settings("smtp://mail.example.org", sender))
