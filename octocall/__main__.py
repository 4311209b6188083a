"""``python -m octocall``."""

from octocall.cli import main

main()
