//! Graphviz.

use super::outline::{Node, outline};
use crate::{graph::Graph, model::Platform, text::visible_lines};

/// The platform in Graphviz' language.
pub fn dot(platform: &Platform, graph: &Graph) -> String {
    let outline = outline(platform, graph);
    let mut out = format!("digraph {} {{\n", quoted(&platform.name));
    out.push_str("  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"Helvetica\"];\n");
    out.push_str("  edge [fontname=\"Helvetica\", fontsize=10];\n");
    for (index, cluster) in outline.clusters.iter().enumerate() {
        out.push_str(&format!("  subgraph cluster_{index} {{\n"));
        out.push_str(&format!("    label={};\n", quoted(&cluster.title)));
        for node in &cluster.nodes {
            out.push_str(&format!(
                "    {} [label={}];\n",
                node.id,
                quoted(&label(node))
            ));
        }
        out.push_str("  }\n");
    }
    for edge in &outline.edges {
        let style = match &edge.flow {
            Some(label) => format!("label={}, color=\"#0068b3\"", quoted(label)),
            None => "color=\"#a7b3c1\", style=dashed".to_string(),
        };
        out.push_str(&format!("  {} -> {} [{style}];\n", edge.from, edge.to));
    }
    out.push_str("}\n");
    out
}

fn label(node: &Node) -> String {
    if node.detail.is_empty() {
        return node.title.clone();
    }
    format!("{}\n{}", node.title, node.detail)
}

/// A string of Graphviz. A backslash begins an escape in labels, so it is doubled; line ends are `\n`.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in visible_lines(text).chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            // Labels read entities, so an ampersand is written as one.
            '&' => out.push_str("&amp;"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn no_character_ends_a_string_early() {
        assert_eq!(quoted("a\"b\\N&lt;\n"), r#""a\"b\\N&amp;lt;\n""#);
    }
}
