"""Leads from a word to its meaning: authors write plain words, and the website links them.

On the pages of chapters and refresher, the first mention of each term of the glossary leads to its entry, and the first
sentence of the entry appears when one points at the word. On every page, "notation page", "glossary" and "refresher on
calculus" lead where they say.
"""

import functools
import re
from pathlib import Path

from course_links import ancestors, replace_matches
from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util.nodes import make_refnode

GLOSSARY = "book/glossary"
TAUGHT = "notebooks/"  # pages below this folder explain; others name terms only in passing
PAGES = {
    "glossary": GLOSSARY,
    "notation page": "book/notation",
    "refresher on linear algebra": "notebooks/00a_linear_algebra",
    "refresher on calculus": "notebooks/00b_calculus",
    "refresher on probability": "notebooks/00c_probability",
}
# Who answers a question should not be led away from it, and a list of promises, papers or results explains nothing.
CLOSED_SECTIONS = {
    "what-you-will-be-able-to-do", "can-you-skip-this-page", "exercises", "check-yourself", "summary", "sources",
}  # fmt: skip
# On these pages a word of the glossary is an everyday word or means something else, and stays a plain word.
OTHER_MEANING = {
    "notebooks/03_training_process": {"precision"},  # half precision of numbers
    "notebooks/05_applications": {"pole"},  # one that is balanced
    "notebooks/05a_computer_vision": {"width"},  # of a box
    "notebooks/05b_natural_language": {"inverse"},  # inverse document frequency
    "notebooks/05c_speech_recognition": {"width"},  # of a beam
    "notebooks/05d_translation": {"weight", "width"},  # of attention
    "notebooks/05e_reinforcement_learning": {"bias", "pole"},  # the bias of an estimate
    "notebooks/05f_game_playing": {"depth", "node"},  # of a tree
    "notebooks/06_convolutional_networks": {"precision"},
    "notebooks/07_recurrent_networks": {"precision"},
}
CURLY = "\N{RIGHT SINGLE QUOTATION MARK}"  # what becomes of an apostrophe in running text
ENTRIES = re.compile(r"^```\{glossary\}\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def read_glossary(text: str) -> dict[str, str]:
    """Return the first sentence of each definition by its term; terms that share a definition share the sentence."""
    found = {}
    for entry in ENTRIES.search(text)[1].strip().split("\n\n"):
        lines = entry.splitlines()
        definition = " ".join(line.strip() for line in lines if line.startswith(" "))
        first = re.match(r".+?\.(?= |$)", definition)[0]
        found |= {term: first for term in lines if not term.startswith(" ")}
    return found


def plural(term: str) -> str:
    """Return the plural of a term, of which only the last word changes."""
    for ending, plural_ending in {"matrix": "matrices", "ss": "sses", "x": "xes"}.items():
        if term.endswith(ending):
            return term.removesuffix(ending) + plural_ending
    if re.search(r"[^aeiou]y$", term):
        return term.removesuffix("y") + "ies"
    return term + "s"


def forms(terms) -> dict[str, str]:
    """Return the term for every form in which it may be written, in small letters."""
    return {form.lower(): term for term in terms for form in (plural(term), term)}


@functools.cache
def pattern(words: tuple[str, ...]) -> re.Pattern:
    """Return what finds any of the words, the longest first, also where a line breaks between two of them."""
    longest_first = sorted(words, key=len, reverse=True)
    choices = "|".join(re.escape(word).replace(r"\ ", r"\s+").replace("'", f"['{CURLY}]") for word in longest_first)
    return re.compile(rf"(?<![\w-])(?:{choices})(?![\w-])", re.IGNORECASE)


def normal(words: str) -> str:
    """Return words in small letters, on one line, with a straight apostrophe."""
    return " ".join(words.lower().replace(CURLY, "'").split())


def is_prose(paragraph) -> bool:
    """Whether a term in this paragraph is a word of the running text."""
    question = len(paragraph) == 1 and isinstance(paragraph[0], nodes.emphasis)  # the page's own, under its title
    outer = list(ancestors(paragraph))
    in_table = any(isinstance(node, nodes.table) for node in outer)
    closed = any(CLOSED_SECTIONS & set(node.get("ids", [])) for node in outer if isinstance(node, nodes.section))
    return not (question or in_table or closed)


def first_mentions(paragraphs, definitions: dict[str, str], link) -> None:
    """Put `link(words, term)` in place of the first mention of each definition in these paragraphs."""
    written, seen = forms(definitions), set()

    def first(match):
        term = written[normal(match[0])]
        if definitions[term] in seen:
            return None
        seen.add(definitions[term])
        return link(match[0], term)

    for paragraph in paragraphs:
        replace_matches(paragraph, pattern(tuple(written)), first)


class LinkTerms(SphinxTransform):
    """Runs over every page after what it names by a number has become links."""

    default_priority = 760

    def apply(self):
        page = self.env.docname
        replace_matches(self.document, pattern(tuple(PAGES)), self.page_link)
        if page.startswith(TAUGHT):
            glossary = read_glossary(Path(self.env.doc2path(GLOSSARY)).read_text(encoding="utf-8"))
            apart = OTHER_MEANING.get(page, ())
            definitions = {term: sentence for term, sentence in glossary.items() if term not in apart}
            prose = [paragraph for paragraph in self.document.findall(nodes.paragraph) if is_prose(paragraph)]
            first_mentions(prose, definitions, lambda words, term: self.link(words, "term", term, definitions[term]))

    def page_link(self, match):
        """Return a link to a page that the text names, unless it is this one."""
        target = PAGES[normal(match[0])]
        return None if target == self.env.docname else self.link(match[0], "page", target)

    def link(self, words, kind, target, definition=""):
        """Return a link that is completed when all pages have been read."""
        about = {"refdomain": "", "reftype": f"course-{kind}", "reftarget": target, "refdoc": self.env.docname}
        return addnodes.pending_xref("", nodes.inline(words, words), definition=definition, **about)


def complete_link(app, env, node, contnode):
    """Tell Sphinx where a term or a page stands; None, which is a warning, if it is nowhere."""
    if node["reftype"] == "course-page" and node["reftarget"] in env.all_docs:
        return make_refnode(app.builder, node["refdoc"], node["reftarget"], "", contnode)
    key, known = ("term", node["reftarget"].replace("'", CURLY)), env.get_domain("std").objects
    if node["reftype"] == "course-term" and key in known:
        page, place = known[key]
        reference = make_refnode(app.builder, node["refdoc"], page, place, contnode, title=node["definition"])
        reference["classes"] += ["mention", "term"]
        return reference
    return None


def setup(app):
    app.add_transform(LinkTerms)
    app.connect("missing-reference", complete_link)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
