"""The stone under the house: pure Python that any room may use.  No Django, no models, no clock."""
