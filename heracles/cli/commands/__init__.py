"""The actions, a module each, which is loaded when it is asked for.

A module has `SETTINGS`, the kinds of settings that it takes (each a NamedTuple whose fields are names of options), and
`run(context, *settings)`, which does it, prints what came of it, and raises HeraclesError if it cannot be done.
"""
