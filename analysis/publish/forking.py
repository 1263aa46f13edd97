"""A warm process that kernels are forked from.

Starting Python and importing pandas, matplotlib, seaborn and statsmodels takes seconds, the cells of a
report about one. So one server process imports them once, and each notebook gets a fork of it. The
server is the one of Python's own multiprocessing; what it imports is listed in `warm.py`.
"""

import importlib.util
import multiprocessing
import os
import signal
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import wait
from pathlib import Path

from analysis import paths

WARM_MODULE = "analysis.publish.warm"

FIXED_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TZ": "UTC",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
"""What every kernel sees, so that the same inputs give the same bytes on any machine."""


def child_environment(folder: str | None = None) -> dict[str, str]:
    """The environment of a kernel: the caller's, with everything fixed that could change a result."""
    environment = dict(os.environ) | FIXED_ENVIRONMENT
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONSTARTUP", "MPLBACKEND"):
        environment.pop(name, None)
    project = str(paths.root())
    inherited = environment.get("PYTHONPATH", "").split(os.pathsep)
    environment["PYTHONPATH"] = os.pathsep.join([project, *(p for p in inherited if p and p != project)])
    environment["MATPLOTLIBRC"] = _matplotlib_defaults()
    if folder:
        environment["IPYTHONDIR"] = folder  # a user's start-up files must not change a report
    return environment


def _matplotlib_defaults() -> str:
    """The settings file matplotlib ships, so that a user's own file cannot change a figure."""
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or spec.origin is None:
        return ""
    return str(Path(spec.origin).parent / "mpl-data" / "matplotlibrc")


def can_fork() -> bool:
    """True where forking a process with the numerical libraries loaded is known to be safe."""
    return sys.platform == "linux"


_warmed_with: tuple | None = None
_warming = threading.Lock()


def warm_up() -> None:
    """Start the server process that imports the libraries once; kernels are forked from it.

    Returns at once; the imports happen while the caller goes on. Later calls do nothing.
    """
    global _warmed_with
    with _warming:  # two threads that change the environment at once would lose it
        if _warmed_with is None:
            _warmed_with = _stamp()
            _start_server()


def _start_server() -> None:
    from multiprocessing import forkserver

    before = dict(os.environ)
    forkserver.set_forkserver_preload([WARM_MODULE])
    try:
        os.environ.clear()
        os.environ.update(child_environment())
        forkserver.ensure_running()
    finally:
        os.environ.clear()
        os.environ.update(before)


def is_current() -> bool:
    """False when code or data changed since the server read them: a fork would show the past."""
    return _warmed_with == _stamp()


def _stamp() -> tuple:
    """Path, time and size of every file the server reads: the package and the project's own tables."""
    files = [*(paths.root() / "analysis").rglob("*.py"), *(paths.root() / "data").rglob("*.*")]
    return tuple((str(path), (state := path.stat()).st_mtime_ns, state.st_size) for path in sorted(files))


def _kernel_process(connection_file: str, cwd: str, environment: dict[str, str], log: str) -> None:
    """Become a kernel: the body of a forked process. Ends when its parent ends."""
    if sys.flags.hash_randomization:
        sys.exit("the server was not started by warm_up()")
    os.setsid()  # a group of its own, so that a time limit ends whatever the notebook started
    _die_with_parent()
    os.environ.clear()
    os.environ.update(environment, JPY_PARENT_PID=str(os.getppid()))
    os.chdir(cwd)
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(handle, stream)
    sys.argv = ["ipykernel_launcher", "-f", connection_file]
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    app.initialize(["-f", connection_file, "--HistoryManager.hist_file=:memory:"])
    # a fresh kernel does so when it imports matplotlib; here matplotlib is loaded already
    app.shell.enable_matplotlib("inline")  # type: ignore[union-attr]
    app.start()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch(sentinel: int) -> None:
        wait([sentinel])
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, args=(parent.sentinel,), daemon=True).start()


class ForkedKernel:
    """A forked process with the few methods of subprocess.Popen that jupyter_client calls."""

    stdin = stdout = stderr = None

    def __init__(self, connection_file: str, cwd: str, environment: dict[str, str], log: str) -> None:
        context = multiprocessing.get_context("forkserver")
        self._process = context.Process(target=_kernel_process, args=(connection_file, cwd, environment, log))
        self._process.start()
        self.pid: int = self._process.pid or 0

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self) -> int | None:
        self._process.join()
        return self._process.exitcode

    def send_signal(self, signum: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signum)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)
