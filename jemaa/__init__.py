"""Jemaa: a public meeting that anyone can attend, on any network.

The rooms (folders) and what each may touch are in docs/architecture.md; one chunk and one event are followed
through the house in docs/tour.md.
"""
