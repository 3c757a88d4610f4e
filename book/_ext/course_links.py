"""Turns what a text names into links, so that authors write plain words that read well in any notebook.

"Figure 1.3", "Exercise 1.3" and "equation (1.3)" lead to what they name if it stands on the same page, and so does each
number of "Exercises 1.1, 1.4 and 1.7". "Rosenblatt (1958)" and "Rumelhart, Hinton and Williams (1986)" lead to the
bibliography if it has such an entry. If it has several, a letter tells which, by the order of their keys: "He et al.
(2016b)". Without one the second author tells.
"""

import re

from course_cells import anchor
from course_math import TAG, equation_id
from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util.nodes import make_refnode

KIND, NUMBER = r"(?P<kind>Figure|Exercise|Question)", r"\d+[a-f]?\.\d+"
MENTION = re.compile(rf"\b(?:{KIND}\s(?P<number>{NUMBER})|[Ee]quation\s\((?P<equation>{NUMBER})\))")
LIST = re.compile(rf"\b{KIND}s\s{NUMBER}(?:(?:,\s|,?\s(?:and|or|to)\s){NUMBER})+")
INITIALS, SURNAME = r"(?:[A-Z]\.[\s-]?)*", r"[A-Z][\w-]+"
OTHERS = rf"(?:,\s{INITIALS}{SURNAME})*(?:,?\sand\s(?:others|{INITIALS}{SURNAME})|\set\sal\.)?"
YEAR = r"(?P<open>\()?(?P<year>1[89]\d\d|20\d\d)(?P<letter>[a-d])?\b(?(open)\)?)"
CITATION = re.compile(rf"{INITIALS}(?P<author>{SURNAME}){OTHERS},?\s{YEAR}")
# Inside these a link would be wrong, or would stand inside another link.
CLOSED = (
    nodes.reference, nodes.title, nodes.strong, nodes.literal, nodes.literal_block, nodes.math, nodes.math_block,
    nodes.raw, addnodes.pending_xref, addnodes.desc_signature,
)  # fmt: skip


def replace_matches(document, pattern: re.Pattern, link) -> None:
    """Put `link(match)` in place of every match in the text of a document; None leaves the words as they are."""
    for text in list(document.findall(nodes.Text)):
        if pattern.search(text) and not any(isinstance(outer, CLOSED) for outer in ancestors(text)):
            text.parent.replace(text, pieces(text.astext(), pattern, link))


def pieces(text: str, pattern: re.Pattern, link) -> list:
    """Return a text as a list of plain pieces and links."""
    result, position = [], 0
    for match in pattern.finditer(text):
        node = link(match)
        if node is not None:
            result += [nodes.Text(text[position : match.start()]), node]
            position = match.end()
    return [*result, nodes.Text(text[position:])]


def ancestors(node):
    """Yield the nodes around a node, from the inside out."""
    while node.parent is not None:
        node = node.parent
        yield node


def mention_link(match: re.Match, here: set[str]):
    """Return a link to something numbered, if it is on this page."""
    target = equation_id(match["equation"]) if match["equation"] else anchor(match["kind"], match["number"])
    return link_on_page(match[0], target, here)


def list_links(match: re.Match, here: set[str]):
    """Return a list of numbered things, in which each number is a link if what it names is on this page."""

    def link(number):
        return link_on_page(number[0], anchor(match["kind"], number[0]), here)

    return nodes.inline("", "", *pieces(match[0], re.compile(NUMBER), link))


def link_on_page(words: str, target: str, here: set[str]):
    """Return a link to a place on this page, if there is such a place."""
    if target not in here:
        return None
    return nodes.reference(words, words, refid=target, internal=True, classes=["mention"])


def citation_link(match: re.Match, known: dict, docname: str):
    """Return a link to the bibliography, if the first author has an entry of that year."""
    entries = known.get((match["author"], match["year"]), [])
    if match["letter"]:
        entries = entries[ord(match["letter"]) - ord("a") :]
    if not entries:
        return None
    key = next((key for key, second in entries if second and f"{second}" in match[0]), entries[0][0])
    words = nodes.inline(match[0], match[0], classes=["mention"])
    return addnodes.pending_xref("", words, refdomain="", reftype="bibliography", reftarget=key, refdoc=docname)


class LinkMentions(SphinxTransform):
    """Runs over every page after it is read."""

    default_priority = 750

    def apply(self):
        here = set(self.document.ids)
        for formula in self.document.findall(nodes.math_block):
            here.update(equation_id(tag) for tag in TAG.findall(formula.astext()))
        replace_matches(self.document, MENTION, lambda match: mention_link(match, here))
        replace_matches(self.document, LIST, lambda match: list_links(match, here))
        known = known_entries(self.env.get_domain("cite"))
        replace_matches(self.document, CITATION, lambda match: citation_link(match, known, self.env.docname))


def known_entries(domain) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Return of each first author and year the entries of the bibliography: their keys, each with its second author."""
    known = {}
    for key, entry in sorted(domain.bibdata.data.entries.items()):
        first, second, *_ = [" ".join(person.last_names) for person in entry.persons["author"]] + [""]
        known.setdefault((first, entry.fields["year"]), []).append((key, second))
    return known


def find_in_bibliography(app, env, node, contnode):
    """Tell Sphinx where an entry of the bibliography stands."""
    if node["reftype"] != "bibliography":
        return None
    for citation in env.get_domain("cite").citations:
        if citation.key == node["reftarget"]:
            page = citation.bibliography_key.docname
            return make_refnode(app.builder, node["refdoc"], page, citation.citation_id, contnode)
    return None


def setup(app):
    app.add_transform(LinkMentions)
    app.connect("missing-reference", find_in_bibliography)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
