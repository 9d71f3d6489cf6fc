"""Each process knows every table: a worker does not import what the web imports."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOOK = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
from models.base import Base
for table in Base.metadata.tables.values():
    for key in table.foreign_keys:
        key.column
print(len(Base.metadata.tables))
"""


@pytest.mark.parametrize(
    "modules", [["service.parts", "service.jobs", "service.work"], ["service.parts", "service.web"]]
)
def test_every_table_that_another_refers_to_is_known(modules: list[str]) -> None:
    done = subprocess.run([sys.executable, "-c", LOOK, *modules], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert int(done.stdout) > 20
