"""How much a text says, and which of its characters anyone may be shown."""

import re

Said = tuple[str, int]
"""A text as flat() leaves it, and its weight()."""

_NO_WIDE = bytes(byte for byte in range(256) if byte < 0xE0 or byte == 0xE2 or byte > 0xEF)
"""Of a character in UTF-8 the first byte, if it is none of the wide ones', and all further ones. To look for the others takes half
the time of a search by pattern, and most texts have none: of what is not ASCII in them most is a dash or a quotation mark (E2)."""
_WIDE = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)


def weight(text: str) -> int:
    """The length in Latin letters that would say as much: a character of Chinese, Japanese, Korean, Thai ... counts for 2.5."""
    if text.isascii() or not text.encode("utf-8", "surrogatepass").translate(None, _NO_WIDE):
        return len(text)
    return len(text) + 3 * len(_WIDE.findall(text)) // 2


def flat(text: str) -> str:
    """The text with each stretch of white space as one space, and none around it.

    What stands so already, as most texts do, costs a fifth of splitting it into words: of all white space a space alone is
    printable to Python.
    """
    return text.strip(" ") if text.isprintable() and "  " not in text else _folded(text)


def _folded(text: str) -> str:
    return " ".join(text.split())


_SIGNS = bytes(c for c in range(128) if not chr(c).isalnum())
_LOWER = bytes(range(256)).lower()
_NO_LETTERS = re.compile(r"[\W_]+")


def letters(text: str) -> str:
    """Its letters and digits alone, without case; of ASCII in one step, which takes a tenth."""
    if text.isascii():
        return text.encode().translate(_LOWER, _SIGNS).decode()
    return _NO_LETTERS.sub("", text.casefold())


_UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_TWICE_ENCODED = re.compile("[\u00c2-\u00f4][\x80-\xbf]")


def showable(text: str) -> str:
    """The text without what could paint a terminal, break an XML document, or turn the words after it around.

    Control characters are dropped, those of C1 read as windows-1252 (HTML, 13.2.5.80), lone surrogates become U+FFFD.
    Of the marks of direction only those go that reach beyond the text if they are not closed (UAX 9, 3.3.2).
    """
    # most texts that are not printable to Python are so for the ends of their lines
    return text if text.replace("\n", "").isprintable() else _UNSHOWN.sub(_instead, text)


def _instead(found: re.Match[str]) -> str:
    char = found[0]
    if "\x80" <= char <= "\x9f":
        return bytes([ord(char)]).decode("cp1252", "ignore")
    return "\ufffd" if "\ud800" <= char <= "\udfff" else ""


def line(text: str) -> str:
    """A title, a name or a label as it may be shown: one line, mended if its site has encoded it twice (`Ã¼` for `ü`)."""
    if not text.isascii() and _TWICE_ENCODED.search(text):
        text = _mended(text)
    if not text.isprintable():
        return flat(showable(text))
    return text.strip(" ") if "  " not in text else _folded(text)


def _mended(text: str) -> str:
    for charset in ("latin-1", "cp1252"):
        try:
            return text.encode(charset).decode("utf-8")
        except UnicodeError:
            continue
    return text
