"""Text as it goes into the full-text index.

SQLite's tokenizer cuts words at spaces and signs, which Chinese, Japanese, Thai, Lao, Khmer, Burmese and (within a word and its
endings) Korean do not have. So these scripts go in a character a token, and a word in them is looked for as a phrase.
"""

import re
import unicodedata

SPACED = 1
"""Version of the form below. A store whose index was written with another one is indexed anew when it is opened."""

_UNSPACED = (
    "\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46"  # Thai; marks are taken with the letter before them
    "\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd-\u0ec6\u0edc-\u0edf"  # Lao
    "\u1000-\u102a\u103f\u1050-\u1055"  # Burmese
    "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb"  # Hangul
    "\u1780-\u17b3"  # Khmer
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f"  # Kana
)
_MARKS = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u17b4-\u17d3"
    "\u302a-\u302f\u3099\u309a\ufe00-\ufe0f"
)
CHARACTER = re.compile(f"[{_UNSPACED}][{_MARKS}]*")


def spaced(text: str) -> str:
    """`text` with the scripts above spaced out, composed (NFC). Idempotent but for the number of spaces."""
    if text.isascii():
        return text
    return CHARACTER.sub(r" \g<0> ", unicodedata.normalize("NFC", text))
