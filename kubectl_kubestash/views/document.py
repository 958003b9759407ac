"""An object as YAML that kubectl reads back as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def to_yaml(document: Mapping[str, Any]) -> str:
    """Block style, keys in the order given; texts of several lines as blocks."""
    import yaml  # noqa: PLC0415 - 20 ms that only YAML pays

    from ..resolve.yaml_text import needs_quotes  # noqa: PLC0415 - as above

    class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
        """Own class, so that the shape of texts is not changed for all of PyYAML."""

    def text(dumper: Any, value: str) -> Any:
        style = "|" if "\n" in value else '"' if needs_quotes(value) else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    dumped = yaml.dump(
        document, Dumper=Dumper, sort_keys=False, default_flow_style=False, allow_unicode=True
    )
    return str(dumped)
