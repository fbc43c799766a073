//! An image in the three values that a user changes.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    model::{Image, Platform, Text},
    speak::{Chart, Speak},
};

/// `REPOSITORY:TAG@DIGEST`, each a text.
#[derive(Debug, Serialize)]
pub struct ImageValues {
    pub repository: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Value>,
}

pub fn values(platform: &Platform, image: &Image) -> ImageValues {
    let value = |text: &Text| Chart(platform).value(text);
    ImageValues {
        repository: value(&image.name()),
        tag: image.tag.as_ref().map(value),
        digest: image.digest.as_ref().map(value),
    }
}

/// What images of jobs are called wherever they are taken from, by the repositories of [`values`], as a text or as JSON: a job
/// is named after what it does, and another registry changes nothing in that.
pub fn names(platform: &Platform) -> Map<String, Value> {
    let value = |text: &Text| Chart(platform).value(text);
    let jobs = platform
        .workloads()
        .filter(|it| it.is_job() && !it.in_chart);
    let names = jobs.map(|job| {
        let name = platform.registry.name_anywhere(&job.image);
        (value(&job.image.name()), value(&name))
    });
    let others = names.filter(|(repository, name)| repository != name);
    let by_text = others.map(|(repository, name)| match repository {
        Value::String(repository) => (repository, name),
        repository => (repository.to_string(), name),
    });
    by_text.collect()
}
