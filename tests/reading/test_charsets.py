"""From bytes to text, as browsers decide it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.extract.charsets import charset, decode, known

CYRILLIC = (
    "Городской совет одобрил новую трамвайную линию, которая свяжет вокзал с университетом. Работы начнутся весной."
)
FRENCH = "Le conseil a approuvé la ligne – « l’été », dit-il — reliant la gare à l’université."
CHINESE = "市议会批准了新的电车线路，该线路将连接车站和大学。"
JAPANESE = "市議会は新しい路面電車を承認した。工事は春に始まる。"
KOREAN = "시의회는 새로운 전차 노선을 승인했다. 공사는 봄에 시작된다."


def page(text: str, head: str = "", lang: str = "") -> str:
    return f"<!doctype html><html{lang}><head>{head}<title>x</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    ("text", "written_in", "header", "head"),
    [
        (CYRILLIC, "utf-8", "utf-8", '<meta charset="windows-1251">'),
        (CYRILLIC, "windows-1251", "", '<meta charset="windows-1251">'),
        (CYRILLIC, "windows-1251", "", '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">'),
        (CYRILLIC, "windows-1251", "cp1251", ""),
        (CYRILLIC, "koi8-r", "", '<meta charset="koi8-r">'),
        (CYRILLIC, "utf-8", "", ""),
        (CYRILLIC, "utf-8", "klingon-8", ""),
        (CYRILLIC, "utf-8", "iso-8859-1", '<meta charset="utf-8">'),
        (CYRILLIC, "windows-1251", "utf-8", '<meta charset="windows-1251">'),
        (CYRILLIC, "windows-1251", "", ""),
        (CYRILLIC, "utf-16-be", "utf-16be", ""),
        (CYRILLIC, "utf-16-le", "", ""),
        (FRENCH, "windows-1252", "iso-8859-1", ""),
        (FRENCH, "windows-1252", "", ""),
        (CHINESE, "gb18030", "gb2312", ""),
        (CHINESE, "gb18030", "", '<meta charset="GBK">'),
        (JAPANESE, "shift_jis", "", '<meta charset="Shift_JIS">'),
        (JAPANESE, "euc_jp", "", '<meta charset="x-euc-jp">'),
        (JAPANESE, "iso2022_jp", "iso-2022-jp", ""),
        (KOREAN, "cp949", "euc-kr", ""),
        (KOREAN, "cp949", "", '<meta charset="ks_c_5601-1987">'),
    ],
)
def test_a_page_is_read_in_the_charset_it_was_written_in(text: str, written_in: str, header: str, head: str) -> None:
    assert text in decode(page(text, head).encode(written_in), header)


@pytest.mark.parametrize("written_in", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_beats_every_label(written_in: str) -> None:
    text = decode(page(CYRILLIC, '<meta charset="koi8-r">').encode(written_in), "iso-8859-1")

    assert text.startswith("<!doctype")
    assert CYRILLIC in text


def test_an_xml_declaration_counts() -> None:
    feed = f"<?xml version='1.0' encoding='windows-1251'?><rss><channel><title>{CYRILLIC}</title></channel></rss>"

    assert CYRILLIC in decode(feed.encode("windows-1251"))


def test_a_declaration_far_down_counts() -> None:
    far = "<!-- " + "x" * 3000 + " -->" + "<link href=y>" * 200 + '<meta charset="windows-1251">'

    assert CYRILLIC in decode(page(CYRILLIC, far).encode("windows-1251"))


def test_a_few_broken_bytes_do_not_change_the_charset() -> None:
    body = page(CYRILLIC).encode() + b"<p>\xff\xfe\xc3(</p>"

    text = decode(body, "utf-8")

    assert CYRILLIC in text
    assert "\ufffd" in text


def test_a_character_cut_in_two_at_the_end_does_not_change_the_charset() -> None:
    assert decode("é".encode() + "ж".encode()[:1]).startswith("é")


def test_the_language_of_a_page_says_what_nobody_declared() -> None:
    word = "Žluťoučký kůň"

    assert word in decode(page(word, lang=' lang="cs"').encode("windows-1250"))


@pytest.mark.parametrize(
    "label", ["utf-7", "base64", "idna", "unicode_escape", "rot13", "cp037", "undefined", "", "\0", "é"]
)
def test_what_is_no_charset_of_the_web_counts_as_none(label: str) -> None:
    assert known(label) == ""
    assert decode(b"+ADw-script+AD4-", label) == "+ADw-script+AD4-"


@pytest.mark.parametrize(
    ("header", "label"),
    [
        ("text/html; charset=utf-8", "utf-8"),
        ('text/html;Charset="windows-1251"', "windows-1251"),
        ("text/html; charset = 'koi8-r'", "koi8-r"),
        ("charset=utf-8", "utf-8"),
        ("text/html; xcharset=utf-8", ""),
        ("text/html", ""),
        ("", ""),
    ],
)
def test_the_charset_of_a_header(header: str, label: str) -> None:
    assert charset(header) == label


@given(
    st.binary(max_size=300),
    st.sampled_from(["", "utf-8", "utf-16", "gbk", "shift_jis", "iso-2022-jp", "nonsense", "big5"]),
)
def test_decoding_never_raises(body: bytes, label: str) -> None:
    decode(body, label).encode("utf-8", "surrogatepass")
