import subprocess
import sys
from pathlib import Path

import pytest

import endcap
from endcap.__main__ import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    events = endcap.Events.from_sequences([["a", "b", "c"], ["b", "c", "d"]] * 5)
    shop = endcap.Recommender.fit(events, models=["rp3beta"])
    shop.save(tmp_path / "shop.endcap")
    with endcap.EventLog.open(tmp_path / "events.db") as log:
        log.append([{"user": "an", "item": "a"}], durable=True)
    return tmp_path


def damage(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def test_a_good_folder_has_no_problems(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checks = endcap.check_files(folder)
    assert [(Path(check.path).name, check.kind) for check in checks] == [
        ("events.db", "event log"),
        ("shop.endcap", "model"),
    ]
    assert main(["fsck", str(folder)]) == 0
    assert "model, all is well" in capsys.readouterr().out


def test_fsck_names_the_section_and_the_byte(folder: Path) -> None:
    damage(folder / "shop.endcap", -1)
    command = [sys.executable, "-m", "endcap", "fsck", str(folder)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "shop.endcap: section 'report' at byte" in result.stdout
    assert "events.db: event log, all is well" in result.stdout
    assert result.stderr == ""


def test_what_is_no_file_of_a_shop_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    assert main(["fsck", str(tmp_path)]) == 1
    (check,) = endcap.check_files(tmp_path / "notes.txt")
    assert check.kind == "unknown"
    assert "neither a model file nor an event log" in check.problems[0]


def test_a_missing_file_is_told_on_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fsck", str(tmp_path / "absent")]) == 2
    assert "absent" in capsys.readouterr().err
    with pytest.raises(OSError, match="absent"):
        endcap.check_files(tmp_path / "absent")
