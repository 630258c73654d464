"""Why rejected rows cannot be taken back as asked, and why a push that waits cannot go on."""

from __future__ import annotations

from hub.push.errors import PushError


class ResumeFileError(PushError):
    """The file is not the marked workbook of this push: no line numbers, other columns, another push."""


class ResumeLineError(PushError):
    """Line numbers of the file are unknown, missing or there twice; ``facts`` list them."""


class ResumeOvertakenError(PushError):
    """A later version has changed what the rows would write; ``facts`` name the version and the lines."""


class NothingHeldError(PushError):
    """There are no rejected rows of this push to mend: none were rejected, or their time is over."""


class HeldRowError(PushError):
    """The row, item or count given does not fit the rows that are kept."""


class NotWaitingError(PushError):
    """The push does not wait for anybody, or cannot go on as it is."""


class FourEyesError(PushError):
    """Who gave the push in cannot release it."""


class CannotWaitError(PushError):
    """The push must wait for a person, and this hub has no place to keep its file."""
