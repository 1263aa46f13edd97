"""Fixtures for the tests of publishing."""

import pytest
from small_project import BEHIND, COMPANIES, Project

from analysis.__main__ import main
from analysis.publish import data_facts


@pytest.fixture(scope="module")
def module_patch():
    """monkeypatch for fixtures that are shared by a module."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def project(tmp_path_factory, module_patch):
    """An empty project that the package takes for its own; its data know three companies."""
    folder = tmp_path_factory.mktemp("notebooks")
    module_patch.setenv("ANALYSIS_NOTEBOOKS", str(folder))
    module_patch.setattr(data_facts, "companies", lambda: COMPANIES)
    module_patch.setattr(data_facts, "members", lambda for_each, as_of: ["META", "SNAP"])
    module_patch.setattr(data_facts, "first_date", lambda: "2015-01-28")
    module_patch.setattr(data_facts, "data_date", lambda as_of: "2026-10-08" if as_of == "latest" else as_of)
    module_patch.setattr(data_facts, "behind", lambda documents, as_of: dict(BEHIND))
    return Project(folder)


@pytest.fixture
def command(capsys, monkeypatch):
    """Run the command line in this process: returns exit code, standard output, standard error."""

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["analysis", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        output = capsys.readouterr()
        return ended.value.code, output.out, output.err

    return run
