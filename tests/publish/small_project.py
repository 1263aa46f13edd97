"""Small projects for the tests of publishing: a folder of tiny notebooks and their manifest."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

PARAMETERS = 'as_of = "latest"\nyears = 5'
PARAMS = """[report.params]
as_of = { type = "date", default = "latest" }
years = { type = "int", default = 5 }
"""
COMPANIES = {"META": ("Meta Platforms", "hyperscaler"), "MSFT": ("Microsoft", "hyperscaler"),
             "SNAP": ("Snap", "internet")}

BEHIND = {"newest": "2026-07-30", "rows": 1200, "doubts": 34, "failed_checks": 2}


def code(source, *tags):
    """A code cell."""
    return nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)} if tags else {})


def text(source):
    """A markdown cell."""
    return nbformat.v4.new_markdown_cell(source)


def parameters(source=PARAMETERS):
    """The parameters cell."""
    return code(source, "parameters")


def emit(data, record):
    """The source of a cell that shows an output with a record, as `say`, `show` and `table` do."""
    return (f"from IPython.display import display\n"
            f"display({data!r}, raw=True, metadata={{'analysis': {record!r}}})")


def number(key="capex_usd", value=72_200_000_000, **changes):
    """One row of the numbers table."""
    return {"key": key, "value": value, "unit": "usd", "text": "$72.2bn", "basis": "reported",
            "source_ids": ["sec"], "urls": ["https://www.sec.gov/a"]} | changes


def answer(words="Spending rose to $72.2bn.", *numbers):
    """The source of a cell that gives the page's answer."""
    record = {"kind": "answer", "text": words, "numbers": list(numbers or [number()]), "documents": ["d1"]}
    return emit({"text/markdown": f'<div class="answer">\n\n{words}\n\n</div>'}, record)


def write_notebook(path, *cells, kernel="python3"):
    """Write the cells as a notebook that names this kernel."""
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    notebook.metadata["kernelspec"] = {"name": kernel, "display_name": kernel, "language": "python"}
    nbformat.write(notebook, path)


@dataclass
class Project:
    """A notebooks folder under construction."""

    folder: Path
    entries: list[str] = field(default_factory=list)

    def add(self, report_id, *cells, kernel="python3", params=PARAMS, start=None, question=None, **keys):
        """Add a report: its notebook (parameters cell first) and its entry in the manifest."""
        first = [] if start is None and not params else [parameters(*([start] if start else []))]
        write_notebook(self.folder / f"{report_id}.ipynb", *first, *cells, kernel=kernel)
        self.entry(report_id, params=params, question=question, **keys)

    def entry(self, report_id, params=PARAMS, question=None, **keys):
        """Add only the entry in the manifest."""
        content = {"id": report_id, "notebook": f"{report_id}.ipynb", "order": len(self.entries) + 1,
                   "question": question or f"What about {report_id}?"} | keys
        lines = [f"{name} = {json.dumps(value)}" for name, value in content.items()]
        self._append("\n".join(["[[report]]", *lines, params]))

    def part(self, part_id, title):
        """Add a part of the argument."""
        self._append(f"[[part]]\nid = {json.dumps(part_id)}\ntitle = {json.dumps(title)}\n")

    def _append(self, entry):
        self.entries.append(entry)
        (self.folder / "reports.toml").write_text("\n".join(self.entries), encoding="utf-8")

    def replace(self, report_id, *cells):
        """Give a report another notebook."""
        write_notebook(self.folder / f"{report_id}.ipynb", parameters(), *cells)


BRIEF = """[report.params]
as_of = { type = "date", default = "latest" }
ticker = { type = "ticker", default = "META" }
"""


def add_brief(project, *cells):
    """Add the report that is made once for each company."""
    project.add("company_brief", *cells, params=BRIEF, start='as_of = "latest"\nticker = "META"',
                question="What does {ticker} spend?", for_each="companies_with_enough_data")
