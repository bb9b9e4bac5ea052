"""How a receiver knows that a parcel is ours, and whole: the symmetric signature of Standard Webhooks 1.0.0.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac

_PREFIX = "whsec_"


def key(secret: str) -> bytes:
    """What is signed with: of `whsec_...` the bytes whose base64 follows, as the standard's libraries have it; of any other text
    its UTF-8. Raises ValueError, which never repeats the secret."""
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("begins with whsec_ and goes on with what is no base64") from None


def headers(secret: bytes, *, id_: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of the standard; without the last one if the secret is empty. `timestamp`: of this try, Unix seconds."""
    said = {"webhook-id": id_, "webhook-timestamp": str(timestamp)}
    if secret:
        digest = hmac.digest(secret, f"{id_}.{timestamp}.".encode() + body, hashlib.sha256)
        said["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
    return said
