"""The sentences of a filing, from its HTML or plain text, in the order a reader meets them."""

import re
from html.parser import HTMLParser

SILENT = {"script", "style", "head", "ix:header"}
"""Elements whose text no reader sees; a filing's tagged data stand in a hidden header."""
IN_LINE = {"a", "b", "em", "font", "i", "small", "span", "strong", "sub", "sup", "u", "ix:nonfraction", "ix:nonnumeric"}
SHORT_FORMS = re.compile(r"\b(U\.S|Inc|Corp|Co|Ltd|No|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|[A-Z])\.(?=\s)")
STOP = "\N{ONE DOT LEADER}"


def filing_sentences(text: str) -> list[str]:
    """The sentences of HTML (when the text begins like it) or of plain text whose paragraphs blank lines part."""
    plain = _visible(text) if re.match(r"\s*(<\?xml|<!doctype|<html|<)", text, re.IGNORECASE) else text
    paragraphs = (" ".join(one.split()) for one in re.split(r"\n\s*\n", plain))
    return [sentence for paragraph in paragraphs if paragraph for sentence in _sentences(paragraph)]


def _sentences(paragraph: str) -> list[str]:
    kept = SHORT_FORMS.sub(rf"\1{STOP}", paragraph)
    return [one.replace(STOP, ".") for one in re.split(r"(?<=[.!?])\s+(?=[A-Z\d“\"(])", kept)]


def _visible(text: str) -> str:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return "".join(reader.parts)


class _Reader(HTMLParser):
    """Collects the text a reader sees; every element that is not in line ends a paragraph."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in SILENT:
            self._silent.append(tag)
        elif tag not in IN_LINE:
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag == self._silent[-1]:
            self._silent.pop()
        elif tag not in IN_LINE:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(" ".join(data.split("\n")))
