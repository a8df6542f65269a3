"""The fee engine: pure arithmetic of what a client owes, and the words that explain it.

No rows, no clock, no framework: everything arrives as an argument.  `registry` lists the methods, `accrual` makes a
day's line, `charge` a period's, `inputs` the text and fingerprint of a proof, `sql` the same arithmetic for the night.
"""
