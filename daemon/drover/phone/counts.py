"""Numbers as apps print them in any language: `1,386`, `12,3 k`, `1,2 Mio.`, `1.2万`, `١٢٫٣ ألف`. Pure."""

import re
from functools import lru_cache
from typing import Final

from drover.phone.writing import fold

_FACTORS: Final = {
    **dict.fromkeys(("k", "mil", "tsd", "n", "rb", "ribu", "тыс", "千", "천", "الف"), 1e3),
    **dict.fromkeys(("万", "萬", "만"), 1e4),
    **dict.fromkeys(("m", "mi", "mio", "mln", "tr", "jt", "juta", "млн", "مليون"), 1e6),
    **dict.fromkeys(("亿", "億", "억"), 1e8),
    **dict.fromkeys(("b", "bi", "md", "mrd", "mm", "t", "مليار"), 1e9),
}
NUMBER: Final = rf"\d[\d.,'\s]*(?:(?:{'|'.join(sorted(_FACTORS, key=len, reverse=True))})\b\.?)?"
"""Of folded text."""
_COUNT: Final = re.compile(rf"(\d[\d.,'\s]*)({'|'.join(sorted(_FACTORS, key=len, reverse=True))})?\.?")


@lru_cache(maxsize=1024)  # each label of a screen is asked for by several rules
def is_count(label: str) -> bool:
    """Whether the label is a number and nothing else."""
    return _COUNT.fullmatch(fold(label)) is not None


def is_rounded(label: str) -> bool:
    """Whether it is written short, so that a small change does not show."""
    match = _COUNT.fullmatch(fold(label))
    return match is not None and match[2] is not None


def count(label: str) -> int:
    """The number; `1.2K` is 1200. 0 for what is none."""
    match = _COUNT.fullmatch(fold(label))
    if match is None:
        return 0
    digits, unit = match[1], match[2]
    if unit is None:
        return int(re.sub(r"\D", "", digits) or 0)
    try:
        return int(float(re.sub(r"[\s']", "", digits).replace(",", ".")) * _FACTORS[unit])
    except ValueError:
        return 0
