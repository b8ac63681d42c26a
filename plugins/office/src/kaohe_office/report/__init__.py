"""Reports of a run: a workbook of its tables, and a page to print with charts."""
