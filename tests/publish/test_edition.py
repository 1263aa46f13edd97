"""The output folder: whole reports replace whole reports."""

import json

import pytest

from analysis.errors import AnalysisError
from analysis.publish.edition import Edition, write

OLD = {"a.html": "old", "a.numbers.csv": "old", "a.gone.csv": "old"}
NEW = {"a.html": "new", "a.numbers.csv": "new", "a.fresh.csv": "new"}


def contents(folder):
    return {path.name: path.read_text() for path in folder.iterdir() if not path.name.startswith(".")}


def test_a_report_replaces_the_previous_one_whole(tmp_path):
    with Edition(tmp_path) as edition:
        edition.publish("a", OLD)
        edition.publish("a", NEW)
        edition.publish("ab", {"ab.html": "b", "ab.numbers.csv": "b"})
        edition.publish("a", NEW)
    assert contents(tmp_path) == NEW | {"ab.html": "b", "ab.numbers.csv": "b"}


def test_a_run_that_was_cut_off_after_declaring_a_report_ready_is_completed(tmp_path):
    with Edition(tmp_path) as edition:
        edition.publish("a", OLD)
    for name, text in NEW.items():
        write(tmp_path / ".ready-a" / name, text)
    (tmp_path / "a.numbers.csv").write_text("new")  # one file had moved already
    with Edition(tmp_path):
        assert contents(tmp_path) == NEW
    assert not (tmp_path / ".ready-a").exists()


def test_a_run_that_was_cut_off_before_leaves_the_old_report(tmp_path):
    with Edition(tmp_path) as edition:
        edition.publish("a", OLD)
    write(tmp_path / ".writing-x" / "a.html", "half")
    (tmp_path / ".writing-y").write_text("half")
    with Edition(tmp_path):
        assert contents(tmp_path) == OLD
    assert not list(tmp_path.glob(".writing-*"))


def test_a_failure_while_writing_leaves_the_old_report(tmp_path, monkeypatch):
    with Edition(tmp_path) as edition:
        edition.publish("a", OLD)
        with pytest.raises(TypeError):
            edition.publish("a", {"a.html": "new", "a.numbers.csv": None})
        assert contents(tmp_path) == OLD


def test_two_runs_do_not_write_to_one_folder(tmp_path):
    with Edition(tmp_path), pytest.raises(AnalysisError, match="another run is writing"), Edition(tmp_path):
        pass
    with Edition(tmp_path):
        pass


def test_a_damaged_record_counts_as_none(tmp_path):
    (tmp_path / "run.json").write_text("{")
    with Edition(tmp_path) as edition:
        assert edition.record() == {"reports": {}}
        edition.write_record({"python": "3"}, {"a": {"error": ""}})
    assert json.loads((tmp_path / "run.json").read_text()) == {"python": "3", "reports": {"a": {"error": ""}}}


def test_files_can_be_read_by_a_web_server(tmp_path):
    write(tmp_path / "a.html", "a")
    assert (tmp_path / "a.html").stat().st_mode & 0o777 == 0o644
