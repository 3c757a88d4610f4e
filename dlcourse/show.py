"""Why this file exists: the book shows the code that runs, taken from the installed file, so it cannot drift."""

import inspect
import pathlib
import sys
import textwrap

PACKAGE = pathlib.Path(__file__).parent


def show_source(*things):
    """Show functions, classes or methods as they stand in the package, under the name of their file.

    In a notebook they appear as highlighted code, elsewhere they are printed.

    Raises:  TypeError for something that has no source, such as a number.   Chapter: 1.
    """
    text = "\n\n".join(_source(thing) for thing in things)
    show_markdown(f"```python\n{text}\n```", plain=text)


def show_markdown(markdown, plain=None):
    """Render Markdown where a notebook's kernel runs this; elsewhere print `plain`, or the Markdown as it is.

    Chapter: 1.
    """
    ipython = sys.modules.get("IPython")  # where it was never imported there is no notebook, and importing it is slow
    if ipython is not None and hasattr(ipython.get_ipython(), "kernel"):
        from IPython.display import Markdown, display

        display(Markdown(markdown))
    else:
        print(markdown if plain is None else plain)


def _source(thing):
    thing = inspect.unwrap(thing)
    file = pathlib.Path(inspect.getsourcefile(thing))
    name = file.relative_to(PACKAGE.parent).as_posix() if file.is_relative_to(PACKAGE) else file.name
    return f"# {name}\n\n{textwrap.dedent(inspect.getsource(thing)).rstrip()}"
