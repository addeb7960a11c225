"""Override text to a sweep: the parser, its diagnostics and the functions of the language."""
