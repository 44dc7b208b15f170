"""The few figures on a ticket with which its holder rates at a kiosk that has no scanner. Pure.

They follow from the ticket's secret code, so that they need no storing and cannot be told from the
number, which stands on every screen. docs/decisions/0042 says why four, and what guards them.
"""

from __future__ import annotations

import hashlib
import hmac

REVIEW_CODE_DIGITS = 4


def review_code(follow_token: str) -> str:
    """Of the ticket whose address ends with this token; "" of none."""
    if not follow_token:
        return ""
    digest = hashlib.blake2b(follow_token.encode(), digest_size=8, person=b"hall/review")
    figures = int.from_bytes(digest.digest(), "big") % 10**REVIEW_CODE_DIGITS
    return f"{figures:0{REVIEW_CODE_DIGITS}d}"


def is_review_code(follow_token: str, given: str) -> bool:
    """Never for a ticket without a token."""
    right = review_code(follow_token)
    return bool(right) and hmac.compare_digest(right.encode(), given.encode())
