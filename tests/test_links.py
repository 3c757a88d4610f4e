"""What a text names becomes a link: figures, exercises and equations of the page, papers of the bibliography."""

import pytest
from site_tools import course_links


def linked(text, pattern, link):
    """Return the words that become links, after a check that no word is lost."""
    pieces = course_links.pieces(text, pattern, link)
    assert "".join(piece.astext() for piece in pieces) == text
    return [piece.astext() for piece in pieces if hasattr(piece, "attributes")]


def test_what_a_text_mentions_becomes_a_link_if_it_is_there():
    here = {"fig-1-2", "eq-1-3", "ex-1-4"}
    text = "See Figure 1.2 and equation (1.3), then Exercise 1.4, not Figure 1.9."
    found = linked(text, course_links.MENTION, lambda match: course_links.mention_link(match, here))
    assert found == ["Figure 1.2", "equation (1.3)", "Exercise 1.4"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Exercises 1.1, 1.7\nand 1.9, then 1.1", ["1.1", "1.9"]),
        ("the pictures (Figures 1.1 and 1.9)", ["1.9"]),
        ("Questions 1.1 to 1.9 or Exercises 1.7, but 1.1", ["1.1", "1.9"]),
    ],
)
def test_each_number_of_a_list_becomes_a_link_if_it_is_there(text, expected):
    here = {"ex-1-1", "ex-1-9", "fig-1-9", "quiz-1-1", "quiz-1-9"}
    (found,) = course_links.LIST.finditer(text)
    listed = course_links.list_links(found, here)
    assert listed.astext() == found[0]
    assert [link.astext() for link in listed if hasattr(link, "attributes")] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rosenblatt (1958) let", ["Rosenblatt (1958)"]),
        ("(Cybenko 1989; Zhang et al. 2017)", ["Cybenko 1989", "Zhang et al. 2017"]),
        ("as Rumelhart, Hinton and Williams (1986) did", ["Rumelhart, Hinton and Williams (1986)"]),
        ("D. E. Rumelhart and R. J. Williams (1986).", ["D. E. Rumelhart and R. J. Williams (1986)"]),
        ("a line ends in Rumelhart,\nHinton and Williams\n1986", ["Rumelhart,\nHinton and Williams\n1986"]),
        ("R. J. K.-D. Zhang, S. Bengio and others (2017)", ["R. J. K.-D. Zhang, S. Bengio and others (2017)"]),
        ("Hinton (1986), Cybenko (1990), in June 1958", []),
    ],
)
def test_a_paper_becomes_a_link_if_the_bibliography_has_it(text, expected):
    papers = [("Rosenblatt", "1958"), ("Cybenko", "1989"), ("Zhang", "2017"), ("Rumelhart", "1986")]
    known = dict.fromkeys(papers, [("key", "")])
    found = linked(text, course_links.CITATION, lambda match: course_links.citation_link(match, known, "page"))
    assert found == expected


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("He et al. (2016)", "he2016deep"), ("He et al. (2016a)", "he2016deep"),
        ("He et al. (2016b)", "he2016identity"), ("K. He, X. Zhang and J. Sun (2016b)", "he2016identity"),
        ("Nakkiran et al. (2021)", "nakkiran2021deep"),
        ("P. Nakkiran, P. Venkat and T. Ma (2021)", "nakkiran2021optimal"),
    ],
)  # fmt: skip
def test_of_two_papers_of_one_year_the_right_one_is_linked(text, key):
    known = {("He", "2016"): [("he2016deep", "Zhang"), ("he2016identity", "Zhang")],
             ("Nakkiran", "2021"): [("nakkiran2021deep", "Kaplun"), ("nakkiran2021optimal", "Venkat")]}
    (link,) = (course_links.citation_link(match, known, "page") for match in course_links.CITATION.finditer(text))
    assert link["reftarget"] == key
