"""Signature Version 4 against the vectors its authors publish (Amazon S3, "Examples: signature calculations")."""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.s3_signing import AccessKey, Question, signed

KEY = AccessKey("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
AT = datetime(2013, 5, 24, tzinfo=UTC)
HOST = "examplebucket.s3.amazonaws.com"


def _signature(question: Question, **headers: str) -> str:
    return signed(question, KEY, AT, headers)["Authorization"].rpartition("Signature=")[2]


def test_an_object_with_a_range_is_signed_as_published() -> None:
    expected = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    assert _signature(Question(HOST, "/test.txt", {}), Range="bytes=0-9") == expected


def test_a_list_of_objects_is_signed_as_published() -> None:
    expected = "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
    assert _signature(Question(HOST, "/", {"max-keys": "2", "prefix": "J"})) == expected
