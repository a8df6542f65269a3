"""Invoices that an advisor sends: the limits clients signed, the cut-off, and what the night makes of them."""
