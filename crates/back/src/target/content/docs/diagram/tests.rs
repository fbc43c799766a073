//! True of every picture: nothing overlaps, nothing is outside of the picture, no wire crosses a node.

mod chance;
mod lines;
mod texts;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    arrange,
    index::Index,
    measure, paint,
    place::{CARD_TEXT, CARD_TITLE, Rect, SUBTITLE, TITLE},
    scene::{self, Scene},
    scope, tracks,
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
        world: &world,
        engine: &engine,
        catalog: &mut Catalog::new(BTreeMap::new()),
        sources: &mut sources,
        suffix: "",
        over: None,
        written_out: &BTreeSet::new(),
        recorded: &[],
    };
    let draft = expand::expand(&read.expect("a tree").tree, inputs, &mut sink);
    let inputs = resolve::Inputs {
        world: &world,
        engine: &engine,
        sources: &mut sources,
        file: "platform.toml",
        environment: None,
        environments: &[],
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

/// `groups` groups of `each` components. Each component reaches two others, every second one has a flow.
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
    let index = Index::of(&resolved.platform, &resolved.graph);
    let whole = scene::build(&resolved.platform, &index);
    if scope::is_whole(&resolved.platform) {
        check_scene(&resolved.platform, &whole);
    }
    check_scene(
        &resolved.platform,
        &scope::overview(&resolved.platform, &index),
    );
    for (name, edges) in index.by_group() {
        let scene = scope::group(&resolved.platform, &index, name, &edges);
        check_scene(&resolved.platform, &scene);
    }
}

/// Nobody follows thousands of wires, and to route them takes minutes.
#[test]
fn flows_that_nobody_can_follow_are_left_to_the_page() {
    let drawn = |flows: usize| {
        let mut text = platform(1, 40);
        text.truncate(text.find("[[flows]]").expect("flows"));
        for index in 0..flows {
            let (from, to) = (index % 40, (index % 40 + 1 + index / 40) % 40);
            text.push_str(&format!(
                "[[flows]]\nfrom = \"component-{from}\"\nto = \"component-{to}\"\n"
            ));
        }
        let resolved = resolved(&text);
        let pictures = super::draw(&resolved.platform, &resolved.graph, std::convert::identity);
        let (_, group) = pictures.groups.into_iter().next().expect("a group");
        let words = group.key.signs.into_iter().map(|sign| sign.words.text);
        let note = "flows are listed in architecture.md";
        (
            !group.flows.is_empty(),
            words.into_iter().any(|text| text == note),
        )
    };
    assert_eq!(drawn(120), (true, false));
    assert_eq!(drawn(121), (false, true));
}

/// More groups make the overview longer, and no wider than a page.
#[test]
fn the_overview_of_many_groups_is_no_wider_than_ten_cards() {
    let width = |groups: usize| {
        let resolved = resolved(&platform(groups, 1));
        super::draw_main(&resolved.platform, &resolved.graph).width
    };
    let (some, many) = (width(100), width(400));
    assert!(many <= some * 11 / 10 && many < 4_000, "{some}, {many}");
}

fn check_scene(platform: &Platform, scene: &Scene) {
    let rows = arrange::arrange(scene);
    let layout = tracks::lay_out(scene, &rows);
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
    check_connections(scene, &layout);
    let picture = paint::paint(platform, scene, &layout, None);
    let faults = lines::faults(scene, &layout, &picture);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    check_texts(&picture);
}

/// The first or the last stretch of a wire, and the node at its end.
struct Stub {
    node: usize,
    wire: (usize, usize),
    from: (i32, i32),
    to: (i32, i32),
    /// The stretch is the whole wire, and touches both of its nodes.
    is_whole: bool,
}

impl Stub {
    fn is_at(&self, node: usize) -> bool {
        self.node == node || self.is_whole && [self.wire.0, self.wire.1].contains(&node)
    }
}

/// Two wires look like one if their ends lie on one line and touch: then they have to end at the same node.
fn check_connections(scene: &Scene, layout: &tracks::Layout) {
    let mut stubs = Vec::new();
    let mut add = |from: usize, to: usize, points: &[(i32, i32)]| {
        let count = points.len();
        let wire = (from, to);
        for (node, from, to) in [
            (from, points[0], points[1]),
            (to, points[count - 1], points[count - 2]),
        ] {
            stubs.push(Stub {
                node,
                wire,
                from,
                to,
                is_whole: count == 2,
            });
        }
    };
    for line in &layout.lines {
        let wire = &scene.wires[line.wire];
        add(wire.from, wire.to, &line.points);
    }
    let level = |stub: &Stub| stub.from.1 == stub.to.1;
    let along = |stub: &Stub| match level(stub) {
        true => (
            stub.from.0.min(stub.to.0),
            stub.from.0.max(stub.to.0),
            stub.from.1,
        ),
        false => (
            stub.from.1.min(stub.to.1),
            stub.from.1.max(stub.to.1),
            stub.from.0,
        ),
    };
    for (index, one) in stubs.iter().enumerate() {
        for other in &stubs[..index] {
            let is_shared = one.is_at(other.node) || other.is_at(one.node);
            if is_shared || one.wire == other.wire || level(one) != level(other) {
                continue;
            }
            let (a, b) = (along(one), along(other));
            let meet = a.2.abs_diff(b.2) < 3 && a.0 <= b.1 && b.0 <= a.1;
            let title = |node: usize| &scene.nodes[node].title;
            assert!(
                !meet,
                "the wires at {} and {} look like one: {a:?}, {b:?}",
                title(one.node),
                title(other.node)
            );
        }
    }
}

fn within(rect: Rect, words: &Words, style: measure::Style) {
    let end = words.x + measure::width(&words.text, style);
    let text = &words.text;
    let fits_beside = words.x >= rect.x && end <= rect.right();
    assert!(fits_beside, "{text:?} leaves {rect:?}");
    let fits_below = words.y > rect.y && words.y < rect.bottom();
    assert!(fits_below, "{text:?} leaves {rect:?}");
}

fn check_texts(picture: &Picture) {
    let page = Rect {
        x: 0,
        y: 0,
        w: picture.width,
        h: picture.height,
    };
    for card in &picture.cards {
        card.title
            .iter()
            .for_each(|line| within(card.rect, line, CARD_TITLE));
        card.text
            .iter()
            .for_each(|line| within(card.rect, line, CARD_TEXT));
    }
    for node in &picture.nodes {
        assert!(node.rect.x >= 0 && node.rect.right() <= page.w && node.rect.bottom() <= page.h);
        node.title
            .iter()
            .for_each(|words| within(node.rect, words, TITLE));
        node.subtitle
            .iter()
            .for_each(|words| within(node.rect, words, SUBTITLE));
        for chip in node.ports.iter().chain(&node.parts) {
            assert!(chip.rect.x >= node.rect.x && chip.rect.right() <= node.rect.right());
        }
        for (words, port) in node
            .title
            .iter()
            .flat_map(|words| node.ports.iter().map(move |port| (words, port)))
        {
            let end = words.x + measure::width(&words.text, TITLE);
            assert!(end <= port.rect.x, "{} runs into its port", words.text);
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
        entry
            .ends
            .iter()
            .for_each(|words| within(page, words, SUBTITLE));
        let texts = entry.label.iter().chain(&entry.ends);
        let cut = texts.into_iter().find(|words| words.text.ends_with('…'));
        assert!(cut.is_none(), "{cut:?} is cut");
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
fn a_line_beside_an_arrow_does_not_touch_its_head() {
    let mut text = String::from("[platform]\nname = \"p\"\n[groups]\ng = \"Group\"\n");
    for (name, reaches) in [("a", ""), ("b", "a"), ("c", ""), ("d", "a"), ("e", "d")] {
        let reaches = match reaches {
            "" => String::new(),
            other => format!("reaches = [\"{other}\"]\n"),
        };
        text.push_str(&format!(
            "[components.{name}]\nimage = \"a:1.0\"\ngroup = \"g\"\nports.http = 80\n{reaches}"
        ));
    }
    check(&text);
}

/// Who needs whom and what flows against it are two facts.
#[test]
fn a_need_is_drawn_beside_a_flow_against_it() {
    let text = "[platform]\nname = \"p\"\n[groups]\none = \"1\"\ntwo = \"2\"\n\
        [components.a]\nimage = \"a:1\"\ngroup = \"one\"\ndepends_on = [\"b\"]\n\
        [components.b]\nimage = \"b:1\"\ngroup = \"two\"\n\
        [[flows]]\nstep = 1\nfrom = \"b\"\nto = \"a\"\nlabel = \"answers\"\n";
    let resolved = resolved(text);
    let picture = super::draw_main(&resolved.platform, &resolved.graph);
    assert_eq!((picture.flows.len(), picture.needs.len()), (1, 1));
    check(text);
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
fn a_group_of_twenty_is_a_picture() {
    check(&platform(1, 20));
}

#[test]
fn what_does_not_fit_into_one_picture_has_one_for_each_group() {
    for (groups, each, pictures) in [(7, 3, 0), (10, 6, 10), (40, 5, 40)] {
        let resolved = resolved(&platform(groups, each));
        let drawn = super::draw(&resolved.platform, &resolved.graph, std::convert::identity);
        assert_eq!(drawn.groups.len(), pictures);
        let links = drawn.main.cards.iter().filter(|card| card.link.is_some());
        assert_eq!(links.count(), pictures);
        for (name, picture) in &drawn.groups {
            assert!(picture.width <= 2000, "{name} is {} wide", picture.width);
        }
    }
}

#[test]
fn sixty_components_are_a_picture() {
    check(&platform(10, 6));
}

#[test]
fn the_reference_platform_is_a_picture() {
    check(include_str!("../../../../../../../platform.toml"));
}

#[test]
fn no_string_adds_markup_to_the_picture() {
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
