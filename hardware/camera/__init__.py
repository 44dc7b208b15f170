"""Cameras: whatever OpenCV opens, with time stamps and reopening."""
