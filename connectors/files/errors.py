"""What can go wrong with a file: one class a cause, each saying what, where and what to do next.

No message repeats the content of a cell. ``facts`` carry the place for machines: ``line``, ``byte``,
``column``, ``limit``, ``candidates``. All derive from :class:`FileError`.
"""

from __future__ import annotations

from policies.errors import DomainError


class FileError(DomainError):
    """A file that cannot be read as a table."""


class EmptyFileError(FileError):
    """The file holds no byte, or no row."""


class UnsupportedFileError(FileError):
    """The content is of a kind that holds no table the hub reads."""


class DamagedFileError(FileError):
    """The file ends early or breaks its own format."""


class InvalidEncodingError(FileError):
    """Bytes that are not text in the encoding stated or found."""


class AmbiguousEncodingError(FileError):
    """More than one encoding fits: the provider must say which."""


class MalformedTextError(FileError):
    """Delimited text whose quotation marks do not pair."""


class FileLimitError(FileError):
    """A limit that protects the machine is exceeded."""


class ArchiveMemberError(FileError):
    """A file of an archive is absent, must be chosen, or is not safe to unpack."""


class RecordsError(FileError):
    """Records of a JSON text that cannot be found, must be chosen, or are no rows of a table."""


class ColumnTypeError(FileError):
    """A column of a typed file whose values have no text form."""


class SheetError(FileError):
    """The sheet asked for is absent, empty, or must be chosen."""


class HeaderError(FileError):
    """The header line is absent or unreadable."""


class ReadOptionError(FileError):
    """An option that cannot be: unknown encoding, delimiter of two characters, row 0."""


class CoordinateSystemError(FileError):
    """The file states no coordinate system, or one that cannot be stored as CGCS2000."""


class OffsetCoordinatesError(FileError):
    """The coordinates are GCJ-02 or BD-09, the shifted systems of web maps."""


class LayerError(FileError):
    """The layer asked for is absent, or must be chosen."""
