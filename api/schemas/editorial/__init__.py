"""What editors are shown. Fields are listed by hand; nothing here queries."""
