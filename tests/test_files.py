import os
import time
from pathlib import Path

from toolkit.files import write_atomic


def test_what_a_killed_write_left_goes_with_a_later_one(tmp_path: Path) -> None:
    left, fresh, other = (tmp_path / name for name in (".en.po.abcd_123", ".en.po.12345678", ".x"))
    for path in (left, fresh, other):
        path.write_text("half")
    day_ago = time.time() - 86_400
    os.utime(left, (day_ago, day_ago))
    os.utime(other, (day_ago, day_ago))
    write_atomic(tmp_path / "en.po", "whole")
    assert {path.name for path in tmp_path.iterdir()} == {"en.po", fresh.name, other.name}
