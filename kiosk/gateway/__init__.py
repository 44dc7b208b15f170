"""Talks to the queue server. Posts events to the flow; decides nothing about screens."""
