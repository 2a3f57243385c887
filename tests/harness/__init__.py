"""People with ears and mouths for the end-to-end tests and the benchmarks: real browsers, real sound, a real server."""
