"""Builds on a Dask cluster: a real scheduler and real workers, each a process of its own."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import toolkit
from tests.support import Newsletter
from toolkit.document.publication import read_publication
from toolkit.errors import MissingError
from toolkit.export import Event, Failure, Output, Report, Started, Task, inputs
from toolkit.export.cluster import run_on_cluster

ISSUE, OTHERS, BROKEN = "2025-11-25", ("2025-12-02", "2025-12-09"), "2025-12-16"
FORMATS = ("md", "html")

SCHEDULER = """
import asyncio
from distributed import Scheduler

async def main():
    async with Scheduler(host="127.0.0.1", port=0, dashboard=False) as scheduler:
        print(scheduler.address, flush=True)
        await scheduler.finished()

asyncio.run(main())
"""

WORKER = """
import asyncio, sys
from distributed import Worker

async def main():
    async with Worker(sys.argv[1], nthreads=1, local_directory=sys.argv[2], dashboard=False) as it:
        print(it.address, flush=True)
        await it.finished()

asyncio.run(main())
"""


class Cluster:
    """A scheduler, and the workers that were started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[subprocess.Popen[str]] = []
        self.address = self._begun(SCHEDULER)

    def start_workers(self, number: int) -> None:
        folders = [self._folder / f"worker-{each}" for each in range(number)]
        started = [self._start(WORKER, self.address, str(folder)) for folder in folders]
        for worker in started:
            _first_line(worker)

    def kill_a_worker(self) -> None:
        self._processes[1].kill()
        self._processes[1].wait()

    def end(self) -> None:
        for process in self._processes:
            process.kill()
            process.communicate()

    def kill_the_scheduler(self) -> None:
        self._processes[0].kill()

    def _begun(self, script: str, *arguments: str) -> str:
        return _first_line(self._start(script, *arguments))

    def _start(self, script: str, *arguments: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", script, *arguments]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._processes.append(process)
        return process


def _first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    pytest.importorskip("distributed", reason="the extra [cluster] is not installed")
    started = Cluster(tmp_path)
    yield started
    started.end()


@contextmanager
def sent_keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """How often each file was sent, by the key it was sent under."""
    from distributed import Client

    sent: Counter[str] = Counter()
    submit = Client.submit

    def count(self: Client, *arguments: Any, key: str | None = None, **options: Any) -> Any:
        if key:
            sent[key] += 1
        return submit(self, *arguments, key=key, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Client, "submit", count)
        yield sent


def results(report: Report, out: Path) -> dict[str, Any]:
    """All that a build made and said: every byte, and the record but for times."""
    found: dict[str, Any] = {
        output.path.name: output.path.read_bytes() for output in report.outputs
    }
    for path in out.glob("*/build.json"):
        for entry in json.loads(path.read_text("utf-8"))["files"]:
            del entry["seconds"], entry["modified"]
            found[f"record of {entry['file']}"] = entry
    for failure in report.failures:
        name = f"{failure.slug}.{failure.language}.{failure.format}"
        found[name] = str(failure.error)
    return found


def test_a_cluster_makes_the_same_bytes_and_loses_nothing(
    cluster: Cluster,
    publication: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    opened = read_publication(publication)
    tasks = [Task(opened, ISSUE, language, ("pdf",)) for language in ("ja", "en")]
    with pytest.raises(MissingError, match=r"has no workers, .* start some with `dask worker tcp"):
        list(run_on_cluster(tasks, cluster.address, patience=0.2))
    cluster.start_workers(2)

    # A worker is lost in the middle of a build.
    for slug in (*OTHERS, BROKEN):
        shutil.copytree(publication / "issues" / ISSUE, publication / "issues" / slug)
    with (publication / "issues" / BROKEN / "brief-2.md").open("a", encoding="utf-8") as section:
        section.write("\n![港](harbour.png)\n")
    killed = False

    def kill_once(event: Event) -> None:
        nonlocal killed
        if isinstance(event, Output) and not killed:
            killed = True
            cluster.kill_a_worker()

    with sent_keys(monkeypatch) as sent:
        report = toolkit.build(
            publication, formats=FORMATS, scheduler=cluster.address, on_event=kill_once
        )
    assert killed
    assert len(report.outputs) == 3 * 2 * len(FORMATS)
    assert {failure.slug for failure in report.failures} == {BROKEN}
    # Four issues of one text but for one file, a settings file and articles of all of them.
    assert len(sent) > 8
    assert set(sent.values()) == {1}, "each content once"
    local = toolkit.build(publication, formats=FORMATS, out=tmp_path / "local", jobs=1)
    assert results(report, publication / "dist") == results(local, tmp_path / "local")
    again = toolkit.build(publication, [ISSUE, *OTHERS], formats=FORMATS, dry_run=True)
    assert not [step for step in again.steps if step.reasons]

    # What was chosen when the publication was opened goes along.
    other = replace(opened, pdf_variant="pdf/ua-2")
    report = toolkit.build(other, [ISSUE], ["ja"], ["pdf"], scheduler=cluster.address)
    local = toolkit.build(other, [ISSUE], ["ja"], ["pdf"], out=tmp_path / "other", jobs=1)
    assert report.outputs[0].path.read_bytes() == local.outputs[0].path.read_bytes()

    # More issues that cannot be read than the cluster has room for.
    missing = [Task(opened, f"missing-{number}", "ja", ("md",)) for number in range(5)]
    told = [one for one in run_on_cluster(missing, cluster.address) if isinstance(one, Failure)]
    assert [failure.slug for failure in told] == [task.slug for task in missing]

    # Another toolkit on this side than on the worker's.
    with monkeypatch.context() as patch:
        patch.setattr(inputs, "__version__", "99")
        inputs.toolkit_parts.cache_clear()
        with pytest.raises(
            MissingError, match=r"worker at tcp://.* has newsletter-toolkit 0\S+, this machine 99:"
        ):
            list(run_on_cluster(tasks, cluster.address))
        inputs.toolkit_parts.cache_clear()

    # What a Ctrl-C leaves on the scheduler: nothing.
    happenings = run_on_cluster(tasks, cluster.address)
    assert isinstance(next(happenings), Started)
    happenings.close()
    assert not tasks_left(cluster.address)

    # The scheduler goes away.
    happenings = run_on_cluster(tasks, cluster.address, patience=2)
    next(happenings)
    cluster.kill_the_scheduler()
    with pytest.raises(MissingError, match="went away: what came back is written"):
        list(happenings)
    assert not caplog.records, "Dask's own log is kept back"


def tasks_left(address: str) -> int:
    """How many tasks the scheduler knows of, once it has heard what was said before."""
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        for _ in range(1000):
            left = client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks))
            if not left:
                break
    return int(left)


def test_a_scheduler_that_does_not_answer_is_one_line(publication: Path) -> None:
    pytest.importorskip("distributed", reason="the extra [cluster] is not installed")
    tasks = [Task(read_publication(publication), ISSUE, "ja", ("md",))]
    with pytest.raises(MissingError) as raised:
        list(run_on_cluster(tasks, "tcp://127.0.0.1:9", patience=0.2))
    assert str(raised.value).startswith(
        "no Dask scheduler answers at tcp://127.0.0.1:9 within 0.2 seconds: start one with"
    )
    assert "\n" not in str(raised.value)


def test_without_dask_there_is_one_line(
    newsletter: Newsletter, publication: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = newsletter("build", "--scheduler", "tcp://localhost:8786", cwd=publication)
    assert result.code == 3
    assert result.err == (
        "newsletter: --scheduler needs Dask, which is not installed: "
        "pip install distributed, or install the toolkit with its extra [cluster]\n"
    )


@pytest.mark.parametrize("address", ["localhost", "http://localhost:8786", "tcp://a b:1", ""])
def test_an_address_that_cannot_be_one(
    newsletter: Newsletter, publication: Path, address: str
) -> None:
    result = newsletter("build", "--scheduler", address, cwd=publication)
    assert result.code == 2
    assert "a scheduler is named like tcp://192.168.1.20:8786" in result.err
