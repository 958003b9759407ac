"""Broken manifests, and where they are broken. Plain data, and one way to break any manifest."""

from __future__ import annotations

import re
from typing import NamedTuple

HEAD = "apiVersion: core.kubestash.com/v1alpha1\nkind: BackupConfiguration\nmetadata: {name: a}\n"
STORAGE = "apiVersion: storage.kubestash.com/v1alpha1\nkind: BackupStorage\nmetadata: {name: s}\n"
POLICY = "apiVersion: storage.kubestash.com/v1alpha1\nkind: RetentionPolicy\nmetadata: {name: p}\n"
HOOK = "apiVersion: core.kubestash.com/v1alpha1\nkind: HookTemplate\nmetadata: {name: h}\n"
RESTORE = "apiVersion: core.kubestash.com/v1alpha1\nkind: RestoreSession\nmetadata: {name: r}\n"
VERIFIER = "apiVersion: core.kubestash.com/v1alpha1\nkind: BackupVerifier\nmetadata: {name: v}\n"
BLUEPRINT = "apiVersion: core.kubestash.com/v1alpha1\nkind: BackupBlueprint\nmetadata: {name: b}\n"
SESSION = "apiVersion: core.kubestash.com/v1alpha1\nkind: BackupSession\nmetadata: {name: x}\n"


class Broken(NamedTuple):
    """A manifest with one thing that has to be found."""

    text: str
    reason: str
    line: int


IDENTITY = [
    Broken("just a text\n", "NotAnObject", 1),
    Broken("- a list\n", "NotAnObject", 1),
    Broken("kind: BackupSession\nmetadata: {name: a}\n", "NotAnObject", 1),
    Broken("apiVersion: core.kubestash.com/v1alpha1\nmetadata: {name: a}\n", "NotAnObject", 1),
    Broken("apiVersion: 1\nkind: BackupSession\n", "NotAnObject", 1),
    Broken("apiVersion: v1\nkind: [a]\n", "NotAnObject", 2),
    Broken("apiVersion: core.kubestash.io/v1\nkind: BackupSession\n", "UnknownGroup", 1),
    Broken("apiVersion: core.kubestash.com/v1\nkind: BackupSession\n", "UnknownVersion", 1),
    Broken("apiVersion: core.kubestash.com/v1alpha1\nkind: BackupConfig\n", "UnknownKind", 2),
    Broken("apiVersion: core.kubestash.com/v1alpha1\nkind: BackupStorage\n", "UnknownKind", 2),
    Broken(HEAD.replace("metadata: {name: a}\n", ""), "InvalidMetadata", 1),
    Broken(HEAD.replace("{name: a}", "{}"), "NameMissing", 3),
    Broken(HEAD.replace("{name: a}", "[a]"), "InvalidMetadata", 3),
    Broken(HEAD.replace("name: a", "name: Not_A_Name"), "InvalidName", 3),
    Broken(HEAD.replace("name: a", f"name: {'a' * 254}"), "InvalidName", 3),
    Broken(HEAD.replace("name: a", "name: 5"), "InvalidName", 3),
    Broken(HEAD.replace("name: a", "name: a, namespace: A"), "InvalidName", 3),
    Broken(HEAD.replace("name: a", "name: a, labels: {x: 1}"), "InvalidMetadata", 3),
    Broken(HEAD.replace("name: a", "name: a, labels: [x]"), "InvalidMetadata", 3),
    Broken(HEAD.replace("name: a", "name: a, annotations: {x: yes}"), "InvalidMetadata", 3),
    Broken(f"{HEAD}spec: {{}}\nspec: {{}}\n", "DuplicateKey", 5),
    Broken(f"{HEAD}spec: null\nspecs: {{}}\n", "Schema", 5),
    Broken(f"{HEAD}spec: []\n", "Schema", 4),
    Broken(f"{HEAD}spec: text\n", "Schema", 4),
]

MEANING = [
    Broken(f"{HEAD}spec: {{backends: []}}\n", "NoSessions", 4),
    Broken(f"{HEAD}spec:\n  sessions:\n  - name: ''\n", "SessionNameMissing", 6),
    Broken(f"{HEAD}spec:\n  sessions:\n  - name: A_b\n", "InvalidSessionName", 6),
    Broken(f"{HEAD}spec:\n  sessions:\n  - name: a\n  - name: a\n", "DuplicateSession", 5),
    Broken(f"{HEAD}spec:\n  sessions:\n  - name: a\n", "SchedulerMissing", 6),
    Broken(
        f"{HEAD}spec:\n  sessions:\n  - name: a\n    backupTimeout: soon\n", "InvalidDuration", 7
    ),
    Broken(
        f"{HEAD}spec:\n  sessions:\n  - name: a\n    scheduler:\n"
        "      schedule: 0 0 31 2 *\n      jobTemplate: {}\n",
        "InvalidSchedule",
        8,
    ),
    Broken(
        f"{HEAD}spec:\n  sessions:\n  - name: a\n    scheduler:\n      schedule: every day\n"
        "      jobTemplate: {}\n",
        "InvalidSchedule",
        8,
    ),
    Broken(f"{HEAD}spec:\n  sessions:\n  - name: a\n    addon: {{}}\n", "AddonMissing", 7),
    Broken(
        f"{HEAD}spec:\n  sessions:\n  - name: a\n    addon:\n      name: pvc-addon\n      tasks:\n"
        "      - name: logical-bakcup\n",
        "UnknownTask",
        10,
    ),
    Broken(
        f"{HEAD}spec:\n  sessions:\n  - name: a\n    addon:\n      name: pvc-addon\n      tasks:\n"
        "      - name: logical-backup\n        params:\n          exlude: x\n",
        "UndeclaredParameter",
        12,
    ),
    Broken(f"{HEAD}spec:\n  sessions:\n  - repositories: []\n", "NoRepositories", 6),
    Broken(
        f"{HEAD}spec:\n  sessions:\n  - repositories:\n    - {{name: r, directory: ''}}\n",
        "DirectoryMissing",
        7,
    ),
    Broken(
        f"{HEAD}spec:\n  backends: [{{name: a}}, {{name: c}}]\n  sessions:\n  - repositories:\n"
        "    - {name: r, backend: b, directory: d}\n",
        "UnknownBackend",
        8,
    ),
    Broken(f"{HEAD}spec:\n  backends: [{{name: a}}, {{name: a}}]\n", "DuplicateBackend", 5),
    Broken(f"{HEAD}spec:\n  backends:\n  - name: a\n", "StorageMissing", 6),
    Broken(f"{POLICY}spec: {{}}\n", "NoRetentionRule", 4),
    Broken(f"{POLICY}spec:\n  maxRetentionPeriod: a week\n", "InvalidPeriod", 5),
    Broken(f"{POLICY}spec:\n  successfulSnapshots: {{}}\n", "KeepsNothing", 5),
    Broken(
        f"{POLICY}spec:\n  maxRetentionPeriod: 1y\n  successfulSnapshots:\n    last: 0\n",
        "KeepsNothing",
        6,
    ),
    Broken(f"{POLICY}spec:\n  successfulSnapshots: {{last: -1}}\n", "InvalidNumber", 5),
    Broken(
        f"{POLICY}spec:\n  usagePolicy:\n    allowedNamespaces:\n      from: Selector\n",
        "SelectorMissing",
        6,
    ),
    Broken(f"{STORAGE}spec:\n  storage: {{provider: s4}}\n", "UnknownProvider", 5),
    Broken(f"{STORAGE}spec:\n  storage: {{provider: s3}}\n", "BackendMissing", 5),
    Broken(f"{STORAGE}spec:\n  storage: {{provider: s3, s3: {{}}}}\n", "FieldMissing", 5),
    Broken(
        f"{HEAD}spec:\n  sessions:\n  - name: a\n    hooks:\n      preBackup:\n      - name: h\n",
        "HookTemplateMissing",
        9,
    ),
    Broken(
        f"{RESTORE}spec:\n  hooks:\n    preRestore:\n    - {{name: h, hookTemplate: {{name: t}}}}\n"
        "    - name: h\n      hookTemplate: {name: t}\n",
        "DuplicateHook",
        8,
    ),
    Broken(
        f"{RESTORE}spec:\n  hooks:\n    postRestore:\n    - name: h\n      timeout: soon\n",
        "InvalidDuration",
        8,
    ),
    Broken(f"{HOOK}spec: {{}}\n", "ExecutorMissing", 4),
    Broken(f"{HOOK}spec:\n  executor: {{type: Function}}\n", "FunctionMissing", 5),
    Broken(f"{HOOK}spec:\n  executor: {{type: Operator}}\n", "ActionMissing", 4),
    Broken(
        f"{HOOK}spec:\n  action: {{exec: {{command: [a]}}}}\n  executor:\n    type: Pod\n",
        "SelectorMissing",
        6,
    ),
    Broken(
        f"{HOOK}spec:\n  action: {{exec: {{command: [a]}}}}\n  executor:\n    type: Pod\n"
        "    pod:\n      selector: app=web,tier\n",
        "InvalidSelector",
        9,
    ),
    Broken(f"{RESTORE}spec: {{}}\n", "DataSourceMissing", 4),
    Broken(f"{RESTORE}spec:\n  dataSource: {{repository: a}}\n", "SnapshotMissing", 5),
    Broken(f"{RESTORE}spec:\n  dataSource: {{snapshot: latest}}\n", "RepositoryMissing", 5),
    Broken(f"{RESTORE}spec:\n  restoreTimeout: 5\n", "Schema", 5),
    Broken(f"{BLUEPRINT}spec: {{}}\n", "TemplateMissing", 4),
    Broken(
        f"{BLUEPRINT}spec:\n  backupConfigurationTemplate:\n    backends:\n    - name: a\n",
        "StorageMissing",
        7,
    ),
    Broken(
        f"{BLUEPRINT}spec:\n  backupConfigurationTemplate:\n    sessions:\n    - name: a\n"
        "      scheduler: {schedule: 0 0 31 2 *, jobTemplate: {}}\n",
        "InvalidSchedule",
        8,
    ),
    Broken(f"{VERIFIER}spec:\n  type: Query\n", "FunctionMissing", 4),
    Broken(f"{VERIFIER}spec:\n  type: Query\n  function: f\n", "QueryMissing", 4),
    Broken(f"{VERIFIER}spec:\n  type: Script\n  function: f\n", "ScriptMissing", 4),
    Broken(f"{VERIFIER}spec: {{}}\n", "TypeMissing", 4),
    Broken(f"{SESSION}spec: {{}}\n", "InvokerMissing", 4),
]


def broken_everywhere(text: str) -> list[tuple[int, str]]:
    """A manifest with one value after the other replaced by one of another type, and the line."""
    lines = text.splitlines(keepends=True)
    found = []
    for number, line in enumerate(lines):
        match = re.match(r"( *(?:- )?)(\w+): +(?![|&*{\[])\S.*$", line)
        if match and match[2] not in {"kind", "apiVersion"}:
            changed = f"{match[1]}{match[2]}: [[1]]\n"
            found.append((number + 1, "".join([*lines[:number], changed, *lines[number + 1 :]])))
    return found
