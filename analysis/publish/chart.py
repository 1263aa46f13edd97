"""Draw, finish and show in one call: the way a notebook makes a figure."""

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from analysis.figures.draw import finish, new_axes
from analysis.publish.display import show


def chart(draw: Callable, frame: pd.DataFrame, *, id: str, title: str, subtitle: str, alt: str,
          height_inches: float = 3.2, documents: Iterable[str] | None = None, note: str | None = None,
          **draw_options: Any) -> None:
    """Show one figure of `frame`, drawn by one of the functions of `analysis.figures.draw`.

    `title` states the finding, `subtitle` the measure and its unit. The documents are those named in the
    frame's `..._documents` and `document_id` columns unless given. Errors as in `show`.
    """
    ax = draw(frame, ax=new_axes(height_inches), **draw_options)
    finish(ax, title, subtitle)
    found = documents_in(frame) if documents is None else documents
    show(ax.figure, id=id, title=title, alt=alt, frame=frame, documents=found, note=note)


def documents_in(frame: pd.DataFrame) -> list[str]:
    """Every document id named in a frame, once each, in order of appearance."""
    columns = [name for name in frame.columns if name.endswith("_documents") or name == "document_id"]
    ids = [word for name in columns for text in frame[name].dropna() for word in str(text).split()]
    return list(dict.fromkeys(ids))
