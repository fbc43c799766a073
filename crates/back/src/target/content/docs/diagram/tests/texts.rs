//! What is written in a picture is read in full.

use super::{
    super::{draw, draw_main, view::Words},
    check, platform, resolved,
};

fn joined(lines: &[Words]) -> String {
    let texts = lines.iter().map(|words| words.text.as_str());
    texts.collect::<Vec<_>>().join(" ")
}

/// The longest tag of an image, and names of forty characters: cards become higher.
#[test]
fn no_name_and_no_version_is_cut() {
    let (name, group) = ("n".repeat(40), "g".repeat(40));
    let tag = "2024.05.01-alpha-build.1234567-".repeat(5)[..128].to_string();
    let text = format!(
        "[platform]\nname = \"p\"\n[groups]\n{group} = \"Group\"\n[components.{name}]\nimage = \"team/a-program-with-a-long-name:{tag}\"\ngroup = \"{group}\"\n\
         ports = {{ http = {{ container = 80, host = 8080 }}, admin = {{ container = 81, host = 10081 }} }}\n"
    );
    let resolved = resolved(&text);
    let picture = draw_main(&resolved.platform, &resolved.graph);
    let letters = |lines: &[Words]| joined(lines).replace(' ', "");
    assert_eq!(letters(&picture.nodes[0].title), name);
    assert_eq!(
        letters(&picture.nodes[0].subtitle),
        format!("a-program-with-a-long-name{tag}")
    );
    assert_eq!(letters(&picture.cards[0].title), group);
    check(&text);
}

#[test]
fn no_title_of_a_picture_is_cut() {
    let text =
        platform(10, 6).replacen("name = \"p\"", &format!("name = \"{}\"", "p".repeat(40)), 1);
    let resolved = resolved(&text);
    let drawn = draw(&resolved.platform, &resolved.graph, std::convert::identity);
    let (group, picture) = &drawn.groups[0];
    assert_eq!(picture.heading.text, format!("{}: {group}", "p".repeat(40)));
}

#[test]
fn who_runs_a_lane_is_not_cut() {
    let name = "a".repeat(30);
    let text = format!(
        "[platform]\nname = \"p\"\n[groups]\ng = \"Group\"\n[secrets]\npw = {{ env = \"PW\" }}\n[components.{name}]\nkind = \"airflow\"\ngroup = \"g\"\n\
         settings = {{ admin_password = \"${{secrets.pw}}\" }}\nuses.database = \"db\"\n[components.db]\nkind = \"postgres\"\ngroup = \"g\"\nsettings = {{ password = \"${{secrets.pw}}\" }}\n\
         [pipelines.p]\nimage = \"a:1\"\ntasks.a = {{ run = \"x\" }}\n"
    );
    let resolved = resolved(&text);
    let picture = draw_main(&resolved.platform, &resolved.graph);
    let runner = picture.bands[0]
        .runner
        .as_ref()
        .map(|words| words.text.as_str());
    assert_eq!(runner, Some(format!("run by {name}").as_str()));
}

/// A group was called a service.
#[test]
fn a_group_is_a_group_in_the_legend() {
    let resolved = resolved(&platform(10, 6));
    let drawn = draw(&resolved.platform, &resolved.graph, std::convert::identity);
    for picture in drawn
        .groups
        .iter()
        .map(|(_, picture)| picture)
        .chain([&drawn.main])
    {
        let signs = picture
            .key
            .signs
            .iter()
            .map(|sign| sign.words.text.as_str());
        let signs: Vec<&str> = signs.collect();
        assert!(
            signs.contains(&"group") && !signs.contains(&"service"),
            "{signs:?}"
        );
    }
}

/// The legend is the only place where a flow is written out.
#[test]
fn no_flow_of_the_legend_is_cut() {
    let (one, other) = ("a".repeat(40), "b".repeat(40));
    let label = "a label of many words that goes on and on ".repeat(6);
    let text = format!(
        "[platform]\nname = \"p\"\n[groups]\none = \"1\"\n\
        [components.{one}]\nimage = \"a:1\"\ngroup = \"one\"\n\
        [components.{other}]\nimage = \"b:1\"\ngroup = \"one\"\n\
        [[flows]]\nstep = 1\nfrom = \"{one}\"\nto = \"{other}\"\nlabel = \"{label}\"\n"
    );
    let resolved = resolved(&text);
    let picture = draw_main(&resolved.platform, &resolved.graph);
    let entry = &picture.legend.entries[0];
    assert_eq!(joined(&entry.label), label.trim());
    assert_eq!(joined(&entry.ends), format!("{one} → {other}"));
    check(&text);
}
