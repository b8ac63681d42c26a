"""The groups of entry points by which plugins are found."""

CITIES = "kaohe"
"""A city, or a feature's example: the name is the city's, the value its package."""
COMMANDS = "kaohe.commands"
"""A command: the name is the command's, the value a function that builds it."""
