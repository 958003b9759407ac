from __future__ import annotations

from typing import Any

from kubectl_kubestash.resolve.affinity import both

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def _term(*keys: str, fields: tuple[str, ...] = ()) -> dict[str, Any]:
    term = {"matchExpressions": [{"key": key, "operator": "Exists"} for key in keys]}
    if fields:
        term["matchFields"] = [{"key": field, "operator": "Exists"} for field in fields]
    return term


def _nodes(*terms: dict[str, Any], preferred: list[Any] | None = None) -> dict[str, Any]:
    rule: dict[str, Any] = {REQUIRED: {"nodeSelectorTerms": list(terms)}} if terms else {}
    return {"nodeAffinity": {**rule, **({PREFERRED: preferred} if preferred else {})}}


def test_one_alone_stays_as_it_is() -> None:
    rule = _nodes(_term("a"))
    assert both(rule, {}) == rule
    assert both({}, rule) == rule
    assert both({}, {}) == {}


def test_every_alternative_must_hold_with_every_other() -> None:
    assert both(_nodes(_term("a"), _term("b")), _nodes(_term("c"), _term("d"))) == _nodes(
        _term("a", "c"), _term("a", "d"), _term("b", "c"), _term("b", "d")
    )


def test_fields_are_joined_like_expressions() -> None:
    joined = both(_nodes(_term("a", fields=("x",))), _nodes(_term("b", fields=("y",))))
    assert joined == _nodes(_term("a", "b", fields=("x", "y")))


def test_what_only_one_requires_is_required() -> None:
    wish = {"weight": 1, "preference": _term("p")}
    assert both(_nodes(preferred=[wish]), _nodes(_term("a"))) == _nodes(
        _term("a"), preferred=[wish]
    )


def test_wishes_of_both_are_kept() -> None:
    one, other = ({"weight": n, "preference": _term("p")} for n in (1, 2))
    assert both(_nodes(preferred=[one]), _nodes(preferred=[other])) == _nodes(
        preferred=[one, other]
    )


def test_rules_about_pods_add_up() -> None:
    apart = {"podAntiAffinity": {REQUIRED: [{"topologyKey": "zone"}]}}
    also = {"podAntiAffinity": {REQUIRED: [{"topologyKey": "host"}]}}
    assert both(apart, also) == {
        "podAntiAffinity": {REQUIRED: [{"topologyKey": "zone"}, {"topologyKey": "host"}]}
    }
    assert both(apart, _nodes(_term("a"))) == {**_nodes(_term("a")), **apart}
