//! The template engine: minijinja with delimiters that leave Helm's, Airflow's and Grafana's own braces alone, and
//! with values escaped for the language of the file that is being written.
//!
//! A template knows nothing of components: it gets a view, a serialisable value. Values print as literals of the file's language
//! (`<{ name }>` in a `.py` is a Python string, quotes included), so no string can break out of its place.

mod bound;
mod tree;
mod build;
mod embedded;
mod item;
mod escape;
mod filters;
mod report;

pub use embedded::{embedded, embedded_below};
pub use escape::{Language, NOT_IN_URLS};
pub use report::report;
pub use tree::noted;

use std::{
    borrow::Cow,
    collections::BTreeSet,
    panic::{self, AssertUnwindSafe},
    sync::Arc,
    thread,
};

use memchr::memchr_iter;
use minijinja::{
    AutoEscape, Environment, ErrorKind, UndefinedBehavior,
    syntax::SyntaxConfig,
    value::{Serde, Value},
};
use serde::{Serialize, Serializer};

use self::{
    embedded::embedded_for,
    tree::{Node, Notes, Tree},
};
use crate::{commands::CommandFlags, threads, value::yaml};

/// The most work that one file may cost: an instruction costs one unit, and so do 64 bytes of data. This also limits the memory
/// of a template to some 200 MB. The largest file of a platform of forty components costs 12,000.
const FUEL: u64 = 2_000_000;

/// How much each byte of a platform's files adds to that limit. The largest file costs one or two units for each byte.
const FUEL_PER_BYTE: u64 = 50;

/// The deepest nesting of templates that include each other, and of macros that call each other.
const DEEPEST: usize = 100;

/// The longest file that is generated, in bytes.
const LONGEST_OUTPUT: usize = 16 << 20;

/// How much each byte of a platform's files adds to that limit.
const OUTPUT_PER_BYTE: usize = 50;

/// A template that could not be read or run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError {
    /// The template's path below `templates/`.
    pub template: String,
    /// Counted from 1.
    pub line: Option<usize>,
    /// Bytes of the template's text.
    pub range: Option<std::ops::Range<usize>>,
    pub message: String,
}

impl TemplateError {
    /// What the template asks for and is not there, as `self.https`.
    pub fn undefined(&self) -> Option<&str> {
        let asked = self.message.strip_prefix('`')?;
        asked.strip_suffix("` is undefined")
    }
}

/// Templates ready to run: the embedded ones, and the user's over them.
pub struct Engine {
    environment: Environment<'static>,
    /// The engine for conditions: minijinja's own syntax, without our filters.
    conditions: Environment<'static>,
    /// The longest file that is generated, in bytes.
    longest: usize,
    /// How our templates tell people to call this program.
    commands: CommandFlags,
    /// Templates of the user's own, by path below their `templates/`, with their texts.
    own: Vec<(String, String)>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("own", &self.own).finish()
    }
}

impl Default for Engine {
    /// An engine with the embedded templates only.
    fn default() -> Self {
        Self {
            environment: environment(),
            conditions: conditions(),
            longest: LONGEST_OUTPUT,
            commands: CommandFlags::default(),
            own: Vec::new(),
        }
    }
}

impl Engine {
    /// `own` are the user's templates: path below `mlopsgen/templates/`, and text.
    ///
    /// Errors: every template that can't be parsed, all at once.
    pub fn new(own: Vec<(String, String)>) -> Result<Self, Vec<TemplateError>> {
        let mut environment = environment();
        let errors: Vec<TemplateError> = own
            .iter()
            .filter_map(|(name, text)| {
                if let Some(place) = bound::too_long(text) {
                    return Some(TemplateError {
                        template: name.clone(),
                        line: None,
                        range: Some(place),
                        message: "this is too long for one expression: name its parts by `set`"
                            .to_string(),
                    });
                }
                let add = || environment.add_template_owned(name.clone(), text.clone());
                match with_room(add) {
                    Ok(added) => added.err().map(|error| template_error(name, &error)),
                    Err(message) => Some(TemplateError {
                        template: name.clone(),
                        line: None,
                        range: None,
                        message,
                    }),
                }
            })
            .collect();
        if errors.is_empty() {
            Ok(Self {
                environment,
                own,
                ..Self::default()
            })
        } else {
            Err(errors)
        }
    }

    /// The user's own templates: path and text.
    pub fn own_templates(&self) -> &[(String, String)] {
        &self.own
    }

    /// The same engine for a platform whose files have this many bytes: the limits of one file grow with them.
    pub fn with_input(mut self, bytes: usize) -> Self {
        let fuel = FUEL + FUEL_PER_BYTE * bytes as u64;
        self.environment.set_fuel(Some(fuel));
        self.longest = LONGEST_OUTPUT + OUTPUT_PER_BYTE * bytes;
        self
    }

    /// The same engine for a platform about which this program is called with these flags: our templates name commands as for a
    /// base.
    pub fn with_commands(mut self, commands: CommandFlags) -> Self {
        if !commands.is_empty() {
            let flags = commands.clone();
            self.environment
                .set_loader(move |name| Ok(embedded_for(name, &flags).map(Cow::into_owned)));
        }
        self.commands = commands;
        self
    }

    /// The flags that commands in templates get.
    pub fn commands(&self) -> &CommandFlags {
        &self.commands
    }

    /// Renders the template of this path with a view.
    ///
    /// A view leaves out fields that have no value. In a condition such a field is false; to print it or loop over it is an error.
    /// Errors: the template is none, it asks for what the view lacks, or its text is no file of its kind.
    pub fn render(&self, template: &str, view: impl Serialize) -> Result<String, TemplateError> {
        self.render_with(template, || View::new(view))
    }

    /// The same, with the same errors, for a view that several templates read.
    pub fn render_view(&self, template: &str, view: &View) -> Result<String, TemplateError> {
        self.render_with(template, || view.clone())
    }

    /// The same, with the same errors, for a view that is read once: the text, and the numbers of the [`noted`] strings that the
    /// template reads.
    pub fn render_noting(
        &self,
        template: &str,
        view: serde_json::Value,
    ) -> Result<(String, BTreeSet<usize>), TemplateError> {
        let made = build::tree_of_json(view).map(|(tree, root)| {
            let notes = Some(Notes::default());
            (Arc::new(Tree { notes, ..tree }), root)
        });
        let view = match &made {
            Ok((tree, root)) => View(tree.value(*root)),
            Err(fault) => View::faulty(fault),
        };
        let text = self.render_with(template, || view)?;
        let notes = made
            .ok()
            .and_then(|(tree, _)| tree.notes.as_ref().map(Notes::read));
        Ok((text, notes.unwrap_or_default()))
    }

    fn render_with(
        &self,
        template: &str,
        view: impl FnOnce() -> View,
    ) -> Result<String, TemplateError> {
        let text = match self.constant(template) {
            Some(text) => text.into_owned(),
            None => self.run(&self.environment, template, &view())?,
        };
        self.well_formed(template, text)
    }

    /// The same, with the same errors, for a view that has all its fields: a missing one is an error in a condition too.
    pub fn render_strictly(&self, template: &str, view: &View) -> Result<String, TemplateError> {
        let mut environment = self.environment.clone();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let text = self.run(&environment, template, view)?;
        self.well_formed(template, text)
    }

    /// A file that a template of the user's makes is one that its readers can read. What a template of the chart makes is for
    /// Helm to run.
    fn well_formed(&self, template: &str, text: String) -> Result<String, TemplateError> {
        if template.starts_with("helm/templates/") || !self.is_own(template) {
            return Ok(text);
        }
        match syntax_fault(template, &text) {
            Some(fault) => Err(TemplateError {
                template: template.to_string(),
                line: None,
                range: None,
                message: format!("what it writes {fault}"),
            }),
            None => Ok(text),
        }
    }

    /// Whether it is a template of the user's.
    pub fn is_own(&self, template: &str) -> bool {
        self.own.iter().any(|(path, _)| path == template)
    }

    /// The same without one of the user's templates; ours, if there is one, is in its place. For who looks for further errors.
    pub fn without(&self, template: &str) -> Option<Self> {
        let rest = self.own.iter().filter(|(path, _)| path != template);
        let engine = Self::new(rest.cloned().collect()).ok()?;
        let mut engine = engine.with_commands(self.commands.clone());
        engine.environment.set_fuel(self.environment.fuel());
        engine.longest = self.longest;
        Some(engine)
    }

    /// The text of a template that has no tags.
    fn constant(&self, template: &str) -> Option<Cow<'_, str>> {
        let own = self.own.iter().find(|(path, _)| path == template);
        let text = match own {
            Some((_, text)) => Cow::Borrowed(text.as_str()),
            None => embedded_for(template, &self.commands)?,
        };
        let is_tag = |at: usize| matches!(text.as_bytes().get(at + 1), Some(b'{' | b'%' | b'#'));
        let has_tag = memchr_iter(b'<', text.as_bytes()).any(is_tag);
        (!has_tag).then_some(text)
    }

    /// Runs one template. A template can nest values as deep as its fuel allows, and dropping them recurses. So it runs on a
    /// stack that is large enough.
    fn run(
        &self,
        environment: &Environment<'static>,
        template: &str,
        view: &View,
    ) -> Result<String, TemplateError> {
        let failed = |message: String| TemplateError {
            template: template.to_string(),
            line: None,
            range: None,
            message,
        };
        let run = || {
            environment
                .get_template(template)
                .and_then(|loaded| loaded.render(view.0.clone()))
                .map_err(|error| template_error(template, &error))
        };
        let text = with_room(run).map_err(failed)??;
        if text.len() > self.longest {
            let limit = self.longest >> 20;
            return Err(failed(format!(
                "its output has more than {limit} MiB, for a platform of this size: write several files"
            )));
        }
        Ok(text)
    }

    /// The value of an expression such as `major >= 18`, as a condition. Errors: it is no expression, or too long to run.
    pub fn evaluates_to_true(&self, expression: &str, view: &View) -> Result<bool, TemplateError> {
        let failed = |error| template_error(expression, &error);
        bounded(expression)?;
        let compiled = self
            .conditions
            .compile_expression(expression)
            .map_err(failed)?;
        let value = compiled.eval(view.0.clone()).map_err(failed)?;
        Ok(value.is_true())
    }
}

/// What templates and conditions see. One can be a field of another.
#[derive(Clone, Debug)]
pub struct View(Value);

impl View {
    pub fn new(view: impl Serialize) -> Self {
        Self::of(build::tree(view))
    }

    /// A large tree of JSON, which is freed on the way.
    pub fn of_tree(tree: serde_json::Value) -> Self {
        Self::of(build::tree_of_json(tree))
    }

    fn of(made: Result<(Tree, Node), build::Fault>) -> Self {
        match made {
            Ok((tree, root)) => Self(Arc::new(tree).value(root)),
            Err(fault) => Self::faulty(&fault),
        }
    }

    fn faulty(fault: &build::Fault) -> Self {
        let error = minijinja::Error::new(ErrorKind::BadSerialization, fault.to_string());
        Self(Value::from(error))
    }

    /// A view in which others stand: they are shared, not copied.
    pub fn of_views(view: impl Serialize) -> Self {
        Self(Value::from(Serde(view)))
    }

    /// A table in which all keys share one value.
    pub fn of_keys<'a>(keys: impl Iterator<Item = &'a String>, value: impl Serialize) -> Self {
        let value = Self::new(value).0;
        Self(Value::from_pairs(
            keys.map(|key| (key.as_str(), value.clone())),
        ))
    }
}

impl Serialize for View {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// Why a text is not of the language that its file's name says: YAML or JSON.
fn syntax_fault(path: &str, text: &str) -> Option<String> {
    let (_, ending) = path.rsplit_once('.')?;
    match ending {
        "yaml" | "yml" => {
            yaml::fault(text).map(|(line, why)| format!("is not YAML: {why}, in its line {line}"))
        }
        "json" => serde_json::from_str::<serde::de::IgnoredAny>(text)
            .err()
            .map(|error| format!("is not JSON: {error}")),
        _ => None,
    }
}

/// An environment for conditions.
fn conditions() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_fuel(Some(FUEL));
    environment
}

/// An environment with our templates and nothing that reads anything else.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_syntax(syntax());
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(DEEPEST);
    environment.set_debug(true);
    environment
        .set_auto_escape_callback(|name| AutoEscape::Custom(Language::of_file(name).name().into()));
    environment.set_formatter(filters::format);
    filters::register(&mut environment);
    // `debug` prints what no output needs; with `namespace` a value could be nested without end.
    environment.remove_global("debug");
    environment.remove_global("namespace");
    // `json` does the same, and is bounded.
    environment.remove_filter("tojson");
    environment.set_loader(|name| Ok(embedded(name).map(ToString::to_string)));
    environment
}

/// Runs a function on a stack that is large enough for deep recursion.
///
/// Errors: why it could not run to its end.
fn with_room<T: Send>(run: impl FnOnce() -> T + Send) -> Result<T, String> {
    let broken = |_| "the template engine failed on it".to_string();
    if threads::has_room() {
        return panic::catch_unwind(AssertUnwindSafe(run)).map_err(broken);
    }
    thread::scope(|scope| {
        thread::Builder::new()
            .stack_size(threads::STACK)
            .spawn_scoped(scope, run)
            .map_err(|error| format!("there is no room to run it: {error}"))?
            .join()
            .map_err(broken)
    })
}

/// The longest condition, in bytes: its operators nest, and its reader recurses.
const LONGEST_EXPRESSION: usize = 1000;

fn bounded(expression: &str) -> Result<(), TemplateError> {
    if expression.len() <= LONGEST_EXPRESSION {
        return Ok(());
    }
    Err(TemplateError {
        template: String::new(),
        line: None,
        range: None,
        message: format!("it has more than {LONGEST_EXPRESSION} characters"),
    })
}

/// The names that an expression reads, with their fields (`settings.password`), sorted.
///
/// Errors: it is no expression.
pub fn names_in(expression: &str) -> Result<Vec<String>, TemplateError> {
    bounded(expression)?;
    let environment = Environment::new();
    let compiled = environment
        .compile_expression(expression)
        .map_err(|error| template_error(expression, &error))?;
    let mut names: Vec<String> = compiled.undeclared_variables(true).into_iter().collect();
    names.sort_unstable();
    Ok(names)
}

fn syntax() -> SyntaxConfig {
    let mut builder = SyntaxConfig::builder();
    builder
        .block_delimiters("<%", "%>")
        .variable_delimiters("<{", "}>")
        .comment_delimiters("<#", "#>")
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true);
    builder.build().unwrap_or_default()
}

/// The innermost error: what is wrong in an include or an imported macro is reported at its own place.
fn template_error(template: &str, error: &minijinja::Error) -> TemplateError {
    let mut inner = error;
    while let Some(cause) = std::error::Error::source(inner)
        .and_then(|cause| cause.downcast_ref::<minijinja::Error>())
        .filter(|cause| cause.name().is_some())
    {
        inner = cause;
    }
    let message = match (inner.kind(), inner.detail()) {
        (ErrorKind::OutOfFuel, _) => {
            "the template does not come to an end, or does far more work than a platform of this size needs: \
             look at its loops"
                .to_string()
        }
        (_, Some(detail)) => detail.to_string(),
        (kind, None) => kind.to_string(),
    };
    TemplateError {
        template: inner.name().unwrap_or(template).to_string(),
        line: inner.line(),
        range: inner.range(),
        message,
    }
}
