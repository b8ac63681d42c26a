"""The hooks that a city implements, and the manager that calls them."""
