"""packaging/fuzz: searches the targets asked for, and says how many cases each was given and what was found."""

import argparse
import importlib.util
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from fuzzing.findings import write_finding
from fuzzing.state import State
from tests.fuzz.registry import TARGETS

_HANGS_AFTER_S = 60.0
"""Of a worker's own processor time, without a new case; what is counted in steps ends long before."""
_WAITS_AT_MOST_S = 600.0
"""Without a new case, whether the worker computes or waits."""
_PROJECT = Path(__file__).resolve().parents[2]


@dataclass
class _Worker:
    """A process that searches one target."""

    target: str
    process: "subprocess.Popen[bytes]"
    state: State
    errors: Path
    started: float = field(default_factory=time.monotonic)
    cases: int = 0
    moved: float = field(default_factory=time.monotonic)
    moved_at_cpu_s: float = 0.0
    seconds: float = 0.0

    def look(self, folder: Path) -> bool:
        """Whether it goes on; what ended it before its time becomes a finding."""
        now = time.monotonic()
        if self.state.cases != self.cases:
            self.cases, self.moved, self.moved_at_cpu_s = self.state.cases, now, _cpu_seconds(self.process.pid)
        code = self.process.poll()
        if code is None and not self._hangs(now):
            return True
        self.seconds = now - self.started
        if code is None:
            self.process.kill()
            self.process.wait()
            write_finding(folder, self.target, "hangs", "no answer in reasonable time", self.state.data)
        elif code:
            told = self.errors.read_text(encoding="utf-8", errors="replace")[-4000:]
            write_finding(
                folder, self.target, f"ends with {code}", f"the process ended with {code}\n{told}", self.state.data
            )
        return False

    def stop(self) -> None:
        """End it before its time."""
        self.seconds = time.monotonic() - self.started
        self.process.kill()
        self.process.wait()

    def _hangs(self, now: float) -> bool:
        computed_s = _cpu_seconds(self.process.pid) - self.moved_at_cpu_s
        return computed_s > _HANGS_AFTER_S or now - self.moved > _WAITS_AT_MOST_S


def _cpu_seconds(pid: int) -> float:
    """Processor time that a process has used; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class _Campaign:
    """Starts workers, as many at once as there are cores, and adds up what they did."""

    def __init__(self, folder: Path, scratch: Path, arguments: argparse.Namespace) -> None:
        self._folder = folder
        self._scratch = scratch
        self._arguments = arguments
        self._number = 0

    def run(self, jobs: list[tuple[str, float]], at_once: int) -> list[_Worker]:
        """Search; each job is a target and its seconds."""
        waiting, ended = list(jobs), []
        running: list[_Worker] = []
        try:
            while waiting or running:
                while waiting and len(running) < at_once:
                    running.append(self._start(*waiting.pop(0)))
                time.sleep(0.2)
                for worker in list(running):
                    if not worker.look(self._folder):
                        running.remove(worker)
                        ended.append(worker)
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        finally:
            for worker in running:
                worker.stop()
        return [*ended, *running]

    def _start(self, target: str, seconds: float) -> _Worker:
        self._number += 1
        state = self._scratch / f"state-{self._number}"
        errors = self._scratch / f"errors-{self._number}"
        mode = "plain" if self._arguments.plain else "guided"
        seed = self._arguments.seed + self._number
        command = [sys.executable, "-m", "fuzzing.worker", target, str(seconds), str(seed)]
        command += [str(self._folder), str(state), _corpus(), mode]
        with errors.open("wb") as log:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)
        return _Worker(target=target, process=process, state=State(state), errors=errors)


def _corpus() -> str:
    """A folder of real files to begin with: DICOMDESK_CORPUS, else what lies beside the project; "" for none."""
    folder = Path(os.environ.get("DICOMDESK_CORPUS") or _PROJECT.parent / "shared" / "corpus")
    return str(folder) if folder.is_dir() else ""


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="packaging/fuzz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="targets:\n" + "\n".join(f"  {name:18} {target.reader}" for name, target in TARGETS.items()),
    )
    parser.add_argument("target", choices=["all", *TARGETS], metavar="TARGET", help="one of those below, or all")
    parser.add_argument("seconds", type=float, metavar="SECONDS", help="how long; all targets share it")
    parser.add_argument("--seed", type=int, default=None, help="begin as another run did (default: any)")
    parser.add_argument(
        "--folder", type=Path, default=None, help="where findings go, beside those there are (default: a new one)"
    )
    parser.add_argument("--plain", action="store_true", help="do not use atheris")
    arguments = parser.parse_args()
    if arguments.seed is None:
        arguments.seed = random.randrange(1 << 30)
    return arguments


def _print(workers: list[_Worker]) -> None:
    print("| target | cases | cases/s |\n| --- | --- | --- |")
    for name in TARGETS:
        own = [worker for worker in workers if worker.target == name]
        if own:
            cases, seconds = sum(worker.cases for worker in own), sum(worker.seconds for worker in own)
            print(f"| {name} | {cases:,} | {cases / max(seconds, 0.001):,.0f} |")


def main() -> int:
    """Run; 1 where something was found."""
    arguments = _parse()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    at_once = os.cpu_count() or 1
    if arguments.target == "all":
        share = arguments.seconds * at_once / len(TARGETS)
        jobs = [(name, share) for name in TARGETS]
    else:
        jobs = [(arguments.target, arguments.seconds)] * at_once
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="dicomdesk-fuzz-"))
    folder.mkdir(parents=True, exist_ok=True)
    is_guided = not arguments.plain and importlib.util.find_spec("atheris") is not None
    print(
        f"seed {arguments.seed}, {at_once} processes, {'guided by atheris' if is_guided else 'guided by lines'}",
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="dicomdesk-fuzz-") as scratch:
        workers = _Campaign(folder, Path(scratch), arguments).run(jobs, at_once)
    _print(workers)
    found = sorted(folder.glob("*.bin"))
    for path in found:
        print(
            f"\n{path} ({path.stat().st_size} bytes)\n{path.with_suffix('.txt').read_text(encoding='utf-8').rstrip()}"
        )
    print(f"\n{len(found)} findings" + (f" in {folder}" if found else ""))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
