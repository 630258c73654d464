"""HTTP without TLS: what clients of a hub on this machine need no certificates for.

Reading the certificates of all authorities takes some 30 ms for each client, and tests make thousands.
"""

from __future__ import annotations

import ssl
from typing import Final

NO_AUTHORITIES: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: what a client is given as ``verify`` that never speaks TLS."""
