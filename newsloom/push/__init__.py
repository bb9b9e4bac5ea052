"""Tells others what is new in a topic: its webhook by a POST, its command on stdin."""
