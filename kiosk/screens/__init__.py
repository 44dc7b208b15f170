"""The screens: each draws a state and says what was touched. None decides anything."""
