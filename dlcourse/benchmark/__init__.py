"""How long a step of training takes, here and in PyTorch: the models, the race, and beside them the tables it wrote.

`make bench` measures everything again and says what it found. Nothing in the course depends on a time: the tables are
shown, and no test looks at a second.
"""
