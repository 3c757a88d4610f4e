"""Why this file exists: it says what an exercise is.

Statement, hint, worked solution and check of an exercise stand in one `Exercise`; the notebook, the website, the
learner's `hint`/`solution`/`check` and the tests all read it. A worked solution in code is a real function: the text
of the solution and the stub that the learner fills in are both cut from its source, so they cannot drift apart.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from .calls import demand_function

LEVELS = ("easy", "medium", "hard")
KINDS = ("code", "derive", "predict", "open")


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    statement, hint and explanation are Markdown. `answer` is the worked function of a code exercise, or of an open one
    that is worked in code; `imports` is what it needs beyond NumPy. `given` functions stand complete in the stub. A
    "predict" exercise has an `experiment`, a function that runs without arguments, and the stub says which `prediction`
    it waits for. The stub of an open exercise is `start`. `check` compares an answer with what is right.
    """

    number: str
    title: str
    level: str
    kind: str
    statement: str
    hint: str
    explanation: str
    answer: Callable | None = None
    given: tuple[Callable, ...] = ()
    imports: str = ""
    start: str = ""
    experiment: Callable | None = None
    prediction: str = ""
    check: Callable | None = None

    @property
    def cell_id(self) -> str:
        """The id of the notebook cell that holds the statement: "1.3" -> "ex-1-3"."""
        return "ex-" + self.number.replace(".", "-")

    @property
    def markdown(self) -> str:
        """Heading and statement, as they stand in the notebook."""
        return f"### Exercise {self.number} ({self.level}): {self.title}\n\n{self.statement.strip()}"

    @property
    def stub(self) -> str:
        """The code cell that the learner starts from; "" if the exercise needs none."""
        given = [source(function) for function in self.given]
        if self.kind == "code":
            return _cell([*given, _blank(self.answer)], f'check("{self.number}", {self.answer.__name__})')
        if self.kind == "predict":
            ask = f'prediction = ...  # {self.prediction}\ncheck("{self.number}", prediction)\n'
            run = f"if prediction is not ...:\n    print({self.experiment.__name__}())"
            return _cell([*given, source(self.experiment)], ask + run)
        return self.start

    @property
    def solution(self) -> str:
        """The worked solution as Markdown."""
        if self.answer is None:
            return self.explanation.strip()
        return f"```python\n{_cell([self.imports], source(self.answer))}\n```\n\n{self.explanation.strip()}"

    def judge(self, answer):
        """Raise `CheckFailed` if the answer is wrong; the text says what is wrong with it."""
        if self.kind == "code":
            demand_function(answer, self.answer, self.number)
        self.check(answer)


def source(function: Callable) -> str:
    """The source of `function` as it stands in its file."""
    return textwrap.dedent(inspect.getsource(function)).strip()


def _blank(function: Callable) -> str:
    """The source of `function` with everything after its docstring replaced by `...`."""
    text = source(function)
    docstring = ast.parse(text).body[0].body[0]
    return "\n".join(text.splitlines()[: docstring.end_lineno]) + "\n    ..."


def _cell(parts: list[str], last: str) -> str:
    """One code cell from its parts, set apart as functions are in a file."""
    return "\n\n\n".join(part for part in [*parts, last] if part)
