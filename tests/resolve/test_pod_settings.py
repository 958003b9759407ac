from __future__ import annotations

from typing import Any

from kubectl_kubestash.api.pod_template import PodTemplate
from kubectl_kubestash.api.runtime_settings import RuntimeSettings
from kubectl_kubestash.resolve.pod_settings import (
    PodSettings,
    merged,
    of_runtime_settings,
    of_template,
)


def _template(**fields: Any) -> PodSettings:
    return of_template(PodTemplate.model_validate(fields))


def test_nothing_asked_is_nothing_given() -> None:
    assert of_template(None) == PodSettings()
    assert of_runtime_settings(None) == PodSettings()
    assert _template() == PodSettings()
    assert of_runtime_settings(RuntimeSettings()) == PodSettings()
    assert merged([]) == PodSettings()


def test_a_template_is_split_into_job_pod_and_container() -> None:
    found = _template(
        metadata={"labels": {"p": "1"}},
        controller={"annotations": {"j": "1"}},
        spec={"hostPID": True, "env": [{"name": "A"}], "serviceAccountName": "mine"},
    )
    assert found.pod_labels == {"p": "1"}
    assert found.job_annotations == {"j": "1"}
    assert found.pod == {"hostPID": True, "serviceAccountName": "mine"}
    assert found.container == {"env": [{"name": "A"}]}
    assert found.service_account == "mine"
    assert PodSettings().service_account == ""


def test_the_last_one_wins_field_by_field() -> None:
    first = _template(
        spec={
            "priorityClassName": "low",
            "dnsPolicy": "Default",
            "nodeSelector": {"a": "1", "b": "1"},
            "securityContext": {"runAsUser": 1, "fsGroup": 1},
            "tolerations": [{"key": "x"}],
            "resources": {"limits": {"cpu": "1"}},
        },
        metadata={"labels": {"a": "1", "b": "1"}},
    )
    last = _template(
        spec={
            "priorityClassName": "high",
            "nodeSelector": {"b": "2"},
            "securityContext": {"runAsUser": 2},
            "tolerations": [{"key": "x"}, {"key": "y"}],
            "resources": {"limits": {"memory": "1Gi"}},
        },
        metadata={"labels": {"b": "2"}},
    )
    found = merged([first, last])
    assert found.pod == {
        "priorityClassName": "high",
        "dnsPolicy": "Default",
        "nodeSelector": {"a": "1", "b": "2"},
        "securityContext": {"runAsUser": 2, "fsGroup": 1},
        "tolerations": [{"key": "x"}, {"key": "y"}],
    }
    assert found.container == {"resources": {"limits": {"memory": "1Gi"}}}
    assert found.pod_labels == {"a": "1", "b": "2"}
