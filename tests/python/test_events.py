"""The log from every source that it can come from."""

import datetime
import gzip
import json
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix

import endcap
from endcap import Events

COLUMNS = {
    "user": ["an", "bo", "an"],
    "item": ["りんご", "사과", "사과"],
    "kind": ["view", "view", "purchase"],
    "time": [0, 86_400, 172_800],
}
FRAMES = [pd.DataFrame, pl.DataFrame, pa.table]


def last_times(events):
    shop = endcap.Recommender.fit(events, effort="fast", threads=1, progress=False)
    return [time for _, _, time in shop.history(events.users[0])]


@pytest.mark.parametrize("frame", FRAMES)
def test_every_data_frame_gives_the_same_events(frame):
    events = Events.from_frame(frame(COLUMNS))
    assert len(events) == 3
    assert events.users == ["an", "bo"]
    assert events.items == ["りんご", "사과"]  # by their UTF-8 bytes
    assert "view      2" in repr(events)
    assert "1970-01-01 to 1970-01-03" in repr(events)


@pytest.mark.parametrize("frame", FRAMES)
def test_columns_may_have_other_names(frame):
    renamed = {f"my {name}": values for name, values in COLUMNS.items()}
    names: dict[str, Any] = {name: f"my {name}" for name in COLUMNS}
    assert len(Events.from_frame(frame(renamed), **names)) == 3


def test_integers_are_ids_of_their_own():
    events = Events.from_frame(pl.DataFrame({"user": [7, -3], "item": [2**62, 1]}))
    assert events.users == [-3, 7]
    assert events.items == [1, 2**62]


UTC = datetime.timezone.utc
TOKYO = datetime.timezone(datetime.timedelta(hours=9))
NOON = datetime.datetime(2024, 5, 1, 12)


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (NOON, NOON.replace(tzinfo=UTC)),
        (NOON.replace(tzinfo=UTC), NOON.replace(tzinfo=UTC)),
        (datetime.date(2024, 5, 1), datetime.datetime(2024, 5, 1, tzinfo=UTC)),
        (1_714_564_800, NOON.replace(tzinfo=UTC)),
        (1_714_564_800.5, NOON.replace(tzinfo=UTC, microsecond=500_000)),
    ],
    ids=["naive", "aware", "date", "seconds", "fractions"],
)
def test_times_are_read_as_utc(frame, time, expected):
    events = Events.from_frame(frame({"user": ["an"], "item": ["x"], "time": [time]}))
    assert last_times(events) == [expected]


def test_other_time_zones_are_converted():
    times = pd.Series([NOON]).dt.tz_localize("Asia/Tokyo")
    events = Events.from_frame(pd.DataFrame({"user": ["an"], "item": ["x"], "time": times}))
    assert last_times(events) == [NOON.replace(tzinfo=TOKYO)]


def test_sequences_are_visitors_by_number():
    events = Events.from_sequences([["a", "b"], [], ["b"]])
    assert len(events) == 3
    assert events.users == [0, 1, 2]
    assert "none, by order" in repr(events)


def test_a_sparse_matrix_counts_where_it_is_not_zero():
    events = Events.from_csr(csr_matrix([[1, 0, 2], [0, 0, 1]]), kind="purchase")
    assert len(events) == 3
    assert events.items == [0, 1, 2]
    assert "none, no order" in repr(events)


def test_rows_without_times_that_are_sorted_by_item_are_in_no_order():
    users, items = np.repeat(np.arange(1000), 2), np.tile([3, 5], 1000)
    rows = pd.DataFrame({"user": users, "item": items})
    assert "none, no order" in repr(Events.from_frame(rows))
    rows.loc[0:1, "item"] = [5, 3]
    assert "none, by order" in repr(Events.from_frame(rows))


def test_a_cell_of_a_sparse_matrix_counts_as_often_as_it_says():
    counts = csr_matrix(np.random.default_rng(5).poisson(0.4, (30, 12)))
    model = endcap.Als(4, use_event_weights=True)
    [ids, scores] = model.fit(counts).recommend(0, counts[0])
    [same, equal] = model.fit(Events.from_csr(counts)).recommend(0, counts[0])
    assert list(ids) == list(same)
    assert list(scores) == list(equal)
    [_, others] = model.fit(counts.astype(bool)).recommend(0, counts[0])
    assert list(scores) != list(others)


@pytest.mark.parametrize("cell", [-1.0, np.inf, np.nan])
def test_a_sparse_matrix_must_hold_sound_values(cell):
    with pytest.raises(ValueError, match="matrix must hold finite values"):
        Events.from_csr(csr_matrix([[cell]]))


def test_files_of_every_format_give_the_same_events(tmp_path):
    frame = pd.DataFrame(COLUMNS)
    frame.to_csv(tmp_path / "log.csv", index=False)
    frame.to_csv(tmp_path / "log.tsv", index=False, sep="\t")
    frame.to_parquet(tmp_path / "log.parquet")
    rows = frame.to_dict("records")
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (tmp_path / "log.jsonl").write_text(text, encoding="utf-8")
    logs = [
        Events.from_csv(tmp_path / "log.csv"),
        Events.from_csv(str(tmp_path / "log.tsv"), separator="\t"),
        Events.from_jsonl(tmp_path / "log.jsonl"),
        Events.from_parquet(tmp_path / "log.parquet"),
    ]
    assert {repr(log) for log in logs} == {repr(Events.from_frame(frame))}
    assert all(log.users == ["an", "bo"] for log in logs)


def test_rows_that_cannot_be_read_are_told(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("user,item,kind,time\nan,x,view,0\nan,x,view,soon\nbo,y,view,1\n")
    events = Events.from_csv(path)
    assert len(events) == 2
    [(line, reason)] = events.bad_rows
    assert line == 3
    assert "time" in reason


def test_too_many_bad_rows_are_an_error(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("user,item,kind,time\nan,x,view,0\nan,x,view,soon\n")
    with pytest.raises(ValueError, match="time"):
        Events.from_csv(path, max_bad_rows=0)


GOOD = b"user,item,kind\nan,x,view\nbo,y,view\n"


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"\xef\xbb\xbf" + GOOD + b",z,view\n", 4, "user is missing"),
        (GOOD.replace(b"\n", b"\r\n") + b"ce,z,steal\r\n", 4, "kind is not known: 'steal'"),
        (GOOD + b'ce,"z,view\n', 4, "quoted field is not closed, or longer than 1 MiB"),
        (GOOD + b"ce\0,z,view\n", 4, "row holds a NUL byte (is the file UTF-16?)"),
        (GOOD + b"c" * (1 << 21) + b",z,view\n", 4, "field is longer than 1 MiB"),
        (GOOD + "客,z,view\n".encode("shift_jis"), 4, "id is not UTF-8"),
        (GOOD + "ce,z,茶\n".encode("euc_jp"), 4, "kind is not known: '\ufffd\ufffd'"),
        (GOOD + b"ce,z\n", 4, "row has not as many fields as the header: '2'"),
    ],
)
def test_a_hostile_row_of_a_file_costs_no_other(tmp_path, content, line, reason):
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    events = Events.from_csv(path)
    assert events.users == ["an", "bo"]
    assert events.bad_rows == [(line, reason)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (gzip.compress(GOOD), r"compressed \(gzip\): unpack it first"),
        (gzip.compress(GOOD)[:10], r"compressed \(gzip\): unpack it first"),
        (GOOD.decode().encode("utf-16"), "the file is UTF-16"),
        (GOOD.replace(b"\n", b"\r"), "end in CR alone"),
        (b"us\xe9r,item\nan,x\n", "the columns are: us\ufffdr, item"),
        (b"user,item,kind\n", "no row can be read of 0"),
        (b"user,item,item\nan,x,y\n", "column 'item' stands twice"),
    ],
)
def test_a_file_that_is_no_log_is_refused(tmp_path, content, message):
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        Events.from_csv(path)


def test_hostile_lines_of_json_cost_no_other(tmp_path):
    hostile = [b"{", b"[1]", b'{"user":{"id":1},"item":"x"}', b'{"user":"caf\xe9","item":"x"}']
    hostile += [b"[" * 100_000, b'{"user":"' + b"a" * (1 << 21) + b'","item":"x"}']
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"\r\n".join([b'\xef\xbb\xbf{"user":"an","item":"x"}', *hostile]))
    events = Events.from_jsonl(path)
    assert events.users == ["an"]
    assert [line for line, _ in events.bad_rows] == [2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"separator": ";;"}, "separator must be one ASCII character, got ';;'"),
        ({"separator": '"'}, 'separator must be neither quote, line end nor NUL, got "'),
        ({"max_bad_rows": -1}, "max_bad_rows must be an integer of 0 or more, got -1"),
        ({"max_bad_rows": None}, "max_bad_rows must be an integer of 0 or more, got None"),
    ],
)
def test_wrong_options_of_a_reader_are_refused(tmp_path, options, message):
    (tmp_path / "log.csv").write_bytes(GOOD)
    with pytest.raises(ValueError, match=message):
        Events.from_csv(tmp_path / "log.csv", **options)


def test_a_damaged_parquet_file_is_refused(tmp_path):
    pd.DataFrame(COLUMNS).to_parquet(tmp_path / "log.parquet")
    whole = (tmp_path / "log.parquet").read_bytes()
    (tmp_path / "log.parquet").write_bytes(whole[:-20])
    with pytest.raises(ValueError, match="Parquet"):
        Events.from_parquet(tmp_path / "log.parquet")


@pytest.mark.parametrize("read", [Events.from_csv, Events.from_jsonl])
def test_a_misspelt_column_argument_is_an_error(tmp_path, read):
    with pytest.raises(TypeError, match="usr"):
        read(tmp_path / "log", usr="customer")


def test_own_kinds_stand_beside_the_standard_ones():
    frame = pd.DataFrame({"user": ["an"], "item": ["x"], "kind": ["gift"]})
    events = Events.from_frame(frame, kinds={"gift": 3.0, "view": 0.5})
    assert events.kinds["gift"] == 3.0
    assert events.kinds["view"] == 0.5


def test_times_may_be_datetimes_of_any_zone():
    tokyo = datetime.timezone(datetime.timedelta(hours=9))
    noon = datetime.datetime(2024, 1, 1, 12, tzinfo=tokyo)
    for times in [noon], pd.Series([noon, None], dtype=object)[:1], pd.to_datetime([noon]):
        frame = pd.DataFrame({"user": ["an"], "item": ["x"], "time": times})
        assert last_times(Events.from_frame(frame)) == [noon]


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("sessions", [[1, None, 1], ["a", None, "a"], [None] * 3, [2**60, 5, 5]])
def test_a_session_may_be_missing(frame, sessions):
    assert len(Events.from_frame(frame({**COLUMNS, "session": sessions}))) == 3


def test_the_notebook_shows_escaped_html():
    frame = pd.DataFrame({"user": ["an"], "item": ["x"], "kind": ["<b>"]})
    html = Events.from_frame(frame, kinds={"<b>": 1.0})._repr_html_()
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
