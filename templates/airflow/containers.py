
if IN_CLUSTER:
    from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator as KubernetesPod
    from kubernetes.client import models as k8s

    class KubernetesPodOperator(KubernetesPod):
        """A task as a pod. Its script is a template, whatever it ends with; nothing else is one."""

        template_fields = ("arguments",)
        template_ext = ()

        def build_pod_request_obj(self, *args: Any, **kwargs: Any) -> k8s.V1Pod:
            pod = super().build_pod_request_obj(*args, **kwargs)
            container = pod.spec.containers[0]
            container.args = [kept(argument) for argument in container.args]
            pod.spec.enable_service_links = False
            return pod

else:
    from airflow.providers.docker.operators.docker import DockerOperator as Docker
<% if gpus and mounts %>
    from docker.types import DeviceRequest, Mount
<% elif gpus %>
    from docker.types import DeviceRequest
<% elif mounts %>
    from docker.types import Mount
<% endif %>

    class DockerOperator(Docker):
        """A task as a container. Its script is a template, whatever it ends with; nothing else is one."""

        template_fields = ("command",)
        template_ext = ()


def container(
    task_id: str,
    *,
    run: str,
    image: str,
    environment: dict[str, Any] | None = None,
<% if resourceful %>
    resources: Resources | None = None,
<% endif %>
    **options: Any,
) -> Any:
    """A task that a shell of the image runs."""
<% if required %>
    options["pre_execute"] = lambda _: require(environment or {})
<% endif %>
    if IN_CLUSTER:
        return KubernetesPodOperator(
            task_id=task_id,
            image=image,
            cmds=["/bin/sh", "-c"],
            arguments=[run],
            env_vars=pod_environment(environment or {}),
            labels={"app.kubernetes.io/part-of": <{ platform }>, "mlopsgen.io/pipeline": <{ name }>},
<% if pod_volumes %>
            volumes=pod_volumes(),
            volume_mounts=pod_mounts(),
<% endif %>
<% if resourceful %>
            container_resources=pod_resources(resources or Resources()),
<% endif %>
            automount_service_account_token=False,
            startup_timeout_seconds=900,
            on_finish_action="delete_pod",
            log_pod_spec_on_failure=False,
            **options,
        )
<% if resourceful %>
    wanted = resources or Resources()
<% endif %>
    return DockerOperator(
        task_id=task_id,
        image=image,
        entrypoint=["/bin/sh", "-c"],
        command=[run],
<% if secrets %>
        environment={name: value for name, value in (environment or {}).items() if isinstance(value, str)},
        private_environment={
            name: plain(value) for name, value in (environment or {}).items() if not isinstance(value, str)
        },
<% else %>
        environment=dict(environment or {}),
<% endif %>
        labels={"mlopsgen.io/pipeline": <{ name }>},
        network_mode=<{ network }>,
<% if mounts %>
        mounts=docker_mounts(),
<% endif %>
        mount_tmp_dir=False,
<% if resourceful %>
        # A weight among containers, as in Compose's `cpu_shares`; the limit is memory's only.
        cpus=(wanted.cpu or 1000) / 1000,
        mem_limit=wanted.memory,
<% endif %>
<% if gpus %>
        device_requests=[DeviceRequest(count=wanted.gpu, capabilities=[["gpu"]])] if wanted.gpu else None,
<% endif %>
        auto_remove="success",
        do_xcom_push=False,
        **options,
    )


def kept(text: str) -> str:
    """A text as it must be written for Kubernetes to leave `$(NAME)` and `$$` in it alone."""
    return text.replace("$", "$$")


<% if secrets %>
def pod_environment(environment: dict[str, Any]) -> list[k8s.V1EnvVar]:
    """The variables of a pod; what holds a secret refers to a variable that is one."""
    source = os.environ.get("MLOPSGEN_SECRET")
    variables: list[k8s.V1EnvVar] = []

    def variable(name: str, secret: Secret) -> k8s.V1EnvVar:
        selector = k8s.V1SecretKeySelector(name=source, key=secret.key, optional=secret.optional)
        return k8s.V1EnvVar(name=name, value_from=k8s.V1EnvVarSource(secret_key_ref=selector))

    def spoken(piece: str | Secret) -> str:
        if isinstance(piece, str):
            return kept(piece)
        helper = f"SECRET_{piece.variable}"
        if all(known.name != helper for known in variables):
            variables.append(variable(helper, piece))
        return f"$({helper})"

    for name, value in environment.items():
        if source is None:
            variables.append(k8s.V1EnvVar(name=name, value=kept(plain(value))))
        elif isinstance(value, Secret):
            variables.append(variable(name, value))
        else:
            variables.append(k8s.V1EnvVar(name=name, value="".join([spoken(piece) for piece in pieces(value)])))
    return variables
<% else %>
def pod_environment(environment: dict[str, Any]) -> list[k8s.V1EnvVar]:
    """The variables of a pod."""
    return [k8s.V1EnvVar(name=name, value=kept(value)) for name, value in environment.items()]
<% endif %>

<% if resourceful %>

def pod_resources(wanted: Resources) -> k8s.V1ResourceRequirements:
    """Requests and limits in Kubernetes' units."""
    memory = None if wanted.memory is None else str(wanted.memory)
    requests = {"cpu": wanted.cpu and f"{wanted.cpu}m", "memory": memory}
    limits = {
        "cpu": wanted.cpu_limit and f"{wanted.cpu_limit}m",
        "memory": memory,
        "nvidia.com/gpu": wanted.gpu and str(wanted.gpu),
    }
    return k8s.V1ResourceRequirements(
        requests={name: quantity for name, quantity in requests.items() if quantity},
        limits={name: quantity for name, quantity in limits.items() if quantity},
    )

<% endif %>
<% if pod_volumes %>

def pod_volumes() -> list[k8s.V1Volume]:
    """The pipeline's volumes: claims, and folders of the node."""
    return [
<% for volume in pod_volumes %>
<% if volume.claim %>
        k8s.V1Volume(
            name=<{ volume.name }>,
            persistent_volume_claim=k8s.V1PersistentVolumeClaimVolumeSource(claim_name=<{ volume.claim }>),
        ),
<% else %>
        k8s.V1Volume(name=<{ volume.name }>, host_path=k8s.V1HostPathVolumeSource(path=<{ volume.path }>)),
<% endif %>
<% endfor %>
    ]


def pod_mounts() -> list[k8s.V1VolumeMount]:
    """Where they are mounted."""
    return [
<% for volume in pod_volumes %>
        k8s.V1VolumeMount(name=<{ volume.name }>, mount_path=<{ volume.target }>, read_only=<{ volume.read_only }>),
<% endfor %>
    ]

<% endif %>
<% if mounts %>

def docker_mounts() -> list[Mount]:
    """The pipeline's volumes: the engine's, and folders of the host."""
<% if relative %>
    project = os.environ.get("PROJECT_DIR", "")
<% endif %>
    mounts = [
<% for mount in mounts %>
        Mount(<{ mount.target }>, <% if mount.relative %>os.path.join(project, <{ mount.source }>)<% else %><{ mount.source }><% endif %>, type=<{ mount.kind }>, read_only=<{ mount.read_only }>),
<% endfor %>
    ]
<% if binds %>
    for mount in mounts:
        if mount["Type"] == "bind":  # A folder that is missing is made, as Compose does.
            mount["BindOptions"] = {"CreateMountpoint": True}
<% endif %>
    return mounts

<% endif %>
