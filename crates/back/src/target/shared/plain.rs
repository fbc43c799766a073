//! Texts in the words of a page.

use crate::template::Language;

/// A markdown paragraph that shows the text as it is.
pub fn markdown(text: &str) -> String {
    Language::Markdown.literal(text).into_owned()
}
