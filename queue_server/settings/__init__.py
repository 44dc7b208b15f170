"""The hall's configuration files, read and checked."""
