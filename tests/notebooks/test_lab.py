"""JupyterLab starts on the notebooks, and Run All works with the default parameters."""

import os
import re
import shutil
import subprocess
import sys
import time

import pytest

from analysis.paths import notebooks_dir, root

pytestmark = pytest.mark.browser
START_SECONDS, RUN_SECONDS = 90, 120


@pytest.fixture
def lab(tmp_path):
    """JupyterLab on a copy of the notebooks; yields its address and token."""
    folder = tmp_path / "notebooks"
    shutil.copytree(notebooks_dir(), folder)
    log = (tmp_path / "lab.log").open("w")
    home = {"JUPYTER_CONFIG_DIR": str(tmp_path / "config"), "JUPYTER_DATA_DIR": str(tmp_path / "jupyter"),
            "IPYTHONDIR": str(tmp_path / "ipython"), "PYTHONPATH": str(root())}
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", str(folder), "--no-browser", "--port=0", "--ip=127.0.0.1", "--allow-root",
         "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None"],
        stdout=log, stderr=subprocess.STDOUT, env=os.environ | home)
    try:
        yield _address(tmp_path / "lab.log", server)
    finally:
        server.terminate()
        server.wait(timeout=30)
        log.close()


def _address(log, server) -> tuple[str, str]:
    for _ in range(START_SECONDS * 2):
        found = re.search(r"(http://127\.0\.0\.1:\d+)/lab\S*\?token=(\w+)", log.read_text())
        if found:
            return found[1], found[2]
        assert server.poll() is None, log.read_text()
        time.sleep(0.5)
    raise AssertionError("JupyterLab did not start:\n" + log.read_text())


RUN_ALL = """async () => {
  const panel = window.jupyterapp.shell.currentWidget;
  await panel.sessionContext.ready;
  await window.jupyterapp.commands.execute('notebook:run-all-cells');
  return panel.model.toJSON();
}"""


def test_run_all_works_in_jupyterlab(browser, lab):
    address, token = lab
    page = browser.new_page()
    page.set_default_timeout(RUN_SECONDS * 1000)
    page.goto(f"{address}/lab/tree/meta_2026.ipynb?token={token}")
    page.wait_for_function("window.jupyterapp && window.jupyterapp.shell.currentWidget?.model?.cells?.length > 5")
    notebook = page.evaluate(RUN_ALL)
    outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    kinds = {output["output_type"] for output in outputs}
    assert kinds == {"display_data"}, [output for output in outputs if output["output_type"] != "display_data"]
    shown = " ".join(str(output["data"]) for output in outputs)
    assert "8,000" in shown and shown.count("<figure") >= 3
    assert page.locator(".jp-OutputArea-output").first.is_visible()
    page.close()
