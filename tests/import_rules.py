"""A chapter uses only what it, or an earlier chapter, has opened, or what it declares as a black box.

The rule goes by modules, so that it can be decided. A module of `dlcourse` is opened in the chapter that shows some of
it by `show_source(...)`. What a chapter imports and nobody has opened yet has to stand, in backticks, in the paragraph
with "Black boxes here:" of the section "What you will be able to do": `dlcourse.optim`. PyTorch is imported in the
section of its twin and not before. Sub-packages that teach no idea need no opening.
"""

import ast
import importlib
import inspect
import re

from notebook_rules import code_cells, section

NO_IDEA = {"dlcourse", "dlcourse.exercises", "dlcourse.studies"}


def code(cells):
    """The statements of some code cells, as one tree; lines for IPython alone are left out."""
    lines = (line for cell in cells for line in cell.source.splitlines())
    return ast.parse("\n".join(line for line in lines if not line.lstrip().startswith(("%", "!"))))


def full_name(module, name):
    """The dotted name of what `from module import name` gives: a module, or the module that defines the object."""
    thing = getattr(importlib.import_module(module), name, None)
    if thing is None or inspect.ismodule(thing):
        return f"{module}.{name}", thing or importlib.import_module(f"{module}.{name}")
    return getattr(thing, "__module__", module), thing


def imports(tree):
    """What the code imports from dlcourse: {name in the notebook: (dotted name of the module, object)}."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "dlcourse":
            for alias in node.names:
                found[alias.asname or alias.name] = full_name(node.module, alias.name)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("dlcourse."):
                    found[alias.asname or alias.name] = (alias.name, importlib.import_module(alias.name))
    return found


def short(module):
    """dlcourse.data.digits -> dlcourse.data: a package is opened as a whole, `dlcourse.apps` file by file."""
    return ".".join(module.split(".")[: 3 if module.startswith("dlcourse.apps.") else 2])


def opened(nb):
    """The modules of which the notebook shows some source."""
    tree = code(code_cells(nb))
    known, modules = imports(tree), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "show_source":
            for argument in node.args:
                root, *attributes = ast.unparse(argument).split(".")
                if root in known:
                    module, thing = known[root]
                    for name in attributes:
                        thing = getattr(thing, name)
                    modules |= {short(module), short(getattr(inspect.unwrap(thing), "__module__", module))}
    return modules


def declared(nb):
    """The modules that the notebook names as black boxes."""
    text = "\n".join(cell.source for cell in section(nb, "What you will be able to do"))
    lines = re.findall(r"^.*Black boxes here:.*(?:\n(?!\n).*)*", text, re.MULTILINE)
    return set(re.findall(r"`(dlcourse(?:\.apps)?\.\w+)`", "\n".join(lines)))


def only_what_is_opened_or_declared(nb, earlier=()):
    """Modules that the notebook uses and that neither it, nor a notebook of `earlier`, opens or declares."""
    used = {short(module) for module, _ in imports(code(code_cells(nb))).values()}
    open_modules = set().union(*(opened(notebook) for notebook in (*earlier, nb)))
    missing = sorted(used - open_modules - declared(nb) - NO_IDEA)
    return [f"{module} is used, never shown, and not named after 'Black boxes here:'" for module in missing]


def declarations_are_true(nb, earlier=()):
    """A black box is one that the chapter uses and that no chapter has opened before."""
    used = {short(module) for module, _ in imports(code(code_cells(nb))).values()}
    before = set().union(*(opened(notebook) for notebook in earlier))
    problems = [f"{module} is declared as a black box and never used" for module in sorted(declared(nb) - used)]
    return problems + [f"{module} was opened in an earlier chapter" for module in sorted(declared(nb) & before)]


def torch_only_in_its_section(nb):
    """PyTorch is no part of the argument: only the section of the twin and what follows may import it."""
    problems = []
    for cell in code_cells(nb):
        if cell.source in {later.source for later in section(nb, "The PyTorch twin")}:
            break
        for node in ast.walk(code([cell])):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if any(name.split(".")[0] == "torch" for name in names):
                problems.append(f"cell {cell.id} imports torch before the section 'The PyTorch twin'")
    return problems
