"""`python -m kaohe`: the command line."""

from kaohe.command import main

main()
