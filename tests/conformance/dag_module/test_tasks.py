"""What the engine or the cluster is asked for."""

import json
from datetime import timedelta

import pytest
from airflow.sdk import DAG
from airflow.sdk.exceptions import AirflowFailException

CONTEXT = {"ds": "2026-01-01", "params": {}, "ti": None, "run_id": "run"}
RUNNERS = ["docker", "kubernetes"]


def script(task) -> str:
    """The script of a task as Airflow renders it."""
    task.render_template_fields(dict(CONTEXT))
    return (task.command if hasattr(task, "command") else task.arguments)[0]


def one_task(module, *, run="true", pipeline=None, **arguments):
    """A task in a DAG as the generated ones are."""
    pipeline = pipeline or module.Pipeline("train", image="train:1")
    with DAG("train", schedule=None, jinja_environment_kwargs=module.TEMPLATES):
        return pipeline.task("one", run=run, **arguments)


def pod_of(task) -> dict:
    return task.build_pod_request_obj(dry_run=True).to_dict()["spec"]


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_script_is_a_template_and_never_the_name_of_a_file(load, runner):
    module = load(runner)
    assert script(one_task(module, run="run.sh")) == "run.sh"
    assert script(one_task(module, run="echo {{ ds }}\n")) == "echo 2026-01-01\n"
    assert script(one_task(module, run="echo ${#list[@]}")) == "echo ${#list[@]}"
    # How the compiler writes what a reference inserts and what has braces.
    assert script(one_task(module, run="echo {{ '{%' }} x {{ '{{' }} y }} {{ '{' }}")) == "echo {% x {{ y }} {"


@pytest.mark.parametrize("runner", RUNNERS)
def test_options_are_those_of_the_operator(load, runner):
    task = one_task(load(runner), retries=3, execution_timeout=timedelta(hours=2), trigger_rule="all_done")
    assert (task.retries, task.execution_timeout) == (3, timedelta(hours=2))
    assert str(getattr(task.trigger_rule, "value", task.trigger_rule)) == "all_done"


def test_a_container_is_what_compose_would_start(load):
    module = load("docker", KEY="the key", PROJECT_DIR="/project")
    secret = module.Secret("key", "KEY")
    pipeline = module.Pipeline(
        "train",
        image="train:1",
        environment={"URL": "http://mlflow:5000", "LOGIN": ["u:", secret], "KEY": secret},
        volumes=[
            module.Volume("cache", "/cache", volume="course_cache", claim="cache"),
            module.Volume("code", "/code", folder="src", read_only=True),
            module.Volume("data", "/data", folder="/srv/data"),
        ],
    )
    task = one_task(module, pipeline=pipeline)
    assert (task.image, task.entrypoint, task.network_mode) == ("train:1", ["/bin/sh", "-c"], module.NETWORK)
    assert (task.environment, task._private_environment) == (
        {"URL": "http://mlflow:5000"},
        {"LOGIN": "u:the key", "KEY": "the key"},
    )
    assert [(mount["Target"], mount["Source"], mount["Type"], mount["ReadOnly"]) for mount in task.mounts] == [
        ("/cache", "course_cache", "volume", False),
        ("/code", "/project/src", "bind", True),
        ("/data", "/srv/data", "bind", False),
    ]
    assert [mount.get("BindOptions") for mount in task.mounts] == [None, *[{"CreateMountpoint": True}] * 2]
    assert (task.auto_remove, task.mount_tmp_dir) == ("success", False)


def test_a_pod_mounts_claims_and_folders_of_its_node(load):
    module = load("kubernetes")
    volumes = [
        module.Volume("cache", "/cache", volume="course_cache", claim="cache", sub_path="data"),
        module.Volume("code", "/code", folder="src"),
        module.Volume("data", "/data", folder="/srv/data", read_only=True),
    ]
    task = one_task(module, pipeline=module.Pipeline("train", image="train:1", volumes=volumes))
    pod = pod_of(task)
    assert [
        (volume["name"], (volume["persistent_volume_claim"] or {}).get("claim_name"), (volume["host_path"] or {}).get("path"))
        for volume in pod["volumes"]
    ] == [("cache", "cache", None), ("data", None, "/srv/data")]
    mounts = pod["containers"][0]["volume_mounts"]
    assert [(it["mount_path"], it["sub_path"], it["read_only"]) for it in mounts] == [
        ("/cache", "data", False),
        ("/data", None, True),
    ]
    assert (pod["enable_service_links"], pod["automount_service_account_token"]) == (False, False)


def test_a_pod_reads_secrets_from_the_clusters_secret(load):
    module = load("kubernetes", MLOPSGEN_SECRET="platform", KEY="not this")
    secret = module.Secret("key", "KEY", optional=True)
    environment = {"KEY": secret, "LOGIN": ["$u:", secret, "@db"], "PLAIN": "$(KEY) $$"}
    task = one_task(module, run="echo $(date) $$", environment=environment)
    container = pod_of(task)["containers"][0]
    found = {it["name"]: it["value"] or it["value_from"]["secret_key_ref"] for it in container["env"]}
    reference = {"name": "platform", "key": "key", "optional": True}
    assert found == {
        "KEY": reference,
        "SECRET_KEY": reference,
        "LOGIN": "$$u:$(SECRET_KEY)@db",
        "PLAIN": "$$(KEY) $$$$",
    }
    assert list(found).index("SECRET_KEY") < list(found).index("LOGIN"), "Kubernetes expands what stands above"
    assert container["args"] == ["echo $$(date) $$$$"]


def test_a_secret_within_a_text_takes_no_name_of_the_users(load):
    module = load("kubernetes", MLOPSGEN_SECRET="platform")
    secret, other = module.Secret("key", "KEY"), module.Secret("other", "KEY_")
    environment = {"SECRET_KEY": "plain", "LOGIN": ["u:", secret, "@", other, "/", secret]}
    found = {it["name"]: it for it in pod_of(one_task(module, environment=environment))["containers"][0]["env"]}
    assert found["SECRET_KEY"]["value"] == "plain"
    assert found["LOGIN"]["value"] == "u:$(SECRET_KEY_)@$(SECRET_KEY__)/$(SECRET_KEY_)"
    keys = {name: it["value_from"]["secret_key_ref"]["key"] for name, it in found.items() if it["value_from"]}
    assert keys == {"SECRET_KEY_": "key", "SECRET_KEY__": "other"}


def test_a_pod_elsewhere_gets_the_secrets_of_airflows_environment(load):
    module = load("kubernetes", KEY="a$b")
    task = one_task(module, environment={"LOGIN": ["u:", module.Secret("key", "KEY")]})
    found = {it["name"]: it["value"] for it in pod_of(task)["containers"][0]["env"]}
    assert found == {"LOGIN": "u:a$$b"}


def test_resources_are_the_pipelines_unless_the_task_has_its_own(load):
    module = load("docker")
    pipeline = module.Pipeline("train", image="train:1", resources=module.Resources(cpu=500, memory=1024))
    task = one_task(module, pipeline=pipeline)
    assert (task.cpus, task.mem_limit, task.device_requests) == (0.5, 1024, None)
    task = one_task(module, pipeline=pipeline, resources=module.Resources(gpu=2))
    assert (task.cpus, task.mem_limit, task.device_requests[0]["Count"]) == (1.0, None, 2)
    module = load("kubernetes")
    task = one_task(module, resources=module.Resources(cpu=500, memory=1024, gpu=1, cpu_limit=2000))
    resources = pod_of(task)["containers"][0]["resources"]
    assert resources["requests"] == {"cpu": "500m", "memory": "1024"}
    assert resources["limits"] == {"cpu": "2000m", "memory": "1024", "nvidia.com/gpu": "1"}


def test_graphics_processors_and_shared_memory(load):
    module = load("docker")
    task = one_task(module, resources=module.Resources(gpu="all", shm_size=2048, ipc="host"))
    assert (task.device_requests[0]["Count"], task.shm_size, task.ipc_mode) == (-1, 2048, "host")
    task = one_task(module, resources=module.Resources(gpu=["0", "2"]))
    assert (task.device_requests[0]["DeviceIDs"], task.shm_size) == (["0", "2"], None)
    module = load("kubernetes")
    wanted = module.Resources(gpu="all", shm_size=2048, ipc="host", runtime="nvidia")
    pod = pod_of(one_task(module, resources=wanted))
    assert (pod["host_ipc"], pod["runtime_class_name"]) == (True, "nvidia")
    memory = pod["volumes"][0]
    assert (memory["name"], memory["empty_dir"]) == ("dev-shm", {"medium": "Memory", "size_limit": "2048"})
    assert pod["containers"][0]["volume_mounts"][0]["mount_path"] == "/dev/shm"
    assert not pod["containers"][0]["resources"]["limits"]
    pod = pod_of(one_task(module))
    assert (pod["host_ipc"], pod["runtime_class_name"]) == (None, None)


def test_a_task_adds_to_the_variables_of_its_pipeline_and_leaves_some_out(load):
    module = load("docker")
    pipeline = module.Pipeline("train", image="train:1", environment={"A": "1", "B": "2"})
    task = one_task(module, pipeline=pipeline, environment={"A": "3", "C": "4"}, without=["B"], image="other:2")
    assert (task.environment, task.image) == ({"A": "3", "C": "4"}, "other:2")


@pytest.mark.parametrize("runner", RUNNERS)
def test_a_task_fails_for_good_where_airflow_lacks_a_secret(load, monkeypatch, runner):
    module = load(runner)
    monkeypatch.delenv("KEY", raising=False)
    task = one_task(module, environment={"KEY": module.Secret("key", "KEY"), "HINT": module.Secret("h", "H", True)})
    with pytest.raises(AirflowFailException, match="environment: KEY$"):
        task._pre_execute_hook({})
    monkeypatch.setenv("KEY", "x")
    task._pre_execute_hook({})


def test_a_folder_of_the_project_needs_the_projects_place_under_compose_only(load, monkeypatch):
    monkeypatch.delenv("PROJECT_DIR", raising=False)
    for runner, is_needed in [("docker", True), ("kubernetes", False)]:
        module = load(runner)
        pipeline = module.Pipeline("train", image="train:1", volumes=[module.Volume("code", "/code", folder="src")])
        task = one_task(module, pipeline=pipeline)
        if is_needed:
            with pytest.raises(AirflowFailException, match="PROJECT_DIR"):
                task._pre_execute_hook({})
        else:
            task._pre_execute_hook({})


def test_a_stub_runs_the_function_of_the_users_file(load, tmp_path):
    (tmp_path / "train").mkdir()
    (tmp_path / "train/class.py").write_text("import os\ndef class_(context): return context['ds'] + os.environ['LOGIN']\n")
    module = load("docker", MLOPSGEN_STUBS=str(tmp_path), KEY="key", LOGIN="")
    pipeline = module.Pipeline("train", environment={"LOGIN": [" u:", module.Secret("key", "KEY")]})
    with DAG("train", schedule=None):
        task = pipeline.stub("class", function="class_")
        absent = pipeline.stub("absent")
    assert task.python_callable(**CONTEXT) == "2026-01-01 u:key"
    with pytest.raises(FileNotFoundError, match="absent.py"):
        absent.python_callable(**CONTEXT)


def test_a_network_is_the_namespace_only_in_a_cluster(load):
    assert load("docker").namespace("course_mlflow") == "course_mlflow"


def test_a_pod_is_laid_over_what_the_chart_says(load):
    spec = {
        "nodeSelector": {"disk": "ssd"},
        "imagePullSecrets": [{"name": "registry"}],
        "tolerations": [{"key": "gpu", "operator": "Exists"}],
        "containers": [
            {"name": "base", "imagePullPolicy": "Always", "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}}}
        ],
    }
    wait = {"name": "wait-for-ports", "image": "busybox:1.37.0", "command": ["sh", "-c", "true", "sh"]}
    own = {"train": {"serviceAccountName": "trainer"}, "other": {"serviceAccountName": "other"}}
    waits = {"train": ["redis", "6379"], "other": ["db", "5432"]}
    below = {"pod": {"spec": spec}, "own": own, "wait": wait, "waitFor": waits}
    module = load("kubernetes", MLOPSGEN_TASK_PODS=json.dumps(below))
    pod = pod_of(one_task(module, run="echo $HOME"))
    assert pod["node_selector"] == {"disk": "ssd"}
    assert pod["image_pull_secrets"] == [{"name": "registry"}]
    assert pod["tolerations"][0]["key"] == "gpu"
    assert pod["service_account_name"] == "trainer"
    assert [(container["name"], container["args"]) for container in pod["init_containers"]] == [("wait-for-ports", ["redis", "6379"])]
    (main,) = pod["containers"]
    assert (main["image"], main["args"], main["image_pull_policy"]) == ("train:1", ["echo $$HOME"], "Always")
    assert main["security_context"]["seccomp_profile"]["type"] == "RuntimeDefault"
