"""Words lead to their meaning: the glossary, the links to it, and the pages on what the chapters presuppose."""

import os
import re
import subprocess
import sys

import nbformat
import notebook_rules
import pytest
import site_tools
from docutils import nodes

from dlcourse.recipes import ROOT, notebook_paths

import course_terms  # isort: skip  (site_tools has told Python where the extensions are)

GLOSSARY = (ROOT / f"{course_terms.GLOSSARY}.md").read_text(encoding="utf-8")
DEFINITIONS = course_terms.read_glossary(GLOSSARY)
# Words in italics that are stressed, or that a page explains on the spot and no other page uses.
STRESSED = set(
    "\\#\\#ble;\\#\\#ffa;a weighted look;across;adapt;add;added;additive;affine;after;alignment;all;always;and;"
    "and a world;and at use;another;another domain;another way;any;anything;at random;backwards;before;"
    "before any training;begin;bend;bent;best;best linear approximation;biases;binomial;bit;bits;blank;borders;both;"
    "build it;by;by group;by hand;by matrices;by topic;cache;can;can be trained;cell;change;change the path;changes;"
    "check it;chunks;circular;clean accuracy;clearly ahead;clip;clipped;cloud;clusters;code;come about;completeness;"
    "compose;confidence;context;cost;coverage;curved;data;dead;denoising;depth is cheap;different;differs;digits;"
    "discriminative;distances between islands;down;draw;drawing new digits;drawn together only;drei;e;each;"
    "ein hundert elf;encoder before training;equally many parameters;evaluation;every;everything;evidence;exact;"
    "exactly;exist;exists;explode;files;find;fine-tuned;first loss;five;font;for;for a network;foresee;forget;"
    "forgetting;forgotten;forward;framed;frames;fresh;from scratch;from zero;gradual;groups;hand rule;hard;head;heads;"
    "help;hidden;how;hundred;hyperplane;indentation;input;inside a quotation;inside brackets;interval;is;its;"
    "its own decision;its own probabilities;jump;keep;keys;largest loss;last;learn;learned;left over;length;less;"
    "letters;likeness;linear;longer;longer numbers;macro;make;makes;masked;maximum;may;mean;memory;models;moved;moves;"
    "multiply;nearest training digit;negative;neighbors;never;new;new tens;new writers;next;nine;nine hundred forty;"
    "no;none;normalize it;nothing;norms kept;norms of digits;not;not impossible;number by number;"
    "number of neurons;of views;"
    "old answers;on the map;one;one bit;one example;one step back;orthogonal matrices;other;other pictures;padded;"
    "path;paths;pixels;plain;posterior;preparation;prepared boxes;primed;prior;probabilities;product;"
    "products of jacobians;pulled back;random;random frozen;random weights;reached;read;recipes;repair;repeated;"
    "residual;return;right;rolled;rows;rules;same;same weights;scale;scale it;scan;score;scratch;see;seven;"
    "seven hundred;seven other;seven thousand;sharing;shift;shorten;shut;siebzehn;siebzig;sizes of islands;small rate;"
    "smaller;smooth;soft;solved;solves;something;something that differs;sometimes;somewhere;square;squeeze;stacked;"
    "stamps;state;statistics;stochastic;study;subtract;symmetric;synthetic language;tausend;teacher;tell apart;test;"
    "that;the autoencoder;the data;the font;the forget gate;the metric;the output gate;the predictor;the pytorch twin;"
    "the rest;the same digits;the svm;the two add;the very ones;the vision transformer;the way back;these;thinned out;"
    "thirty seven;thirty two;this;thousand;three;time;to the right;tolerance;trained;transfer;tricks;true;truncated;"
    "truncation;tuned;turned over;two;typical;una;unaffable;und;uniformity;unlabeled pictures;untrained;upper bound;"
    "use;value;vanishes;variational;varies;vgg and resnet;warm up;what;what is lost;what is new;what was done;where;"
    "where it looks;which;which hospital;white;whole;why;with;with a stride;with dilation;with padding;without;"
    "without any change;without any gate;word;worse;worst;would;write down;writes;zwei hundert;zwei und dreißig;"
    "zweiunddreißig".split(";")
)
LISTS = ["What you will be able to do", "Summary", "Sources"]
EMPHASIS = re.compile(r"(?<![\w*])(\*{1,2})(?![\s*])([^*]+?)\1(?![\w*])")
PLANTED = {"loss": "One number.", "mean squared error": "A mean of squares.", "error": "A miss.", "MLP": "A network.",
           "matrix": "A table of numbers.", "class": "A kind.", "Bayes' rule": "It turns around."}  # fmt: skip


# ------------------------------------------------------------------------------------------------ the links


def linked(*texts):
    """Return the words that become links to a planted glossary, paragraph by paragraph; no word may be lost."""
    paragraphs = [nodes.paragraph("", text) for text in texts]
    course_terms.first_mentions(paragraphs, PLANTED, lambda words, term: nodes.reference(words, words, name=term))
    assert [paragraph.astext() for paragraph in paragraphs] == list(texts)
    return [[link.astext() for link in paragraph.findall(nodes.reference)] for paragraph in paragraphs]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The loss falls, and the loss rises.", ["loss"]),
        ("Losses fall.", ["Losses"]),
        ("the mean\nsquared error", ["mean\nsquared error"]),
        ("mean squared error, another error", ["mean squared error", "error"]),
        ("many matrices and classes", ["matrices", "classes"]),
        (f"by Bayes{course_terms.CURLY} rule or by Bayes' rule", [f"Bayes{course_terms.CURLY} rule"]),
        ("lossless, a loss-free glossary, subclass, mlps", ["mlps"]),
    ],
)
def test_the_first_mention_of_a_term_becomes_a_link(text, expected):
    assert linked(text) == [expected]


def test_a_term_is_linked_once_on_a_page():
    assert linked("A matrix.", "The matrix and the loss.", "Matrices.") == [["matrix"], ["loss"], []]


def test_what_is_no_running_text_is_left_alone():
    closed = nodes.section("", nodes.paragraph("", "loss"), ids=["exercises"])
    table = nodes.table("", nodes.paragraph("", "loss"))
    question = nodes.section("", nodes.paragraph("", "", nodes.emphasis("", "What is a loss?")))
    prose = nodes.section("", nodes.paragraph("", "loss"), ids=["intuition"])
    found = [course_terms.is_prose(part.next_node(nodes.paragraph)) for part in (closed, table, question, prose)]
    assert found == [False, False, False, True]

    paragraph = nodes.paragraph("", "", nodes.strong("", "loss"), nodes.literal("", "loss"), nodes.math("", "loss"))
    course_terms.first_mentions([paragraph], PLANTED, lambda words, term: nodes.reference(words, words))
    assert not list(paragraph.findall(nodes.reference))


def test_pages_are_named_in_plain_words():
    names = course_terms.pattern(tuple(course_terms.PAGES))
    text = "see the Refresher on\ncalculus, the notation page and the glossary"
    assert [course_terms.normal(found) for found in names.findall(text)] == [
        "refresher on calculus", "notation page", "glossary",
    ]  # fmt: skip
    assert set(course_terms.PAGES.values()) <= set(site_tools.toc_pages())


def build_planted(folder, text):
    """Build a website of a glossary with one word and a page with this text; return the process and the page's HTML."""
    (folder / "book").mkdir()
    (folder / "notebooks").mkdir()
    (folder / "conf.py").write_text("extensions = ['myst_parser', 'course_terms']\n", encoding="utf-8")
    contents = "# Contents\n\n```{toctree}\nbook/glossary\nnotebooks/page\n```\n"
    (folder / "index.md").write_text(contents, encoding="utf-8")
    glossary = "# Glossary\n\n```{glossary}\nloss\n  One number. It says how bad it is.\n```\n"
    (folder / "book" / "glossary.md").write_text(glossary, encoding="utf-8")
    (folder / "notebooks" / "page.md").write_text(f"# A page\n\n{text}\n", encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-n", ".", "out"]
    paths = {"PYTHONPATH": str(ROOT / "book" / "_ext")}
    done = subprocess.run(command, cwd=folder, env=os.environ | paths, capture_output=True, text=True)
    return done, folder / "out" / "notebooks" / "page.html"


def test_a_planted_word_leads_to_its_meaning_and_shows_it(tmp_path):
    done, page = build_planted(tmp_path, "Two *losses* and a loss; see the glossary.")
    assert done.returncode == 0, done.stderr
    word, name = site_tools.soup(page.read_text(encoding="utf-8")).select("p a[href*=glossary]")
    assert (word.get_text(), word["title"]) == ("losses", "One number.")
    assert word["href"] == "../book/glossary.html#term-loss"
    assert {"mention", "term"} <= set(word["class"])
    assert (name.get_text(), name["href"]) == ("glossary", "../book/glossary.html")


def test_a_page_that_is_named_and_missing_stops_the_build(tmp_path):
    done, _ = build_planted(tmp_path, "It stands in the refresher on calculus.")
    assert done.returncode != 0 and "00b_calculus" in done.stderr


def test_links_to_the_glossary_on_the_built_pages():
    site = site_tools.built_site()
    for path in notebook_paths():
        page = site_tools.soup((site / "notebooks" / f"{path.stem}.html").read_text(encoding="utf-8"))
        links = page.select("a.mention.term")
        targets = [link["href"] for link in links]
        assert len(targets) == len(set(targets)) > 10, path.stem
        apart = course_terms.OTHER_MEANING.get(f"notebooks/{path.stem}", set())
        assert not {f"../book/glossary.html#term-{term}" for term in apart} & set(targets), path.stem
        assert all(link["title"].endswith(".") and "glossary.html#term-" in link["href"] for link in links)
        assert page.select(":is(h1, h2, h3, strong, code, pre, table, .exercise, .quiz) a.mention.term") == []


def test_the_refresher_leads_to_the_notation_page():
    site = site_tools.built_site()
    for path in notebook_paths():
        if path.name.startswith("00"):
            page = site_tools.soup((site / "notebooks" / f"{path.stem}.html").read_text(encoding="utf-8"))
            assert page.select_one('article a[href="../book/notation.html"]').get_text() == "notation page"


# ------------------------------------------------------------------------------------------------ the glossary


def prose(nb):
    """The text of the lesson without formulas and code, and without the sections that explain nothing."""
    lists = [cell for title in LISTS for cell in notebook_rules.section(nb, title)]
    cells = [cell for cell in notebook_rules.lesson(nb) if cell.cell_type == "markdown" and cell not in lists]
    text = notebook_rules.without_code("\n\n".join(cell.source for cell in cells))
    return re.sub(r"\$\$.*?\$\$|\$[^$]*\$", "", text, flags=re.DOTALL)


def defined(text):
    """The words that a text sets in italics or bold because it explains them.

    A capital letter or a mark of punctuation tells the beginning of a paragraph and a whole sentence from a term.
    """
    found = {course_terms.normal(words) for _, words in EMPHASIS.findall(text) if not re.search(r"[.?:!,]|\d", words)}
    return {words for words in found if len(words.split()) <= 3}


@pytest.mark.parametrize("path", notebook_paths(), ids=lambda path: path.stem)
def test_what_a_notebook_defines_is_in_the_glossary(path):
    known = course_terms.forms(DEFINITIONS)
    terms = defined(prose(nbformat.read(path, as_version=4)))
    assert len(terms) > 5
    assert sorted(terms - set(known) - STRESSED) == []


def test_a_word_that_is_defined_is_found():
    text = "The *loss* is what a **neuron** has. **Through the loss.** *This is stressed.* A *mean\nsquared error*."
    assert defined(text) == {"loss", "neuron", "mean squared error"}


def test_every_term_of_the_glossary_is_used():
    texts = [prose(nbformat.read(path, as_version=4)) for path in notebook_paths()]
    text = "\n".join(texts)
    unused = [
        term for term in DEFINITIONS if not course_terms.pattern(tuple(course_terms.forms([term]))).search(text)
    ]
    assert unused == []


def test_words_of_another_meaning_are_terms_and_on_their_page():
    paths = {f"notebooks/{path.stem}": path for path in notebook_paths()}
    for page, terms in course_terms.OTHER_MEANING.items():
        text = prose(nbformat.read(paths[page], as_version=4))
        assert terms <= set(DEFINITIONS)
        assert all(course_terms.pattern((term,)).search(text) for term in terms), page


def test_a_definition_is_plain_and_says_where_more_is():
    entries = course_terms.ENTRIES.search(GLOSSARY)[1].strip().split("\n\n")
    assert len(entries) > 60
    assert [entry.split("\n")[0] for entry in entries if not entry.endswith(").") or ".ipynb" not in entry] == []
    assert [term for term, sentence in DEFINITIONS.items() if re.search(r"[$*`\[]", sentence)] == []
    first = [entry.split("\n")[0].lower() for entry in entries]
    assert first == sorted(first)


def test_the_glossary_is_read_as_the_website_reads_it():
    site = site_tools.ids_of(site_tools.built_site() / "book" / "glossary.html")
    assert len({place for place in site if place.startswith("term-")}) == len(DEFINITIONS)
    text = "```{glossary}\nodds\nchance\n  How likely it is.\n  [Here](there.md).\n\ncoin\n  A thing to throw.\n```\n"
    expected = {"odds": "How likely it is.", "chance": "How likely it is.", "coin": "A thing to throw."}
    assert course_terms.read_glossary(text) == expected
