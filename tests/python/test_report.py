"""The report of a fit: what it says, how it looks, that it is saved."""

import datetime
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

import endcap
from endcap import _report_html


def shop_log(n=6000, seed=0):
    """Three tastes; visitors buy mostly of their own, one purchase an hour."""
    rng = np.random.default_rng(seed)
    user = rng.integers(0, 300, n)
    taste = np.where(rng.random(n) < 0.85, user % 3, rng.integers(0, 3, n))
    frame = pd.DataFrame({"user": user, "item": taste * 25 + rng.integers(0, 25, n)})
    frame["kind"] = "purchase"
    frame["time"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(n), unit="h")
    return frame


@pytest.fixture(scope="module")
def shop():
    return endcap.Recommender.fit(endcap.Events.from_frame(shop_log()), progress=False)


class Tags(HTMLParser):
    """Checks that what is opened is closed, in order."""

    def __init__(self):
        super().__init__()
        self.open, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def text_of(html):
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    return tags.text


def test_it_says_how_models_were_tested(shop):
    report = shop.report
    assert report.held_out == "newest"
    assert report.n_train + report.n_held_out == 6000
    assert report.begin == datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
    assert report.begin < report.cut < report.end
    assert report.n_queries["all"] >= report.n_queries["new"] > 0
    assert report.seconds > 0


def test_it_says_what_won_and_by_how_much(shop):
    report = shop.report
    for purpose in ("new", "all"):
        value, low, high = report.quality[purpose]
        assert 0 < low < value < high < 1
        assert report.best_model[purpose] in {model.name for model in report.models}
        assert report.lead[purpose][1] <= report.lead[purpose][0] <= report.lead[purpose][2]
    used = [model for model in report.models if model.fate == "in use"]
    assert {model.name for model in used} == {m.name for m in shop.models} - {"bought_together"}
    assert max(model.gain[1][0] for model in used) > 0
    assert any(model.n_bytes > 0 for model in used)
    assert all(not any(model.weights) for model in report.models if model.fate == "no gain")


def test_it_is_saved_with_the_shop(shop, tmp_path):
    shop.save(tmp_path / "shop.endcap")
    loaded = endcap.Recommender.load(tmp_path / "shop.endcap")
    assert repr(loaded.report) == repr(shop.report)
    assert loaded.report._repr_html_() == shop.report._repr_html_()


def test_it_shows_itself_as_text_and_as_a_page(shop):
    text, page = repr(shop.report), text_of(shop.report._repr_html_())
    for shown in (text, page):
        assert "were hidden from all models" in shown
        assert shop.report.best_model["all"] in shown
    assert "How these lists were made" in page
    assert "Left out" in page


def test_the_text_fits_a_terminal(shop):
    text = repr(shop.report)
    tables = [line for line in text.splitlines() if not line.endswith(".") and ", " not in line]
    assert max(len(line) for line in tables) <= 100
    for p, words in enumerate(("items new to the visitor", "all items, repeats too")):
        heard = [model for model in shop.report.models if model.weights[p]]
        best = max(heard, key=lambda model: model.gain[p][0])
        table = text.split(f"\n\n{words} ")[1].split("\n\n")[0].splitlines()
        assert table[1].split()[0] == best.name
        assert len(table) == 1 + min(8, len(heard)) + (len(heard) > 8)


def test_purposes_that_nobody_was_asked_about_are_not_shown():
    sets = shop_log()[["user", "item"]].drop_duplicates().sample(frac=1, random_state=0)
    shop = endcap.Recommender.fit(endcap.Events.from_frame(sets), effort="fast", progress=False)
    assert shop.report.n_queries["new"] > 0
    assert shop.report.n_queries["all_first_visit"] == 0
    for shown in (repr(shop.report), text_of(shop.report._repr_html_())):
        assert "first visit" not in shown


def test_the_page_says_better_only_where_that_is_sure():
    for lead, sure in (
        ((0.02, 0.01, 0.03), "better than"),
        ((0.01, -0.01, 0.03), "as good as"),
        ((-0.02, -0.03, -0.01), "worse than"),
    ):
        assert _report_html._verdict(lead, "a < b").startswith(f"{sure} <b>a &lt; b</b> alone")


def test_it_is_a_table_too(shop):
    frame = shop.report.to_frame()
    assert len(frame) == len(shop.report.models)
    assert {"model", "fate", "weight_new", "gain_all_low", "seconds", "bytes"} <= set(frame.columns)


def test_it_warns_of_what_looks_wrong():
    log = shop_log()
    log.loc[:1500, "user"] = 999
    log["user"] = log["user"].map(lambda user: f"<b>{user}</b>")
    twice = pd.concat([log, log[:900]])
    shop = endcap.Recommender.fit(endcap.Events.from_frame(twice), effort="fast", progress=False)
    warnings = "\n".join(shop.report.warnings)
    assert "of the events repeat another one" in warnings
    assert "One visitor, '<b>999</b>', has" in warnings
    assert "<b>999" not in shop.report._repr_html_()  # escaped


def test_a_log_too_small_to_test_on_says_so():
    shop = endcap.Recommender.fit(endcap.Events.from_sequences([[1, 2], [2, 3]]), progress=False)
    assert shop.report.held_out == "nothing"
    assert shop.report.cut is None
    assert "too small" in shop.report.warnings[0]
    assert "too few" in repr(shop.report)
    assert "weight: new" in repr(shop.report)
    assert "adds" not in repr(shop.report)
    text_of(shop.report._repr_html_())


def test_what_did_not_fit_into_the_budget_is_named():
    events = endcap.Events.from_frame(shop_log(3000))
    shop = endcap.Recommender.fit(events, effort="best", time_budget=1e-3, progress=False)
    fates = {model.name: model.fate for model in shop.report.models}
    assert fates["sequence_factors/wide"] == "no time"
    assert fates["boosted_trees"] in {"in use", "no gain"}  # whatever the budget


def test_a_warning_of_few_visitors():
    events = endcap.Events.from_frame(shop_log(400))
    shop = endcap.Recommender.fit(events, effort="fast", progress=False)
    few = {purpose: n for purpose, n in shop.report.n_queries.items() if 0 < n < 200}
    assert few
    told = [text for text in shop.report.warnings if "could be asked" in text]
    assert len(told) == len(few)
    for n, text in zip(few.values(), told, strict=True):
        assert text.startswith(f"Only {n} visitors could be asked about ")


def test_sessions_with_times_are_asked_how_they_go_on():
    rng = np.random.default_rng(3)
    sessions, steps = 600, 4
    session = np.repeat(np.arange(sessions), steps)
    frame = pd.DataFrame({"user": session, "item": session % 3 * 25})
    frame["item"] += rng.integers(0, 25, len(frame))
    minutes = session * 60 + np.tile(np.arange(steps), sessions)
    frame["time"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(minutes, unit="m")
    shop = endcap.Recommender.fit(
        endcap.Events.from_frame(frame), effort="fast", progress=False
    )  # nobody comes back
    assert shop.report.held_out == "newest"
    assert shop.report.n_queries["all"] == 180  # of the newest three tenths
    assert shop.report.n_queries["new"] > 150  # who went on to something new
    assert all(item // 25 == 1 for item in shop.next([30, 40], 5).items)
