"""Rules that the whole repository keeps, and that no tool checks for us."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("flows", "models", "handlers", "service")
LONGEST_MODULE = 300
LONGEST_README = 200


def kept_files() -> Iterator[Path]:
    """What is in the repository, or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is not a git checkout")
    return (path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file())


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_pins_name_no_address_and_have_hashes(name: str) -> None:
    pins = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in pins
    assert not re.search(r"^\s*--(index|extra-index|find-links|trusted)", pins, re.MULTILINE)
    packages = re.findall(r"^[A-Za-z0-9][^\n]*==[^\n]*", pins, re.MULTILINE)
    assert packages
    assert all(package.rstrip().endswith("\\") for package in packages)


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))


def test_what_is_pinned_for_developing_includes_what_is_pinned_for_serving() -> None:
    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()


def test_no_lock_that_records_addresses_is_kept() -> None:
    assert [path.name for path in kept_files() if path.name in ("uv.lock", "pylock.toml", "poetry.lock")] == []


def test_no_module_is_longer_than_anybody_reads() -> None:
    modules = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in modules}
    assert modules
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_every_module_says_in_one_sentence_what_it_is_for() -> None:
    modules = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "versions" not in path.parts]
    silent = [str(path.relative_to(ROOT)) for path in modules if not path.read_text(encoding="utf-8").startswith('"""')]
    assert silent == []


def test_the_readme_can_be_read_in_one_go() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= LONGEST_README


def test_every_program_of_the_procfile_exists() -> None:
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    assert [line.split(":", 1)[0] for line in lines] == ["web", "worker", "clock", "release"]
