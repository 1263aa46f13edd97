"""A kernel for one notebook: this interpreter, whatever kernel the notebook names.

It is ipykernel's own and talks over sockets in a private folder, so that ports cannot collide.
"""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from jupyter_core.utils import run_sync

from analysis.publish import forking
from analysis.publish.forking import ForkedKernel, child_environment

LONGEST_SOCKET_FOLDER = 70
"""A socket path may have about 100 bytes; the rest is for the file name."""

_running: list[Any] = []


class KernelStartFailure(Exception):
    """The kernel did not come up; nothing of the notebook has run."""


def _manager(folder: str, forked: bool) -> Any:
    """A jupyter_client manager whose kernel is this interpreter, whatever a notebook names."""
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    connection_file = os.path.join(folder, "kernel.json")
    spec = KernelSpec(argv=command, language="python", display_name="Python 3")

    class ThisInterpreter(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            return spec

    class Forking(LocalProvisioner):
        async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
            process: Any = ForkedKernel(connection_file, str(kwargs["cwd"]), kwargs["env"], os.path.join(folder, "log"))
            self.process = process
            self.pid = self.pgid = process.pid
            return self.connection_info

    class Manager(AsyncKernelManager):
        client_in_use = None

        def client(self, **kwargs: Any) -> Any:
            self.client_in_use = super().client(**kwargs)
            return self.client_in_use

    manager = Manager(
        kernel_name="python3",
        kernel_spec_manager=ThisInterpreter(),
        connection_file=connection_file,
    )
    if sys.platform != "win32":
        manager.transport = "ipc"
        manager.ip = os.path.join(folder, "s")
    if forked:
        manager.provisioner = Forking(kernel_id="report", kernel_spec=spec, parent=manager)
    return manager


@contextmanager
def private_folder() -> Iterator[str]:
    """A temporary folder only this user can read, with a path short enough for a socket."""
    default = tempfile.gettempdir()
    base = "/tmp" if len(default) > LONGEST_SOCKET_FOLDER and os.path.isdir("/tmp") else default
    folder = tempfile.mkdtemp(prefix="kernel-", dir=base)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _may_fork() -> bool:
    if not forking.can_fork():
        return False
    forking.warm_up()
    return forking.is_current()


@contextmanager
def kernel(cwd: Path, cold: bool = False) -> Iterator[Any]:
    """A running kernel for one notebook, ended with everything it started when the block ends.

    `cwd` is the folder the cells run in. Raises KernelStartFailure when no kernel comes up.
    """
    with private_folder() as folder:
        manager = _manager(folder, forked=not cold and _may_fork())
        try:
            run_sync(manager.start_kernel)(
                cwd=str(cwd),
                env=child_environment(folder),
                extra_arguments=["--HistoryManager.hist_file=:memory:"],
            )
        except Exception as error:
            raise KernelStartFailure(f"the kernel did not start: {error}") from error
        _running.append(manager)
        try:
            yield manager
        finally:
            _running.remove(manager)
            end(manager)
            if manager.client_in_use is not None:
                manager.client_in_use.stop_channels()
            run_sync(manager.cleanup_resources)()


def kill(manager: Any) -> None:
    """Kill a kernel and everything it started, at once. Safe to call twice, and from another thread."""
    process, group = manager.provisioner.process, manager.provisioner.pgid
    with suppress(OSError):
        if group and hasattr(os, "killpg"):
            os.killpg(group, signal.SIGKILL)
    with suppress(OSError):
        if process is not None:
            process.kill()


def end(manager: Any) -> None:
    """Kill a kernel and wait until it is gone."""
    kill(manager)
    if manager.provisioner.process is not None:
        manager.provisioner.process.wait()


def kill_all() -> None:
    """Kill every kernel of this process: the run was interrupted."""
    for manager in _running:
        kill(manager)
