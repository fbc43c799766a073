//! A limit on the size of an expression. The engine folds constants before its own limit on work applies, and its time for
//! that grows with the square of the number of operations.

use std::ops::Range;

/// The most operations in one expression. The embedded templates have six at most.
const MOST_OPERATIONS: usize = 400;

/// The place of an expression that is too long, in bytes of the template's text.
pub fn too_long(template: &str) -> Option<Range<usize>> {
    let mut at = 0;
    while let Some(start) = template[at..].find(['<']).map(|found| at + found) {
        let end = match template.as_bytes().get(start + 1) {
            Some(b'#') => {
                let rest = &template[start..];
                start + rest.find("#>").map_or(rest.len(), |end| end + 2)
            }
            Some(b'{' | b'%') => {
                let (length, operations) = expression(&template[start + 2..]);
                let end = start + 2 + length;
                if operations > MOST_OPERATIONS {
                    return Some(start..end);
                }
                end
            }
            _ => start + 1,
        };
        at = end;
    }
    None
}

/// The length of the text up to and including the end of a tag, and an upper bound of the operations in it.
fn expression(text: &str) -> (usize, usize) {
    let mut operations = 0;
    let mut quote = None;
    let mut word = String::new();
    let mut rest = text.char_indices().peekable();
    while let Some((index, c)) = rest.next() {
        if let Some(open) = quote {
            match c {
                '\\' => drop(rest.next()),
                c if c == open => quote = None,
                _ => {}
            }
            continue;
        }
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        operations += usize::from(matches!(word.as_str(), "and" | "or" | "in" | "is" | "not"));
        word.clear();
        match c {
            '}' | '%' if rest.peek().is_some_and(|(_, next)| *next == '>') => {
                return (index + 2, operations);
            }
            '"' | '\'' => quote = Some(c),
            '~' | '+' | '-' | '*' | '/' | '%' | '=' | '<' | '>' => operations += 1,
            _ => {}
        }
    }
    (text.len(), operations)
}

#[cfg(test)]
mod tests {
    use super::too_long;

    #[test]
    fn the_number_of_operations_in_an_expression_is_limited() {
        let chain = |count: usize| format!("a <{{ {}1 }}> b", "1 ~ ".repeat(count));
        assert_eq!(too_long(&chain(400)), None);
        assert_eq!(too_long(&chain(401)), Some(2..2 + 401 * 4 + 7));
        assert_eq!(too_long(&chain(300).repeat(100)), None);
        assert_eq!(
            too_long(&format!("<{{ \"{}}}>\" }}>", "~".repeat(999))),
            None
        );
        assert_eq!(too_long(&format!("<# {} #> <", "~".repeat(999))), None);
        assert!(too_long(&format!("<% if {}x %>", "x and ".repeat(500))).is_some());
    }
}
