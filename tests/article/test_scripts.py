"""Bodies in scripts without spaces or from right to left, and bodies in many pieces: read like any other."""

import json
from datetime import UTC, datetime

import pytest

from newsloom.news.items import Article, Form
from scraper.extract.reading import read

SENTENCES = {
    "zh": "市议会星期二表示，将在年底前沿河种植四百棵树，以便在炎热的夏天为居民提供阴凉。",
    "ja": "市議会は火曜日、暑い夏に住民へ日陰を提供するため、年末までに川沿いに四百本の木を植えると発表した。",
    "th": "สภาเมืองกล่าวเมื่อวันอังคารว่าจะปลูกต้นไม้สี่ร้อยต้นตามแนวแม่น้ำก่อนสิ้นปีเพื่อให้ร่มเงาแก่ประชาชนในฤดูร้อน",
    "ko": "시의회는 화요일 무더운 여름에 주민들에게 그늘을 제공하기 위해 연말까지 강을 따라 나무 사백 그루를 심겠다고 밝혔다.",
    "he": "מועצת העיר הודיעה ביום שלישי כי תיטע ארבע מאות עצים לאורך הנהר לפני סוף השנה כדי לתת צל לתושבים בקיץ החם.",
    "ar": "أعلن مجلس المدينة يوم الثلاثاء أنه سيزرع أربعمئة شجرة على طول النهر قبل نهاية العام لتوفير الظل للسكان في الصيف الحار.",
    "ru": "Городской совет сообщил во вторник, что до конца года посадит вдоль реки четыреста деревьев, чтобы летом была тень.",
    "hi": "नगर परिषद ने मंगलवार को कहा कि वह निवासियों को छाया देने के लिए साल के अंत से पहले नदी के किनारे चार सौ पेड़ लगाएगी।",
}
MENU = "".join(f"<li><a href='/s/{n}'>Section {n}</a></li>" for n in range(12))


def article_of(language: str, body: str, title: str, head: str = "") -> Article:
    html = (
        f"<!doctype html><html lang={language}><head><meta charset=utf-8><title>{title}</title>{head}</head><body>"
        f"<nav><ul>{MENU}</ul></nav><main><h1>{title}</h1>{body}</main><footer><p>© 2026 Paper</p></footer></body></html>"
    )
    found = read(html, "https://paper.example/world/trees-1234", fetched=datetime(2026, 3, 3, tzinfo=UTC))
    assert found.article is not None, found.reason
    return found.article


@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize("form", ["paragraphs", "breaks"])
def test_a_body_is_read_in_any_script(language: str, form: str) -> None:
    said = [f"{n}. {SENTENCES[language]}" for n in range(1, 6)]
    body = "<br><br>".join(said) if form == "breaks" else "".join(f"<p>{s}</p>" for s in said)
    article = article_of(language, f"<div class=story>{body}</div>", SENTENCES[language][:30])
    assert article.text.split("\n\n") == said
    assert article.language == language


def test_a_body_in_several_boxes_is_read_whole_and_in_order() -> None:
    said = [
        f"Part {n}: the council said on Tuesday that the trees along the river would be planted by June."
        for n in range(1, 9)
    ]
    boxes = "".join(
        f"<div class=block><p>{a}</p><p>{b}</p></div><div class=ad>Advertisement</div>"
        for a, b in zip(said[::2], said[1::2], strict=True)
    )
    assert article_of("en", boxes, "Trees for the river").text.split("\n\n") == said


def test_a_live_blog_is_all_its_posts_and_as_old_as_itself() -> None:
    posts = [
        f"Post {n}: the minister spoke to the council for an hour and left without a word to those who waited."
        for n in range(9, 0, -1)
    ]
    node = {
        "@type": "LiveBlogPosting", "headline": "Council votes on trees: live", "datePublished": "2026-03-02T08:00:00Z",
        "liveBlogUpdate": [
            {"@type": "BlogPosting", "headline": p, "datePublished": f"2026-03-02T1{n}:00:00Z"} for n, p in enumerate(posts)
        ],
    }  # fmt: skip
    body = "".join(
        f"<div class=post><time datetime='2026-03-02T1{n}:00:00Z'>1{n}:00</time><p>{p}</p></div>"
        for n, p in enumerate(posts)
    )
    article = article_of(
        "en", body, "Council votes on trees: live", f"<script type='application/ld+json'>{json.dumps(node)}</script>"
    )
    assert article.form is Form.LIVE
    assert article.published == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert [p for p in article.text.split("\n\n") if p.startswith("Post")] == posts


def test_the_headline_once_more_below_the_text_is_none_of_it() -> None:
    said = [
        f"Part {n}: the council said on Tuesday that the trees along the river would be planted by June."
        for n in range(4)
    ]
    body = "".join(f"<p>{s}</p>" for s in said) + "<p>Trees for the river</p>"
    assert article_of("en", f"<div class=story>{body}</div>", "Trees for the river").text.split("\n\n") == said
