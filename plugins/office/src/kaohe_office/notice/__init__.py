"""The notice of a result to an institution: what it says, as a Word file and as a page."""
