"""Reads flags as kubectl does, where Typer reads less: `-o=yaml`, `--watch=true`, `-A=false`.

The rules are those of https://pkg.go.dev/github.com/spf13/pflag#hdr-Command_line_flag_syntax.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer._click.exceptions import BadOptionUsage, UsageError
from typer._click.parser import _OptionParser

if TYPE_CHECKING:
    from typer._click.core import Parameter
    from typer._click.parser import _Option, _ParsingState

_TRUTH = {
    **dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True),
    **dict.fromkeys(("0", "f", "F", "false", "FALSE", "False"), False),
}


class FlagParser(_OptionParser):
    """Typer's parser, with values after `=` for switches and for short flags."""

    def parse_args(self, args: list[str]) -> tuple[dict[str, Any], list[str], list[Parameter]]:
        """As Typer does. Raises UsageError that knows its command."""
        try:
            return super().parse_args(args)
        except UsageError as error:
            error.ctx = error.ctx or self.ctx
            raise

    def _match_long_opt(self, opt: str, explicit_value: str | None, state: _ParsingState) -> None:
        option = self._long_opt.get(opt)
        if option is None or option.takes_value or explicit_value is None:
            super()._match_long_opt(opt, explicit_value, state)
        else:
            _switch(option, opt, explicit_value, state)

    def _match_short_opt(self, arg: str, state: _ParsingState) -> None:
        name, equals, value = arg.partition("=")
        option = self._short_opt.get(name)
        if option is None or not equals:
            super()._match_short_opt(arg, state)
        elif option.takes_value:
            state.rargs.insert(0, value)
            super()._match_short_opt(name, state)
        else:
            _switch(option, name, value, state)


def _switch(option: _Option, name: str, value: str, state: _ParsingState) -> None:
    if value not in _TRUTH:
        raise BadOptionUsage(name, f"Option {name!r} is true or false, not {value!r}.")
    on = bool(option.const)
    state.opts[str(option.dest)] = on if _TRUTH[value] else not on
    state.order.append(option.obj)
