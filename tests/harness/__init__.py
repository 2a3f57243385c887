"""A real server of ours for the end-to-end tests and the benchmarks."""
