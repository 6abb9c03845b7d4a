"""The one tree of errors. Each carries a sentence, its facts and an advice line that the phone can show.

Raised where a fact is known, caught broadly only by the job runner, the player and the web's error handler.
`exit_code` is what a command line verb ends with when this error is the most serious one it met.
"""

from __future__ import annotations

import difflib
from typing import ClassVar

ANEW = 75
"""The exit code of a service that somebody asked to begin anew: whoever keeps it running starts it again at once."""


class MantelpieceError(Exception):
    """A sentence for a person, `facts` for a program, and what to do about it."""

    exit_code: ClassVar[int] = 1
    default_advice: ClassVar[str] = ""

    def __init__(self, sentence: str, *, advice: str | None = None, **facts: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.advice = self.default_advice if advice is None else advice
        self.facts = facts

    @property
    def kind(self) -> str:
        """The name of the error, for who reads JSON."""
        return type(self).__name__

    def __str__(self) -> str:
        return f"{self.sentence} {self.advice}".strip()


class UsageError(MantelpieceError):
    """A verb's words or a setting are wrong; nothing was changed."""

    exit_code = 2


class RuleError(UsageError):
    """A rule that cannot be used; nothing is matched by it."""

    default_advice = "The album is left as it is until the rule is corrected."


class Busy(MantelpieceError):
    """Another process holds what this one needs; its facts name the holder."""


class Held(MantelpieceError):
    """Waits for a person's yes."""

    exit_code = 4


class Cancelled(MantelpieceError):
    """A person or the shutdown ended the job; nothing is half done."""


# Immich


class ServerError(MantelpieceError):
    """Anything that the server, or the way to it, did. Never a reason to remove a photo."""

    exit_code = 3


class Unreachable(ServerError):
    """No answer: name not found, refused, unroutable, reset, or too slow for the deadline."""

    default_advice = "The wall goes on showing what is here; this is tried again by itself."


class NotImmich(ServerError):
    """Something answered that is not Immich's API (an HTML page, a captive portal, a proxy's login)."""

    default_advice = "Check the address: it is the one that you open Immich with in a browser."


class Maintenance(ServerError):
    """The server is in maintenance mode; its 404s mean nothing."""

    default_advice = "Nothing to do: photos stay, and this is tried again by itself."


class KeyRefused(ServerError):
    """401: the API key is wrong, deleted or of another server."""

    default_advice = (
        "Make a new API key in Immich (Account settings, API keys) and give it with 'mantelpiece server add'."
    )


class PermissionMissing(ServerError):
    """403: the key may not do this; fact `permission` is Immich's own name of what it lacks, or ''."""

    default_advice = "Give the API key this permission in Immich (Account settings, API keys)."


class NotAvailable(ServerError):
    """400 or 404 for one thing: deleted, unshared or never there; Immich does not say which."""


class TooManyRequests(ServerError):
    """429; fact `retry_after_seconds` is what the server asked for, or None."""


class ServerFailure(ServerError):
    """5xx after all retries."""

    default_advice = "Nothing to do: photos stay, and this is tried again by itself."


class CertificateProblem(ServerError):
    """TLS failed; fact `reason`: expired, not-yet-valid, wrong-name, unknown-authority, fingerprint or other."""


class ForeignRedirect(ServerError):
    """The server redirects to another host or down to http; the key was not sent there."""

    default_advice = "Use the address that the redirect ends at, if it is yours."


class SchemaDrift(ServerError):
    """An answer lacks a key, or it has another type; fact `field` is its path. Nothing is added or removed by it."""

    default_advice = (
        "Immich answers in a form that this version does not know. Photos stay; look for an update of mantelpiece."
    )


class Incomplete(ServerError):
    """A list that is not proved whole; nothing may be concluded of what it lacks."""

    exit_code = 1
    default_advice = "Nothing was changed by it; this is tried again by itself."


class BadTransfer(ServerError):
    """Bytes that fail their proof: truncated, too long, or another hash; nothing of them was kept."""


class NoticeFailed(MantelpieceError):
    """A mail server or a webhook did not take a notice; it is tried again."""

    default_advice = "Check the settings of notices, then try 'mantelpiece notices test'."


# the disk


class DiskError(MantelpieceError):
    """The card or disk did not do what was asked."""


class DiskFull(DiskError):
    """Writing would pass the reserve or the budget, or the disk said ENOSPC."""

    default_advice = "Free some space, raise the budget or mirror fewer albums; the wall goes on with what is here."


class DiskReadOnly(DiskError):
    """The data folder cannot be written."""

    default_advice = "The wall goes on; check the card or disk and restart."


class DiskFailing(DiskError):
    """EIO: the card or disk loses data."""

    default_advice = "Replace the card or disk; nothing half-written was kept."


class MarkerMissing(DiskError):
    """The data folder's marker is gone: most likely its disk is not mounted. Nothing is written in its place."""

    default_advice = "Mount the disk, or run 'mantelpiece doctor' to start afresh in this folder."


class UnsuitableFolder(UsageError):
    """The data folder's file system cannot keep our promises (exFAT, vfat)."""


class LibraryCorrupt(DiskError):
    """library.db fails its check; it is moved aside and rebuilt from the objects and the server."""


class LibraryTooNew(MantelpieceError):
    """library.db was written by a newer mantelpiece; this one only reads the mirror."""

    default_advice = "Install the newer version again; the wall goes on meanwhile."


class CatalogueUnreadable(MantelpieceError):
    """A published catalogue is torn, empty or of a newer format; the reader keeps its last good one."""


class PictureRefused(MantelpieceError):
    """A picture that cannot be decoded, with the reason; it is skipped and named."""


class DecoderStarved(PictureRefused):
    """Nothing is known to be wrong with the picture: others had the processor, or the disk."""


class DecoderUnavailable(MantelpieceError):
    """The child that decodes pictures cannot be started; it says nothing about any picture."""

    default_advice = "The picture on the wall stays; this is tried again by itself."


# writing into originals


class ToolMissing(MantelpieceError):
    """exiftool cannot be started, or is too old; nothing can be written into any file."""

    default_advice = "Install it: sudo apt install libimage-exiftool-perl util-linux."


class ToolFailed(MantelpieceError):
    """exiftool did not do it for one file: it complained, died or passed its deadline. The file is as it was."""


class NotProved(MantelpieceError):
    """What was written does not read back as it was meant, or its picture is another. The file is as it was."""

    default_advice = "The file was left as it was; let its sidecar be written instead."


class Unwritable(MantelpieceError):
    """Nothing may be written into this file, now or later; fact `reason`: format, name or not-a-file."""

    default_advice = "Its sidecar can be written instead."


class OwnerWouldChange(MantelpieceError):
    """Replacing the file would give it another owner, and the root does not allow that."""

    default_advice = "Let the root say owner = \"any\", or let sidecars be written."


class Moved(MantelpieceError):
    """The file is no longer what it was when it was looked at; it was left alone."""

    default_advice = "The next run looks again."


class DisplayLost(MantelpieceError):
    """The panel went away or changed its mode; it is opened again every few seconds."""

    default_advice = "Check the panel's cable and power; it is tried again by itself."


class PanelRefused(MantelpieceError):
    """A way to switch the panel off or on failed, or said that nothing happened; the next one is tried."""


def did_you_mean(word: str, known: list[str], *, before: str = "") -> str:
    """` Did you mean 'x'?` with the nearest known word, or nothing; `before` is what all of them begin with."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f" Did you mean {before + near[0]!r}?" if near else ""
