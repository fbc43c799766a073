"""A DAG as the tests want it: it chooses its operators when it is loaded."""

import os
from datetime import datetime, timezone

from airflow.sdk import DAG

if os.environ.get("KUBERNETES_SERVICE_HOST"):
    from airflow.providers.cncf.kubernetes.operators.pod import KubernetesPodOperator

    def task(task_id, command):
        return KubernetesPodOperator(task_id=task_id, name=task_id, image="example/training:1.4.0", cmds=command)

else:
    from airflow.providers.docker.operators.docker import DockerOperator

    def task(task_id, command):
        return DockerOperator(
            task_id=task_id, image="example/training:1.4.0", command=command, mount_tmp_dir=False, auto_remove="success"
        )


with DAG("training", schedule="@daily", start_date=datetime(2026, 1, 1, tzinfo=timezone.utc), catchup=False):
    task("extract", ["true"]) >> task("train", ["true"])
