"""Why this package exists: the models and algorithms of the applications, one file or a few for each lab.

What a lab reads, hears, translates, steers or plays with is built here from the layers and training of the course, so
that the notebooks stay short.
"""
