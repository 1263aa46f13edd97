"""Imported once by the process that kernels are forked from; see `forking.py`."""

import gc
import importlib
import pkgutil
import sys

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
    try:
        importlib.import_module(module)
    except ImportError:
        continue  # the notebook that needs it fails with the real message; the others stay fast

gc.collect()
gc.freeze()  # keep the imported objects shared between the kernels
