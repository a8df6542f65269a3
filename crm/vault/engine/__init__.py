"""The vault's cryptography, pure: formats, keys, signatures. It knows no framework, no row and no clock."""
