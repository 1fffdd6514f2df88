"""droverctl completion: the script that makes a shell complete commands, serials and task ids."""

import click
from click.shell_completion import get_completion_class

from drover_ctl.session import Session, with_session

COMPLETE_VARIABLE = "_DROVERCTL_COMPLETE"


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@with_session
def completion(run: Session, shell: str) -> None:
    """Print the completion script of a shell.

    \b
    Examples:
      droverctl completion bash > ~/.local/share/bash-completion/completions/droverctl
      droverctl completion zsh  > ~/.zfunc/_droverctl
      droverctl completion fish > ~/.config/fish/completions/droverctl.fish
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise click.ClickException(f"no completion for {shell}")
    script = kind(click.get_current_context().find_root().command, {}, "droverctl", COMPLETE_VARIABLE).source()
    output = run.output
    if output.as_json:
        output.json({"shell": shell, "script": script})
    else:
        output.raw(script)
