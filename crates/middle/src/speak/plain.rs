//! Texts for readers that complete nothing: files, and people.

use super::Speak;
use crate::{
    files::Site,
    model::{Platform, Secret},
};

/// What a text is where nothing can change it later: a variable is its default. There is no word for a secret; checks
/// keep secrets out of such places.
#[derive(Clone, Copy, Debug)]
pub struct Constants<'a>(pub &'a Platform, pub Site);

impl Speak for Constants<'_> {
    fn platform(&self) -> &Platform {
        self.0
    }

    fn site(&self) -> Site {
        self.1
    }

    fn secret(&self, _: &Secret) -> String {
        String::new()
    }
}

/// The same for people: a secret is written as the reference to it.
#[derive(Clone, Copy, Debug)]
pub struct Readable<'a>(pub &'a Platform);

impl Speak for Readable<'_> {
    fn platform(&self) -> &Platform {
        self.0
    }

    fn secret(&self, secret: &Secret) -> String {
        format!("${{secrets.{}}}", secret.name)
    }
}
