//! Platforms that make a careless algorithm slow: long chains, large cycles, cycles that share steps.
//!
//! The limit is generous: the faults that it should find took ten minutes with twice as many, not seconds. `benches/growth.rs` compares few and many.

use std::{fmt::Write as _, time::Duration};

use mlopsgen::{
    compile::{Request, compile},
    diag::{
        Severity,
        render::{Style, human},
    },
    world::MemoryWorld,
};

use crate::support::cost::cost;

/// Of processor time.
const LONGEST: Duration = Duration::from_secs(60);

/// This many components, each with the lines that `more` returns for its number.
fn platform(count: usize, more: impl Fn(usize) -> String) -> String {
    let mut text = "[platform]\nname = \"demo\"\n[groups]\nmain = \"All\"\n".to_string();
    for number in 0..count {
        let _ = writeln!(
            text,
            "[components.c{number}]\nimage = \"x:1\"\ngroup = \"main\"\n{}",
            more(number)
        );
    }
    text
}

/// The same platform for these targets.
fn only(text: &str, targets: &str) -> String {
    let name = "name = \"demo\"\n";
    text.replacen(name, &format!("{name}targets = [{targets}]\n"), 1)
}

/// The codes of a platform's errors.
fn errors(text: &str) -> Vec<String> {
    let world = MemoryWorld::new().with("platform.toml", text);
    let (compilation, cost) = cost(|| compile(&world, &Request::default()));
    assert!(cost < LONGEST, "took {cost:?}");
    let found = compilation.diagnostics.iter();
    let found = found.filter(|diagnostic| diagnostic.severity == Severity::Error);
    found
        .map(|diagnostic| diagnostic.code.name().to_string())
        .collect()
}

#[test]
fn thousands_of_components_compile() {
    let count = 2_000;
    let text = platform(count, |number| {
        let next = (number + 1) % count;
        format!("ports.http = 80\nenv.NEXT = \"${{components.c{next}.http.url}}\"\n")
    });
    assert_eq!(errors(&only(&text, "\"compose\"")), [""; 0]);
}

#[test]
fn chains_take_time_by_their_length() {
    let count = 1_500;
    let next = |number: usize| (number + 1 < count).then_some(number + 1);
    let keys: [fn(usize) -> String; 3] = [
        |next| format!("network_mode = \"service:c{next}\"\n"),
        |next| format!("depends_on = [\"c{next}\"]\n"),
        |next| format!("ports.http = 80\nenv.NEXT = \"${{components.c{next}.image}}\"\n"),
    ];
    for key in keys {
        let text = platform(count, |number| next(number).map_or(String::new(), key));
        assert_eq!(errors(&text), [""; 0]);
    }
}

/// Of tasks that wait one for the other, and of keys that were moved again and again.
#[test]
fn long_histories_take_time_by_their_length() {
    let count = 4_000;
    let task = |number: usize| match number {
        0 => "t0 = { run = \"x\" }\n".to_string(),
        _ => format!(
            "t{number} = {{ run = \"x\", after = [\"t{}\"] }}\n",
            number - 1
        ),
    };
    let tasks: String = (0..count).map(task).collect();
    let one = platform(1, |_| {
        "volumes.v = { mount = \"/v\", size = \"1Gi\" }\n".to_string()
    });
    let pipeline = format!("{one}[pipelines.p]\nimage = \"p:1\"\n[pipelines.p.tasks]\n{tasks}");
    assert_eq!(errors(&pipeline), [""; 0]);
    let moved = |from: usize, to: &str| {
        format!("[[moved]]\nfrom = \"components.old{from}\"\nto = \"components.{to}\"\n")
    };
    let steps = (1..count).map(|number| moved(number, &format!("old{}", number - 1)));
    let steps: String = steps.chain([moved(0, "c0")]).collect();
    assert_eq!(errors(&format!("{one}{steps}")), [""; 0]);
    let ring = steps.replace(
        "\"components.c0\"",
        &format!("\"components.old{}\"", count - 1),
    );
    assert_eq!(errors(&format!("{one}{ring}")), ["bad-move"]);
}

/// Each `*` that is tried again from the beginning takes some times as long as without it.
#[test]
fn a_route_with_many_wildcards_takes_time_by_its_length() {
    let name = "a".repeat(40);
    let pattern = "*a".repeat(30);
    let text = format!(
        "[platform]\nname = \"demo\"\n[groups]\nmain = \"All\"\n[secrets]\nhook = {{ env = \"HOOK\" }}
[components.prometheus]\nkind = \"prometheus\"\ngroup = \"main\"
[components.alertmanager]\nkind = \"alertmanager\"\ngroup = \"main\"
[components.{name}]\nimage = \"x:1\"\ngroup = \"main\"\nports.http = 80\nmetrics = {{ port = \"http\" }}
[notify]\ndefault = \"all\"\n[notify.receivers.all]\nslack = \"${{secrets.hook}}\"
[[notify.routes]]\ncomponent = [\"{pattern}b\", \"{pattern}\"]\nreceiver = \"all\"\n"
    );
    // The first pattern fits nothing.
    assert_eq!(errors(&text), ["unknown-name"]);
}

#[test]
fn everybody_in_one_network_takes_time_by_their_number() {
    let guest = |number: usize| match number {
        0 => "ports.http = 2000\n".to_string(),
        _ => format!(
            "network_mode = \"service:c0\"\nports.http = {}\n",
            2_000 + number % 1_999
        ),
    };
    // The last one listens where the first does.
    let codes = errors(&platform(2_000, guest));
    assert_eq!(codes, ["port-twice"]);
}

#[test]
fn the_time_for_cycles_grows_with_their_edges() {
    let count = 2_000;
    let ring = platform(count, |number| {
        format!("depends_on = [\"c{}\"]\n", (number + 1) % count)
    });
    assert_eq!(errors(&ring), ["dependency-cycle"]);
    let knot = platform(count, |number| {
        let (one, other) = ((number + 1) % count, (number + 7) % count);
        format!("depends_on = [\"c{one}\", \"c{other}\"]\n")
    });
    let codes = errors(&knot);
    assert!(!codes.is_empty() && codes.iter().all(|code| code == "dependency-cycle"));
}

/// miette looks at all places for each line: a few thousand are given to it a few at a time.
#[test]
fn a_long_ring_is_drawn_in_time_by_its_length() {
    let count = 3_000;
    let ring = platform(count, |number| {
        format!("depends_on = [\"c{}\"]\n", (number + 1) % count)
    });
    let world = MemoryWorld::new().with("platform.toml", ring);
    let compilation = compile(&world, &Request::default());
    let style = Style {
        color: false,
        width: 100,
    };
    let draw = || human(&compilation.diagnostics, &compilation.sources, style);
    let (text, cost) = cost(draw);
    assert!(cost < LONGEST, "took {cost:?}");
    assert_eq!(text.matches("╭─[platform.toml:").count(), count);
    assert_eq!(text.matches("dependency-cycle").count(), 1);
    assert_eq!(text.matches("waits for").count(), count);
    assert_eq!(text.matches("× ").count(), 1);
    assert_eq!(text.matches("help: ").count(), 1);
}

/// Many mistakes of one sort: what is proposed for each is not looked for from the beginning.
#[test]
fn many_mistakes_take_time_by_their_number() {
    /// So many errors are kept, and one line that says so.
    const MOST: usize = 1_001;
    let clash = platform(4_000, |_| {
        "ports.http = { container = 80, host = 8080 }\n".to_string()
    });
    assert_eq!(errors(&clash).len(), MOST);
    let unknown = platform(2_000, |number| format!("depends_on = [\"cx{number}\"]\n"));
    assert_eq!(errors(&unknown).len(), MOST);
    let secrets: String = (0..2_000)
        .map(|it| format!("s{it} = {{ env = \"S{it}\" }}\n"))
        .collect();
    let names = (0..2_000).map(|it| format!("env.E{it} = \"${{secrets.t{it}}}\"\n"));
    let names: String = names.collect();
    let unknown = platform(1, |_| names.clone()) + "[secrets]\n" + &secrets;
    assert_eq!(errors(&unknown).len(), MOST);
}
