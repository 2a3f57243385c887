"""Audit room. An announcement, a country and a date in; who is shut out of which way to attend, and how sure, out."""
