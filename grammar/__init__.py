"""The override language of Heracles, as Lark EBNF files; `override.lark` is the one to load."""
