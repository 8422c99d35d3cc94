import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHOP = Path(__file__).parent / "shop"
CCACHE = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def build_and_run(build: Path, *options: str) -> str:
    run("cmake", "-S", SHOP, "-B", build, "-G", "Ninja", *CCACHE, *options, cwd=build.parent)
    run("cmake", "--build", build, "--target", "shop", cwd=build.parent)
    return run(build / "shop", cwd=build)


def test_an_installed_endcap_is_found(tmp_path):
    # The library that `make test` has built, as a Debian package would ship it.
    run("cmake", "--install", ROOT / "build/release", "--prefix", tmp_path / "usr", cwd=tmp_path)
    output = build_and_run(tmp_path / "build", f"-DCMAKE_PREFIX_PATH={tmp_path / 'usr'}")
    assert output == "items: 3, bytes: 1\n"


def test_endcap_is_built_inside_another_project(tmp_path):
    # With the flags of `make test`, so that ccache has it all.
    output = build_and_run(tmp_path / "build", f"-DENDCAP_SOURCE={ROOT}", "-DENDCAP_WARNINGS=ON")
    assert output == "items: 3, bytes: 1\n"
