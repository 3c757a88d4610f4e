"""Makes the API reference from the docstrings of the package, so that there is nothing to keep in step by hand.

The directive `{course-api}` imports every module of `dlcourse` in the order of its floors and shows its docstring and
its public names. The docstrings are plain text with a few fixed words (`Shapes:`, `Raises:` ...) and are shown as such.
"""

import importlib
import inspect
import pkgutil
import re
import sys

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx import addnodes
from sphinx.errors import ExtensionError

FLOORS = [
    ("The engine", ["tensor", "arrays", "machine"]),
    ("Operations", ["ops", "fused_ops", "activation_ops", "loss_ops", "norm_ops", "winograd", "conv_ops", "pool_ops",
                    "rnn_ops", "methods", "creation"]),
    ("Functions and initializers", ["functional", "losses", "convolution", "init"]),
    ("Layers", ["modules", "containers", "activations", "criteria", "norms", "cnn", "rnn", "attention"]),
    ("Optimizers", ["optim", "lr_scheduler", "gradients", "pack"]),
    ("The face that mirrors torch.nn", ["nn"]),
    ("Models of the chapters, and tools to look inside", ["autoencoder", "skipgram", "vision", "explain", "attacks",
                                                          "compress", "recurrence", "language", "forecast",
                                                          "seq2seq", "transfer", "pretrained", "sentences"]),
    ("Training, measuring and pictures", ["train", "checkpoint", "evaluate", "probing", "cost", "testing", "plots",
                                          "tape", "show"]),
    ("The PyTorch twins", ["twins"]),
    ("Environments and data", ["environments", "data"]),
    ("Applications", ["apps"]),
    ("Figures to play with", ["figures"]),
    ("Exercises, questions, coursework, studies and recipes", ["exercises", "questions", "coursework", "studies",
                                                               "benchmark", "recipes"]),
]
# What is inside these is for authors and not for lessons: the reference says what each file is for, and no more.
WORKSHOP = {"exercises", "questions", "coursework", "studies", "benchmark", "recipes"}
EXTRAS = {"dlcourse.coursework.nbgrader_plugin"}  # cannot be imported without a package that readers do not have
FIELD = re.compile(r"(?:^|\s{2,})(Shapes|Raises|Source|Chapter|Twin):\s+")
PLACE = re.compile(r"(?:Posix|Windows)Path\('[^']*'\)")
ADDRESS = re.compile(r"<(?:function|class|built-in function) '?([\w.]+?)'?(?: at 0x[0-9a-f]+)?>")


def module_names(package) -> list[tuple[str, list[str]]]:
    """Return the modules of the package under the title of their floor; a module on no floor is an error."""
    found = {info.name for info in pkgutil.iter_modules(package.__path__)}
    listed = [name for _, names in FLOORS for name in names]
    if missing := found - set(listed):
        raise ExtensionError(f"course_api.py: give these modules a floor: {sorted(missing)}")
    return [(title, [name for name in names if name in found]) for title, names in FLOORS]


def modules_inside(module) -> list:
    """Import the public modules of a package, at any depth; a plain module has none."""
    found = pkgutil.walk_packages(getattr(module, "__path__", []), module.__name__ + ".")
    names = sorted(info.name for info in found if info.name not in EXTRAS)
    return [importlib.import_module(name) for name in names if not name.rsplit(".", 1)[1].startswith("_")]


def public_names(module) -> list[str]:
    """Return what a module offers: its `__all__`, or the functions and classes that it defines."""
    if hasattr(module, "__all__"):
        return list(module.__all__)
    defined = {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_") and callable(value) and getattr(value, "__module__", None) == module.__name__
    }
    return list(defined)


def signature(value, kind: str) -> str:
    """Return the parameters of a function or class, without what differs from computer to computer."""
    if kind in ("property", "data", "module"):
        return ""
    try:
        found = inspect.signature(value)
    except ValueError:  # an exception without an __init__ of its own has none
        return ""
    if kind == "method":
        found = found.replace(parameters=list(found.parameters.values())[1:])
    if kind == "class":
        found = found.replace(return_annotation=inspect.Signature.empty)
    return PLACE.sub("...", ADDRESS.sub(r"\1", str(found)))


def inline(text: str) -> list:
    """Return plain text as nodes, with `code` in backquotes."""
    pieces = re.split(r"`([^`]+)`", text)
    return [nodes.literal(piece, piece) if i % 2 else nodes.Text(piece) for i, piece in enumerate(pieces) if piece]


def fields(pieces: list[str]) -> nodes.field_list:
    """Return `[name, text, name, text ...]` as a list of fields."""
    result = nodes.field_list()
    for name, text in zip(pieces[::2], pieces[1::2], strict=True):
        body = nodes.field_body("", nodes.paragraph("", "", *inline(" ".join(text.split()))))
        result += nodes.field("", nodes.field_name(name, name), body)
    return result


def docstring(text: str) -> list:
    """Return a plain docstring as nodes: paragraphs, indented blocks as they are, and fields."""
    result = []
    for block in re.split(r"\n\s*\n", text):
        lines = block.strip("\n").split("\n")
        if all(line.startswith("    ") for line in lines):
            code = inspect.cleandoc("\n" + "\n".join(lines))
            result.append(nodes.literal_block(code, code, language="text"))
            continue
        # A field begins a line or follows a wide gap, so the lines are joined by one blank only.
        joined = "\n".join(line.rstrip() for line in lines)
        prose, *pieces = re.split(FIELD.pattern, joined, flags=re.MULTILINE)
        if prose.strip():
            result.append(nodes.paragraph("", "", *inline(" ".join(prose.split()))))
        if pieces:
            result.append(fields(pieces))
    return result


class CourseApi(Directive):
    """`{course-api}`: the reference of the whole package."""

    has_content = False

    def run(self):
        package = importlib.import_module("dlcourse")
        env = self.state.document.settings.env
        self.domain, self.docname = env.get_domain("py"), env.docname
        sections = []
        for title, names in module_names(package):
            if names:
                identifier = "api-" + re.sub(r"\W+", "-", title.lower())
                section = nodes.section("", nodes.title(title, title), ids=[identifier], names=[title])
                for name in names:
                    module = importlib.import_module(f"dlcourse.{name}")
                    section += self.module(module, public_names(module))
                    for inner in modules_inside(module):
                        section += self.module(inner, [] if name in WORKSHOP else public_names(inner))
                sections.append(section)
        return sections

    def module(self, module, names):
        """Return the section of a module with the entries of some of its names."""
        name = module.__name__
        section = nodes.section("", ids=[name.replace(".", "-")], names=[name])
        section += nodes.title("", "", nodes.literal(name, name))
        section += docstring(required_docstring(module, name))
        self.domain.note_module(name, section["ids"][0], "", "", False)
        section += [self.entry(f"{name}.{inner}", getattr(module, inner), module) for inner in names]
        return section

    def entry(self, full_name, value, owner):
        """Return one function, class or method: signature, docstring and, for a class, what stands inside it."""
        kind = kind_of(value, owner)
        before, name = full_name.rsplit(".", 1)
        if inspect.isclass(owner):
            before = owner.__name__
        identifier = full_name.replace(".", "-")
        line = addnodes.desc_signature("", "", ids=[identifier], classes=["sig-object"])
        if kind == "class":
            line += addnodes.desc_annotation("class ", "class ")
        line += [addnodes.desc_addname(before + ".", before + "."), addnodes.desc_name(name, name)]
        line += nodes.inline("", signature(value, kind), classes=["sig-parameters"])
        self.domain.note_object(full_name, kind, identifier, location=line)

        body = addnodes.desc_content()
        if inspect.ismodule(owner) and not f"{home(value)}.".startswith(f"{owner.__name__}."):
            body += elsewhere(home(value))
        else:
            body += docstring(required_docstring(value, full_name))
            if kind == "class":
                body += [self.entry(f"{full_name}.{inner}", part, value) for inner, part in public_parts(value)]
        return addnodes.desc("", line, body, domain="py", objtype=kind, desctype=kind, classes=["py", kind])


def kind_of(value, owner) -> str:
    """Return what Sphinx calls a value: class, function, method, property, module or data."""
    if inspect.ismodule(value):
        return "module"
    if inspect.isclass(value):
        return "class"
    if isinstance(value, property):
        return "property"
    if not callable(value):
        return "data"
    return "method" if inspect.isclass(owner) else "function"


def home(value) -> str:
    """Return the full name under which a value was defined."""
    return value.__name__ if inspect.ismodule(value) else f"{value.__module__}.{value.__name__}"


def elsewhere(name: str) -> nodes.paragraph:
    """Return a link to where a re-exported name is described."""
    link = nodes.reference("", name, refid=name.replace(".", "-"), internal=True)
    return nodes.paragraph("", "", nodes.Text("The same as "), link, nodes.Text("."))


def public_parts(cls) -> list[tuple]:
    """Return the methods and properties that a class itself defines, or is given, with a docstring of their own."""
    return [
        (name, value)
        for name, value in vars(cls).items()
        if not name.startswith("_") and (inspect.isfunction(value) or isinstance(value, property)) and value.__doc__
    ]


def required_docstring(value, name: str) -> str:
    """Return a docstring; a public name without one is an error of the package."""
    # A module's docstring has no margin to take away, so an indented example in it stays indented.
    text = (value.__doc__ or "").strip() if inspect.ismodule(value) else inspect.getdoc(value)
    if not text:
        raise ExtensionError(f"{name} is public and has no docstring")
    return text


def setup(app):
    # The page describes the package beside it, not one that is installed elsewhere.
    sys.path.insert(0, str(app.srcdir))
    app.add_directive("course-api", CourseApi)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
