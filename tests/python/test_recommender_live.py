"""A shop in a folder, told and asked from Python."""

from __future__ import annotations

import datetime
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import endcap

CIRCLES = [[f"{circle}{n}" for n in range(6)] for circle in ("tea", "ink")]


def visits(n: int = 60) -> list[dict[str, object]]:
    """Return events of customers who stay in their circle, a minute apart."""
    draw = random.Random(3)
    return [
        {
            "user": f"u{user}",
            "item": draw.choice(CIRCLES[user % 2]),
            "kind": draw.choice(["view", "purchase"]),
            "time": 1_700_000_000 + 60 * (6 * user + step),
            "event_id": f"{user}-{step}",
        }
        for user in range(n)
        for step in range(6)
    ]


def test_a_folder_keeps_what_the_shop_was_told(tmp_path: Path) -> None:
    with endcap.Recommender.open(tmp_path / "shop", fold_seconds=0) as shop:
        assert shop.observe_many(visits()) == 360
        assert shop.observe_many(visits()) == 0  # delivered again
        shop.refit(progress=False)
        shop.observe("ann", "tea1", time=datetime.datetime(2024, 1, 31), durable=True)
        expected = [pick.item for pick in shop.recommend("ann", k=3)]
        assert expected[0].startswith("tea")
        assert shop.health().n_waiting == 1
        assert shop.health().models_behind == []
    with endcap.Recommender.open(tmp_path / "shop", fold_seconds=0) as shop:
        assert [pick.item for pick in shop.recommend("ann", k=3)] == expected
        assert shop.history("ann")[0][2].date() == datetime.date(2024, 1, 31)
        assert shop.kinds["purchase"] == 5
        with pytest.raises(OSError, match="is open elsewhere"):
            endcap.Recommender.open(tmp_path / "shop")
    with pytest.raises(ValueError, match="shop must be open, got a closed one"):
        shop.observe("ann", "tea1")
    assert len(shop.recommend("ann", k=3)) == 3


def test_events_without_times_are_of_now(tmp_path: Path) -> None:
    with endcap.Recommender.open(tmp_path) as shop:
        assert shop.observe_many(endcap.Events.from_sequences([["a", "b"], ["b", "c"]])) == 4
        history = shop.history(0)
        assert [item for item, _, _ in history] == ["a", "b"]
        age = datetime.datetime.now(datetime.timezone.utc) - history[0][2]
        assert age < datetime.timedelta(minutes=5)


def test_a_catalogue_and_kinds_come_with_the_folder(tmp_path: Path) -> None:
    catalog = endcap.Catalog.from_frame(
        _frame({"item": ["tea1", "new"], "title": ["Tea", "A new tea"], "price": [1.0, 2.0]})
    )
    with endcap.Recommender.open(tmp_path, catalog, kinds={"share": 2}) as shop:
        shop.observe("ann", "tea1", "share")
    with endcap.Recommender.open(tmp_path) as shop:
        assert [pick.item for pick in shop.recommend("ann", filter="price = 2")] == ["new"]
        assert shop.kinds["share"] == 2
        with pytest.raises(ValueError, match="kind must be one of"):
            shop.observe("ann", "tea1", "gossip")


def _frame(columns: dict[str, list[object]]) -> object:
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame(columns)


def test_people_merge_declare_and_leave(tmp_path: Path) -> None:
    with endcap.Recommender.open(tmp_path, fold_seconds=0) as shop:
        shop.observe_many(visits())
        shop.refit(progress=False)
        shop.observe("guest-7", "tea1")
        shop.merge("guest-7", "ann")
        shop.prefer("ann", dislike="tea2", source="form", until=datetime.datetime(2200, 1, 1))
        assert shop.why_not("ann", "tea2").reason == "disliked"
        (preference,) = shop.preferences("guest-7")
        assert preference.value == "tea2"
        assert preference.until == datetime.datetime(2200, 1, 1, tzinfo=datetime.timezone.utc)
        known = json.loads(json.dumps(shop.export("ann")))
        assert known["ids"] == ["ann", "guest-7"]
        assert known["events"][0]["item"] == "tea1"
        assert known["preferences"][0]["source"] == "form"
        shop.withdraw("guest-7", "tea2")  # ann said it, not the guest
        assert len(shop.preferences("ann")) == 1
        receipt = shop.forget("guest-7")
        assert receipt.ids == ["ann", "guest-7"]
        assert receipt.n_events == 1
        assert "rp3beta" in receipt.exact
        with pytest.raises(endcap.UnknownIdError):
            shop.recommend("ann")
        for file in tmp_path.iterdir():
            assert b"guest-7" not in file.read_bytes()
        with pytest.raises(ValueError, match="prefer must be given like or dislike"):
            shop.prefer("ann")
        with pytest.raises(ValueError, match="guest must be another person"):
            shop.merge("ann", "ann")


@pytest.mark.parametrize("ids", [str, int, float, lambda n: f"visit {n}", lambda n: n + 0.5])
def test_a_session_goes_on_in_the_next_frame(tmp_path: Path, ids: Callable[[int], object]) -> None:
    rows = [
        {"user": f"u{n % 9}", "item": f"i{n * n % 11}", "session": ids(n // 18), "time": n * 3600}
        for n in range(360)
    ]
    frames = [rows[:100], rows[100:101], rows[101:]]

    def events(part: list[dict[str, object]]) -> endcap.Events:
        return endcap.Events.from_frame(_frame({name: [r[name] for r in part] for name in rows[0]}))

    models = ["next_basket", "bought_together"]
    shop = endcap.Recommender.fit(events(frames[0]), models=models, progress=False)
    for frame in frames[1:]:
        shop.update(events(frame))
    shop.save(tmp_path / "told")
    whole = endcap.Recommender.fit(events(rows), like=shop, progress=False)
    whole.save(tmp_path / "fitted")
    assert (tmp_path / "told").read_bytes() == (tmp_path / "fitted").read_bytes()


def test_a_shop_in_memory_has_the_same_calls() -> None:
    shop = endcap.Recommender.fit(endcap.Events.from_sequences(CIRCLES * 20), progress=False)
    assert shop.observe(1000, "ink1", event_id="e")
    assert not shop.observe(1000, "ink1", event_id="e")
    shop.observe(1000, "brand new")
    assert [item for item, _, _ in shop.history(1000)] == ["ink1", "brand new"]
    assert shop.update([{"user": 1000, "item": "ink2"}]) == 1
    assert "brand new" in shop.items
    shop.flush()
    shop.close()
    assert shop.health().writable
    shop.refit(models=["rp3beta"], progress=False)
    assert [model.name for model in shop.models] == ["rp3beta", "bought_together"]


def test_what_visitors_do_counts_for_others_at_once() -> None:
    events = endcap.Events.from_sequences(CIRCLES * 20)
    shop = endcap.Recommender.fit(events, models=["rp3beta"], progress=False)
    assert "ink1" not in [pick.item for pick in shop.similar("tea1", k=3)]
    for guest in range(1000, 1020):
        shop.observe(guest, "tea1")
        shop.observe(guest, "ink1")
    pick = next(pick for pick in shop.similar("tea1", k=3) if pick.item == "ink1")
    assert pick.source == "rp3beta"
    assert pick.reasons[0].item == "tea1"
    for guest in range(1000, 1020):
        shop.forget(guest)
    assert "ink1" not in [pick.item for pick in shop.similar("tea1", k=3)]


def test_scenarios_hold_for_many_lists() -> None:
    shop = endcap.Recommender.fit(endcap.Events.from_sequences(CIRCLES * 20), progress=False)
    shop.set_rules("page", {"block": ["tea5"]})
    assert "tea5" in shop.recommend_many([0], 12, repeats="include").lists()[0]
    for picks in (
        shop.recommend_many([0], 12, repeats="include", scenario="page"),
        shop.similar_many(["tea1"], 12, scenario="page"),
        shop.next_many([["tea1"]], 12, scenario="page"),
    ):
        assert "tea5" not in picks.lists()[0]
    with pytest.raises(ValueError, match="scenario must be one of page"):
        shop.recommend_many([0], scenario="home")


WRITER = """
import sys, endcap
shop = endcap.Recommender.open(sys.argv[1], fold_seconds=0.01)
for n in range(int(sys.argv[2]), 10**9):
    shop.observe(f"u{n % 50}", f"i{n % 7}", event_id=str(n), durable=True)
    print(n, flush=True)
"""


def test_no_durable_event_is_lost_by_kill_9(tmp_path: Path) -> None:
    acknowledged = 0
    for cycle in range(6):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, tmp_path / "shop", str(acknowledged)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        assert writer.stdout.readline()
        time.sleep(0.02 * cycle)
        os.kill(writer.pid, signal.SIGKILL)
        lines = writer.stdout.read().split("\n")[:-1]
        writer.stdout.close()
        writer.wait()
        acknowledged = int(lines[-1]) + 1 if lines else acknowledged + 1
        with endcap.Recommender.open(tmp_path / "shop", fold_seconds=0) as shop:
            known = sum(
                len(shop.history(user)) for user in [f"u{n}" for n in range(50)][:acknowledged]
            )
            assert known in (acknowledged, acknowledged + 1)
