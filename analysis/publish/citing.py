"""What a page cites: links, the record behind each number, and the closing list of sources.

Text from the data is made inert: in markdown every character that could start markup becomes
an entity, so a company name can neither link nor script.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from IPython.display import display

from analysis.publish.shown import Shown
from analysis.quantity import Quantity
from analysis.tables import documents as register

LONG_LIST = 8
"""A source with more documents than this gets a folded list."""
LONG_ADDRESS = 72
"""An address with more characters than this is shortened in the middle."""

MANY_DOCUMENTS = 4
SOURCES_ANCHOR = "#sources-and-limits"
"""Where the closing list stands on a page (the heading of `limits_and_sources`)."""

_cited: set[str] = set()

# The point inside a number and a sign before a word are harmless; the rest of these could be markup.
_MARKUP = re.compile(r"""[\\`*_{}\[\]()#!|<>~&:@$"'=^] | [+-](?!\w) | (?<!\d)\. | \.(?!\d)""", re.VERBOSE)


def emit(data: dict[str, str], record: dict) -> None:
    """Display one output; `record` goes into its metadata, where the runner finds it."""
    cite(record.get("documents", ()))
    display(data, raw=True, metadata={"analysis": record})


def cite(documents: Iterable[str]) -> list[str]:
    """Note the documents for the closing list; returns them once each, in the order given."""
    unique = list(dict.fromkeys(documents))
    _cited.update(unique)
    return unique


def forget() -> None:
    """Start a new page: nothing is cited yet."""
    _cited.clear()


def inert(text: str) -> str:
    """Text for a markdown cell, on one line and without any power to mark up."""
    def entity(match: re.Match) -> str:
        code = f"&#{ord(match[0])};"
        # a span of its own, because two dollar signs in one text are read as the ends of a formula
        return f"<span>{code}</span>" if match[0] == "$" else code

    return _MARKUP.sub(entity, " ".join(str(text).split()))


def fold(title: str, content: str) -> str:
    """Content that a reader opens by its title. The blank lines let Markdown inside the HTML be read as such."""
    return f'<details class="fold"><summary>{inert(title)}</summary>\n\n{content}\n\n</details>'


def safe_url(url: str) -> str | None:
    """An http(s) address that cannot end its attribute or markdown link early, or None."""
    try:
        parts = urlsplit(str(url).strip())
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    return quote(parts.geturl(), safe="/:?#@!&+,;=%~-._*")


def link(text: str, url: str | None, title: str = "") -> str:
    """A markdown link whose text and title are inert; without a usable url, the text in a span."""
    address = safe_url(url) if url else None
    if address is None:
        return f"<span>{inert(text)}</span>"
    tip = re.sub(r"</?span>", "", inert(title))
    target = address.replace("&", "&amp;") + (f' "{tip}"' if tip else "")
    return f"[{inert(text)}]({target})"


def number_link(shown: Shown) -> str:
    """The written number, linked to its first document, with its basis as the link's title.

    A number from many documents stands in none of them: it links to the list at the end of the page.
    """
    quantity = shown.quantity
    if quantity is None or not quantity.documents:
        return link(shown.text, None)
    if len(quantity.documents) >= MANY_DOCUMENTS:
        return f'[{inert(shown.text)}]({SOURCES_ANCHOR} "{quantity.basis} from {len(quantity.documents)} documents")'
    first = register.citation(quantity.documents[0])
    return link(shown.text, first.url, _origin(quantity, first))


def _origin(quantity: Quantity, first) -> str:
    if len(quantity.documents) == 1:
        return f"{quantity.basis}: {first.publisher}, {first.title}"
    return f"{quantity.basis} from {len(quantity.documents)} documents"


def number_records(name: str, shown: Shown) -> list[dict]:
    """The rows of the numbers table for one Shown: key, value, unit, text, basis, source_ids, urls."""
    return [_number_record(key, quantity, shown.text) for key, quantity in shown.named(name).items()]


def _number_record(key: str, quantity: Quantity, text: str) -> dict:
    citations = [register.citation(document) for document in quantity.documents]
    value = float(quantity.value)
    return {
        "key": key, "value": int(value) if value.is_integer() else value, "unit": quantity.unit,
        "text": text, "basis": quantity.basis,
        "source_ids": list(dict.fromkeys(citation.source_id for citation in citations)),
        "urls": list(dict.fromkeys(citation.url for citation in citations if citation.url)),
    }


def publishers(documents: Iterable[str]) -> list[str]:
    """The publishers of the documents, once each, in alphabetical order."""
    return sorted({register.citation(document).publisher for document in documents})


def limits_and_sources(*limits: str) -> None:
    """The last cell: the limits given, then every document cited so far, by publisher.

    Lists what this session cited. In a notebook run out of order that can be more than the page shows.
    """
    for limit in limits:
        cite(getattr(limit, "documents", ()))
    numbers = [row for limit in limits for row in getattr(limit, "numbers", [])]
    documents = sorted(_cited)
    listed = ["\n".join(f"- {inert(limit)}" for limit in limits)] if limits else []
    blocks = ["## Sources and limits", *listed, *_sources(documents)]
    emit({"text/markdown": "\n\n".join(blocks)},
         {"kind": "sources", "numbers": numbers, "documents": documents})


def _sources(documents: list[str]) -> list[str]:
    """One markdown block per source, ordered by publisher: its licence, then its documents."""
    by_source: dict[tuple[str, str, str], set[str]] = {}
    for citation in map(register.citation, documents):
        source = (citation.publisher, citation.title, citation.licence)
        by_source.setdefault(source, set()).add(citation.url)
    return [_source_block(*source, sorted(filter(safe_url, by_source[source])))
            for source in sorted(by_source)]


def _source_block(publisher: str, title: str, licence: str, urls: list[str]) -> str:
    """A long list of documents is folded."""
    lines = "\n".join(f"- {link(_short(url), url)}" for url in urls)
    if len(urls) > LONG_LIST:
        lines = f"<details>\n<summary>{len(urls)} documents</summary>\n\n{lines}\n\n</details>"
    head = f"**{inert(publisher)}**: {inert(title)}." + (f" Licence: {inert(licence)}." if licence else "")
    return f"{head}\n\n{lines}".strip()


def _short(url: str) -> str:
    """An address as a reader names it: the site and the end of the path."""
    parts = urlsplit(url)
    site = parts.netloc.removeprefix("www.")
    rest = parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")
    if len(site + rest) <= LONG_ADDRESS:
        return site + rest
    return f"{site}/…/{rest.rsplit('/', 1)[-1][-LONG_ADDRESS // 2:]}"
