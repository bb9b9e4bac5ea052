"""From bytes to text, as browsers decide it (WHATWG Encoding and HTML, 13.2.3), and where they show rubbish, better.

In order: byte order mark, the header, the document's own declaration, and what the bytes look like. Unlike a browser we
let bytes that are flawless UTF-8 overrule a label, and look for another charset where a label of UTF-8 is plainly a lie.
"""

import codecs
import re

from w3lib.encoding import html_body_declared_encoding, read_bom, resolve_encoding, to_unicode

# The encodings of the web by Python's names. Python knows more (utf-7, unicode-escape, base64 ...); the web must not.
_NAMES = """
    utf-8 utf-16-le utf-16-be utf-32-le utf-32-be gb18030 big5hkscs euc_jp iso2022_jp cp932 cp949 cp866 cp874
    cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 koi8-r koi8-u mac-roman mac-cyrillic iso8859-2
    iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-10 iso8859-13 iso8859-14 iso8859-15 iso8859-16
"""
_WEB = frozenset(codecs.lookup(name).name for name in _NAMES.split())
_LABELS = {
    "utf-16": "utf-16-le",  # Encoding, 4.2: a label without an order means little-endian
    "utf16": "utf-16-le",
    "unicode": "utf-16-le",
    "utf-32": "utf-32-le",
    "unicode-1-1-utf-8": "utf-8",
    "x-gbk": "gb18030",
    "gb_2312": "gb18030",
    "chinese": "gb18030",
    "cn-big5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "x-euc-jp": "euc_jp",
    "windows-949": "cp949",
    "ks_c_5601-1987": "cp949",
    "dos-874": "cp874",
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
    "x-mac-cyrillic": "mac-cyrillic",
    "x-mac-roman": "mac-roman",
    "iso-8859-8-i": "iso8859-8",
    "logical": "iso8859-8",
    "koi8-ru": "koi8-u",
    "koi": "koi8-r",
}
"""Labels of the standard that neither Python nor w3lib knows, or knows as something else."""

_LEGACY = {
    **dict.fromkeys(("ru", "uk", "be", "bg", "mk", "sr", "kk", "ky", "tg"), "cp1251"),
    **dict.fromkeys(("cs", "sk", "pl", "hu", "sl", "hr", "bs", "ro"), "cp1250"),
    **dict.fromkeys(("tr", "az", "ku"), "cp1254"),
    **dict.fromkeys(("ar", "fa", "ur"), "cp1256"),
    **dict.fromkeys(("et", "lt", "lv"), "cp1257"),
    "el": "cp1253",
    "he": "cp1255",
    "th": "cp874",
    "vi": "cp1258",
    "ko": "cp949",
}
"""What a page in a language is written in when nobody says (HTML, 13.2.3.2, the table of locales)."""

_ESCAPED = codecs.lookup("iso2022_jp").name

_LANG = re.compile(rb"<html\b[^>]{0,300}?\slang\s*=\s*[\"']?([a-z]{2})\b", re.IGNORECASE)
_TAG = re.compile(rb"<[^>]{0,2000}>")
_ASCII_RUN = re.compile(rb"[\x00-\x7f]{40,}")
_SAMPLE = 4096
_PIECE = 32_768
_LATIN = frozenset(
    {"utf-8", "cp1250", "cp1254", "cp1257", "cp1258", "iso8859-2", "iso8859-15", "iso8859-16", "mac-roman"}
)
"""Letters of one script under several names: statistics over one page cannot tell them, and most are windows-1252."""


def decode(body: bytes, charset_of_header: str = "") -> str:
    """The text of a page, feed or sitemap, without its byte order mark. Never raises: what cannot be decoded becomes U+FFFD.

    `charset_of_header` is the label from the Content-Type header, as written; one that nobody knows counts as none.
    """
    return body.decode() if is_sound(body) else _judged(body, charset_of_header)


def is_sound(body: bytes) -> bool:
    """Whether it is UTF-8 without a flaw or a byte order mark, as nearly all pages are: nothing else needs to be looked at."""
    return not read_bom(body)[1] and not _without_order(body) and _is_flawless(body)


def beside_ascii(body: bytes, charset_of_header: str) -> str:
    """Python's name of the charset that `decode` would read a body in; "" if there bytes of ASCII may be other characters."""
    name = "" if read_bom(body)[1] else _encoding(body, charset_of_header)
    return "" if _wide(name) or name == _ESCAPED else name


def _judged(body: bytes, charset_of_header: str) -> str:
    bom, mark = read_bom(body)
    if bom and mark:
        return to_unicode(body[len(mark) :], bom)
    return to_unicode(body, _encoding(body, charset_of_header))


def _is_flawless(body: bytes) -> bool:
    return not (b"\x1b" in body and body.isascii()) and _decodes(memoryview(body))  # ISO-2022-JP is written in ASCII


def _decodes(view: memoryview) -> bool:
    at = 0
    try:  # a piece at a time: a text as large as a page costs as much to put somewhere as to decode
        while at < len(view):
            at += codecs.utf_8_decode(view[at : at + _PIECE], "strict", at + _PIECE >= len(view))[1]
    except UnicodeDecodeError:
        return False
    return True


def charset(content_type: str) -> str:
    """The charset parameter of a Content-Type header as written, or ""."""
    found = re.search(r"[;,\s]charset\s*=\s*[\"']?\s*([\w:.+-]+)", ";" + content_type, re.IGNORECASE)
    return found[1] if found else ""


def known(label: str) -> str:
    """Python's name for a charset label of the web; "" for one that no browser knows."""
    name = _LABELS.get(label.strip().lower()) or resolve_encoding(label.strip()) if label.strip().isascii() else None
    return codecs.lookup(name).name if name and codecs.lookup(name).name in _WEB else ""


def _encoding(body: bytes, label: str) -> str:
    header = known(label)
    if wide := _without_order(body):
        return header if _wide(header) else wide
    header = "" if _wide(header) else header
    if body.isascii():
        return header or _declared(body) or "utf-8"  # ISO-2022-JP is written in ASCII
    if any(_decodes(memoryview(body)[:-n]) for n in (1, 2, 3)):  # broken off within a character
        return "utf-8"
    labels = [name for name in (header, _declared(body)) if name]
    if labels and labels[0] != "utf-8":
        return labels[0]
    text, broken = _as_utf8(body)
    if _mostly(text, broken):
        return "utf-8"
    return next((name for name in labels if name != "utf-8"), "") or _guess(body)


def _wide(name: str) -> bool:
    return name.startswith(("utf-16", "utf-32"))


def _declared(body: bytes) -> str:
    """What the document says of itself. A declaration that can be read as ASCII is not in UTF-16 (HTML, 13.2.3.3)."""
    name = html_body_declared_encoding(body) or ""
    found = re.search(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.+-]+)", body[:8192], re.IGNORECASE)
    name = known(name) or (known(found[1].decode("ascii", "replace")) if found else "")
    return "utf-8" if _wide(name) else name


def _as_utf8(body: bytes) -> tuple[str, int]:
    """The body read as UTF-8, and how many places of it are none. A character cut off at the end does not count."""
    text = codecs.getincrementaldecoder("utf-8")("replace").decode(body)
    return text, text.count("\ufffd") - body.count(b"\xef\xbf\xbd")


def _mostly(text: str, broken: int) -> bool:
    """Whether a text with some broken places was UTF-8 all the same: more of its characters are sound than not."""
    return sum(not char.isascii() for char in text) - broken > broken


def _without_order(body: bytes) -> str:
    """UTF-16 without label or mark: every other byte of its markup is zero."""
    head = body[:512]
    if len(head) < 4 or head.count(0) < len(head) // 4:
        return ""
    return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"


def _guess(body: bytes) -> str:
    """A charset by the page's language, or by statistics over its letters; windows-1252, as browsers have it, failing both."""
    found = _LANG.search(body[:4096])
    by_language = _LEGACY.get(found[1].decode().lower(), "") if found else ""
    if by_language:
        return by_language
    # Slow to load, and only this one page in many thousands needs it.
    from charset_normalizer import from_bytes  # noqa: PLC0415

    best = from_bytes(_sample(body)).best()
    name = _WEB_TWINS.get(best.encoding, known(best.encoding)) if best else ""
    return name if name and name not in _LATIN else "cp1252"


_WEB_TWINS = {"euc_jis_2004": "euc_jp", "euc_jisx0213": "euc_jp", "shift_jis_2004": "cp932", "big5": "big5hkscs"}
"""What the statistics call an encoding, where the web knows it by another name."""


def _sample(body: bytes) -> bytes:
    """The part of a page that tells most: its letters beyond ASCII, with some of what stands between them."""
    return _ASCII_RUN.sub(b" ", _TAG.sub(b" ", body[: 64 * _SAMPLE]))[:_SAMPLE]
