//! What holds of every picture: nothing overlaps, nothing sticks out, no wire crosses a node.

use std::collections::BTreeMap;

use super::{
    arrange, measure, paint,
    place::{CARD_TEXT, CARD_TITLE, Rect, SUBTITLE, TITLE},
    scene, tracks,
    view::{Picture, Words},
};
use crate::{
    catalog::Catalog,
    diag::Sink,
    expand,
    graph::{self, Graph},
    model::Platform,
    project, resolve,
    source::Sources,
    template::Engine,
    world::MemoryWorld,
};

struct Resolved {
    platform: Platform,
    graph: Graph,
    engine: Engine,
}

fn resolved(text: &str) -> Resolved {
    let world = MemoryWorld::new().with("platform.toml", text);
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let read = project::read(&world, "platform.toml", None, &mut sources, &mut sink);
    let engine = Engine::new(Vec::new()).expect("our own templates can be read");
    let inputs = expand::Inputs {
        engine: &engine,
        catalog: &mut Catalog::new(BTreeMap::new()),
        sources: &mut sources,
        suffix: "",
        recorded: &[],
    };
    let draft = expand::expand(&read.expect("a tree").tree, inputs, &mut sink);
    let inputs = resolve::Inputs {
        world: &world,
        engine: &engine,
        sources: &mut sources,
        environment: None,
    };
    let platform = resolve::resolve(&draft, inputs, &mut sink);
    assert!(!sink.has_errors(), "{:?}", sink.finish());
    let graph = graph::build(&platform);
    Resolved {
        platform,
        graph,
        engine,
    }
}

/// `groups` groups of `each` components; every one reaches two others, every second one has a flow.
fn platform(groups: usize, each: usize) -> String {
    let count = groups * each;
    let mut text = String::from("[platform]\nname = \"p\"\n[groups]\n");
    for group in 0..groups {
        text.push_str(&format!(
            "g{group} = \"Group {group} with a text that is long enough to be wrapped\"\n"
        ));
    }
    for index in 0..count {
        let (one, other) = ((index * 7 + 3) % count, (index * 5 + 1) % count);
        let others: Vec<String> = [one, other]
            .into_iter()
            .filter(|other| *other != index)
            .map(|other| format!("\"component-{other}\""))
            .collect();
        text.push_str(&format!(
            "[components.component-{index}]\nimage = \"team/app:1.0\"\ngroup = \"g{}\"\nreaches = [{}]\nports.http = {{ container = 80, host = {} }}\n",
            index % groups,
            others.join(", "),
            9000 + index
        ));
    }
    for index in (0..count).step_by(2) {
        let to = (index * 3 + 1) % count;
        if to != index {
            text.push_str(&format!(
                "[[flows]]\nstep = {index}\nfrom = \"component-{index}\"\nto = \"component-{to}\"\nlabel = \"sends\"\n"
            ));
        }
    }
    for pipeline in 0..groups {
        text.push_str(&format!(
            "[pipelines.p{pipeline}]\nimage = \"a:1\"\nreaches = [\"component-{pipeline}\"]\ntasks.a = {{ run = \"x\" }}\n"
        ));
    }
    text
}

fn check(text: &str) {
    let resolved = resolved(text);
    let scene = scene::build(&resolved.platform, &resolved.graph);
    let rows = arrange::arrange(&scene);
    let layout = tracks::lay_out(&scene, &rows);
    let nodes = &layout.placement.nodes;
    for (index, node) in nodes.iter().enumerate() {
        let overlapped = nodes[..index].iter().any(|other| other.overlaps(*node));
        assert!(
            !overlapped,
            "{} lies on another node",
            scene.nodes[index].title
        );
    }
    for line in &layout.lines {
        for pair in line.points.windows(2) {
            let ((x1, y1), (x2, y2)) = (pair[0], pair[1]);
            assert!(x1 == x2 || y1 == y2, "lines run along the axes");
            let stretch = Rect {
                x: x1.min(x2),
                y: y1.min(y2),
                w: (x2 - x1).abs().max(1),
                h: (y2 - y1).abs().max(1),
            };
            for (node, rect) in scene.nodes.iter().zip(nodes) {
                let core = Rect {
                    x: rect.x + 1,
                    y: rect.y + 1,
                    w: rect.w - 2,
                    h: rect.h - 2,
                };
                assert!(!stretch.overlaps(core), "a line crosses {}", node.title);
            }
        }
    }
    check_texts(&paint::paint(&resolved.platform, &scene, &layout));
}

fn check_texts(picture: &Picture) {
    let page = Rect {
        x: 0,
        y: 0,
        w: picture.width,
        h: picture.height,
    };
    let within = |rect: Rect, words: &Words, style| {
        let end = words.x + measure::width(&words.text, style);
        assert!(
            words.x >= rect.x && end <= rect.right(),
            "{:?} leaves {rect:?}",
            words.text
        );
        assert!(
            words.y > rect.y && words.y < rect.bottom(),
            "{:?} leaves {rect:?}",
            words.text
        );
    };
    for card in &picture.cards {
        within(card.rect, &card.title, CARD_TITLE);
        card.text
            .iter()
            .for_each(|line| within(card.rect, line, CARD_TEXT));
    }
    for node in &picture.nodes {
        assert!(node.rect.x >= 0 && node.rect.right() <= page.w && node.rect.bottom() <= page.h);
        within(node.rect, &node.title, TITLE);
        node.subtitle
            .iter()
            .for_each(|words| within(node.rect, words, SUBTITLE));
        for chip in node.ports.iter().chain(&node.parts) {
            assert!(chip.rect.x >= node.rect.x && chip.rect.right() <= node.rect.right());
        }
        for port in &node.ports {
            let end = node.title.x + measure::width(&node.title.text, TITLE);
            assert!(end <= port.rect.x, "{} runs into its port", node.title.text);
        }
    }
    for (index, badge) in picture.badges.iter().enumerate() {
        assert!(badge.rect.x >= 0 && badge.rect.right() <= page.w);
        let overlapped = picture.badges[..index]
            .iter()
            .any(|other| other.rect.overlaps(badge.rect));
        assert!(!overlapped, "badge {} lies on another", badge.words.text);
    }
    for entry in &picture.legend.entries {
        within(page, &entry.ends, SUBTITLE);
    }
    for sign in &picture.key.signs {
        within(page, &sign.words, SUBTITLE);
    }
}

#[test]
fn one_component_is_a_picture() {
    check(&platform(1, 1));
}

#[test]
fn three_components_are_a_picture() {
    check(&platform(1, 3));
}

#[test]
fn twenty_components_are_a_picture() {
    check(&platform(7, 3));
}

#[test]
fn sixty_components_are_a_picture() {
    check(&platform(10, 6));
}

#[test]
fn the_reference_platform_is_a_picture() {
    check(include_str!("../../../../../platform.toml"));
}

#[test]
fn strings_are_only_text() {
    let evil = r#"</text><script>alert(1)</script>&"']]> -- %% {{ x }} <{ x }> | ` \\u0007 \\ﬁ"#;
    let text = format!(
        "[platform]\nname = \"p\"\ndescription = '''{evil}'''\n[groups]\ng = '''{evil}'''\n[actors]\na = '''{evil}'''\n\
         [components.c]\nimage = \"a:1\"\ngroup = \"g\"\nports.http = 80\n\
         [[flows]]\nfrom = \"a\"\nto = \"c\"\nlabel = '''{evil}'''\n"
    );
    check(&text);
    let resolved = resolved(&text);
    let (platform, graph) = (&resolved.platform, &resolved.graph);
    let svg = super::super::graph::svg(&resolved.engine, platform, graph).unwrap_or_default();
    assert!(svg.ends_with("</svg>\n"));
    assert!(!svg.contains("<script") && !svg.contains("]]>"));
}
