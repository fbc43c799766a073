//! A first platform.toml: several kinds at once, in groups of their families.

use std::sync::Arc;

use super::{AddRequest, Addition, fits, without_image, words::describe};
use crate::{catalog::Kind, plan::Failure};

/// A kind to start with, and its image if the kind brings none.
type Wish<'a> = (Arc<Kind>, Option<&'a str>);

impl Addition<'_> {
    /// Adds the kinds of a list, each `KIND` or `KIND=IMAGE`, those that fill roles of others first. Errors: as those of
    /// [`Addition::add`].
    pub fn add_all(&mut self, wishes: &[String]) -> Result<(), Failure> {
        let mut left = Vec::new();
        for request in wishes {
            let (name, image) = match request.split_once('=') {
                Some((name, image)) => (name, Some(image)),
                None => (request.as_str(), None),
            };
            let kind = self.kind(name)?;
            if kind.image.is_none() && image.is_none() {
                let help = format!("name one: `--with {name}=IMAGE`");
                return Err(without_image(&kind).help(help));
            }
            left.push((kind, image));
        }
        let wishes = fillers_first(left);
        for (kind, image) in &wishes {
            let group = group_of(kind);
            self.open_group(group, &description(group, &wishes))?;
            self.add(AddRequest {
                kind: &kind.name,
                name: None,
                group: Some(group),
                image: *image,
            })?;
        }
        Ok(())
    }
}

fn fillers_first(mut left: Vec<Wish<'_>>) -> Vec<Wish<'_>> {
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let waits = |kind: &Kind| {
            let mut others = left.iter().filter(|(other, _)| other.name != kind.name);
            others.any(|(other, _)| kind.roles.iter().any(|role| fits(role, other)))
        };
        let next = left.iter().position(|(kind, _)| !waits(kind)).unwrap_or(0);
        ordered.push(left.remove(next));
    }
    ordered
}

fn group_of(kind: &Kind) -> &str {
    kind.family.as_deref().unwrap_or(&kind.name)
}

/// What one kind is, or the titles of several.
fn description(group: &str, wishes: &[Wish<'_>]) -> String {
    let kinds = wishes.iter().map(|(kind, _)| kind);
    let members: Vec<&Arc<Kind>> = kinds.filter(|kind| group_of(kind) == group).collect();
    match members.as_slice() {
        [only] => describe(only),
        several => {
            let mut titles: Vec<&str> = several.iter().map(|kind| kind.title.as_str()).collect();
            titles.dedup();
            titles.join(", ")
        }
    }
}
