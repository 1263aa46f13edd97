"""Release: run the notebooks, check the pages, publish what is whole."""

import sys

# jsonschema would import this parser, which nothing here uses, with every Jupyter import and build it for 1.5 s.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
