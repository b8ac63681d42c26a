"""The core's own stages, each a module: score, combine, grade, consequences; written once for every engine."""
