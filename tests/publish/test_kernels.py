"""Kernels: this interpreter, fixed settings, gone when their time is over."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from small_project import code, emit

from analysis import paths
from analysis.publish import forking, kernels
from analysis.publish.forking import ForkedKernel, child_environment
from analysis.publish.jobs import plan
from analysis.publish.manifest import load_manifest
from analysis.publish.run import make


@pytest.fixture(scope="module")
def job(project):
    """A notebook that prints what it was told by its surroundings."""
    project.add("small", code(f"import sys, os\nprint(sys.prefix == {sys.prefix!r}, os.environ.get('PYTHONSTARTUP'))"),
                code("surprise = 0"),
                code("print('surprise', surprise)"), code(emit({"text/markdown": "# A"}, {"kind": "heading"})))
    return plan(load_manifest())[0]


def page(job, cold=False):
    outcome = make(job, cold)
    assert outcome.error == ""
    return outcome.files["small.html"]


@pytest.mark.parametrize("cold", [False, True], ids=["forked", "fresh"])
def test_a_users_own_settings_do_not_reach_a_report(job, cold, monkeypatch, tmp_path):
    startup = tmp_path / "profile_default" / "startup" / "mine.py"
    startup.parent.mkdir(parents=True)
    startup.write_text("raise SystemExit('mine')")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("PYTHONSTARTUP", str(startup))
    made = page(job, cold)
    assert "True None" in made
    assert "surprise 0" in made


def test_kernels_are_forked_unless_code_or_data_changed_since(job, monkeypatch, tmp_path):
    with kernels.kernel(tmp_path) as kernel:
        assert isinstance(kernel.provisioner.process, ForkedKernel) == forking.can_fork()
    monkeypatch.setattr(forking, "_stamp", lambda: ("something was edited",))
    with kernels.kernel(tmp_path) as kernel:
        assert isinstance(kernel.provisioner.process, subprocess.Popen)


def test_the_stamp_sees_an_edit(monkeypatch, tmp_path):
    (tmp_path / "data").mkdir()
    table = tmp_path / "data" / "facts.csv"
    table.write_text("a")
    monkeypatch.setattr(paths, "root", lambda: tmp_path)
    before = forking._stamp()
    table.write_text("ab")
    assert forking._stamp() != before


def test_two_threads_at_once_start_one_server_and_keep_the_environment(monkeypatch):
    started = []

    def start():
        started.append(1)
        time.sleep(0.2)  # while the environment is another one, nobody else may look at it

    monkeypatch.setattr(forking, "_warmed_with", None)
    monkeypatch.setattr(forking, "_start_server", start)
    threads = [threading.Thread(target=forking.warm_up) for _ in range(3)]
    begin = time.monotonic()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert started == [1] and time.monotonic() - begin >= 0.2


def test_settings_that_could_change_a_result_are_fixed(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("MPLBACKEND", "TkAgg")
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    environment = child_environment()
    assert not {"PYTHONDONTWRITEBYTECODE", "MPLBACKEND"} & environment.keys()
    assert environment["PYTHONHASHSEED"] == "0"
    assert environment["PYTHONPATH"].split(os.pathsep)[0] == str(paths.root())
    assert environment["MATPLOTLIBRC"].endswith("matplotlibrc")


def test_a_long_temporary_folder_is_no_obstacle(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / ("x" * 90)))
    with kernels.private_folder() as folder:
        assert len(folder) <= kernels.LONGEST_SOCKET_FOLDER
        assert os.stat(folder).st_mode & 0o777 == 0o700
    assert not os.path.exists(folder)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_and_takes_its_kernels_along(project, tmp_path, sent):
    mark = tmp_path / "pid"
    project.add("endless", code(f"import os\nopen({str(mark)!r}, 'w').write(str(os.getpid()))\nwhile True: pass"))
    run = subprocess.Popen([sys.executable, "-m", "analysis", "report", "endless", "--out", str(tmp_path / "out")],
                           cwd=paths.root(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                           preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
    try:
        wait_until(lambda: mark.exists() and mark.read_text())
        run.send_signal(sent)
        assert run.wait(timeout=20) == 128 + sent
        wait_until(lambda: not os.path.exists(f"/proc/{mark.read_text()}"))
    finally:
        run.kill()
        run.wait()
        project.entries.pop()


def wait_until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)
