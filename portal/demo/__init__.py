"""The demonstration: a broker that writes statements, and the firm that is set up from them as an operator would."""
