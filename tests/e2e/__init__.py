"""The whole thing: a real server, real browsers, and the sound that comes out of their loudspeakers."""
