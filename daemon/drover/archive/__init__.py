"""Backups that hold the library too: made beside a working daemon, and put back where none works."""
