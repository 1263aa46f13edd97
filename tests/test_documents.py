"""What the documents say of the code is true."""

import re

from analysis.metrics import METRICS
from analysis.paths import root
from analysis.tables.descriptor import table_names
from analysis.tables.read import read_table


def test_every_metric_stands_in_the_methods_with_its_definition():
    methods = (root() / "docs" / "METHODS.md").read_text(encoding="utf-8")
    for column, metric in METRICS.items():
        assert f"| `{column}` | {metric.definition} | {metric.misleads} |" in methods, column


def test_every_table_stands_in_the_data_readme():
    readme = (root() / "data" / "README.md").read_text(encoding="utf-8")
    assert [name for name in table_names() if f"`{name}" not in readme] == []


def test_every_link_between_documents_leads_somewhere():
    for name in ("README.md", "data/README.md", "docs/METHODS.md", "docs/GLOSSARY.md", "docs/DATA_NOTES.md",
                 "docs/CASES.md", "docs/CLAIMS.md", "docs/REFRESH.md"):
        path = root() / name
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
            assert target.startswith("http") or (path.parent / target).exists(), (name, target)


def test_share_alike_tables_carry_their_notice():
    licences = read_table("sources").set_index("source_id")["licence"]
    assert "ODbL" in licences["layoffs_fyi"] and "CC BY 4.0" in licences["indeed"]
    assert "Open Database License" in (root() / "data" / "README.md").read_text(encoding="utf-8")
