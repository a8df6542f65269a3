"""A fee worked out from a case given as data: what `python -m fees.engine` reads and prints.

`form` reads a case strictly, `assets`, `profits`, `trades` and `limits` work out one kind each, `catalogue` lists them.
"""
