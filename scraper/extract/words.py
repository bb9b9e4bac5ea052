"""How much a text says, in scripts with and without spaces between words."""

import re

_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def weight(text: str) -> int:
    """The length in Latin letters that would say as much: a character of Chinese, Japanese, Thai ... counts for 2.5."""
    return len(text) + int(1.5 * len(_UNSPACED.findall(text))) if not text.isascii() else len(text)
