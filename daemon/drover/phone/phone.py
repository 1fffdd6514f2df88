"""The phone as scripts see it: read the screen, wait for one, tap a node once, open links and apps.

Every call has a deadline; nothing here decides what a screen means.
"""
