//! What to say of a value that does not fit: what was expected, and what to write instead.

use super::{
    compose::{filled, host_path},
    context::{Context, Owner},
    form::{Form, NameRule, is_home, short_ref},
    listed,
    meant::meant,
    promql::promql_fault,
    quantity::{cpu_in_millis, duration_in_one_unit, with_each_unit},
    shape::Shape,
};
use crate::{
    diag::{Code, Diagnostic, nearest},
    names::variable_name,
    reference,
    source::Span,
    syntax::{Node, Value, quoted},
    value::{
        Schedule, fault_in_container, fault_of_file, fault_on_host, revision_fault, trigger_fault,
    },
};

/// A value of a type that the key does not take.
pub(super) fn wrong_type(node: &Node, shape: &Shape, context: &Context<'_>) -> Diagnostic {
    let found = node.value.type_name();
    let diagnostic = Diagnostic::new(
        Code::WrongType,
        format!("expected {}, found {found}", shape.describe()),
    )
    .label(node.span, format!("this is {found}"));
    if let Some(diagnostic) = text_of_its_own(&diagnostic, node, context) {
        return diagnostic;
    }
    if let Some(diagnostic) = of_headings(&diagnostic, node, shape) {
        return diagnostic;
    }
    match meant(shape, node) {
        Some(text) => diagnostic
            .help(format!("write `{text}`"))
            .replacing(node.span, text),
        // The key's example is one of the words: all of them say more.
        None if matches!(
            shape,
            Shape::Plain(Form::Choice(_)) | Shape::Formed(Form::Choice(_))
        ) =>
        {
            diagnostic.help(format!("write {}", shape.describe()))
        }
        None if let Some(units) = units(shape, &node.scalar()) => diagnostic.help(units),
        None => diagnostic.help(instead(&shape.describe(), context)),
    }
}

/// What to write in the place of tables in a list, where one table or tables by their names are asked for.
fn of_headings(diagnostic: &Diagnostic, node: &Node, shape: &Shape) -> Option<Diagnostic> {
    listed::named_by_headings(diagnostic, node, shape).or_else(|| {
        listed::as_table(node, shape)?;
        listed::without_brackets(diagnostic, node)
    })
}

/// A text in the place of a table that is not the value of one of its keys: that of a secret itself, and `any` agent.
fn text_of_its_own(
    diagnostic: &Diagnostic,
    node: &Node,
    context: &Context<'_>,
) -> Option<Diagnostic> {
    let text = node.as_str()?;
    if context.owner == Owner::Words("`agent`") && text == "any" {
        return Some(
            diagnostic
                .clone()
                .help("remove it: any agent is the default"),
        );
    }
    let is_secret = context.owner == Owner::Words("a secret") && !context.entry.is_empty();
    if !is_secret || is_surely_a_variable(text) {
        return None;
    }
    let table = format!("{{ env = {} }}", quoted(&variable_name(context.entry)));
    let help = format!("a secret's value never stands here: write `{table}`; {NO_VALUE}");
    Some(diagnostic.clone().help(help).replacing(node.span, table))
}

/// What to do with the value of a secret that stands in a file of a repository.
pub(super) const NO_VALUE: &str = "`mlopsgen env init` asks for the value or makes it. If this is a real one, take a new one: the history of a repository keeps it";

/// Whether a text can be nothing but the name of a variable: words in capitals, as `DB_PASSWORD_2`. A password fits the rule of such names
/// too, and a help that takes it for one would have it written down.
pub(super) fn is_surely_a_variable(text: &str) -> bool {
    /// More digits than these are those of a key.
    const MOST_DIGITS: usize = 2;
    let is_upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let digits = text.chars().filter(char::is_ascii_digit).count();
    NameRule::StartVariable.accepts(text)
        && text.chars().all(is_upper)
        && text.trim_matches('_').contains('_')
        && digits <= MOST_DIGITS
}

/// What a number lacks where a duration is asked for: which of them is meant is not known.
fn units(shape: &Shape, number: &str) -> Option<String> {
    match shape {
        Shape::Plain(form) => unit_missing(*form, number),
        Shape::Either(shapes) => shapes.iter().find_map(|shape| units(shape, number)),
        _ => None,
    }
}

fn unit_missing(form: Form, number: &str) -> Option<String> {
    let is_duration = matches!(form, Form::Duration | Form::Period);
    let with_units = is_duration.then(|| with_each_unit(number)).flatten()?;
    Some(format!("give it a unit: {with_units}"))
}

/// A value as the shape takes it, where it is plain what was meant; as TOML.
pub fn respelled(shape: &Shape, node: &Node) -> Option<String> {
    match (shape, &node.value) {
        (Shape::Plain(form), Value::String(text)) => likely(*form, text).map(|text| quoted(&text)),
        _ => meant(shape, node),
    }
}

/// A value of the right type that is not what the key takes.
pub(super) fn bad_value(
    node: &Node,
    text: &str,
    expected: &str,
    context: &Context<'_>,
) -> Diagnostic {
    Diagnostic::new(Code::BadValue, format!("`{text}` is not {expected}"))
        .label(node.span, "does not fit")
        .help(instead(expected, context))
}

/// The key's own example; what was expected where there is none.
fn instead(expected: &str, context: &Context<'_>) -> String {
    match context.example {
        "" => format!("write {expected}"),
        example => format!(
            "for example `{}`",
            example.replace('\n', "` and below it `")
        ),
    }
}

/// A string that is not of the form.
pub(super) fn bad_form(node: &Node, text: &str, form: Form, context: &Context<'_>) -> Diagnostic {
    match form {
        Form::Name(rule) => bad_name(
            Code::BadValue,
            text,
            node.span,
            "a name here",
            rule,
            &|_| false,
        ),
        form => not_of_form(node, text, form, &form.describe(), context),
    }
}

/// A string that is not of the form that strings have here. Other types have other shapes.
pub(super) fn bad_form_of_several(
    node: &Node,
    text: &str,
    form: Form,
    shapes: &'static [Shape],
    context: &Context<'_>,
) -> Diagnostic {
    let shape = Shape::Either(shapes);
    let expected = shape.describe();
    let diagnostic = not_of_form(node, text, form, &expected, context);
    // A word that is none of those that there are is not one item of a list either.
    let likely = match form {
        Form::Choice(_) => {
            let mut others = shapes.iter().filter(|it| !matches!(it, Shape::List(_)));
            others.find_map(|shape| meant(shape, node))
        }
        _ => meant(&shape, node),
    };
    match likely {
        Some(text) => diagnostic
            .help(format!("write `{text}`"))
            .replacing(node.span, text),
        None => diagnostic,
    }
}

fn not_of_form(
    node: &Node,
    text: &str,
    form: Form,
    expected: &str,
    context: &Context<'_>,
) -> Diagnostic {
    let mut diagnostic = match broken_path(form, text) {
        Some((what, fault)) => bad_value(node, text, &format!("{what}: {fault}"), context),
        // The label says what nothing here expands.
        None if form == Form::Path => bad_value(node, text, "a path here", context),
        None => bad_value(node, text, expected, context),
    };
    if let Some(fault) = fault(form, text) {
        // Fields that are right one by one, and together mean no day.
        if form == Form::Cron && fault.starts_with(NEVER) {
            diagnostic.message = format!("`{text}` is a schedule without a day");
        }
        diagnostic.labels[0].text = fault;
    }
    match likely(form, text) {
        Some(meant) if form == Form::Path && reference::names_environment(text) => diagnostic
            .help(format!(
                "write the path itself, such as `{meant}`; another one of an environment stands in the `platform.E.toml` of it"
            ))
            .renaming(text, meant),
        // That of a constant stands elsewhere: the whole value is another one.
        Some(meant) if node.span.end - node.span.start != quoted(text).len() => {
            let meant = quoted(&meant);
            diagnostic
                .help(format!("write `{meant}`"))
                .replacing(node.span, meant)
        }
        Some(meant) => diagnostic.misspelled(text, Some(&meant), String::new),
        None => match unit_missing(form, text) {
            Some(units) => diagnostic.help(units),
            None => diagnostic,
        },
    }
}

/// What sort of path a text is not, and the rule that it breaks.
fn broken_path(form: Form, text: &str) -> Option<(&'static str, String)> {
    let (what, fault) = match form {
        Form::Path => ("a path", fault_on_host(text)?),
        Form::ContainerPath | Form::MountPath => {
            ("a path inside the container", fault_in_container(text)?)
        }
        _ => return None,
    };
    Some((what, fault))
}

/// Which part of the text is wrong, where its grammar tells.
fn fault(form: Form, text: &str) -> Option<String> {
    match form {
        Form::Cron => Schedule::fault(text),
        Form::BuildTrigger => trigger_fault(text),
        Form::Revision => revision_fault(text),
        Form::Path => path_fault(text),
        Form::RepositoryGlob | Form::RefGlob => glob_fault(text),
        Form::PromQl | Form::Series | Form::PanelPromQl => promql_fault(text),
        _ => None,
    }
}

/// What a pattern is that others read as more than one.
fn glob_fault(text: &str) -> Option<String> {
    let why = match text.chars().next()? {
        '!' => "a pattern says which ones are meant: there is none for all others",
        '^' => "a regular expression; `*` stands for any letters here",
        _ if short_ref(text) != text => "CI knows it by its short name",
        _ => return None,
    };
    Some(why.to_string())
}

/// What in a path of the host nothing here expands.
fn path_fault(text: &str) -> Option<String> {
    let why = match text {
        _ if is_home(text) => "nothing expands `~`: a home is another one on each machine",
        _ if reference::names_environment(text) => {
            "a path holds no variables: it is read when compiling"
        }
        _ => return None,
    };
    Some(why.to_string())
}

/// How the fault of a schedule begins that never comes.
const NEVER: &str = "it never comes";

/// Words of other tools for the words that there are here.
const WORDS: [(&str, &str); 12] = [
    ("off", "allow"),
    ("ignore", "allow"),
    ("disable", "allow"),
    ("error", "deny"),
    ("forbid", "deny"),
    ("on", "warn"),
    ("page", "critical"),
    ("error", "critical"),
    ("ticket", "warning"),
    ("docker", "compose"),
    ("kubernetes", "helm"),
    ("k8s", "helm"),
];

/// What was most likely meant by a text.
fn likely(form: Form, text: &str) -> Option<String> {
    let candidate = match form {
        Form::Path if is_home(text) || reference::names_environment(text) => host_path(text),
        Form::PortRange | Form::PublishedPort => {
            let number = filled(text).ok()?;
            let number = number.trim_end_matches("/tcp");
            (number != text).then(|| number.to_string())?
        }
        Form::Restart => {
            let words = ["no", "always", "on-failure", "unless-stopped"];
            nearest(&text.replace('_', "-"), words)?.to_string()
        }
        Form::Cron | Form::BuildTrigger => match text.split_whitespace().collect::<Vec<_>>()[..] {
            // As Quartz and Spring write it: seconds first.
            ["0", ref fields @ ..] if fields.len() >= 5 => fields[..5].join(" ").replace('?', "*"),
            ["every" | "Every", ref words @ ..] => every(words)?,
            _ => format!("@{}", text.trim_start_matches('@')),
        },
        Form::Domain => {
            let (_, rest) = text.split_once("://").unwrap_or(("", text));
            rest.split('/')
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase()
        }
        Form::UrlPath => {
            let (_, rest) = text.split_once("://")?;
            rest[rest.find('/')?..].to_string()
        }
        Form::Glob | Form::RepositoryGlob => text.trim().to_string(),
        Form::RefGlob => short_ref(text.trim()).to_string(),
        Form::Duration | Form::Period => duration_in_one_unit(text)?,
        Form::Address if text == "localhost" => "127.0.0.1".to_string(),
        Form::Registry => {
            let (_, rest) = text.split_once("://").unwrap_or(("", text));
            rest.trim_end_matches('/').to_string()
        }
        Form::Cpu => cpu_in_millis(text)?,
        Form::Memory => {
            let amount = text.trim_end_matches(['b', 'B']).trim_end();
            let (number, unit) = amount.split_at_checked(amount.len().checked_sub(1)?)?;
            format!("{}{}i", number.trim_end(), unit.to_ascii_uppercase())
        }
        Form::Choice(choices) => {
            let near = nearest(text, choices.iter().copied());
            let inside = || choices.iter().copied().find(|word| text.ends_with(word));
            let of_others = || {
                let lower = text.to_ascii_lowercase();
                let mut meant = WORDS.iter().filter(|(word, _)| *word == lower);
                let found = meant.find(|(_, here)| choices.contains(here));
                found.map(|(_, here)| *here)
            };
            near.or_else(of_others).or_else(inside)?.to_string()
        }
        _ => return None,
    };
    form.accepts(&candidate).then_some(candidate)
}

/// A schedule in words, as cron says it: `30 minutes`, `2 hours`, `day`. What does not divide its hour or day has no such form.
fn every(words: &[&str]) -> Option<String> {
    let (number, unit) = match words {
        [unit] => (1, *unit),
        [number, unit] => (number.parse::<u32>().ok()?, *unit),
        _ => return None,
    };
    let divides = |whole: u32| number > 0 && number < whole && whole.is_multiple_of(number);
    match (unit.trim_end_matches('s'), number) {
        ("minute" | "min", 1) => Some("* * * * *".to_string()),
        ("minute" | "min", _) => divides(60).then(|| format!("*/{number} * * * *")),
        ("hour", 1) => Some("@hourly".to_string()),
        ("hour", _) => divides(24).then(|| format!("0 */{number} * * *")),
        ("day", 1) => Some("@daily".to_string()),
        ("week", 1) => Some("@weekly".to_string()),
        ("month", 1) => Some("@monthly".to_string()),
        _ => None,
    }
}

/// A name against its rule, whether it stands as a key or as a value.
pub(super) fn bad_name(
    code: Code,
    name: &str,
    span: Span,
    what: &str,
    rule: NameRule,
    is_taken: &dyn Fn(&str) -> bool,
) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(code, format!("`{name}` can't be {what}")).label(span, "this name");
    let rule_text = format!("a name here is {}", rule.describe());
    if let Some(fault) = fault_of_file(name).filter(|_| rule == NameRule::ContainerPath) {
        return Diagnostic::new(
            code,
            format!("`{name}` can't be the path of a file: {fault}"),
        )
        .label(span, "this path")
        .help("for example `files.\"/etc/app/app.conf\"`");
    }
    // A value names what another place declares: the mistake is there.
    match likely_name(name, rule).filter(|_| code == Code::BadName) {
        Some(likely) if is_taken(&likely) => diagnostic.help(format!(
            "choose another name: `{likely}` is there, too; {rule_text}"
        )),
        Some(likely) if what == "the name of a component" => diagnostic
            .help(format!("did you mean `{likely}`? {rule_text}; `aliases = [{}]` on it keeps the name in DNS", quoted(name)))
            .renaming(name, likely),
        Some(likely) if what == "the name of a volume" => diagnostic
            .help(format!("did you mean `{likely}`? {rule_text}; `name = \"PROJECT_{name}\"` in it, as `docker volume ls` lists it, keeps the data of a volume of Compose's"))
            .renaming(name, likely),
        Some(likely) => diagnostic
            .help(format!("did you mean `{likely}`? {rule_text}"))
            .renaming(name, likely),
        None => diagnostic.help(rule_text),
    }
}

/// The name that follows the rule and differs in letter case and separators alone.
pub(super) fn likely_name(name: &str, rule: NameRule) -> Option<String> {
    if !matches!(
        rule,
        NameRule::Resource | NameRule::Port | NameRule::Plain | NameRule::Secret
    ) {
        return None;
    }
    let is_separator = |c: char| c == '_' || c == '-' || c == '.' || c == ' ';
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = lower
        .split(is_separator)
        .filter(|word| !word.is_empty())
        .collect();
    let likely = words.join("-");
    rule.accepts(&likely).then_some(likely)
}
