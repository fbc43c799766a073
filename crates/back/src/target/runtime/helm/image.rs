//! An image in the three values that a user changes.

use std::collections::BTreeMap;

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
    let by_repository = |image: &Image, name: &Text| {
        let (repository, name) = (value(&image.name()), value(name));
        let text = match repository.clone() {
            Value::String(repository) => repository,
            repository => repository.to_string(),
        };
        (text, (repository != name).then_some(name))
    };
    // A job that takes another component's image has its whole name.
    let placed: BTreeMap<String, Option<Value>> = platform
        .workloads()
        .filter(|it| it.image.written.is_some())
        .map(|it| by_repository(&it.image, &it.image.name_anywhere()))
        .collect();
    let jobs = platform
        .workloads()
        .filter(|it| it.is_job() && !it.in_chart);
    let names = jobs.filter_map(|job| {
        let (repository, own) = by_repository(&job.image, &job.image.name_anywhere());
        let name = placed.get(&repository).cloned().unwrap_or(own)?;
        Some((repository, name))
    });
    names.collect()
}
