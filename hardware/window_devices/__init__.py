"""The devices at the windows as one process: keypads call, strips show, the loudspeaker speaks."""
