"""The checks of a bundle that ask not what its leaves mean: a module each, named as in the report. Pure."""
