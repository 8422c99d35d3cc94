"""The event log from Python: both kinds keep the same promises."""

import datetime

import pandas as pd
import pytest

import endcap
from endcap import EventLog, LoggedEvent

NOON = datetime.datetime(2024, 5, 1, 12, tzinfo=datetime.timezone.utc)


@pytest.fixture(params=["memory", "file"])
def log(request, tmp_path):
    with EventLog() if request.param == "memory" else EventLog.open(tmp_path / "log.db") as log:
        yield log


def test_dicts_and_tuples_come_back_as_events(log):
    full = LoggedEvent("an", 7, "purchase", NOON, 2.0, 9.5, "basket", "e1")
    assert (
        log.append([full, ("bo", "りんご"), {"user": -1, "item": 2, "time": 0}], durable=True) == 3
    )
    start = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    bare = LoggedEvent("bo", "りんご")
    assert log.replay() == [full, bare, LoggedEvent(-1, 2, time=start)]
    assert log.events_of("bo") == [bare]
    assert log.events_of("nobody") == []


def test_a_repeated_delivery_counts_once(log):
    event = {"user": "an", "item": 1, "event_id": "e1"}
    assert log.append([event, event]) == 1
    assert log.append([event], durable=True) == 0
    assert log.health().n_events == 1


def test_a_table_of_events_is_appended(log):
    frame = pd.DataFrame({"user": ["an", "bo"], "item": [1, 2], "time": [0, 1], "price": [3, 4]})
    assert log.append(endcap.Events.from_frame(frame), durable=True) == 2
    assert [(event.user, event.item, event.price) for event in log.replay()] == [
        ("an", 1, 3.0),
        ("bo", 2, 4.0),
    ]


def test_an_erased_user_is_gone(log):
    log.append([("an", 1), ("bo", 2), ("an", 3)])
    assert log.erase_user("an") == 2
    log.compact()
    log.verify()
    assert log.replay() == [LoggedEvent("bo", 2)]


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([("an", 1), ("an",)], "event 1 must give user and item"),
        ([{"user": "an", "item": 1, "colour": "red"}], "event 0 must give user and item"),
        (["an"], "event 0 must give user and item"),
        ({"user": "an", "item": 1}, "events must be a list of events"),
        ([("an", 1.5)], "event 0: item must be a text or a 64-bit integer, got 1.5"),
        ([("an", 1, "view", -1)], "event 0: time must be"),
        ([("an", 1, "")], "kind must not be empty"),
        ([("an", 1, "view", None, 0)], "quantity must be > 0 and finite, got 0"),
        ([("an", 1, "view", None, 1, -2)], "price must be 0 or more and finite, got -2"),
    ],
)
def test_wrong_events_are_refused_and_none_is_accepted(log, events, message):
    with pytest.raises(ValueError, match=message):
        log.append(events)
    assert log.replay() == []


def test_a_file_is_found_again(tmp_path):
    with EventLog.open(tmp_path / "log.db") as log:
        log.append([("an", 1)])
        with pytest.raises(OSError, match="is open elsewhere"):
            EventLog.open(tmp_path / "log.db")
    with EventLog.open(str(tmp_path / "log.db")) as log:
        assert log.replay() == [LoggedEvent("an", 1)]
        assert log.health().writable
        assert log.health().problem == ""


def test_a_closed_log_refuses(log):
    log.close()
    for call in [log.replay, log.flush, log.health, lambda: log.append([("an", 1)])]:
        with pytest.raises(ValueError, match="event log must be open"):
            call()


def test_what_is_no_log_is_refused(tmp_path):
    (tmp_path / "text").write_text("not a log" * 1000)
    with pytest.raises(endcap.CorruptFileError, match="text"):
        EventLog.open(tmp_path / "text")
    with pytest.raises(OSError, match="none"):
        EventLog.open(tmp_path / "none" / "log.db")
