"""Sends a letter by mail (SMTP). A password goes only over TLS; a certificate that does not fit ends it.

What the mail server says is not repeated but for its number: it may quote what it was sent. Nothing goes to a host of
sync/hosts.py, whatever its name was resolved to.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from sync.errors import NoticeFailed, UsageError
from sync.hosts import is_forbidden
from sync.notices.letter import Letter, one_line
from sync.secrets import Secret
from sync.settings.tree import MailSecurity, Notices

PORTS = {MailSecurity.STARTTLS: 587, MailSecurity.TLS: 465, MailSecurity.NONE: 25}
_SECONDS = 30.0
_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+")


def addresses(text: str) -> list[str]:
    """The addresses of a list. Raises UsageError for one that is none."""
    found = [one for one in re.split(r"[\s,;]+", text) if one]
    for one in found:
        if not _ADDRESS.fullmatch(one) or not one.isprintable():
            raise UsageError(f"{one!r} is no mail address.", advice="It looks like anna@example.org.")
    return found


def send(rules: Notices, password: Secret, letter: Letter) -> str:
    """Gives whom the server did not take it for, in a sentence, where it took it for others. Raises NoticeFailed,
    UsageError."""
    to = addresses(rules.mail_to)
    sender = rules.mail_from or (rules.mail_user if "@" in rules.mail_user else to[0])
    addresses(sender)
    if not rules.mail_host:
        raise UsageError("There is no mail server.", advice="Set notices.mail_host.")
    if rules.mail_user and rules.mail_security is MailSecurity.NONE:
        raise UsageError("A password is not sent without TLS.", advice="Set notices.mail_security to starttls or tls.")
    message = _message(letter, sender, to)
    try:
        with _connected(rules) as server:
            if rules.mail_user:
                server.login(rules.mail_user, password.reveal())
            refused = server.send_message(message, sender, to)
    except (smtplib.SMTPException, OSError, UnicodeError) as failure:
        told = _told(failure, rules)
    else:
        return f"The mail server refuses the mail for {', '.join(sorted(refused))}." if refused else ""
    # Raised out here: inside, the cause and what it quotes would hang on to our error.
    raise NoticeFailed(f"The mail server {rules.mail_host} {told}")


class _Forbidden(OSError):
    """A name led to where nothing is ever sent."""


class _Plain(smtplib.SMTP):
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        # Before a byte is sent there, be it of a greeting in TLS.
        found = socket.create_connection((host, port), timeout)
        if is_forbidden(str(found.getpeername()[0])):
            found.close()
            raise _Forbidden
        return found


class _Secure(_Plain, smtplib.SMTP_SSL):
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self.context.wrap_socket(super()._get_socket(host, port, timeout), server_hostname=host)


def _connected(rules: Notices) -> smtplib.SMTP:
    port = rules.mail_port or PORTS[rules.mail_security]
    name = one_line(socket.gethostname()).encode("ascii", "ignore").decode() or "localhost"
    if rules.mail_security is MailSecurity.TLS:
        context = ssl.create_default_context()
        return _Secure(rules.mail_host, port, name, timeout=_SECONDS, context=context)
    server = _Plain(rules.mail_host, port, name, timeout=_SECONDS)
    if rules.mail_security is MailSecurity.STARTTLS:
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _message(letter: Letter, sender: str, to: list[str]) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, ", ".join(to), letter.subject
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="mantelpiece.invalid")
    # So that nobody's note of absence answers.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def _told(failure: Exception, rules: Notices) -> str:
    if isinstance(failure, smtplib.SMTPAuthenticationError):
        return "refuses the user name or the password."
    if isinstance(failure, smtplib.SMTPNotSupportedError):
        if rules.mail_security is MailSecurity.STARTTLS:
            return "offers no STARTTLS or no log-in, so that nothing was sent."
        return "cannot do what the mail needs (a log-in, or addresses with letters of other alphabets)."
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        return f"refuses the mail for {', '.join(sorted(failure.recipients))}."
    if isinstance(failure, smtplib.SMTPResponseException):
        return f"refuses the mail ({failure.smtp_code})."
    if isinstance(failure, _Forbidden):
        return "has a link-local address or one of a metadata service; nothing is ever sent there."
    if isinstance(failure, ssl.SSLCertVerificationError):
        return "has a certificate that cannot be trusted; nothing was sent."
    if isinstance(failure, TimeoutError):
        return "does not answer in time."
    if isinstance(failure, ssl.SSLError):
        return "speaks no TLS there; check the port and notices.mail_security."
    if isinstance(failure, OSError) and not isinstance(failure, smtplib.SMTPException):
        return f"cannot be reached: {failure.strerror or 'no connection'}."
    return "ended the conversation."
