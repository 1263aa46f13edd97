"""Imported once by the process that kernels are forked from; see `forking.py`."""

import gc
import importlib
import os
import pkgutil
import sys
from contextlib import suppress

import analysis

sys.dont_write_bytecode = False

LIBRARIES = ("ipykernel.kernelapp", "ipykernel.ipkernel", "matplotlib_inline.backend_inline", "matplotlib.pyplot",
             "pandas", "seaborn", "statsmodels.api", "statsmodels.formula.api")
ROOMS = ("analysis.tables", "analysis.metrics", "analysis.models", "analysis.figures", "analysis.publish.prose",
         "analysis.publish.display")


def _own_modules() -> list[str]:
    """Every module of the rooms that notebooks import from."""
    every = (one.name for one in pkgutil.walk_packages(analysis.__path__, "analysis.", onerror=lambda name: None))
    return sorted(name for name in every if name.startswith(ROOMS))


for module in (*LIBRARIES, *_own_modules()):
    with suppress(Exception):  # the notebook that needs a broken module fails with the real message
        importlib.import_module(module)


def _read_tables() -> None:
    """Fill the caches of the loaders with the project's own tables; other folders have their own entries."""
    from analysis.tables import documents, panel, read

    for table in read.table_names():
        read.read_table(table)
    for frequency in ("year", "quarter"):
        panel.load_panel(frequency)
    documents.citation(read.read_table("documents")["document_id"].iloc[0])


os.environ.pop("ANALYSIS_DATA", None)
with suppress(Exception):  # a table that cannot be read is told by the notebook that needs it
    _read_tables()

gc.collect()
gc.freeze()  # keep the imported objects shared between the kernels
