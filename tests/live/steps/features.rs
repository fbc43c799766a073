//! Feast: features of PostgreSQL's go into Redis, and are served over HTTP.

use serde_json::Value;

use super::PATIENCE;
use crate::{
    http::post,
    project::{Project, until},
};

const PORT: u16 = 16566;

const ROWS: &str = "
CREATE TABLE driver_stats (driver_id bigint, acceptance real, event_timestamp timestamptz);
INSERT INTO driver_stats VALUES (1, 0.25, now() - interval '1 hour'), (2, 0.75, now() - interval '1 hour');
";

const DEFINITIONS: &str = r#"
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
"#;

pub fn serves(live: &Project) {
    let sql = format!("psql -q -U feast offline_store <<'SQL'\n{ROWS}SQL");
    live.inside("feast-db", &sql);
    live.inside("feast", &format!("python - <<'PY'\n{DEFINITIONS}PY"));
    // The server reads its registry again after a minute.
    let mut last = (0, String::new());
    let body = r#"{"start_ts": "2020-01-01T00:00:00", "end_ts": "2099-01-01T00:00:00", "feature_views": ["driver_stats"]}"#;
    let done = until(PATIENCE, || {
        last = post(PORT, "/materialize", "application/json", body);
        last.0 == 200
    });
    assert!(done, "{last:?}");
    let body = r#"{"push_source_name": "rides", "to": "online", "df":
        {"driver_id": [3], "acceptance": [0.5], "event_timestamp": ["2026-01-01T00:00:00Z"]}}"#;
    let pushed = post(PORT, "/push", "application/json", body);
    assert_eq!(pushed.0, 200, "{pushed:?}");
    are_there();
}

/// What the server says of two drivers that were materialized and one that was pushed.
pub fn are_there() {
    let body = r#"{"features": ["driver_stats:acceptance"], "entities": {"driver_id": [1, 2, 3]}}"#;
    let mut last = (0, String::new());
    let done = until(PATIENCE, || {
        last = post(PORT, "/get-online-features", "application/json", body);
        last.0 == 200
    });
    assert!(done, "{last:?}");
    let answer: Value = serde_json::from_str(&last.1).expect("JSON");
    let values: Vec<&Value> = answer["results"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|result| &result["values"])
        .collect();
    assert_eq!(
        serde_json::json!(values),
        serde_json::json!([[1, 2, 3], [0.25, 0.75, 0.5]])
    );
}
