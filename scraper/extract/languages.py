"""Which language a text is in, by its script and its commonest little words: for pages that do not say, or say it wrongly."""

import re
from collections import Counter
from itertools import chain

_LITTLE_WORDS = {
    "en": "the of and to that was with for his her they have this which from by is on as are",
    "de": "der die und das nicht mit ist ein eine den von zu dem sich auch auf für des wird hat",
    "fr": "le la les des et est une dans que pour qui pas sur du par avec plus au sont ce",
    "es": "el los las que una por con para del como más su pero sus fue ha este también está se",
    "pt": "os uma que não com para dos mais como ao foi por também são da na pelo em do seu",
    "it": "il che di della per non sono con una gli del anche alla più nel dei è questo ha da",
    "nl": "het een van en dat niet zijn voor met op te aan ook bij naar wordt maar deze er om",
    "sv": "och att det som är inte för till med har den på av ett han var från men också om",
    "no": "og det som er ikke for til med har den på av et han var fra men også om jeg",
    "da": "og det som er ikke for til med har den på af et han var fra men også om jeg",
    "fi": "ja on ei se että oli hän mutta ovat myös kun niin joka tai sen mukaan kuin ole vuoden nyt",
    "pl": "nie się że jest na do to jak przez dla od ale po był oraz został przy jego tym które",
    "cs": "se na že je by do ale jako pro jsou byl která který také po podle však jeho už než",
    "sk": "sa na že je by do ale ako pre sú bol ktorá ktorý aj po podľa však jeho už než",
    "hu": "és hogy nem egy az is meg volt de csak már mint amely szerint ezt még lehet ez azt vagy",
    "ro": "și că nu este pentru din care sunt mai fost prin dar sau după cu la pe în lui această",
    "tr": "bir ve bu için ile da olarak çok olan gibi daha kadar sonra ancak değil oldu dedi var en ne",
    "az": "və bir bu üçün ilə da olan edib daha kimi sonra deyib olub isə onun görə ki edilib bildirib",
    "id": "yang dan di untuk dengan dari ini pada tidak itu dalam akan oleh juga ke telah sebagai karena ada tersebut",
    "vi": "và của là không được có cho những với người này trong các đã một khi từ đến để về",
    "zu": "ukuthi futhi uma kodwa kusho ngoba yakhe lapho kanye bese nge sokuthi kule kuleli lezi labo lokhu noma okwamanje",
    "xh": "ukuba kunye xa kodwa uthi ngoba yakhe apho kwaye oko ngexesha kule kuba eli abo oku okanye ngokuthi ngaba le",
    "sw": "na ya wa kwa ni katika za la kuwa hiyo alisema baada hii pia lakini ambayo kama watu huo wake",
    "ru": "и в не на что с по как для это его из от но он был также уже или года",
    "uk": "і в не на що з та як для це його від але він був також вже або року про",
    "bg": "и в не на че с се да за от като са по това но беше ще или който при",
    "sr": "је и у да се на за од са су не као што али који био или за због након",
    "ar": "في من على إلى أن عن التي الذي هذا مع كان ما بعد هذه كما قال لا أو بين قد",
    "fa": "و در به از که این را با است برای آن شده بر خود تا کرد می های یک هم",
    "ur": "کے میں کی ہے اور سے کا کو نے پر کہ یہ ہیں بھی اس تھا گیا نہیں جو کر",
    "hi": "के में की है और से का को ने पर कि यह हैं भी इस था गया नहीं जो कर",
    "mr": "आणि आहे या च्या त्या हे मध्ये तर होते ते केली असून झाले आहेत साठी मात्र नाही केले अशी हा",
}
_SPEAKERS: dict[str, list[str]] = {}
for _language, _words in _LITTLE_WORDS.items():
    for _word in dict.fromkeys(_words.split()):
        _SPEAKERS.setdefault(_word, []).append(_language)
"""Of each little word, the languages that have it."""
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]"), 0.1),
    ("ko", re.compile(r"[\uac00-\ud7af]"), 0.3),
    ("zh", re.compile(r"[\u4e00-\u9fff]"), 0.3),
    ("th", re.compile(r"[\u0e00-\u0e7f]"), 0.3),
    ("he", re.compile(r"[\u0590-\u05ff]"), 0.3),
    ("el", re.compile(r"[\u0370-\u03ff]"), 0.3),
    ("ka", re.compile(r"[\u10a0-\u10ff]"), 0.3),
    ("hy", re.compile(r"[\u0530-\u058f]"), 0.3),
    ("bn", re.compile(r"[\u0980-\u09ff]"), 0.3),
    ("ta", re.compile(r"[\u0b80-\u0bff]"), 0.3),
    ("te", re.compile(r"[\u0c00-\u0c7f]"), 0.3),
)
"""Scripts that name a language by themselves, and the share of a text's letters that must be theirs."""
_OWN_SCRIPT = re.compile("|".join(script.pattern for _, script, _ in _SCRIPTS))
_LETTERS = (
    ("ru", re.compile("[ыэ]")),
    ("uk", re.compile("[їєґ]")),
    ("sr", re.compile("[ђћјљњџ]")),
    ("az", re.compile("ə")),
    ("hu", re.compile("[őű]")),
    ("cs", re.compile("[řěů]")),
    ("sk", re.compile("[ľĺŕ]")),
    ("pl", re.compile("[ąęłżź]")),
    ("ur", re.compile("[ٹڈڑےں]")),
    ("fa", re.compile("[پچژگ]")),
)
"""Letters that of our languages one alone has, or has before the others: a share of one in a hundred decides."""
_ENOUGH = 2_500
_ENOUGH_TO_AGREE = 600
"""Letters that confirm what a page declares; to gainsay it takes more."""


def language_of(text: str) -> str:
    """The language of a text as ISO 639 writes it, or "" where it is too short or too strange to tell."""
    text = text[:_ENOUGH].casefold()
    if text.isascii():
        words = text.translate(_WORDS)
        tokens, letters = words.split(), len(words) - words.count(" ")
    else:
        tokens = _TOKEN.findall(text)
        letters = sum(map(len, tokens))
    if letters < 40:
        return ""
    if not text.isascii() and (found_by := _by_letters(_ASCII.sub("", text), letters)):
        return found_by
    heard = Counter(chain.from_iterable(map(_SPEAKERS.__getitem__, filter(_SPEAKERS.__contains__, tokens))))
    first = max(heard, key=heard.__getitem__, default="")
    most = heard.pop(first, 0)
    sure = most >= 5 and most >= 0.06 * len(tokens) and most > 1.15 * max(heard.values(), default=0)
    return first if sure else ""


_TOKEN = re.compile(r"[^\W\d_]+")
_WORDS = "".join(c if c.isalpha() else " " for c in map(chr, range(128)))
"""Of ASCII what each character becomes where words are parted."""
_ASCII = re.compile(r"[\x00-\x7f]+")


def _by_letters(text: str, letters: int) -> str:
    """The language that a text's letters beyond ASCII name by themselves; `letters` is how many letters the whole text has."""
    if _OWN_SCRIPT.search(text):
        for language, script, share in _SCRIPTS:
            if len(script.findall(text)) >= share * letters:
                return language
    for language, script in _LETTERS:
        if len(script.findall(text)) >= 0.01 * letters:
            return language
    return ""


def spoken(declared: str, text: str, otherwise: str) -> str:
    """The language of a page: as it declares, unless its text is plainly in another; else as its text tells; else `otherwise`."""
    if declared and language_of(text[:_ENOUGH_TO_AGREE]) == declared[:2]:
        return declared
    heard = language_of(text)
    if declared and (not heard or heard == declared[:2] or {heard, declared[:2]} in _NEAR):
        return declared
    return heard or declared or otherwise


_NEAR = tuple(
    set(pair.split("/"))
    for pair in "no/nn no/da cs/sk id/ms sr/hr sr/bs hi/mr zu/xh uk/ru bg/mk pt/gl es/ca es/gl nl/af tr/az ar/fa".split()  # noqa: SIM905
)
"""Languages that our little words cannot tell apart for certain: then the page's word counts."""
