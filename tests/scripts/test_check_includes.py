import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "check_includes.py"


def check(root: Path, header: str, text: str) -> subprocess.CompletedProcess[str]:
    path = root / "include" / "endcap" / header
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return subprocess.run(
        [sys.executable, SCRIPT, root], capture_output=True, text=True, check=False
    )


def test_an_include_that_points_upwards_is_right(tmp_path):
    run = check(tmp_path, "models/a.h", '#include "endcap/models/b.h"\n#include "endcap/base/c.h"')
    assert run.returncode == 0


def test_an_include_that_points_downwards_is_found(tmp_path):
    run = check(tmp_path, "models/a.h", '#include "endcap/ranking/b.h"\n')
    assert run.returncode == 1
    assert "models may not include endcap/ranking/b.h" in run.stdout


def test_a_folder_without_a_place_is_found(tmp_path):
    run = check(tmp_path, "misc/a.h", "")
    assert run.returncode == 1
    assert "folder misc has no place" in run.stdout
