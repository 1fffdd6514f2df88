"""The fake daemon."""

from tests.support.daemon_fixtures import fake, model, short_dir

__all__ = ["fake", "model", "short_dir"]
