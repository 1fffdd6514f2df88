"""The script `profile-report`: opens a user's profile and says how one stands with them. Nobody else can see it."""

import msgspec

from drover.scripts.context import Context
from drover.scripts.identity import become
from drover.scripts.navigation import Navigator, NotReachedError
from drover.scripts.profile_visit import open_profile
from drover.wire.scripts import AccessMethod, Username


class ProfileReport:
    """Say how one stands with a user, and keep a picture of the profile."""

    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        """What `script_config` may hold."""

        user: Username
        access_method: AccessMethod = "direct"

    effect = ""  # others see nothing of it, so there is no ctx.commit
    reconciles = False
    retry_safe = True

    def __init__(self, config: Config) -> None:
        self.config = config

    def run(self, ctx: Context) -> None:
        """Open the profile as the task's account; the remark of the completed task is the report."""
        nav = Navigator(ctx)
        try:
            if ctx.username:
                become(nav, ctx.username)
            ctx.step(f"opening the profile of @{self.config.user}", 20)
            profile = open_profile(nav, self.config.user, self.config.access_method)
        except NotReachedError as lost:
            nav.fail_unreached(lost)
        ctx.keep("profile", profile.tree)
        ctx.remark = f"@{self.config.user}: the button says “{profile.button.label.label}”."
