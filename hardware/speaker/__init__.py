"""The hall's loudspeaker: announcements from recorded clips or the synthesiser, one at a time."""
