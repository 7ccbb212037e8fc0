"""`python -m paycore` is `paycore`."""

from paycore.cli import main

if __name__ == "__main__":
    main()
