#!/bin/sh
# Starts the workbench: double-click it, or run it in a terminal.
cd "$(dirname "$0")" || exit 1
for python in python3.13 python3.12 python3.11 python3; do
    if command -v "$python" >/dev/null 2>&1 && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        exec "$python" start.py "$@"
    fi
done
cat no-python.txt
exit 1
