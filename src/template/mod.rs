//! The template engine: minijinja with delimiters that leave Helm's, Airflow's and Grafana's own braces alone, and
//! with values escaped for the language of the file that is being written.
//!
//! A template knows no component: it gets a view, a serialisable value. Values print as literals of the file's language
//! (`<{ name }>` in a `.py` is a Python string, quotes included), so no string can break out of its place.

mod escape;
mod filters;

pub use escape::Language;

use include_dir::{Dir, include_dir};
use minijinja::{
    AutoEscape, Environment, ErrorKind, UndefinedBehavior,
    syntax::SyntaxConfig,
    value::{Serde, Value},
};
use serde::Serialize;

/// The templates of this repository, compiled in.
static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// Instructions that one file may take: some hundred times what the largest template of ours needs.
const FUEL: u64 = 50_000_000;

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

/// Templates ready to run: the embedded ones, and the user's over them.
pub struct Engine {
    environment: Environment<'static>,
    /// Templates of the user's own, by path below their `templates/`, with their texts.
    own: Vec<(String, String)>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("own", &self.own).finish()
    }
}

impl Engine {
    /// `own` are the user's templates: path below `mlopsgen/templates/`, and text.
    pub fn new(own: Vec<(String, String)>) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_syntax(syntax());
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        environment.set_fuel(Some(FUEL));
        environment.set_auto_escape_callback(|name| {
            AutoEscape::Custom(Language::of_file(name).name().into())
        });
        environment.set_formatter(filters::format);
        filters::register(&mut environment);
        environment.set_loader(|name| Ok(embedded(name).map(ToString::to_string)));
        for (name, text) in &own {
            environment
                .add_template_owned(name.clone(), text.clone())
                .map_err(|error| template_error(name, &error))?;
        }
        Ok(Self { environment, own })
    }

    /// The user's own templates: path and text.
    pub fn own(&self) -> &[(String, String)] {
        &self.own
    }

    /// Renders the template of this path with a view.
    pub fn render(&self, template: &str, view: impl Serialize) -> Result<String, TemplateError> {
        let failed = |error| template_error(template, &error);
        let loaded = self.environment.get_template(template).map_err(failed)?;
        loaded.render(Value::from(Serde(view))).map_err(failed)
    }

    /// The value of an expression such as `major >= 18`, as a condition.
    pub fn holds(&self, expression: &str, view: impl Serialize) -> Result<bool, TemplateError> {
        let failed = |error| template_error(expression, &error);
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Chainable);
        environment.set_fuel(Some(FUEL));
        let compiled = environment.compile_expression(expression).map_err(failed)?;
        let value = compiled.eval(Value::from(Serde(view))).map_err(failed)?;
        Ok(value.is_true())
    }
}

/// The names that an expression asks for, with their fields (`settings.password`), sorted.
///
/// Errors: it is no expression.
pub fn names_in(expression: &str) -> Result<Vec<String>, TemplateError> {
    let environment = Environment::new();
    let compiled = environment
        .compile_expression(expression)
        .map_err(|error| template_error(expression, &error))?;
    let mut names: Vec<String> = compiled.undeclared_variables(true).into_iter().collect();
    names.sort_unstable();
    Ok(names)
}

/// The text of an embedded template.
pub fn embedded(path: &str) -> Option<&'static str> {
    EMBEDDED.get_file(path)?.contents_utf8()
}

/// Paths of the embedded templates below a folder, at any depth, sorted.
pub fn embedded_below(folder: &str) -> Vec<&'static str> {
    fn walk(dir: &'static Dir<'static>, out: &mut Vec<&'static str>) {
        out.extend(dir.files().filter_map(|file| file.path().to_str()));
        for inner in dir.dirs() {
            walk(inner, out);
        }
    }
    let mut out = Vec::new();
    if let Some(dir) = EMBEDDED.get_dir(folder) {
        walk(dir, &mut out);
    }
    out.sort_unstable();
    out
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

fn template_error(template: &str, error: &minijinja::Error) -> TemplateError {
    let message = match (error.kind(), error.detail()) {
        (ErrorKind::OutOfFuel, _) => "the template does not come to an end".to_string(),
        (_, Some(detail)) => detail.to_string(),
        (kind, None) => kind.to_string(),
    };
    TemplateError {
        template: error.name().unwrap_or(template).to_string(),
        line: error.line(),
        range: error.range(),
        message,
    }
}
