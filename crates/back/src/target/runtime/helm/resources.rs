//! What a container asks for, and its limits.

use serde_json::{Map, Value, json};

use crate::{
    model::{Gpu, Resources},
    speak::units::kubernetes::{bytes, processors},
};

/// What a container asks for and its limits. `None` where it asks for nothing.
pub fn resources(resources: &Resources) -> Option<Value> {
    let mut requests = Map::new();
    let mut limits = Map::new();
    if let Some(thousandths) = resources.cpu {
        requests.insert("cpu".to_string(), json!(processors(thousandths)));
    }
    if let Some(thousandths) = resources.cpu_limit {
        limits.insert("cpu".to_string(), json!(processors(thousandths)));
    }
    if let Some(memory) = resources.memory {
        requests.insert("memory".to_string(), json!(bytes(memory)));
        limits.insert("memory".to_string(), json!(bytes(memory)));
    }
    match resources.gpu {
        Some(Gpu::Count(count)) => {
            limits.insert("nvidia.com/gpu".to_string(), json!(count));
        }
        // A cluster only counts them; what is lost is reported with the workload.
        Some(Gpu::All | Gpu::Devices(_)) | None => {}
    }
    let mut out = Map::new();
    for (key, map) in [("requests", requests), ("limits", limits)] {
        if !map.is_empty() {
            out.insert(key.to_string(), Value::Object(map));
        }
    }
    (!out.is_empty()).then_some(Value::Object(out))
}
