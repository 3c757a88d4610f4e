"""Puts the package's wheel on the website, for somebody who downloads a notebook and has no copy of the repository.

In a page, `{{ wheel }}` becomes the link to it.
"""

from pathlib import Path


def offer_wheel(app, config):
    """Build the wheel into a folder that Sphinx copies to the root of the site."""
    from dlcourse.recipes.wheel import build_wheel

    folder = Path(app.doctreedir, "course_wheel")
    wheel = build_wheel(folder).name
    config.html_extra_path.append(str(folder))
    config.myst_substitutions["wheel"] = f'<a href="../{wheel}" download>{wheel}</a>'


def setup(app):
    app.connect("config-inited", offer_wheel)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
