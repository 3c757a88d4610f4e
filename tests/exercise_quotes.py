"""What a statement, a solution or a question says has to be what the tests compute: finds the texts they quote."""


def quoting(exercises):
    """A check for the exercises of one chapter: statement, hint or worked solution has these texts."""
    by_number = {exercise.number: exercise for exercise in exercises}

    def quotes(number, *texts):
        exercise = by_number[number]
        whole = " ".join(f"{exercise.statement} {exercise.hint} {exercise.solution}".split())  # however lines break
        for text in texts:
            assert text in whole, f"{number} does not say {text!r}"

    return quotes


def asking(questions):
    """The same for questions: the question or one of its remarks has these texts."""
    by_number = {question.number: question for question in questions}

    def asks(number, *texts):
        for text in texts:
            assert text in by_number[number].markdown, f"question {number} does not say {text!r}"

    return asks
