"""Names of people, sites and languages."""

import pytest

from scraper.extract.declared import language_tag
from scraper.extract.languages import language_of, spoken
from scraper.extract.people import is_byline, split
from scraper.extract.titles import without_site


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Jane Doe", ["Jane Doe"]),
        ("By Jane Doe and John Roe, Political Reporter", ["Jane Doe", "John Roe"]),
        ("JANE DOE", ["Jane Doe"]),
        ("Von Jost Ellwanger und Käthe Brandauer", ["Jost Ellwanger", "Käthe Brandauer"]),
        ("Par Anaïs Lefort", ["Anaïs Lefort"]),
        ("Автор: Степан Ольхов", ["Степан Ольхов"]),
        ("Jane Doe (Reuters)", ["Jane Doe"]),
        ("Jane Doe - Staff Writer", ["Jane Doe"]),
        ("신현주 기자", ["신현주"]),
        ("https://paper.example/staff/jane", []),
        ("jane@paper.example", []),
        ("paper.example, Oslo, Norway", []),
        ("Jane Doe, MD, Ph.D.", ["Jane Doe"]),
        ("Staff Reporter", []),
        ("Updated 3 hours ago", []),
    ],
)
def test_byline_gives_names_only(byline: str, names: list[str]) -> None:
    assert list(split(byline)) == names


def test_a_sentence_is_no_byline() -> None:
    assert is_byline("By Jane Doe")
    assert not is_byline("By Tuesday the Water Board had given up.")


@pytest.mark.parametrize(
    ("title", "names", "bare"),
    [
        ("Trees by the river | Daily Paper", ["Daily Paper"], "Trees by the river"),
        ("Trees by the river - Nature - Daily Paper", ["Daily Paper"], "Trees by the river - Nature"),
        ("Daily Paper: Trees by the river", ["Daily Paper"], "Daily Paper: Trees by the river"),
        ("Daily Paper | Trees by the river again", ["Daily Paper"], "Trees by the river again"),
        ("Trees by the river — dailypaper.com", ["dailypaper"], "Trees by the river"),
        ("Trees - and what they cost", ["Daily Paper"], "Trees - and what they cost"),
        ("六十年の銭湯｜山里新聞", ["山里新聞"], "六十年の銭湯"),
        ("古い水車小屋は毎年春に水に浸かる-山里新聞", [], "古い水車小屋は毎年春に水に浸かる"),
        ("북한 핵문제 해법을 논의하는 두 정상의 회담-서울", [], "북한 핵문제 해법을 논의하는 두 정상의 회담-서울"),
        ("What people love about trees | Tree Blog", [], "What people love about trees"),
    ],
)
def test_title_loses_the_name_of_its_site_and_nothing_else(title: str, names: list[str], bare: str) -> None:
    assert without_site(title, names) == bare


def test_known_suffix_goes_first() -> None:
    assert without_site("Trees by the river | AB", [], (" | AB",)) == "Trees by the river"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The council agreed on Tuesday to plant the trees that are by the river and in the park.", "en"),
        (
            "Der Rat hat am Dienstag beschlossen, die Bäume am Fluss und in dem Park zu pflanzen, die nicht krank sind.",
            "de",
        ),
        ("Движение по нему закрыли прошлой осенью, когда водолазы нашли трещину в третьей опоре.", "ru"),
        ("Рух закрили минулої осені, коли водолази знайшли тріщину в третій опорі, і її тепер лагодять.", "uk"),
        (
            "山あいの町で六十年続いた銭湯が、この春から若い夫婦の手で営業を再開することになった。町が建物を買い取る。",
            "ja",
        ),
        ("هيئة الموانئ أعلنت أن الرصيف الجديد في الميناء الشرقي سيستقبل السفن من هذا الشهر إلى ما بعد الصيف", "ar"),
        ("4711", ""),
    ],
)
def test_a_text_tells_its_language(text: str, language: str) -> None:
    assert language_of(text) == language


def test_a_page_that_declares_another_language_than_it_speaks_is_corrected() -> None:
    german = (
        "Der Rat hat am Dienstag beschlossen, die Bäume am Fluss und in dem Park zu pflanzen, die nicht krank sind."
    )
    assert spoken("en-us", german, "") == "de"
    assert spoken("de-at", german, "") == "de-at"
    assert spoken("", "4711", "fr") == "fr"


@pytest.mark.parametrize(
    ("tag", "normal"),
    [("pt_BR", "pt-br"), ("en, de", "en"), ("iw", "he"), ("nb-NO", "no-no"), ("English", ""), ("", "")],
)
def test_language_tags_are_normalized(tag: str, normal: str) -> None:
    assert language_tag(tag) == normal
