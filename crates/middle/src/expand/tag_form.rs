//! Tags that the kind's image does not have, `2.54.1` where they are called `v2.54.1`, and variants of it that lack what the
//! kind needs.

use super::{Declarations, draft::Declared, other_image};
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::Version,
    reference::{self, Constants, Mode, Words, WrittenOut},
    source::Span,
    syntax::{Node, Value, quoted},
};

pub(super) fn check(all: &Declarations, sink: &mut Sink) {
    for declared in &all.components {
        let constants = &all.names.constants;
        let found = other_form(declared, constants)
            .or_else(|| without_gpu(declared, constants))
            .or_else(|| other_image::of(declared, constants));
        found.into_iter().for_each(|it| sink.push(it));
    }
}

fn other_form(declared: &Declared, constants: &Constants) -> Option<Diagnostic> {
    let tag = written(declared, constants)?;
    let version = &tag.text;
    let usual = declared.kind.version.as_deref()?;
    let (own, number) = split(version)?;
    let (prefix, _) = split(usual)?;
    if has_placeholder(number) {
        let title = &declared.kind.title;
        let message = format!("`{version}` is probably not a tag of {title}: a tag is one version");
        let diagnostic = Diagnostic::new(Code::TagForm, message)
            .about(&declared.name)
            .label(tag.node.span, "stands for several versions")
            .help(format!("write one of them in full, such as `{usual}`"));
        return Some(diagnostic);
    }
    if !has_known_form(version, &declared.kind.tag_forms) {
        return Some(of_another_form(declared, &tag, usual));
    }
    if is_short(number, declared.kind.tag_numbers) {
        let title = &declared.kind.title;
        let message =
            format!("`{version}` is probably not a tag of {title}: its tags look like `{usual}`");
        let diagnostic = Diagnostic::new(Code::TagForm, message)
            .about(&declared.name)
            .label(tag.node.span, "its tags have more numbers");
        return Some(match usual.starts_with(&format!("{version}.")) {
            true => tag.proposed(diagnostic, usual),
            false => diagnostic.help(format!(
                "write all its numbers: one of the tags that begin with `{version}.`"
            )),
        });
    }
    let is_other = own != prefix && ["", "v"].contains(&own);
    let variant = declared.kind.variant.as_deref();
    let missing = variant.filter(|variant| !version.contains(variant));
    let title = &declared.kind.title;
    if let (Some(variant), Some(since)) = (variant, &declared.kind.variant_since)
        && Version::of(since).is_some_and(|since| declared.is_older_than(&since))
    {
        let has_none = without_variant(&tag, title, (variant, since), usual);
        return Some(has_none.about(&declared.name));
    }
    let mut unfit = declared.kind.unfit_variants.iter();
    let unfit = unfit.find(|it| version.contains(it.as_str()));
    let (message, label) = match missing {
        _ if is_other => (
            format!("`{version}` is probably not a tag of {title}: its tags look like `{usual}`"),
            "its tags have another form",
        ),
        Some(variant) => (
            format!(
                "`{version}` of {title} lacks what the kind needs: it takes tags with `{variant}`, such as `{usual}`"
            ),
            "another variant of the image",
        ),
        None => match unfit {
            Some(unfit) => (
                format!(
                    "`{version}` of {title} lacks what the kind needs: it takes tags without `{unfit}`, such as `{usual}`"
                ),
                "another variant of the image",
            ),
            None => return None,
        },
    };
    // A digest, or another variant, stands behind the number.
    let number = number.split_once('-').map_or(number, |(number, _)| number);
    let other = match (missing, unfit) {
        (Some(variant), _) => format!("{prefix}{number}{variant}"),
        (None, Some(unfit)) => tag_of(prefix, &version.replace(unfit.as_str(), "")),
        (None, None) => tag_of(prefix, version),
    };
    let diagnostic = Diagnostic::new(Code::TagForm, message)
        .about(&declared.name)
        .label(tag.node.span, label);
    Some(tag.proposed(diagnostic, &other))
}

/// Whether a tag begins as those of the image do. Makers name images by a commit, too.
fn has_known_form(tag: &str, forms: &[String]) -> bool {
    let is_commit = tag.len() >= SHORTEST_COMMIT && tag.bytes().all(|it| it.is_ascii_hexdigit());
    forms.is_empty() || is_commit || forms.iter().any(|form| begins_as(tag, form))
}

/// As many characters as Git shows of a commit.
const SHORTEST_COMMIT: usize = 7;

/// Whether a tag begins as a form, in which `#` stands for digits.
fn begins_as(tag: &str, form: &str) -> bool {
    let mut rest = tag;
    form.chars().all(|c| {
        let after = match c {
            '#' => rest.trim_start_matches(|c: char| c.is_ascii_digit()),
            c => rest.strip_prefix(c).unwrap_or(rest),
        };
        let is_there = after.len() < rest.len();
        rest = after;
        is_there
    })
}

/// What to say of a tag that begins in another way: with the variant behind it it may be one.
fn of_another_form(declared: &Declared, tag: &Tag<'_>, usual: &str) -> Diagnostic {
    let (kind, version) = (&declared.kind, &tag.text);
    let diagnostic = Diagnostic::new(
        Code::TagForm,
        format!(
            "`{version}` is probably not a tag of {}: its tags look like `{usual}`",
            kind.title
        ),
    )
    .about(&declared.name)
    .label(tag.node.span, "its tags have another form");
    let whole = kind.variant.iter().map(|it| format!("{version}{it}"));
    let mut whole = whole.filter(|it| has_known_form(it, &kind.tag_forms));
    match whole.next() {
        Some(whole) => tag.proposed(diagnostic, &whole),
        None => diagnostic.help(format!("write one of them in full, such as `{usual}`")),
    }
}

/// Whether a version has fewer numbers than its makers' tags.
fn is_short(number: &str, least: Option<usize>) -> bool {
    let parts: Vec<&str> = number
        .split('-')
        .next()
        .unwrap_or_default()
        .split('.')
        .collect();
    let is_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    least.is_some_and(|least| parts.len() < least) && parts.iter().all(is_number)
}

/// Whether a number stands for several, as pages and package managers write it: `8.x`.
fn has_placeholder(number: &str) -> bool {
    let number = number.split('-').next().unwrap_or_default();
    let mut parts = number.split('.').skip(1);
    parts.any(|part| ["x", "X", "*"].contains(&part))
}

/// A version of which the kind's image has no variant that holds what the kind needs: nothing can be written in its place.
fn without_variant(
    tag: &Tag<'_>,
    title: &str,
    (variant, since): (&str, &str),
    usual: &str,
) -> Diagnostic {
    let version = &tag.text;
    let message = match version.contains(variant) {
        true => format!(
            "`{version}` is probably not a tag of {title}: those with `{variant}` begin with {since}"
        ),
        false => format!(
            "`{version}` of {title} lacks what the kind needs: only the tags with `{variant}` have it, from {since} on"
        ),
    };
    let number = version.replace(variant, "");
    Diagnostic::new(Code::TagForm, message)
        .label(tag.node.span, "older than these")
        .help(format!(
            "build an image of your own from `{number}`, with what it lacks, and name it by `image` or `build`; or move to a later version, such as `{usual}`"
        ))
}

/// A tag without what a graphics processor needs, where one is asked for.
fn without_gpu(declared: &Declared, constants: &Constants) -> Option<Diagnostic> {
    let variants = &declared.kind.gpu_variants;
    let proposed = variants.first()?;
    let gpu = gpu_of(declared)?;
    let own_image = declared.user.get("image").or(declared.user.get("build"));
    let tag = written(declared, constants);
    let text = match (&tag, own_image) {
        (Some(tag), _) => tag.text.clone(),
        (None, None) if declared.external.is_none() && declared.user.get("version").is_none() => {
            declared.kind.version.clone()?
        }
        (None, _) => return None,
    };
    if variants.iter().any(|it| text.contains(it)) {
        return None;
    }
    let fitting = match text.contains("-cpu") {
        true => text.replace("-cpu", proposed),
        false => {
            let number = ARCHITECTURES.iter().find_map(|it| text.strip_suffix(it));
            let number = number.unwrap_or(&text);
            format!("{number}{proposed}{}", &text[number.len()..])
        }
    };
    let diagnostic = Diagnostic::new(
        Code::TagForm,
        format!(
            "`{text}` of {} has nothing for the graphics processor that `{}` asks for",
            declared.kind.title, declared.name
        ),
    )
    .about(&declared.name);
    Some(match tag {
        Some(tag) => {
            let diagnostic = diagnostic.label(tag.node.span, "the image for processors alone");
            tag.proposed(diagnostic.label(gpu.span, "asks for one"), &fitting)
        }
        None => {
            let line = format!("version = {}", quoted(&fitting));
            diagnostic
                .label(gpu.span, "asks for one")
                .help(format!("write `{line}`"))
                .adding(declared.span, line)
        }
    })
}

/// What a tag ends with that says for which machines it is: behind everything else.
const ARCHITECTURES: [&str; 4] = ["-aarch64", "-arm64", "-amd64", "-x86_64"];

/// The graphics processors of the component or one of its parts.
fn gpu_of(declared: &Declared) -> Option<&Node> {
    let parts = declared.user.entries_of("parts");
    let parts = parts.filter_map(|(_, part)| part.as_table());
    let mut tables = std::iter::once(&declared.user).chain(parts);
    let gpu = tables.find_map(|it| it.get_path(&["resources", "gpu"]))?;
    let is_none = gpu.is_false() || matches!(gpu.value, Value::Integer(0));
    (!is_none).then_some(gpu)
}

/// A tag of the kind's image, as the user writes it.
struct Tag<'a> {
    key: &'static str,
    node: &'a Node,
    /// What stands before it in the value.
    before: String,
    text: String,
    whole: Whole,
}

/// What the whole value is made of.
enum Whole {
    Literal,
    /// A variable alone, whose value stands here.
    Variable(Span),
    /// Variables and more.
    Mixed,
}

impl Tag<'_> {
    /// The help that proposes another tag. A variable stays one: somebody may set it at start.
    fn proposed(&self, diagnostic: Diagnostic, other: &str) -> Diagnostic {
        let value = quoted(&format!("{}{other}", self.before));
        match self.whole {
            Whole::Literal => diagnostic
                .help(format!("write `{} = {value}`", self.key))
                .replacing(self.node.span, value),
            Whole::Variable(place) => diagnostic
                .label(place, "with this value")
                .help(format!("write `{value}` where the variable has its value"))
                .replacing(place, value),
            Whole::Mixed => diagnostic.help(format!(
                "a tag that fits is `{other}`: change what `{}` is put together from",
                self.key
            )),
        }
    }
}

fn written<'a>(declared: &'a Declared, constants: &Constants) -> Option<Tag<'a>> {
    let user = &declared.user;
    if is_built(declared) || declared.external.is_some() {
        return None;
    }
    let text_of = |node| {
        let phrase = reference::of_node(node, Words::Platform, Mode::Strict);
        let WrittenOut { text, places, .. } = constants.written_out(&phrase)?;
        let whole = match (places.as_slice(), phrase.pieces.len()) {
            ([], _) => Whole::Literal,
            ([place], 1) => Whole::Variable(*place),
            _ => Whole::Mixed,
        };
        Some((text, whole))
    };
    let Some(node) = user.get("image") else {
        let node = user.get("version")?;
        let (text, whole) = text_of(node)?;
        return Some(Tag {
            key: "version",
            node,
            before: String::new(),
            text,
            whole,
        });
    };
    let (text, whole) = text_of(node)?;
    let (repository, tag) = text.rsplit_once(':')?;
    let is_tag = !tag.contains('/') && !text.contains('@');
    // What another image calls its tags nobody here knows.
    if !is_tag || !is_copy(repository, declared.kind.image.as_deref()?) {
        return None;
    }
    Some(Tag {
        key: "image",
        node,
        before: format!("{repository}:"),
        text: tag.to_string(),
        whole,
    })
}

/// Whether its image is built here.
pub(super) fn is_built(declared: &Declared) -> bool {
    let build = declared.user.get("build");
    build.is_some_and(|build| !build.is_false() && !build.is_removed())
}

/// Whether a repository is the kind's, or that of a mirror: below another registry its path ends alike.
pub(super) fn is_copy(repository: &str, own: &str) -> bool {
    let path = match own.split_once('/') {
        Some((registry, path)) if registry.contains('.') => path.to_string(),
        Some(_) => own.to_string(),
        None => format!("library/{own}"),
    };
    repository == own || repository.ends_with(&format!("/{path}"))
}

/// The tag with another text before its number.
fn tag_of(prefix: &str, version: &str) -> String {
    let number = split(version).map_or(version, |(_, number)| number);
    format!("{prefix}{number}")
}

/// What stands before a tag's number, and the rest.
fn split(tag: &str) -> Option<(&str, &str)> {
    let at = tag.find(|c: char| c.is_ascii_digit())?;
    Some(tag.split_at(at))
}
