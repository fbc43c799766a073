//! Quantities in Kubernetes' units.

use serde_json::{Map, Value, json};

use crate::model::{Gpu, Resources};

/// Bytes in the largest unit that divides them.
pub fn bytes(bytes: u64) -> String {
    let units = [("Ti", 40), ("Gi", 30), ("Mi", 20), ("Ki", 10)];
    units
        .iter()
        .find(|(_, shift)| bytes > 0 && bytes.is_multiple_of(1 << shift))
        .map_or_else(
            || bytes.to_string(),
            |(unit, shift)| format!("{}{unit}", bytes >> shift),
        )
}

/// Thousandths of a processor.
pub fn cpu(thousandths: u64) -> String {
    if thousandths.is_multiple_of(1000) {
        (thousandths / 1000).to_string()
    } else {
        format!("{thousandths}m")
    }
}

/// Milliseconds as whole seconds, rounded up.
pub fn seconds(milliseconds: u64) -> u64 {
    milliseconds.div_ceil(1000)
}

/// What a container asks for and its limits. `None` where it asks for nothing.
pub fn resources(resources: &Resources) -> Option<Value> {
    let mut requests = Map::new();
    let mut limits = Map::new();
    if let Some(thousandths) = resources.cpu {
        requests.insert("cpu".to_string(), json!(cpu(thousandths)));
    }
    if let Some(thousandths) = resources.cpu_limit {
        limits.insert("cpu".to_string(), json!(cpu(thousandths)));
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
