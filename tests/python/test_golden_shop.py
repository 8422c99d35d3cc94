"""Files that earlier versions wrote, and what shops answered from them.

tests/serving/golden_shop_test.cc writes them and asks the same from C++.
"""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest

import endcap

GOLDEN = Path(__file__).parent.parent / "data" / "version-1"
QUESTION = datetime.datetime.fromtimestamp(19_030 * 86_400, datetime.timezone.utc)


def answers_of(shop: endcap.Recommender) -> list[tuple[str, float]]:
    answers: list[tuple[str, float]] = []
    for user in ("an-1", "an-2", "guest"):
        for scenario in ("home", "plain"):
            for pick in shop.recommend(user, k=5, scenario=scenario, time=QUESTION):
                words = [
                    "recommend",
                    user,
                    scenario,
                    str(pick.position),
                    repr(pick.item),
                    pick.source,
                ]
                answers.append((" ".join([*words, pick.rule]).rstrip(), pick.score))
        explanation = shop.explain(user, "sku-4")
        answers.append((f"explain {user} sku-4", explanation.score))
        for reason in explanation.reasons:
            answers.append((f"explain {user} sku-4 {reason.kind} {reason.item!r}", reason.value))
    for pick in shop.similar("sku-3", 3):
        answers.append((f"similar sku-3 {pick.item!r}", pick.score))
    return answers


def expect_answers(shop: endcap.Recommender, file: str) -> None:
    lines = [line.split("\t") for line in (GOLDEN / file).read_text().splitlines()]
    answers = answers_of(shop)
    assert [text for text, _ in answers] == [text for text, _ in lines]
    for (text, value), (_, expected) in zip(answers, lines, strict=True):
        assert value == pytest.approx(float(expected), rel=1e-4, abs=1e-4), text


def test_a_file_answers_as_it_did_when_it_was_written() -> None:
    shop = endcap.Recommender.load(GOLDEN / "shop.endcap")
    expect_answers(shop, "shop.tsv")
    assert shop.scenarios == ["home", "plain"]
    assert len(shop.preferences("an-2")) == 2


def test_a_folder_answers_as_it_did_when_it_was_written(tmp_path: Path) -> None:
    shutil.copytree(GOLDEN / "shop", tmp_path / "shop")
    with endcap.Recommender.open(tmp_path / "shop", fold_seconds=0) as shop:
        expect_answers(shop, "shop_folder.tsv")
        assert not shop.observe("an-1", "sku-9", event_id="last")
        assert shop.health().n_waiting == 2
