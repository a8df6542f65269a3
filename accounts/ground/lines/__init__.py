"""Lines to other people's machines, whose names somebody has typed: checked before anything is said on them."""
