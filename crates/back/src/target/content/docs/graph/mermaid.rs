//! Mermaid, as GitHub draws it.

use super::outline::outline;
use crate::{graph::Graph, model::Platform};

/// The platform as a Mermaid flowchart.
pub fn mermaid(platform: &Platform, graph: &Graph) -> String {
    let outline = outline(platform, graph);
    let mut out = String::from("flowchart LR\n");
    for (index, cluster) in outline.clusters.iter().enumerate() {
        out.push_str(&format!(
            "  subgraph g{index}[{}]\n",
            quoted(&cluster.title)
        ));
        for node in &cluster.nodes {
            let label = match node.detail.as_str() {
                "" => quoted(&node.title),
                detail => format!("\"{}<br/>{}\"", text(&node.title), text(detail)),
            };
            out.push_str(&format!("    {}[{label}]\n", node.id));
        }
        out.push_str("  end\n");
    }
    for edge in &outline.edges {
        match &edge.flow {
            Some(label) => {
                out.push_str(&format!(
                    "  {} ==>|{}| {}\n",
                    edge.from,
                    quoted(label),
                    edge.to
                ));
            }
            None => out.push_str(&format!("  {} -.-> {}\n", edge.from, edge.to)),
        }
    }
    out
}

fn quoted(label: &str) -> String {
    format!("\"{}\"", text(label))
}

/// Text inside of quotes. Characters with a meaning in Mermaid, in its Markdown or in HTML are written by number.
pub fn text(label: &str) -> String {
    let mut out = String::new();
    for c in label.chars() {
        match c {
            c if c.is_control() => out.push(' '),
            c if c.is_ascii_alphanumeric() || " -_.:,/()=@+?'".contains(c) => out.push(c),
            c if c.is_ascii() => out.push_str(&format!("#{};", c as u32)),
            c => out.push(c),
        }
    }
    // At the start, a number with a point, or a dash, would begin a Markdown list.
    let (first, rest) = out.split_once(' ').unwrap_or((&out, ""));
    match first.strip_suffix('.') {
        Some(number) if number.chars().all(|c| c.is_ascii_digit()) => {
            format!("{number}#46; {rest}")
        }
        _ if matches!(first, "-" | "+") => format!("#{}; {rest}", first.as_bytes()[0]),
        _ => out,
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn characters_with_a_meaning_are_written_as_numbers() {
        assert_eq!(text("say \"hi\"; <b>"), "say #34;hi#34;#59; #60;b#62;");
        assert_eq!(text("3. pulls"), "3#46; pulls");
        assert_eq!(text("- pulls"), "#45; pulls");
    }
}
