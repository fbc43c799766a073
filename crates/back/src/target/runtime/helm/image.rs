//! An image in the three values that a user changes.

use serde::Serialize;
use serde_json::Value;

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
