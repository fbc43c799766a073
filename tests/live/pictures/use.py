"""Uses the platform of tests/live/platform as its people would, until it is ended: requests, features, pipelines, pushed metrics."""

import json
import random
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROWS = """
CREATE TABLE IF NOT EXISTS driver_stats (driver_id bigint, acceptance real, event_timestamp timestamptz);
INSERT INTO driver_stats SELECT id, random(), now() - interval '1 hour' FROM generate_series(1, 200) id;
"""
DEFINITIONS = """
from datetime import timedelta
from feast import Entity, FeatureStore, FeatureView, Field, PushSource
from feast.infra.offline_stores.contrib.postgres_offline_store.postgres_source import PostgreSQLSource
from feast.types import Float32
from feast.value_type import ValueType
driver = Entity(name="driver", join_keys=["driver_id"], value_type=ValueType.INT64)
source = PostgreSQLSource(name="stats", query="SELECT * FROM driver_stats", timestamp_field="event_timestamp")
view = FeatureView(name="driver_stats", entities=[driver], ttl=timedelta(days=1),
                   schema=[Field(name="acceptance", dtype=Float32)], source=PushSource(name="rides", batch_source=source))
FeatureStore(fs_yaml_file="/etc/feast/feature_store.yaml").apply([driver, view])
"""
MODEL, MLFLOW, FEAST, GATEWAY, NOTEBOOK, PUSHED = 13000, 15000, 16566, 18080, 18888, 19091


def call(port, path, body=None, kind="application/json"):
    """What fails is part of the picture."""
    data = body if body is None or isinstance(body, str) else json.dumps(body)
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data and data.encode(), {"Content-Type": kind})
    try:
        urllib.request.urlopen(request, timeout=20).read()
    except (OSError, urllib.error.HTTPError):
        pass


def inside(container, *words, text=None):
    subprocess.run(["docker", "exec", "-i", f"live-{container}-1", *words], input=text, text=True, capture_output=True)


def behind(container, line):
    """Runs on, with little memory."""
    words = ["docker", "exec", "-d", "-e", "KAFKA_HEAP_OPTS=-Xmx64m", f"live-{container}-1", "sh", "-c", line]
    subprocess.run(words, capture_output=True)


def prepare():
    inside("feast-db", "psql", "-q", "-U", "feast", "offline_store", text=ROWS)
    inside("feast", "python", "-", text=DEFINITIONS)
    for pipeline in ("training", "failing"):
        inside("airflow-scheduler", "airflow", "dags", "unpause", pipeline)
    stream = "--bootstrap-server kafka:9092 --topic drivers"
    behind("kafka", f"while sleep 1; do echo ride; done | /opt/kafka/bin/kafka-console-producer.sh {stream}")
    behind("kafka", f"/opt/kafka/bin/kafka-console-consumer.sh {stream} --group rides >/dev/null")
    line = 'curl --silent --request POST --header "Authorization: token $JUPYTER_TOKEN" http://127.0.0.1:8888/api/kernels'
    inside("jupyterlab", "sh", "-c", line)


def use(turn):
    for _ in range(random.randint(1, 6)):
        call(MODEL, "/predict", {"rides": 3})
        call(FEAST, "/get-online-features", {"features": ["driver_stats:acceptance"], "entities": {"driver_id": [random.randint(1, 250)]}})
    for port, path in ((GATEWAY, "/ready"), (NOTEBOOK, "/api"), (MLFLOW, "/api/2.0/mlflow/experiments/search?max_results=5")):
        call(port, path)
    if turn % 3 == 0:
        call(MODEL, "/predict_batch", {"rides": [1, 2]})
        call(MLFLOW, "/api/2.0/mlflow/runs/create", {"experiment_id": "0"})
    if turn % 20 == 0:
        call(MODEL, "/predict", {"wrong": 3})
        call(MLFLOW, "/api/2.0/mlflow/runs/get?run_id=none")
        row = {"driver_id": [3], "acceptance": [0.5], "event_timestamp": ["2026-01-01T00:00:00Z"]}
        call(FEAST, "/push", {"push_source_name": "rides", "to": "online", "df": row})
        call(PUSHED, "/metrics/job/live", f"# TYPE rides counter\nrides {turn}\n", "text/plain")
    if turn % 120 == 0:
        now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
        span = {"start_ts": "2020-01-01T00:00:00", "end_ts": now, "feature_views": ["driver_stats"]}
        call(FEAST, "/materialize", span)
        inside("airflow-scheduler", "airflow", "dags", "trigger", "training")


def main():
    prepare()
    turn = 0
    while True:
        use(turn)
        turn += 1
        time.sleep(2)


if __name__ == "__main__":
    sys.exit(main())
