"""The rules of searching: what a word is, which lots fit a wish, in which order."""
