//! MLflow, as a program on this machine sees it: through its published port.

use crate::{docker::outside_python, project::Project};

const IMAGE: &str = "ghcr.io/mlflow/mlflow:v3.14.0-full";
const URL: &str = "http://127.0.0.1:15000";

const LOG: &str = r#"
import sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
client = mlflow.MlflowClient()
with mlflow.start_run(run_name="live") as run:
    mlflow.log_param("rides", 3)
    mlflow.log_metric("accuracy", 0.9)
    mlflow.log_text("weights", "model/weights.txt")
client.create_registered_model("drivers")
source = f"runs:/{run.info.run_id}/model"
client.create_model_version("drivers", source, run.info.run_id)
"#;

const READ: &str = r#"
import sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
client = mlflow.MlflowClient()
for version in client.search_model_versions("name='drivers'"):
    run = client.get_run(version.run_id)
    text = mlflow.artifacts.load_text(f"runs:/{version.run_id}/model/weights.txt")
    print(version.name, version.version, run.data.params, run.data.metrics, text)
"#;

pub fn logs(_: &Project) {
    outside_python(IMAGE, LOG, &[URL]);
    is_there();
}

/// The run, its artifact in the bucket and the model are there.
pub fn is_there() {
    let read = outside_python(IMAGE, READ, &[URL]);
    assert_eq!(read, "drivers 1 {'rides': '3'} {'accuracy': 0.9} weights\n");
}
