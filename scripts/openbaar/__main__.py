"""`python -m openbaar`, the same as the command `openbaar`."""

from openbaar.cli.main import run

if __name__ == "__main__":
    run()
