"""How labels are compared."""

import pytest

from drover.phone.writing import fold


@pytest.mark.parametrize(
    ("shown", "asked"),
    [
        ("Don\u2019t allow", "Don't allow"),
        ("Don\u02bct allow", "don\u2018t ALLOW"),
        ("  Next\u00a0\u202f(1) ", "next (1)"),
        ("Straße", "STRASSE"),
        ("Suivis ", "Suivis"),
        ("关注", "关注"),
        ("SUIVRE\n", "suivre"),
    ],
)
def test_labels_are_compared_folded(shown: str, asked: str) -> None:
    assert fold(shown) == fold(asked)
