"""The checks of a bundle that know what its leaves mean: a module each, named as in the report. Pure."""
