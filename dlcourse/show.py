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
    display = _notebook_display()
    if display:
        display(f"```python\n{text}\n```")
    else:
        print(text)


def _source(thing):
    thing = inspect.unwrap(thing)
    file = pathlib.Path(inspect.getsourcefile(thing))
    name = file.relative_to(PACKAGE.parent).as_posix() if file.is_relative_to(PACKAGE) else file.name
    return f"# {name}\n\n{textwrap.dedent(inspect.getsource(thing)).rstrip()}"


def _notebook_display():
    """A function that shows Markdown, when a notebook's kernel runs this."""
    ipython = sys.modules.get("IPython")
    if ipython is None or not hasattr(ipython.get_ipython(), "kernel"):
        return None
    from IPython.display import Markdown, display

    return lambda text: display(Markdown(text))
