"""Speed and memory, printed side by side with a baseline: ``python -m benchmarks``."""

import os
import sys

# A user's machine keeps the bytecode of what it has imported. Where keeping it is forbidden, as
# in many containers, every process would compile for seconds, and that would be measured.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
