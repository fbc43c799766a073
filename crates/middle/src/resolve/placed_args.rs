//! Arguments of builds that name an image to `FROM`: they are taken from where the platform's other images are. A Dockerfile of the
//! project is read for that, and stays as it is.

use std::collections::BTreeMap;

use super::{
    dockerfile::{Dockerfile, length_of_variable, name_and_default},
    origins::Origins,
};
use crate::model::{Image, Piece, Text};

/// The argument that takes the place of `# syntax=...`, in which no argument can stand.
const READER: &str = "BUILDKIT_SYNTAX";

/// What an argument of this value becomes, where `FROM` makes an image of it.
pub(super) fn value(
    origins: &Origins,
    dockerfile: &Dockerfile<'_>,
    argument: &str,
    value: &Text,
) -> Option<Text> {
    let bases = dockerfile.bases.iter();
    let mut found = None;
    for base in bases.filter(|base| base.argument == argument) {
        let rest = closed(base.rest);
        let plain = value.as_plain();
        if plain.is_some_and(|plain| !dockerfile.is_image(base, &plain)) {
            return None;
        }
        let mut image = value.clone();
        image.push_literal(&rest);
        let image = without_end(origins.place(Image::parse(&image)).text(), &rest)?;
        // One value can't be two.
        if *found.get_or_insert_with(|| image.clone()) != image {
            return None;
        }
    }
    found
}

/// The arguments of a build with this Dockerfile: those that are written, and those whose default would pass the registry by.
pub(super) fn with_defaults(
    origins: &Origins,
    dockerfile: &Dockerfile<'_>,
    mut args: Vec<(String, Text)>,
) -> Vec<(String, Text)> {
    let is_written = |args: &[(String, Text)], name: &str| args.iter().any(|(it, _)| it == name);
    if let Some(image) = dockerfile.reader.filter(|_| !is_written(&args, READER)) {
        let image = Image::literal(image);
        let placed = origins.place(image.clone());
        if placed != image {
            args.push((READER.to_string(), placed.text()));
        }
    }
    let defaults = dockerfile.bases.iter().filter_map(|base| {
        let default = filled(dockerfile, &args, base.default?, 0).ok()?;
        Some((base.argument, default))
    });
    let defaults: BTreeMap<&str, Text> = defaults.collect();
    for (argument, default) in defaults {
        match value(origins, dockerfile, argument, &default) {
            Some(image) if image != default && !is_written(&args, argument) => {
                args.push((argument.to_string(), image));
            }
            _ => {}
        }
    }
    args
}

/// The images of a Dockerfile that come from elsewhere than the platform's others, with these arguments.
pub(super) fn passing_by(
    origins: &Origins,
    dockerfile: &Dockerfile<'_>,
    args: &[(String, Text)],
) -> Vec<String> {
    let of_bases = dockerfile.bases.iter().filter_map(|base| {
        let written = args.iter().find(|(name, _)| name == base.argument);
        let value = match written {
            Some((_, value)) => value.as_plain().filter(|_| value.is_literal())?,
            None => match filled(dockerfile, args, base.default?, 0) {
                Ok(value) => value.as_plain().filter(|_| value.is_literal())?,
                Err(_) => base.default?.to_string(),
            },
        };
        let is_image = dockerfile.is_image(base, &value);
        is_image.then(|| format!("{value}{}", base.rest))
    });
    let fixed = dockerfile.fixed.iter().map(|it| (*it).to_string());
    let mut out: Vec<String> = fixed
        .chain(of_bases)
        .filter(|name| {
            let image = Image::parse(&open(&Text::literal(name)));
            origins.place(image.clone()) != image
        })
        .collect();
    out.sort();
    out.dedup();
    out
}

/// Deeper than this arguments are not made of each other.
const MOST_NESTED: usize = 8;

/// Why nobody can say what an argument holds.
pub(super) enum Unknown {
    /// The argument of this name has no value.
    Unset(String),
    /// The build fills this variable in: `$TARGETARCH`, `${V%.*}`.
    Built(String),
}

/// What BuildKit fills in where nobody does.
const OF_BUILDS: [&str; 9] = [
    "BUILDARCH",
    "BUILDOS",
    "BUILDPLATFORM",
    "BUILDVARIANT",
    "TARGETARCH",
    "TARGETOS",
    "TARGETPLATFORM",
    "TARGETSTAGE",
    "TARGETVARIANT",
];

/// The default of an argument with what its variables stand for: an argument that is given is not read once more.
pub(super) fn filled(
    dockerfile: &Dockerfile<'_>,
    args: &[(String, Text)],
    default: &str,
    depth: usize,
) -> Result<Text, Unknown> {
    let mut out = Text::default();
    let mut rest = default;
    while let Some(start) = rest.find('$') {
        let (before, variable) = rest.split_at(start);
        let (variable, after) = variable.split_at(length_of_variable(variable));
        let built = || Unknown::Built(variable.to_string());
        let (name, of_place) = name_and_default(variable).ok_or_else(built)?;
        out.push_literal(before);
        let given = args.iter().find(|(it, _)| it == name);
        let value = match (given, dockerfile.default_of_argument(name).or(of_place)) {
            (Some((_, value)), _) => value.clone(),
            (None, Some(default)) if depth < MOST_NESTED => {
                filled(dockerfile, args, default, depth + 1)?
            }
            (None, _) if OF_BUILDS.contains(&name) => return Err(built()),
            (None, _) => return Err(Unknown::Unset(name.to_string())),
        };
        value.pieces.into_iter().for_each(|piece| out.push(piece));
        rest = after;
    }
    out.push_literal(rest);
    Ok(out)
}

/// The text of an image with the variables of the Dockerfile as pieces of their own: what they stand for is not known.
pub(super) fn open(image: &Text) -> Text {
    let mut out = Text::default();
    for piece in &image.pieces {
        let Piece::Literal(text) = piece else {
            out.push(piece.clone());
            continue;
        };
        let mut rest = text.as_str();
        while let Some(start) = rest.find('$') {
            let (before, variable) = rest.split_at(start);
            let (variable, after) = variable.split_at(length_of_variable(variable));
            out.push_literal(before);
            out.push(Piece::Variable(variable.to_string()));
            rest = after;
        }
        out.push_literal(rest);
    }
    out
}

/// What follows an argument, with something in the place of further variables: all that counts is where it ends.
fn closed(rest: &str) -> String {
    open(&Text::literal(rest)).render(|piece| match piece {
        Piece::Literal(text) => text.clone(),
        _ => "x".to_string(),
    })
}

fn without_end(mut text: Text, end: &str) -> Option<Text> {
    if end.is_empty() {
        return Some(text);
    }
    let Some(Piece::Literal(last)) = text.pieces.pop() else {
        return None;
    };
    text.push_literal(last.strip_suffix(end)?);
    Some(text)
}
