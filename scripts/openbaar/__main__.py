"""`python -m openbaar`, the same as the command `openbaar`."""

from openbaar.cli.main import main

if __name__ == "__main__":
    main(prog_name="openbaar")
