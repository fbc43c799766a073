//! Bad input: for any bytes as platform.toml, as a kind or as a template, the compiler reports what is wrong and where,
//! soon, and makes nothing. Fuzzers look for more: see fuzz/.

use std::time::Duration;

use mlopsgen::{
    compile::{Compilation, Request, compile},
    diag::{
        Code, Severity,
        render::{Style, human, json},
    },
    layout::layout,
    world::MemoryWorld,
};
use proptest::prelude::*;

use crate::support::cost::cost;

/// Far more processor time than any of these takes.
const LONGEST: Duration = Duration::from_secs(20);

const HEAD: &str = "[platform]\nname = \"p\"\n[groups]\ng = \"g\"\n";

/// Compiles; every error has a place that exists and can be drawn.
fn judged(world: &MemoryWorld) -> Compilation {
    let ((compilation, _, _), cost) = cost(|| {
        let compilation = compile(world, &Request::default());
        let style = Style {
            color: false,
            width: 80,
        };
        let drawn = human(&compilation.diagnostics, &compilation.sources, style);
        let listed = json(&compilation.diagnostics, &compilation.sources);
        (compilation, drawn, listed)
    });
    assert!(cost < LONGEST, "it took {cost:?}");
    for diagnostic in &compilation.diagnostics {
        let length = |text: &String| text.chars().count();
        let longest = diagnostic
            .help
            .iter()
            .chain([&diagnostic.message])
            .map(length);
        assert!(longest.max() < Some(4_100), "a text that nobody reads");
        let placed = !diagnostic.labels.is_empty() || diagnostic.code == Code::Unreadable;
        assert!(
            placed || diagnostic.severity == Severity::Warning,
            "no place: {diagnostic:?}"
        );
        for label in &diagnostic.labels {
            let text = &compilation.sources.file(label.span.source).text;
            let shown = text.get(label.span.start..label.span.end);
            assert!(shown.is_some(), "no such place: {diagnostic:?}");
        }
    }
    assert_eq!(compilation.output.is_err(), compilation.has_errors());
    compilation
}

fn platform(text: impl Into<Vec<u8>>) -> Compilation {
    judged(&MemoryWorld::new().with("platform.toml", text))
}

fn assert_refused(name: &str, compilation: &Compilation, code: Code) {
    let codes: Vec<&str> = compilation
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code.name())
        .collect();
    assert!(compilation.output.is_err(), "{name} is taken");
    assert!(codes.contains(&code.name()), "{name}: {codes:?}");
}

#[test]
fn bytes_that_are_not_utf8_are_reported_at_their_place() {
    for (name, bytes) in [
        ("latin-1", &b"[platform]\nname = \"p\xe9\"\n"[..]),
        ("cut in a character", b"[platform]\nname = \"\xf0\x9f\x9a"),
        ("zeros", &[0; 4096]),
        ("utf-16", b"\xff\xfe[\0p\0l\0"),
    ] {
        let compilation = platform(bytes);
        assert!(compilation.output.is_err(), "{name}");
        assert!(!compilation.diagnostics[0].labels.is_empty(), "{name}");
    }
    for path in ["mlopsgen/kinds/x.toml", "mlopsgen/templates/x.txt"] {
        for bytes in [b"a\xff".to_vec(), vec![b'#'; 2 << 20]] {
            let world = MemoryWorld::new()
                .with("platform.toml", HEAD)
                .with(path, bytes);
            assert_refused(path, &judged(&world), Code::Unreadable);
        }
    }
}

#[test]
fn a_file_that_is_too_long_is_not_read() {
    let compilation = platform("#".repeat((4 << 20) + 1));
    assert_refused("five MiB", &compilation, Code::Unreadable);
    let long = format!("{HEAD}#{}", "x".repeat(4_000_000));
    assert!(platform(long).output.is_ok());
}

#[test]
fn nesting_of_any_depth_ends_in_a_message() {
    let deep = 100_000;
    let lists = format!("{}{}", "[".repeat(deep), "]".repeat(deep));
    let keys = "a.".repeat(deep);
    for (name, text) in [
        ("lists", format!("a = {lists}")),
        ("open lists", format!("a = {}", "[".repeat(1 << 20))),
        (
            "inline tables",
            format!("a = {}1{}", "{a=".repeat(deep), "}".repeat(deep)),
        ),
        ("dotted keys", format!("{keys}a = 1")),
        ("a heading", format!("[{keys}a]")),
        (
            "headings",
            (1..2000)
                .map(|n| format!("[{}a]\n", "a.".repeat(n)))
                .collect(),
        ),
        ("raw lists", format!("{HEAD}[raw.compose]\nx-a = {lists}")),
        ("raw keys", format!("{HEAD}[raw.helm.extra]\n{keys}a = 1")),
    ] {
        assert!(platform(text).output.is_err(), "{name}");
    }
    assert!(layout(&format!("a = {lists}")).is_none());
}

#[test]
fn many_mistakes_are_counted() {
    let keys: String = (0..30_000).map(|n| format!("k{n} = 1\n")).collect();
    let compilation = platform(format!("{HEAD}[x]\n{keys}[components.a]\n{keys}"));
    assert!(compilation.diagnostics.len() <= 1001, "so many");
    let last = compilation.diagnostics.last().expect("there are errors");
    assert!(last.message.contains("more error"), "{}", last.message);
    assert!(platform("= 1\n".repeat(50_000)).output.is_err());
}

#[test]
fn a_line_without_end_is_shown_in_part() {
    let list = "\"x\", ".repeat(100_000);
    let compilation = platform(format!(
        "{HEAD}[components.a]\nimage = \"a:1\"\ngroup = \"g\"\nprofiles = [{list} 1]\n"
    ));
    assert_refused("a long line", &compilation, Code::WrongType);
}

#[test]
fn cyclic_references_end_in_an_error() {
    for (name, next, width) in [
        ("a circle", 1, 2),
        ("a wide circle", 1, 40),
        ("oneself", 0, 3),
    ] {
        let components: String = (0..10)
            .map(|n| {
                let next = (n + next) % 10;
                let database = format!("${{components.d{next}.database}}").repeat(width);
                format!(
                    "[components.d{n}]\nkind = \"postgres\"\ngroup = \"g\"\n\
                     settings = {{ database = \"{database}\", password = \"${{secrets.s}}\" }}\n"
                )
            })
            .collect();
        let secrets = "[secrets]\ns = { env = \"S\" }\n";
        let compilation = platform(format!("{HEAD}{secrets}{components}"));
        assert_refused(name, &compilation, Code::BadReference);
    }
}

/// Components of which each refers to the image of the next, `length` references in a row.
fn chain(length: usize) -> String {
    let links: String = (0..length)
        .map(|n| {
            let next = n + 1;
            format!("[components.c{n}]\ngroup = \"g\"\nimage = \"${{components.c{next}.image}}\"\n")
        })
        .collect();
    format!("{HEAD}{links}[components.c{length}]\ngroup = \"g\"\nimage = \"shop/api:1.0\"\n")
}

#[test]
fn a_long_chain_of_references_is_no_cycle() {
    let compilation = platform(chain(60));
    let output = compilation.output.expect("the chain ends");
    let file = &output.files.files["compose/g.yaml"].text;
    assert_eq!(file.matches("image: \"shop/api:1.0\"").count(), 61);
}

#[test]
fn a_chain_without_end_is_refused_once() {
    for length in [70, 2_000] {
        let compilation = platform(chain(length));
        let messages: Vec<&str> = compilation
            .diagnostics
            .iter()
            .map(|diagnostic| diagnostic.message.as_str())
            .collect();
        assert_eq!(
            messages,
            ["this reference leads through more than 64 others"],
            "{length}"
        );
    }
}

#[test]
fn a_cycle_is_reported_once_and_not_at_each_place_that_leads_to_it() {
    let circle = "[components.a]\ngroup = \"g\"\nimage = \"${components.b.image}\"\n\
                  [components.b]\ngroup = \"g\"\nimage = \"${components.a.image}\"\n\
                  [components.c]\ngroup = \"g\"\nimage = \"x/${components.a.image}\"\n";
    let compilation = platform(format!("{HEAD}{circle}"));
    let messages: Vec<&str> = compilation
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code == Code::BadReference)
        .map(|diagnostic| diagnostic.message.as_str())
        .collect();
    assert_eq!(messages, ["this reference leads back to itself"]);
}

#[test]
fn references_that_double_at_each_step_are_bounded() {
    let links: String = (0..40)
        .map(|n| {
            let next = format!("${{components.d{}.database}}", n + 1);
            format!(
                "[components.d{n}]\nkind = \"postgres\"\ngroup = \"g\"\n\
                 settings = {{ database = \"{next}{next}\", password = \"${{secrets.s}}\" }}\n"
            )
        })
        .collect();
    let last = "[components.d40]\nkind = \"postgres\"\ngroup = \"g\"\n\
                settings = { database = \"x\", password = \"${secrets.s}\" }\n";
    let compilation = platform(format!(
        "{HEAD}[secrets]\ns = {{ env = \"S\" }}\n{links}{last}"
    ));
    assert_refused("doubled", &compilation, Code::BadReference);
}

#[test]
fn a_broken_reference_of_any_length_gives_a_result() {
    for text in [
        "${".repeat(50_000),
        "${components ".repeat(20_000),
        "${vars.".repeat(20_000),
        "$".repeat(100_000) + "{",
        format!("${{components.{}}}", "a.".repeat(50_000)),
    ] {
        for key in ["env.A", "health.shell", "command"] {
            platform(format!(
                "{HEAD}[components.a]\nimage = \"a:1\"\ngroup = \"g\"\n{key} = \"{text}\"\n"
            ));
        }
    }
}

#[test]
fn text_beside_a_name_may_have_characters_of_several_bytes() {
    for text in [
        "db\u{488}",
        "\u{488}db",
        "db:\u{488}",
        "//db\u{1f600}",
        "db:5432\u{2028}",
    ] {
        let keys = format!("env.A = \"{text}\"\ncommand = \"{text}\"\n");
        let component =
            |name: &str| format!("[components.{name}]\nimage = \"a:1\"\ngroup = \"g\"\n");
        platform(format!("{HEAD}{}{}{keys}", component("db"), component("a")));
    }
}

#[test]
fn a_text_that_is_used_often_is_bounded() {
    let long = "x".repeat(1_000_000);
    let uses: String = (0..2_000)
        .map(|n| format!("env.V{n} = \"${{vars.long}}\"\n"))
        .collect();
    let compilation = platform(format!(
        "{HEAD}[vars]\nlong = \"{long}\"\n[components.a]\nimage = \"a:1\"\ngroup = \"g\"\n{uses}"
    ));
    assert_refused("a variable", &compilation, Code::BadReference);
}

#[test]
fn includes_without_end_are_refused() {
    let including = |patterns: &str| format!("include = [{patterns}]\n{HEAD}");
    let itself = MemoryWorld::new()
        .with(
            "platform.toml",
            including("\"platform.toml\", \"*.toml\", \"a.toml\""),
        )
        .with("a.toml", "include = [\"a.toml\", \"platform.toml\"]\n");
    assert!(judged(&itself).output.is_err());
    let often = |part: &str| format!("\"{}\"", part.repeat(10_000));
    for patterns in [
        often("{a,b}"),
        often("*a"),
        often("[!a-z]"),
        often("**/"),
        format!("\"{}a{}\"", "{".repeat(10_000), "}".repeat(10_000)),
        "\"**/*.toml\",".repeat(10_000),
    ] {
        let world = (0..50).fold(
            MemoryWorld::new().with("platform.toml", including(&patterns)),
            |world, n| world.with(&format!("teams/a{n}.toml"), "[vars]\n"),
        );
        judged(&world);
    }
}

#[test]
fn an_expression_that_takes_too_much_is_stopped() {
    let component = "[components.a]\nkind = \"a\"\ngroup = \"g\"\n";
    let with_kind = |kind: String| {
        MemoryWorld::new()
            .with("platform.toml", format!("{HEAD}{component}"))
            .with(
                "mlopsgen/kinds/a.toml",
                format!("extends = \"redis\"\n{kind}"),
            )
    };
    let deep = format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000));
    let long = "1 + ".repeat(100_000) + "1";
    for expr in [&deep, &long] {
        let alert = format!("alerts.A = {{ expr = \"{expr}\", summary = \"x\" }}\n");
        let compilation = platform(format!("{HEAD}{component}{alert}"));
        assert_refused("an alert", &compilation, Code::BadValue);
        judged(&with_kind(alert));
        judged(&with_kind(format!("[[when]]\nif = \"{expr}\"\n")));
    }
    for part in ["*/1,", "1-", "9"] {
        let schedule = part.repeat(100_000);
        platform(format!(
            "{HEAD}[pipelines.a]\nimage = \"a:1\"\nschedule = \"{schedule} * * * *\"\n\
             tasks.t = {{ run = \"x\" }}\n"
        ));
    }
}

#[test]
fn kinds_that_extend_each_other_end_in_an_error() {
    let component = format!("{HEAD}[components.a]\nkind = \"a\"\ngroup = \"g\"\n");
    let extending = |pairs: &[(String, String)]| {
        pairs.iter().fold(
            MemoryWorld::new().with("platform.toml", component.clone()),
            |world, (name, other)| {
                let path = format!("mlopsgen/kinds/{name}.toml");
                world.with(&path, format!("extends = \"{other}\"\n"))
            },
        )
    };
    let pair = |one: &str, other: &str| (one.to_string(), other.to_string());
    for pairs in [
        vec![pair("a", "a")],
        vec![pair("a", "b"), pair("b", "a")],
        (0..2_000)
            .map(|n| (format!("k{n}"), format!("k{}", n + 1)))
            .chain([pair("a", "k0")])
            .collect(),
    ] {
        assert!(judged(&extending(&pairs)).output.is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_bytes_give_a_result(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        platform(bytes);
    }

    #[test]
    fn any_cut_or_changed_text_gives_a_result(
        at in 0usize..3000,
        length in 0usize..40,
        slip in "[\\[\\]{}\"'=.,#\\\\a-z0-9\\n]{0,6}",
    ) {
        let whole = include_str!("../cases/streaming/platform.toml");
        let at = whole.floor_char_boundary(at);
        let until = whole.ceil_char_boundary((at + length).min(whole.len()));
        platform(format!("{}{slip}{}", &whole[..at], &whole[until..]));
    }

    #[test]
    fn any_kind_and_any_template_gives_a_result(
        text in "(?s)[\\[\\]{}<>%\"'=.,#\\\\a-z0-9 \\n]{0,200}",
    ) {
        let component = "[components.a]\nkind = \"x\"\ngroup = \"g\"\n";
        let world = MemoryWorld::new()
            .with("platform.toml", format!("{HEAD}{component}"))
            .with("mlopsgen/kinds/x.toml", text.clone())
            .with("mlopsgen/templates/x.txt", text);
        judged(&world);
    }
}

/// A short text can name large files many times: the total that is read has a limit.
#[test]
fn the_total_of_what_is_read_is_bounded() {
    let component = "[components.a]\nimage = \"a:1\"\ngroup = \"g\"\n";
    let large = |size: usize| vec![b'x'; size];
    let including = |count: usize, rest: &str| {
        let text = format!("include = [\"t/*.toml\"]\n{HEAD}{rest}");
        (0..count).fold(
            MemoryWorld::new().with("platform.toml", text),
            |world, n| {
                let text = format!("# {}\n", "x".repeat(4_000_000));
                world.with(&format!("t/{n}.toml"), text)
            },
        )
    };
    // Less than what is allowed, and together with the includes more: what is mounted is looked through, which takes longer.
    let often: String = (0..10)
        .map(|n| format!("files.\"/x{n}\" = {{ source = \"big\" }}\n"))
        .collect();
    let often = format!("{component}{often}");
    let world = including(1, &often).with("big", large(900_000));
    assert!(judged(&world).output.is_ok());
    let world = including(15, &often).with("big", large(900_000));
    assert_refused("a source used often", &judged(&world), Code::Unreadable);
    let folder = "files.\"/x\" = { source = \"d\" }\n";
    let world = (0..50).fold(
        MemoryWorld::new().with("platform.toml", format!("{HEAD}{component}{folder}")),
        |world, n| world.with(&format!("d/{n}"), large(4_000_000)),
    );
    assert_refused("a folder of large files", &judged(&world), Code::BadValue);
    assert_refused(
        "large includes",
        &judged(&including(17, "")),
        Code::Unreadable,
    );
}

/// Some systems store an accent as a separate character, and some ignore letter case: there both names are one file.
#[test]
fn names_that_differ_only_in_case_or_form_are_refused() {
    let twins = [
        ("/e/caf\u{e9}", "/e/cafe\u{301}"),
        ("/e/\u{c4}", "/e/\u{e4}"),
        ("/e/\u{c4}", "/e/a\u{308}"),
        ("/e/A.conf", "/e/a.conf"),
    ];
    let component = "[components.a]\nimage = \"a:1\"\ngroup = \"g\"\n";
    for (one, other) in twins {
        let contents = format!(
            "files.\"{one}\" = {{ content = \"1\" }}\nfiles.\"{other}\" = {{ content = \"2\" }}\n"
        );
        let text = format!("{HEAD}{component}{contents}");
        assert_refused(one, &platform(text), Code::OutputClash);
        let folder = "files.\"/x\" = { source = \"d\" }\n";
        let world = MemoryWorld::new()
            .with("platform.toml", format!("{HEAD}{component}{folder}"))
            .with(&format!("d{one}"), "1")
            .with(&format!("d{other}"), "2");
        assert_refused(one, &judged(&world), Code::OutputClash);
        let world = MemoryWorld::new()
            .with("platform.toml", format!("{HEAD}{component}"))
            .with(&format!("mlopsgen/templates/docs{one}"), "1")
            .with(&format!("mlopsgen/templates/docs{other}"), "2");
        assert_refused(one, &judged(&world), Code::BadTemplate);
    }
}
