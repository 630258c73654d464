"""Known answers of every primitive the log stands on: whoever gets another answer does not start.

Vectors: FIPS 180-4 example, RFC 8032 7.1 test 2, RFC 6979 A.2.5 (P-256, SHA-256, "sample"), RFC 6962 reference
leaves, RFC 8785 3.2.3. Each signature is also checked to be refused when a bit of the message changes.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import rfc8785
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from hub.ledger.errors import CryptoSelfTestError
from hub.ledger.keys import Algorithm, PublicKey, SigningKey
from hub.ledger.merkle import leaf_hash, root_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SHA256_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
_ED25519_SECRET = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
_ED25519_PUBLIC = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
_ED25519_SIGNATURE = (
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)
_P256_PUBLIC = (
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
)
_P256_SIGNATURE = (
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
)
_TREE_LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
_TREE_ROOT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def _sha256() -> bool:
    return hashlib.sha256(b"abc").hexdigest() == _SHA256_ABC


def _ed25519() -> bool:
    key = SigningKey.of(ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(_ED25519_SECRET)))
    jwk = key.public.jwk
    expected = bytes.fromhex(_ED25519_SIGNATURE)
    public = PublicKey.of(ed25519.Ed25519PublicKey.from_public_bytes(bytes.fromhex(_ED25519_PUBLIC)))
    return (
        public.jwk == jwk
        and key.sign(b"\x72") == expected
        and public.verify(expected, b"\x72")
        and not public.verify(expected, b"\x73")
    )


def _es256() -> bool:
    point = bytes.fromhex(_P256_PUBLIC)
    public = PublicKey.of(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
    expected = bytes.fromhex(_P256_SIGNATURE)
    fresh = SigningKey.create(Algorithm.ES256)
    return (
        public.verify(expected, b"sample")
        and not public.verify(expected, b"semple")
        and fresh.public.verify(fresh.sign(b"sample"), b"sample")
    )


def _tree() -> bool:
    return root_of(leaf_hash(bytes.fromhex(leaf)) for leaf in _TREE_LEAVES).hex() == _TREE_ROOT


def _canonical_json() -> bool:
    # RFC 8785 3.2.3: names sorted by UTF-16 code units, so the smiley (a surrogate pair) comes before U+FB33.
    names = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    ordered = '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\U0001f600":5,"\ufb33":3}'
    return rfc8785.dumps(names) == ordered.encode()


KNOWN_ANSWERS: Mapping[str, Callable[[], bool]] = {
    "SHA-256": _sha256,
    "Ed25519": _ed25519,
    "ES256": _es256,
    "RFC 9162": _tree,
    "RFC 8785": _canonical_json,
}


def self_test(known_answers: Mapping[str, Callable[[], bool]] = KNOWN_ANSWERS) -> None:
    """Compute every known answer (a few milliseconds); call it before the first receipt is signed.

    Raises:
        CryptoSelfTestError: an answer differs, or a primitive does not run at all.

    """
    for name, holds in known_answers.items():
        try:
            right = holds()
        except Exception as error:
            raise _failed(name) from error
        if not right:
            raise _failed(name)


def _failed(name: str) -> CryptoSelfTestError:
    return CryptoSelfTestError(
        f"密码自检未通过：{name}，系统不予启动",
        f"the known-answer test of {name} failed: refusing to start",
        next_zh="依赖库可能被替换或损坏；请按锁定文件重新安装后再启动",
        next_en="a dependency may be swapped or damaged: reinstall from the lock file, then start again",
    )
