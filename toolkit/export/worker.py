"""A process that makes one edition after another and keeps its libraries and fonts loaded.

It reads pickled tasks from standard input and writes pickled results to what was standard
output: each ``Made`` or ``Failure`` as it comes, then None. It ends with its input, and so
with the build that started it, however that ended; it writes no file.
"""

import os
import pickle
import sys

from toolkit.export.tasks import run_each


def main() -> None:
    """Serve until the input ends."""
    results = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What a library prints is no result.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        while True:
            task = pickle.load(sys.stdin.buffer)  # noqa: S301 - the parent process wrote it
            for result in run_each(task):
                pickle.dump(result, results)
                results.flush()
            pickle.dump(None, results)
            results.flush()
    except (EOFError, BrokenPipeError):
        os._exit(0)
