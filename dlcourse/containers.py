"""Why this file exists: modules stand in a row, in a list or under names, and their parameters must be found there."""

import itertools

from .modules import Module


class ModuleList(Module):
    """Modules in a list, so that their parameters are found; what is done with them, a forward says.

    Raises:  TypeError for what is not a module.   Chapter: 7.   Twin: torch.nn.ModuleList.
    """

    def __init__(self, modules=()):
        self.extend(modules)

    def append(self, module):
        """Add a module at the end."""
        if not isinstance(module, Module):
            raise TypeError(f"{type(self).__name__} expected modules, got {module!r} at position {len(self)}: "
                            "nn.ReLU(), not F.relu?")
        setattr(self, str(len(self)), module)
        return self

    def extend(self, modules):
        """Add several modules at the end."""
        for module in modules:
            self.append(module)
        return self

    def __len__(self):
        return sum(1 for _ in self.children())

    def __iter__(self):
        return self.children()

    def __getitem__(self, index):
        found = list(self.named_children())[index]
        if isinstance(index, slice):
            part = type(self)()
            vars(part).update(found)  # the names stay
            return part
        return found[1]

    def __setitem__(self, index, module):
        setattr(self, list(self.named_children())[index][0], module)

    def __repr__(self):
        """Neighbors that are alike are printed once, as in PyTorch."""
        lines = []
        for text, same in itertools.groupby(enumerate(map(repr, self)), key=lambda pair: pair[1]):
            (first, _), *more = same
            name = f"({first}-{first + len(more)}): {len(more) + 1} x " if more else f"({first}): "
            lines.append(f"  {name}{text}".replace("\n", "\n  "))
        return f"{type(self).__name__}(" + ("\n" + "\n".join(lines) + "\n" if lines else "") + ")"


class Sequential(ModuleList):
    """Layers one after the other, named "0", "1", ...; a slice keeps the names.

    Raises:  TypeError for what is not a module.   Chapter: 1.   Twin: torch.nn.Sequential.
    """

    def __init__(self, *layers):
        super().__init__(layers)

    def forward(self, x):
        for layer in self.children():
            x = layer(x)
        return x

    __repr__ = Module.__repr__


class ModuleDict(Module):
    """Modules by name: d["head"] and d.head are the same.   Chapter: 7.   Twin: torch.nn.ModuleDict."""

    def __init__(self, modules=()):
        for name, module in dict(modules).items():
            self[name] = module

    def __setitem__(self, name, module):
        if not isinstance(module, Module):
            raise TypeError(f"ModuleDict expected modules, got {module!r} for {name!r}: nn.ReLU(), not F.relu?")
        setattr(self, name, module)

    def __getitem__(self, name):
        return dict(self.named_children())[name]

    def __len__(self):
        return len(dict(self.named_children()))

    def __iter__(self):
        return iter(dict(self.named_children()))

    def keys(self):
        """The names."""
        return dict(self.named_children()).keys()

    def values(self):
        """The modules."""
        return dict(self.named_children()).values()

    def items(self):
        """The names with their modules."""
        return dict(self.named_children()).items()
