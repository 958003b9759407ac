"""HookTemplate: an action that can be run around backups and restores."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ..embedded import EnvVar, Volume, VolumeMount
from ..markers import SERVER_DEFAULT
from ..meta import KubeModel, KubeResource, OpenEnum, OwnerReference
from ..parameter import Parameter
from ..resources import HOOK_TEMPLATE
from ..usage_policy import UsagePolicy


class HookExecutorType(OpenEnum):
    """Who runs the action."""

    FUNCTION = "Function"
    POD = "Pod"
    OPERATOR = "Operator"


class PodStrategy(OpenEnum):
    """On how many of the selected pods the action is run."""

    EXECUTE_ON_ONE = "ExecuteOnOne"
    EXECUTE_ON_ALL = "ExecuteOnAll"


class ExecAction(KubeModel):
    """Runs a command in a container."""

    command: tuple[str, ...] = ()
    """The program and its arguments. No shell takes part unless it is named here."""


class HttpHeader(KubeModel):
    """A header of an HTTP request."""

    name: str
    """Name of the header."""

    value: str
    """Value of the header."""


class FormEntry(KubeModel):
    """A field of an HTML form."""

    key: str = ""
    """Name of the field."""

    values: tuple[str, ...] = ()
    """Its values."""


class HttpGetAction(KubeModel):
    """Sends an HTTP GET request."""

    host: str = ""
    """Host to send to; the address of the pod when empty."""

    port: int | str
    """Number of the port, or its name in the container."""

    path: str = ""
    """Path of the URL."""

    scheme: str = ""
    """HTTP or HTTPS. Default: HTTP."""

    http_headers: tuple[HttpHeader, ...] = ()
    """Headers to send."""


class HttpPostAction(HttpGetAction):
    """Sends an HTTP POST request."""

    body: str = ""
    """Body of the request; may hold template expressions."""

    form: tuple[FormEntry, ...] = ()
    """Fields of a form; comes before the body."""


class TcpSocketAction(KubeModel):
    """Opens a TCP connection."""

    host: str = ""
    """Host to connect to; the address of the pod when empty."""

    port: int | str
    """Number of the port, or its name in the container."""


class HookAction(KubeModel):
    """What is done: exactly one of exec, httpGet, httpPost and tcpSocket."""

    exec: ExecAction | None = None
    """Runs a command in a container."""

    http_get: HttpGetAction | None = None
    """Sends an HTTP GET request."""

    http_post: HttpPostAction | None = None
    """Sends an HTTP POST request."""

    tcp_socket: TcpSocketAction | None = None
    """Opens a TCP connection."""

    container_name: str = ""
    """The container that the command is run in and that port names are looked up in; the first one
    of the pod when empty."""


class FunctionExecutor(KubeModel):
    """Runs a Function in a pod of its own."""

    name: str = ""
    """Name of the Function."""

    env: tuple[EnvVar, ...] = ()
    """Environment variables of the container."""

    volume_mounts: tuple[VolumeMount, ...] = ()
    """Where the container mounts volumes."""

    volumes: tuple[Volume, ...] = ()
    """Volumes of the pod."""


class PodExecutor(KubeModel):
    """Runs the action in, or against, pods that are there already."""

    selector: str = ""
    """Labels that the pods must have, as `key=value,key=value`."""

    owner: OwnerReference | None = None
    """The object that the pods must belong to."""

    strategy: Annotated[PodStrategy, SERVER_DEFAULT] = PodStrategy.EXECUTE_ON_ONE
    """Whether the action is run on one of the pods or on all. Default: ExecuteOnOne."""


class HookExecutor(KubeModel):
    """Who runs the action."""

    type: HookExecutorType | None = None
    """`Operator` runs it itself, `Pod` uses pods that are there, `Function` makes a pod."""

    function: FunctionExecutor | None = None
    """The Function to run; for the type Function."""

    pod: PodExecutor | None = None
    """The pods to use; for the type Pod."""


class HookTemplateSpec(KubeModel):
    """What is done, and by whom."""

    usage_policy: UsagePolicy | None = None
    """Which namespaces may use the template. Default: its own."""

    params: tuple[Parameter, ...] = ()
    """Parameters that whoever uses the template may set."""

    action: HookAction | None = None
    """What is done; not needed with the executor Function."""

    executor: HookExecutor | None = None
    """Who does it."""


class HookTemplate(KubeResource):
    """An action that can be run around backups and restores."""

    resource: ClassVar = HOOK_TEMPLATE

    spec: HookTemplateSpec = Field(default_factory=HookTemplateSpec)
    """What is done, and by whom."""
