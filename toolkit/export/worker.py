"""A process that makes one edition after another and keeps its libraries and fonts loaded.

It reads pickled tasks from standard input and writes pickled results to what was standard
output: each ``Made`` or ``Failure`` as it comes, then how many bytes of memory it holds. It
ends with its input, and so with the build that started it, however that ended and whatever is
being made; it writes no file.
"""

import os
import pickle
import select
import sys
import threading
from pathlib import Path

from toolkit.export.tasks import run_each

NO_MEMORY = 71
"""The exit status of a worker that had too little memory even to say so."""


def main() -> None:
    """Serve until the input ends."""
    results = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What a library prints is no result.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    if sys.platform != "win32":
        threading.Thread(target=_end_with_input, daemon=True).start()
    try:
        while True:
            task = pickle.load(sys.stdin.buffer)  # noqa: S301 - the parent process wrote it
            for result in run_each(task):
                pickle.dump(result, results)
                results.flush()
            pickle.dump(memory(), results)
            results.flush()
    except (EOFError, BrokenPipeError):
        os._exit(0)
    except MemoryError:
        os._exit(NO_MEMORY)


if sys.platform != "win32":

    def _end_with_input() -> None:
        """Wait until the other end of standard input is closed, and end this process at once.

        The main thread sees that only once it asks for the next task, many seconds later. (The
        signal that Linux sends at a parent's death, PR_SET_PDEATHSIG, comes when the *thread*
        ends that started the process, which on a Dask worker may be long before.)
        """
        poll = select.poll()
        poll.register(sys.stdin.fileno(), 0)  # nothing but a hang-up, which always counts
        poll.poll()
        os._exit(0)


if sys.platform == "linux":

    def memory() -> int:
        """The bytes of memory that this process holds."""
        pages = Path("/proc/self/statm").read_text("ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

elif sys.platform == "win32":

    def memory() -> int:
        """Not known."""
        return 0

else:

    def memory() -> int:
        """The most bytes of memory that this process has held; what it holds is not told."""
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
