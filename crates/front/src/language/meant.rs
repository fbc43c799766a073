//! A value of the wrong TOML type, written in the right one where it is plain what was meant.

use std::ops::RangeInclusive;

use super::{
    alone::table_of,
    form::{Form, NameRule},
    key::KeyShape,
    quantity::cpu_millis,
    shape::Shape,
};
use crate::{
    syntax::{Date, Key, Node, Table, Value, inline, key_text, quoted},
    value::{Host, HostAndPort},
};

/// Longer than this a value is not repeated in a help.
const LONGEST: usize = 100;

/// Fewer bytes than these no program gets.
const LEAST_BYTES: i64 = 1 << 20;

/// Fewer mebibytes than these nobody counts.
const LEAST_MEBIBYTES: i64 = 64;

/// How the value would be written in this shape; nothing where that is a guess.
pub(super) fn meant(shape: &Shape, node: &Node) -> Option<String> {
    rewritten(shape, node).filter(|text| text.len() <= LONGEST)
}

fn rewritten(shape: &Shape, node: &Node) -> Option<String> {
    match (shape, &node.value) {
        (Shape::Either(shapes), value) => either(shapes, node, value),
        (Shape::List(item), value) => list(item, node, value),
        (Shape::Table(keys), Value::String(text)) => table_of(keys, text),
        (Shape::Map(_, item), Value::Array(items)) => by_name(item, items),
        (Shape::Map(NameRule::Port, _), Value::String(text)) => port_of_host(text),
        (Shape::Date, Value::String(text)) => Date::parse(text).map(|date| date.to_string()),
        (Shape::Boolean, Value::String(text)) => boolean(text),
        (Shape::Integer(least, most), value) => integer(value, *least..=*most),
        (Shape::Number | Shape::Cores, Value::String(text)) => number(shape, text),
        (Shape::ShellText, Value::Array(words)) => command_line(words),
        (Shape::Text | Shape::Plain(_) | Shape::Formed(_), Value::Array(items)) => {
            only_item(shape, items)
        }
        (Shape::Text | Shape::Plain(_) | Shape::Formed(_), Value::Table(table)) => {
            let image = image(table).filter(|_| is_in_braces(node, table));
            let image = image.filter(|image| fits(shape, &Value::String(image.clone())));
            image.map(|image| quoted(&image))
        }
        (Shape::Plain(form), Value::Integer(_) | Value::Float(_)) => {
            match number_of_form(form, node) {
                NumberOfForm::Own(text) => Some(text),
                NumberOfForm::Unfit => None,
                NumberOfForm::None => number_as_text(shape, node),
            }
        }
        (
            Shape::Text | Shape::ShellText | Shape::Formed(_),
            Value::Integer(_) | Value::Float(_),
        ) => number_as_text(shape, node),
        (Shape::Text | Shape::ShellText, Value::Boolean(_))
        | (
            Shape::Text | Shape::Formed(_) | Shape::Scalar | Shape::Constant,
            Value::Date(_) | Value::Time(_),
        ) => in_quotes(shape, node),
        _ => None,
    }
}

fn either(shapes: &[Shape], node: &Node, value: &Value) -> Option<String> {
    let mut shapes = shapes.iter();
    let is_count = |shape: &&Shape| matches!(shape, Shape::Integer(..));
    // What is counted is not named by a number with a fraction.
    match value {
        Value::Float(_) if shapes.clone().any(|it| is_count(&it)) => {
            let mut counts = shapes.filter(is_count);
            counts.find_map(|shape| rewritten(shape, node))
        }
        _ => shapes.find_map(|shape| rewritten(shape, node)),
    }
}

fn list(item: &Shape, node: &Node, value: &Value) -> Option<String> {
    if let Value::Table(entries) = value
        && is_in_braces(node, entries)
    {
        if named(item) {
            return with_names(item, entries);
        }
        // Names for numbers that have none.
        if takes_numbers(item, entries) {
            let numbers: Vec<String> = entries.iter().map(|(_, number)| inline(number)).collect();
            return Some(format!("[{}]", numbers.join(", ")));
        }
    }
    let one = match item.takes(value) {
        true => fits(item, value).then(|| inline(node)),
        false => rewritten(item, node),
    };
    one.map(|one| format!("[{one}]"))
}

/// Several lines of a script, or the words of one, as one text for a shell.
fn command_line(words: &[Node]) -> Option<String> {
    let words: Option<Vec<&str>> = words.iter().map(Node::as_str).collect();
    let words = words?;
    match words.first()?.contains(char::is_whitespace) {
        true => Some(quoted(&words.join(" && "))),
        false => shlex::try_join(words).ok().map(|line| quoted(&line)),
    }
}

/// The item of a list of one, where one is asked for.
fn only_item(shape: &Shape, items: &[Node]) -> Option<String> {
    let one = items.first().filter(|_| items.len() == 1)?;
    let is_one = one.as_str().is_some() && fits(shape, &one.value);
    is_one.then(|| inline(one))
}

/// `HOST:PORT` as the port of a component that runs there.
fn port_of_host(text: &str) -> Option<String> {
    let HostAndPort { host, port } = HostAndPort::parse(text)?;
    let Host::Name(host) = host else { return None };
    let is_host = host.contains(|c: char| c.is_ascii_alphabetic());
    is_host.then(|| format!("{{ host = {}, port = {port} }}", quoted(&host)))
}

fn boolean(text: &str) -> Option<String> {
    let meant = match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => "true",
        "false" | "no" | "off" => "false",
        _ => return None,
    };
    Some(meant.to_string())
}

/// A whole number in quotes, or with a point in it.
fn integer(value: &Value, allowed: RangeInclusive<i64>) -> Option<String> {
    let number: i64 = match value {
        Value::String(text) => text.trim().parse().ok()?,
        Value::Float(written) => format!("{}", written.number).parse().ok()?,
        _ => return None,
    };
    allowed.contains(&number).then(|| number.to_string())
}

/// A number in quotes.
fn number(shape: &Shape, text: &str) -> Option<String> {
    let text = text.trim();
    let is_plain = text.chars().all(|c| c.is_ascii_digit() || c == '.') && !text.ends_with('.');
    let is_positive = text.parse::<f64>().is_ok_and(|number| number > 0.0);
    let is_amount = !matches!(shape, Shape::Cores) || cpu_millis(text).is_some();
    (is_plain && is_positive && is_amount).then(|| text.to_string())
}

/// What a number means where a text of a form is asked for.
enum NumberOfForm {
    /// The form has numbers of its own, and this is one of them: the value to write.
    Own(String),
    /// The form has numbers of its own, and this is none of them.
    Unfit,
    /// The form has none.
    None,
}

impl NumberOfForm {
    fn own_or_unfit(text: Option<String>) -> Self {
        text.map_or(Self::Unfit, Self::Own)
    }
}

fn number_of_form(form: &Form, node: &Node) -> NumberOfForm {
    match (form, &node.value) {
        (Form::Percent, _) => {
            let share = percent(node);
            NumberOfForm::own_or_unfit(Form::Percent.accepts(&share).then(|| quoted(&share)))
        }
        (Form::Mode, Value::Integer(_)) => {
            NumberOfForm::own_or_unfit(file_mode(node).map(|mode| quoted(&mode)))
        }
        // A name that is declared elsewhere is none of a number.
        (Form::Declared(rule), Value::Integer(number)) => {
            let text = number.to_string();
            NumberOfForm::own_or_unfit(rule.accepts(&text).then(|| quoted(&text)))
        }
        // A small number was never one of bytes.
        (Form::Memory, Value::Integer(number @ 1..LEAST_BYTES)) => {
            let unit = if *number < LEAST_MEBIBYTES {
                "Gi"
            } else {
                "Mi"
            };
            NumberOfForm::Own(quoted(&format!("{number}{unit}")))
        }
        _ => NumberOfForm::None,
    }
}

fn number_as_text(shape: &Shape, node: &Node) -> Option<String> {
    let Value::Float(_) = node.value else {
        return in_quotes(shape, node);
    };
    let written = number_as_written(node)?;
    let is_amount = matches!(shape, Shape::Plain(Form::Memory | Form::Bytes));
    let fits = !is_amount && fits(shape, &Value::String(written.clone()));
    fits.then(|| quoted(&written))
}

fn in_quotes(shape: &Shape, node: &Node) -> Option<String> {
    let written = inline(node);
    fits(shape, &Value::String(written.clone())).then(|| quoted(&written))
}

/// A number as a share in percent. One below 1 is a share of 1: nobody promises less than one in a hundred.
fn percent(node: &Node) -> String {
    match &node.value {
        Value::Float(share) if share.number > 0.0 && share.number < 1.0 => {
            let percent = format!("{:.6}", share.number * 100.0);
            format!("{}%", percent.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => format!("{}%", node.scalar()),
    }
}

/// What other tools write as a list of tables, each with its name in it, as the tables of these names.
fn by_name(item: &Shape, items: &[Node]) -> Option<String> {
    let entry = |node: &Node| {
        // What stands below headings is no value that another one can replace.
        let table = node.as_table().filter(|it| is_in_braces(node, it))?;
        let (key, name) = ["name", "alert"]
            .iter()
            .find_map(|key| Some((key, table.string(key)?)))?;
        let mut rest = table.clone();
        rest.remove(key);
        let rest = Node {
            span: node.span,
            value: Value::Table(rest),
        };
        // `{ name = "A", value = "b" }`, as Kubernetes writes variables.
        let fields = rest.as_table().map_or(0, |rest| rest.entries.len());
        let value = rest.as_table().and_then(|rest| rest.get("value"));
        if let Some(value) = value.filter(|value| fields == 1 && item.takes(&value.value)) {
            return Some(format!("{} = {}", key_text(name), inline(value)));
        }
        item.takes(&rest.value)
            .then(|| format!("{} = {}", key_text(name), inline(&rest)))
    };
    let entries: Option<Vec<String>> = items.iter().map(entry).collect();
    let entries = entries.filter(|entries| !entries.is_empty())?;
    Some(format!("{{ {} }}", entries.join(", ")))
}

/// Whether the tables of a list have their names in them.
fn named(item: &Shape) -> bool {
    matches!(item, Shape::Table(keys) if keys.iter().any(|key| key.name == "name"))
}

/// Whether a table holds numbers and nothing else, and an item of the list is one.
fn takes_numbers(item: &Shape, entries: &Table) -> bool {
    let is_number = |node: &Node| {
        matches!(node.value, Value::Integer(_) | Value::Float(_)) && item.takes(&node.value)
    };
    entries.iter().all(|(_, node)| is_number(node))
}

/// Whether a table stands in braces: only then it is one value, which another one can replace.
pub(super) fn is_in_braces(node: &Node, table: &Table) -> bool {
    let first = table.iter().next().map(|(key, _)| key.span);
    first.is_some_and(|first| {
        first.source == node.span.source
            && node.span.start < first.start
            && first.end < node.span.end
    })
}

/// What was written as tables by their names, as the list of tables with a name in each.
fn with_names(item: &Shape, entries: &Table) -> Option<String> {
    let one = |(key, node): (&Key, &Node)| {
        let inner = node.as_table().filter(|it| it.get("name").is_none())?;
        let name = Node {
            span: key.span,
            value: Value::String(key.name.clone()),
        };
        let mut whole = Table::default();
        let (name_key, span) = ("name".to_string(), key.span);
        whole.set(
            Key {
                name: name_key,
                span,
            },
            name,
        );
        for entry in &inner.entries {
            whole.set(entry.key.clone(), entry.value.clone());
        }
        let value = Value::Table(whole);
        item.takes(&value).then(|| {
            inline(&Node {
                span: node.span,
                value,
            })
        })
    };
    let items: Option<Vec<String>> = entries.iter().map(one).collect();
    let items = items.filter(|items| !items.is_empty())?;
    Some(format!("[{}]", items.join(", ")))
}

/// An image as the values of a chart have it: `{ repository = "shop/api", tag = "1.0" }`.
fn image(table: &Table) -> Option<String> {
    let repository = ["repository", "name"]
        .iter()
        .find_map(|key| table.string(key))?;
    let tag = table.string("tag").filter(|_| table.entries.len() == 2)?;
    Some(format!("{repository}:{tag}"))
}

/// A number with a fraction as it is written, in plain digits.
fn number_as_written(node: &Node) -> Option<String> {
    let written = node.scalar();
    let is_plain = written.bytes().all(|c| c.is_ascii_digit() || c == b'.');
    (is_plain && written.len() == node.span.end - node.span.start).then_some(written)
}

/// The mode of a file, as text or as a number. TOML's `0o440` is a number; `440` was meant to be octal, too.
pub(super) fn file_mode(mode: &Node) -> Option<String> {
    let number = match &mode.value {
        Value::String(text) => return Some(text.clone()),
        Value::Integer(number) => *number,
        _ => return None,
    };
    let digits = number.to_string();
    let is_decimal = mode.span.end - mode.span.start == digits.len();
    let is_octal = digits.len() == 3 && digits.chars().all(|c| c < '8');
    match is_decimal && is_octal {
        true => Some(format!("0{digits}")),
        false => (0..=0o7777)
            .contains(&number)
            .then(|| format!("{number:04o}")),
    }
}

/// Whether a value of a type that the shape takes is right, as far as its form tells.
pub(super) fn fits(shape: &Shape, value: &Value) -> bool {
    match (shape, value) {
        (Shape::Plain(form) | Shape::Formed(form), Value::String(text)) => form.accepts(text),
        (Shape::Table(_), Value::Table(_)) => false,
        (Shape::Either(shapes), value) => {
            let taken = shapes.iter().find(|shape| shape.takes(value));
            match (taken, value) {
                (Some(Shape::Table(keys)), Value::Table(table)) => is_one(keys, table),
                (Some(shape), value) => fits(shape, value),
                (None, _) => false,
            }
        }
        _ => true,
    }
}

/// Whether a table has the keys that are asked for and no others.
fn is_one(keys: &[KeyShape], table: &Table) -> bool {
    let is_known = |name: &str| keys.iter().any(|key| key.name == name);
    let mut required = keys.iter().filter(|key| key.required);
    table.keys().all(is_known) && required.all(|key| table.get(key.name).is_some())
}

#[cfg(test)]
mod tests {
    use super::{Shape, meant};
    use crate::{
        language::form::{Form, NameRule},
        source::{Sources, Span},
        syntax::{Fraction, Node, Value},
    };

    fn text(value: Value, shape: &Shape) -> Option<String> {
        let source = Sources::default().add("platform.toml", String::new());
        let span = Span::new(source, 0..0);
        meant(shape, &Node { span, value })
    }

    fn fraction(written: &str) -> Value {
        let number = written.parse().expect("a number");
        Value::Float(Fraction::read(number, written))
    }

    #[test]
    fn a_value_is_written_in_the_type_that_was_asked_for() {
        let string = |text: &str| Value::String(text.to_string());
        let some = |text: &str| Some(text.to_string());
        assert_eq!(text(fraction("2.0"), &Shape::Integer(1, 9)), some("2"));
        assert_eq!(
            text(string("redis"), &Shape::List(&Shape::Text)),
            some("[\"redis\"]")
        );
        assert_eq!(text(string("80"), &Shape::Integer(1, 65535)), some("80"));
        assert_eq!(text(string("no"), &Shape::Boolean), some("false"));
        assert_eq!(text(Value::Integer(1000), &Shape::Text), some("\"1000\""));
        let mode = Shape::Plain(Form::Mode);
        assert_eq!(text(Value::Integer(0o440), &mode), some("\"0440\""));
        let share = Shape::Plain(Form::Percent);
        assert_eq!(text(fraction("0.995"), &share), some("\"99.5%\""));
        assert_eq!(text(fraction("99.9"), &share), some("\"99.9%\""));
        assert_eq!(
            text(Value::Integer(3), &Shape::List(&Shape::Text)),
            some("[\"3\"]")
        );
    }

    #[test]
    fn no_value_is_suggested_by_guessing() {
        let string = |text: &str| Value::String(text.to_string());
        assert_eq!(text(string("90000"), &Shape::Integer(1, 65535)), None);
        assert_eq!(text(string("maybe"), &Shape::Boolean), None);
        assert_eq!(text(string("0.0001"), &Shape::Cores), None);
        assert_eq!(text(fraction("2.5"), &Shape::Integer(1, 9)), None);
        // A word or a name is never `true`.
        for form in [
            Form::Free,
            Form::Name(NameRule::Resource),
            Form::Choice(&["on", "off"]),
        ] {
            assert_eq!(text(Value::Boolean(true), &Shape::Plain(form)), None);
        }
        assert_eq!(text(fraction("17.1"), &Shape::Text), None);
        // Seconds, milliseconds or minutes.
        let duration = Shape::Plain(Form::Duration);
        assert_eq!(text(Value::Integer(30), &duration), None);
        assert_eq!(text(fraction("1.5"), &duration), None);
        assert_eq!(
            text(string(&"x".repeat(200)), &Shape::List(&Shape::Text)),
            None
        );
    }
}
