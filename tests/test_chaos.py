"""Parts of the service die under load, and nothing that was promised is lost: the short form of `make chaos`."""

import sys

import pytest

from chaos.__main__ import run


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_nothing_is_lost_when_parts_die(capsys: pytest.CaptureFixture[str]) -> None:
    account = run("sqlite", rounds=2, seed=3, quiet_seconds=25)
    assert account.losses == [], capsys.readouterr().out
    assert account.figures["references promised"] > 5
    assert account.figures["alerts"] > 3
