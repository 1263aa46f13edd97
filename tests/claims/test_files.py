"""A file of claims in the documented form is read; each kind of mistake is refused with line, field and the choices."""

import datetime
from pathlib import Path

import pytest

from analysis.claims.registry import COMPUTATIONS
from analysis.claims.verdicts import claims_frame, decide_all, readable
from analysis.errors import AnalysisError, TableError
from analysis.paths import data_dir, root
from analysis.tables.claim_records import JUDGEMENT
from analysis.tables.claims import load_claims
from analysis.tables.documents import document_ids
from analysis.tables.read import read_table
from tests.claims.conftest import CLAIMS

GOOD = """[article]
title = "A headline"
publisher = "A paper"
date = 2026-07-07

[[claim]]
id = "cuts"
claim = "Microsoft cuts 4,800 jobs."
speaker = "the article"
supported_if = "the round counts as many"
contradicted_if = "it does not"
computation = "round_count"
settings = { event = "2026-07-06.microsoft", persons = 4800, within_ratio = 0.05 }

[[claim]]
id = "morale"
claim = "Morale is low."
speaker = "staff"
supported_if = "a survey shows it"
contradicted_if = "a survey shows the opposite"
computation = "judgement"
verdict = "cannot tell"
reason = "The data hold no survey of staff."
"""


def written(folder: Path, text: str, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_gives_a_row_for_each_claim(tmp_path):
    frame = claims_frame(decide_all(str(written(tmp_path, GOOD))))
    assert list(frame["verdict"]) == ["supported", "cannot tell"]
    assert list(frame["is_judgement"]) == [False, True]
    assert frame["deciding"].iloc[0] == "4,800 people" and frame["deciding"].isna().iloc[1]
    assert frame["evidence_url"].iloc[0].startswith("https://") and frame["date"].dt.year.eq(2026).all()


MISTAKES = {
    "missing field": ('speaker = "the article"\n', "", r"line 6: field 'speaker': is missing"),
    "misspelt field": ("supported_if", "suported_if", r"line 10: field 'suported_if': no such field.*supported_if"),
    "unknown computation": ('"round_count"', '"rounds_count"', r"line 12: field 'computation'.*round_count"),
    "unknown event": ("2026-07-06.microsoft", "2026-07-07.microsoft",
                      r"line 13: field 'settings'.*unknown event.*2026-07-06.microsoft"),
    "missing setting": (", within_ratio = 0.05", "", r"line 13.*also needs within_ratio"),
    "unknown setting": ("within_ratio", "within", r"line 13.*within_ratio"),
    "wrong type of setting": ("4800", '"many"', r"line 13: field 'settings': persons is 'many', not a number"),
    "truth for a number": ("4800", "true", r"persons is True, not a number"),
    "not a number at all": ("4800", "nan", r"persons is nan, not a number"),
    "setting below zero": ("0.05", "-0.05", r"line 13.*within_ratio is -0.05, not from 0 to 1"),
    "date that is none": ("2026-07-07\n", "2026-13-40\n", r"line 4: field 'date': .*dates as YYYY-MM-DD"),
    "date in words": ("date = 2026-07-07\n", 'date = "7 July"\n', r"line 4: field 'date': is not a date.*YYYY-MM-DD"),
    "date as a number": ("date = 2026-07-07\n", "date = 20260707\n", r"line 4: field 'date': is not a date"),
    "unknown verdict": ('"cannot tell"', '"likely"', r"line 22: field 'verdict'.*supported, contradicted, mixed"),
    "judgement without reason": ('reason = "The data hold no survey of staff."\n', "", r"line 15.*needs a verdict and"),
    "verdict beside a computation": ('[[claim]]\nid = "morale"', 'verdict = "mixed"\n\n[[claim]]\nid = "morale"',
                                     r"line 6.*only a judgement states a verdict"),
    "a number without end": ("4800", "1" + "0" * 400, r"line 13.*not a number"),
    "settings of a judgement": ('verdict = "cannot tell"', 'settings = { a = 1 }\nverdict = "cannot tell"',
                                r"line 15.*no settings"),
    "duplicate id": ('"morale"', '"cuts"', r"line 16: field 'id': 'cuts' is also the id at mine.toml: line 6"),
    "wrong type of field": ('claim = "Morale is low."', "claim = 5", r"line 17: field 'claim'.*string"),
    "empty text": ('"Morale is low."', '""', r"line 17: field 'claim'.*at least 1"),
    "text too long": ("Morale is low.", "long " * 200, r"line 17: field 'claim'.*at most 600"),
    "capital id": ('"morale"', '"Morale"', r"line 16: field 'id'"),
    "evidence is no address": ('speaker = "staff"', 'speaker = "staff"\nevidence = ["javascript:alert(1)"]',
                               r"line 19: field 'evidence'.*neither a document id"),
    "evidence is a path": ('speaker = "staff"', 'speaker = "staff"\nevidence = ["../secret"]', r"line 19.*http\(s\)"),
    "evidence is no list": ('speaker = "staff"', 'speaker = "staff"\nevidence = "https://a"', r"line 19: field 'ev"),
    "address of the article": ("date = 2026-07-07\n", 'date = 2026-07-07\nurl = "ftp://a"\n', r"line 5: field 'url'"),
    "article without title": ('title = "A headline"\n', "", r"line 1: field 'title': is missing"),
    "no article": (GOOD.split("[[claim]]")[0], "", r"line 1: field 'article': give \[article\]"),
    "unknown part": ("[article]", '[header]\na = 1\n\n[article]', r"line 1: field 'header': no such part"),
    "a quote left open": ('"A paper"', '"A paper', r"line 3: field 'publisher'"),
    "a key twice": ('speaker = "staff"', 'speaker = "staff"\nspeaker = "you"', r"line 19"),
}


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_is_refused_with_line_field_and_choices(tmp_path, kind):
    old, new, message = MISTAKES[kind]
    assert old in GOOD
    with pytest.raises(TableError, match=message) as refused:
        readable(str(written(tmp_path, GOOD.replace(old, new, 1))))
    assert "mine.toml" in str(refused.value) and str(tmp_path) not in str(refused.value)


def test_an_unknown_ticker_names_the_nearest(tmp_path):
    settings = 'settings = { ticker = "MSFTT", since = 2026-01-01, until = 2026-07-07, persons = 1 }'
    text = GOOD.replace('"round_count"', '"cuts_at_least"').replace(GOOD.splitlines()[12], settings)
    with pytest.raises(TableError, match=r"line 13: field 'settings': unknown ticker 'MSFTT'; nearest valid: MSFT"):
        readable(str(written(tmp_path, text)))
    with pytest.raises(TableError, match=r"since is 'soon', not a date"):
        readable(str(written(tmp_path, text.replace("MSFTT", "MSFT").replace("since = 2026-01-01", 'since = "soon"'))))


def test_the_line_of_a_claim_is_found_past_a_text_of_several_lines(tmp_path):
    text = GOOD.replace('"Morale is low."', '"""Morale\n[[claim]]\nis low."""').replace('"cannot tell"', '"likely"')
    with pytest.raises(TableError, match=r"line 24: field 'verdict'"):
        readable(str(written(tmp_path, text)))


@pytest.mark.parametrize(("name", "content", "message"), [
    ("mine.toml", "", "mine.toml: line 1: the file is empty"),
    ("mine.toml", "[article]\ntitle = 'a'\npublisher = 'b'\ndate = 2026-01-01\n", "there is no claim"),
    ("mine.csv", GOOD, "ends in .toml"),
    ("mine.toml", "claim = 5\n[article]\ntitle = 'a'\npublisher = 'b'\ndate = 2026-01-01\n", "line 1: field 'claim'"),
])
def test_a_file_without_claims_is_refused(tmp_path, name, content, message):
    with pytest.raises(TableError, match=message):
        readable(str(written(tmp_path, content, name)))


def test_what_is_no_claims_file_is_refused_without_its_content(tmp_path):
    for path, message in ((tmp_path, "is a folder"), (tmp_path / "none.toml", "does not exist"),
                          (written(tmp_path, "root:secret", "passwd"), "ends in .toml"),
                          (written(tmp_path, "root:secret", "other.toml"), "line 1")):
        with pytest.raises(TableError, match=message) as refused:
            readable(str(path))
        assert "secret" not in str(refused.value)
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(TableError, match="is not UTF-8"):
        readable(str(tmp_path / "binary.toml"))
    with pytest.raises(TableError, match="more than 1,000,000 bytes"):
        readable(str(written(tmp_path, "#" * 1_000_001, "large.toml")))


@pytest.mark.parametrize("name", ["later_fact", "../documents", "../../analysis/claims/registry", "..", "/etc/passwd"])
def test_the_name_of_a_source_leads_nowhere_outside(name):
    with pytest.raises(TableError, match=r"no source|is a folder|ends in .toml"):
        load_claims(name)


def test_text_of_a_file_is_data_and_can_neither_format_nor_link(tmp_path):
    nasty = "{claim.__class__} <script>alert(1)</script> [x](javascript:y) | **b**"
    text = GOOD.replace("Morale is low.", nasty).replace("The data hold no survey of staff.", nasty)
    row = claims_frame(decide_all(str(written(tmp_path, text)))).iloc[1]
    assert row["claim"] == nasty and row["finding"] == nasty and row["evidence_url"] == ""


def test_a_day_keeps_the_claims_made_by_then(tmp_path):
    path = str(written(tmp_path, GOOD))
    assert [one.claim.id for one in load_claims(path, "2026-07-07")] == ["cuts", "morale"]
    assert load_claims(path, "2026-07-06") == []
    with pytest.raises(AnalysisError, match="no claim of"):
        decide_all(path, "2026-07-06")


def test_every_source_has_its_file_and_every_file_its_source():
    sources = read_table("claim_sources")
    assert {path.stem for path in (data_dir() / "claims").iterdir()} == set(sources["source_id"])
    assert all(load_claims(source) for source in sources["source_id"])


def test_both_articles_are_covered_and_the_errors_kept():
    kinds = [one.article.kind for one in CLAIMS.values()]
    assert kinds.count("article") >= 40 and kinds.count("copied error") == 3 and kinds.count("later fact") >= 12
    articles = {one.article.title: one for one in CLAIMS.values() if one.article.kind == "article"}
    assert len(articles) == 2
    assert all(isinstance(one.date, datetime.date) and one.claim.speaker for one in CLAIMS.values())


def test_documents_of_evidence_exist_and_open_questions_name_what_is_missing():
    known = document_ids()
    for one in CLAIMS.values():
        assert all(name in known or name.startswith("http") for name in one.claim.evidence)
        if one.claim.verdict == "cannot tell":
            assert one.claim.missing, one.claim.id


def test_the_page_on_claims_lists_every_computation_with_its_settings():
    page = (root() / "docs" / "CLAIMS.md").read_text(encoding="utf-8")
    for name, one in COMPUTATIONS.items():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
        assert one.decides in row and all(f"`{setting}`" in row for setting in one.settings), name
    assert JUDGEMENT in page


def test_the_example_of_the_page_is_decided():
    frame = claims_frame(decide_all(str(root() / "docs" / "claims_example.toml")))
    assert list(frame["verdict"]) == ["supported", "supported", "supported", "cannot tell"]
