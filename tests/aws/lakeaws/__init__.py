"""The AWS of tests and of the demo: moto behind a strict launcher. See README.md beside this package."""
