"""The command ``octocall``, and ``python -m octocall``."""

import signal


def main() -> None:
    """Runs the command line. While its modules are being imported, Ctrl-C just ends the process."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from octocall.cli import main as run

    signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


if __name__ == "__main__":
    main()
