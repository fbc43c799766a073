//! Templates of Jinja, as far as a missing end is found in them: the program that runs one refuses it as a whole.

/// Where an expression or a statement begins that never ends, and what its end is called.
pub fn unclosed_jinja(text: &str) -> Option<(usize, &'static str)> {
    let mut at = 0;
    while let Some((start, end)) = next_start(text, at) {
        let Some(after) = behind(text, start + 2, end) else {
            return Some((start, end));
        };
        let inner = text[start + 2..after - 2].trim_matches(['-', '+', ' ']);
        at = match (end, inner) {
            // What is raw is no template: nothing begins in it but its end.
            ("%}", "raw") => match text[after..].find("endraw") {
                Some(found) => after + found + "endraw".len(),
                None => return Some((start, "{% endraw %}")),
            },
            _ => after,
        };
    }
    None
}

/// The next expression or statement, and how it ends.
fn next_start(text: &str, from: usize) -> Option<(usize, &'static str)> {
    let starts = [("{{", "}}"), ("{%", "%}")];
    let found = starts.iter().filter_map(|(start, end)| {
        let place = text[from..].find(start)?;
        Some((from + place, *end))
    });
    found.min()
}

/// The place behind the next `end` that stands in no string and closes no brace of the expression's own.
fn behind(text: &str, from: usize, end: &str) -> Option<usize> {
    let mut quote = None;
    let mut open = 0_usize;
    let mut escaped = false;
    for (place, letter) in text[from..].char_indices() {
        let at = from + place;
        match (quote, letter) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(inner), letter) if inner == letter => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(letter),
            (None, _) if open == 0 && text[at..].starts_with(end) => return Some(at + 2),
            (None, '{') => open += 1,
            (None, '}') => open = open.saturating_sub(1),
            (None, _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::unclosed_jinja;

    #[test]
    fn what_never_ends_is_found() {
        for (text, start) in [
            ("go {{ ds }", 3),
            ("go {{ ds", 3),
            ("{% if x }", 0),
            ("{{ ds }} {{ '}}' }", 9),
            ("{% raw %} {{", 0),
        ] {
            assert_eq!(unclosed_jinja(text).map(|it| it.0), Some(start), "{text}");
        }
        for text in [
            "go {{ ds }}",
            "echo ${#list[@]} ${x} { a; } }}",
            "{{ {'a': {'b': 1}} }}",
            "{{ {'a': 1}}}",
            "{% raw %} {{ {% endraw %} {{- ds -}}",
            "{{ \"it's\" }}",
        ] {
            assert_eq!(unclosed_jinja(text), None, "{text}");
        }
    }
}
