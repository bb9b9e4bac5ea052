"""Language tags that a feed may carry: those that validators know."""

import re

_TAG = re.compile(r"([A-Za-z]{2,3})(?:-[A-Za-z0-9]{1,8})*")
"""RFC 3066, as RFC 4287, 2, demands."""

_CODES = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo
es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg
ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn
no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw
ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu

ace ast ban bem bho bik bin ceb chr crh csb din doi dsb dyu efi fil fon fur gaa gil haw hil hmn hsb ilo inh kab kac
kam kbd kha kmb kok krc krl kum lad lez lua luo lus mad mag mai mak men min mni moh mos mwl myv nap nds new niu nso
nyn pag pam pap pau raj rap rar rom sah sat scn sco shn sid sma smj smn sms snk srn srr suk syr tet tig tkl tpi tum
tvl tyv udm umb wal war xal yap zap
"""
"""ISO 639-1; then living languages of ISO 639-2 that have no code of two letters."""
_LANGUAGES = frozenset(_CODES.split())


def language(value: str) -> str:
    """The tag, or "" for what is none."""
    found = _TAG.fullmatch(value)
    return value if found and found[1].lower() in _LANGUAGES else ""
