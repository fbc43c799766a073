//! Kind files: the embedded ones are in the language, and an error in a user's file is reported at its place.

use std::{collections::BTreeMap, fs};

use mlopsgen::{
    catalog::Catalog,
    compile::{Request, compile},
    diag::{Code, Diagnostic, Sink, render},
    source::Sources,
    syntax::Node,
    world::MemoryWorld,
};

fn load(name: &str, text: &str) -> (Sources, Vec<Diagnostic>) {
    let own = BTreeMap::from([(name.to_string(), text.to_string())]);
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    Catalog::new(own).load_own(&mut sources, &mut sink);
    (sources, sink.finish())
}

/// One line a diagnostic: `LINE: code: message (what is underlined) help`.
fn printed(name: &str, text: &str) -> Vec<String> {
    let (sources, diagnostics) = load(name, text);
    diagnostics
        .iter()
        .map(|diagnostic| {
            let place = diagnostic.labels.first().map(|label| label.span);
            let (line, underlined) = place.map_or((0, ""), |span| {
                (sources.position(span).0, sources.text(span))
            });
            format!(
                "{line}: {}: {} ({underlined})",
                diagnostic.code.name(),
                diagnostic.message
            )
        })
        .collect()
}

#[test]
fn every_embedded_kind_is_in_the_language() {
    for name in Catalog::default().names() {
        let text = fs::read_to_string(format!("templates/kinds/{name}.toml"))
            .expect("the kind's file can be read");
        let (sources, diagnostics) = load(&name, &text);
        let style = render::Style {
            color: false,
            width: 200,
        };
        let words = render::human(&diagnostics, &sources, style);
        assert!(diagnostics.is_empty(), "{words}");
    }
}

/// The files of `templates/kinds/shared/`: name and text.
fn shared() -> Vec<(String, String)> {
    let entries = fs::read_dir("templates/kinds/shared").expect("the folder can be read");
    let files = entries.flatten().map(|entry| {
        let name = entry.file_name().to_string_lossy().replace(".toml", "");
        let text = fs::read_to_string(entry.path()).expect("the file can be read");
        (name, text)
    });
    files.collect()
}

#[test]
fn what_kinds_share_is_in_the_language() {
    let files = shared();
    assert!(!files.is_empty(), "the files are found");
    for (name, text) in files {
        let (_, diagnostics) = load(&name, &text);
        // Names that the kinds declare which share it.
        let others = diagnostics.iter().find(|it| it.code != Code::UnknownName);
        assert!(others.is_none(), "{name}: {others:?}");
    }
}

#[test]
fn what_kinds_share_is_of_several() {
    let kinds: Vec<String> = Catalog::default()
        .names()
        .iter()
        .map(|name| fs::read_to_string(format!("templates/kinds/{name}.toml")).expect("a file"))
        .collect();
    for (name, _) in shared() {
        let shares = |text: &&String| {
            text.lines().any(|line| {
                line.starts_with("shares = ") && line.contains(&format!("\"{name}\""))
                    || name == "up-panel" && line == "type = \"up\""
            })
        };
        let users = kinds.iter().filter(shares).count();
        assert!(users > 1, "{name} is shared by {users}");
    }
}

#[test]
fn what_a_kind_shares_stands_in_it_where_it_says_nothing_else() {
    let text = "title = \"T\"\nimage = \"t\"\nversion = \"1\"\nshares = [\"authority\"]\n\
                [settings.ca]\ndescription = \"Ours\"\n[[when]]\nif = \"settings.ca\"\n\
                [when.outputs]\nmore = \"x\"\n[[panels]]\ntype = \"up\"\nwidth = 4\n";
    let own = BTreeMap::from([("t".to_string(), text.to_string())]);
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let kind = Catalog::new(own).get("t", &mut sources, &mut sink);
    assert!(sink.finish().is_empty(), "it has no errors");
    let table = &kind.expect("it is read").table;
    let text = |path: &[&str]| table.get_path(path).and_then(Node::as_str);
    assert_eq!(text(&["settings", "ca", "description"]), Some("Ours"));
    assert_eq!(text(&["settings", "ca", "holds"]), Some("pem"));
    let cases = table.array("when").expect("cases").iter();
    let outputs: Vec<&str> = cases
        .filter_map(|case| case.as_table()?.table("outputs")?.keys().next())
        .collect();
    assert_eq!(outputs, ["ca", "more"], "its own cases follow");
    let panel = table
        .array("panels")
        .and_then(|panels| panels[0].as_table());
    let panel = panel.expect("a panel");
    assert_eq!(panel.string("title"), Some("Up"));
    assert_eq!(
        (panel.integer("width"), panel.integer("height")),
        (Some(4), Some(6))
    );
}

#[test]
fn a_mistake_in_a_kind_is_reported_at_its_place() {
    for (text, expected) in [
        (
            "shares = [\"autority\"]",
            "1: unknown-name: kinds share no `autority` (\"autority\")",
        ),
        (
            "[[panels]]\nqueries = [{ expr = \"up\" }]",
            "1: missing-key: a panel needs the key `title` ([[panels]])",
        ),
        (
            "[[panels]]\ntitle = \"T\"",
            "1: missing-key: a panel needs the key `queries` ([[panels]])",
        ),
        (
            "titel = \"X\"",
            "1: unknown-key: a kind has no key `titel` (titel)",
        ),
        (
            "[parts.a]\nimage = 3",
            "2: wrong-type: expected a string, found a whole number (3)",
        ),
        (
            "[settings.a]\ntype = \"text\"",
            "2: bad-value: `text` is not `string`, `integer`, `boolean`, `duration`, `period`, `size`, `secret`, `list`, `databases`, `stores`, `file`, `files` or `folders` (\"text\")",
        ),
        (
            "[settings.a]\ntype = \"list\"\ndefault = 3",
            "3: wrong-type: setting `a` is of the type `list`, its default is a whole number (3)",
        ),
        (
            "[settings.user]\nrequired_with = \"pasword\"\n[settings.password]",
            "2: unknown-name: there is no setting `pasword` (\"pasword\")",
        ),
        (
            "[settings.name]\n[workload]\nenv.A = \"x${settings.nam}y\"",
            "3: unknown-name: there is no setting `nam` (${settings.nam})",
        ),
        (
            "[roles.db]\nkinds = [\"postgers\"]",
            "2: unknown-name: there is no kind `postgers` (\"postgers\")",
        ),
        (
            "[workload]\nenv.A = \"${roles.db.url}\"",
            "2: unknown-name: there is no role `db` (${roles.db.url})",
        ),
        (
            "[workload]\nenv.A = \"${own.key}\"",
            "2: unknown-name: there is no secret or variable `key` (${own.key})",
        ),
        (
            "[workload]\nports.http = 80\nenv.A = \"${self.htp.url}\"",
            "3: unknown-name: there is no port `htp` (${self.htp.url})",
        ),
        (
            "[workload]\nports.http = 80\nenv.A = \"${self.http}\"",
            "3: bad-reference: `http` is a port: name one of its fields (${self.http})",
        ),
        (
            "[[when]]\nif = \"major >\"",
            "2: bad-kind: this is not a condition (\"major >\")",
        ),
        (
            "[[when]]\nif = \"setings.x\"",
            "2: unknown-name: there is no name `setings.x` (\"setings.x\")",
        ),
        (
            "[[when]]\nif = \"settings.x\"",
            "2: unknown-name: there is no setting `x` (\"settings.x\")",
        ),
        (
            "[[when]]\nif = \"platform.promtheus\"",
            "2: unknown-name: there is no fact of the platform `promtheus` (\"platform.promtheus\")",
        ),
        (
            "[[when]]\nworkload.init = true",
            "1: missing-key: a case of `[[when]]` needs the key `if` ([[when]])",
        ),
        (
            "port = \"http\"",
            "1: unknown-name: there is no port `http` (\"http\")",
        ),
        (
            "[binding]\ndefault = \"database\"",
            "2: unknown-name: there is no setting `database` (\"database\")",
        ),
        (
            "[parts.a]\ndepends_on = { \"@setup\" = \"completed\" }",
            "2: unknown-name: there is no part `setup` (\"@setup\")",
        ),
        (
            "[parts.a]\nwithout = [\"volumez.data\"]",
            "2: unknown-name: there is no key of a workload `volumez` (\"volumez.data\")",
        ),
        (
            "[alerts.A]\nexpr = \"up == \"",
            "2: bad-value: `up == ` is not an expression of PromQL (\"up == \")",
        ),
        (
            "[alerts.A]\nexpr = \"up{$${self.selector}} == 0\"",
            "2: bad-value: `up{$${self.selector}} == 0` is not an expression of PromQL (\"up{$${self.selector}} == 0\")",
        ),
        (
            "[workload]\nfiles.\"/a\" = { setting = \"config\" }",
            "2: unknown-name: there is no setting `config` (\"config\")",
        ),
        (
            "extends = \"redsi\"",
            "1: unknown-kind: kind `x` extends `redsi`, which is not another kind (\"redsi\")",
        ),
    ] {
        let printed = printed("x", text);
        assert_eq!(printed, [expected], "{text}");
    }
}

#[test]
fn many_mistakes_are_reported_at_once() {
    let text = "titel = \"X\"\nmajors = [\"7\"]\n[workload]\nports.http = \"x\"\n[alerts.A]\nfor = \"soon\"";
    let codes: Vec<String> = printed("x", text)
        .iter()
        .map(|line| line.split(": ").take(2).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        codes,
        [
            "1 unknown-key",
            "2 wrong-type",
            "4 bad-value",
            "5 missing-key",
            "6 bad-value"
        ]
    );
}

#[test]
fn a_value_of_the_extended_kind_can_be_removed() {
    let text = "extends = \"redis\"\nmajors = false\n[settings]\npassword = false\n[workload.volumes]\ndata = false";
    let printed = printed("x", text);
    assert!(printed.is_empty(), "{printed:#?}");
}

#[test]
fn a_broken_kind_is_reported_once_even_if_nothing_uses_it() {
    let platform = |kind: &str| {
        format!(
            "[platform]\nname = \"p\"\n[groups]\ng = \"G\"\n[components.c]\nkind = \"{kind}\"\ngroup = \"g\"\nimage = \"x:1\"\n"
        )
    };
    for kind in ["mine", "service"] {
        let world = MemoryWorld::new()
            .with("platform.toml", platform(kind))
            .with("mlopsgen/kinds/mine.toml", "[workload]\nimege = \"x\"\n");
        let compilation = compile(&world, &Request::default());
        let errors = render::json(&compilation.diagnostics, &compilation.sources);
        let errors: Vec<_> = errors
            .iter()
            .filter(|one| one.severity == "error")
            .collect();
        assert_eq!(errors.len(), 1, "{kind}: {errors:#?}");
        assert_eq!(errors[0].places[0].file, "mlopsgen/kinds/mine.toml");
        assert_eq!(errors[0].places[0].line, 2);
        assert!(compilation.output.is_err());
    }
}

#[test]
fn a_kind_file_is_utf8_and_named_as_kinds_are() {
    let printed = printed("My_Kind", "title = \"X\"");
    assert_eq!(printed.len(), 1, "{printed:#?}");
    assert!(printed[0].contains("bad-name"), "{printed:#?}");
    let world = MemoryWorld::new()
        .with("platform.toml", "[platform]\nname = \"p\"\n")
        .with("mlopsgen/kinds/mine.toml", vec![b't', 0xff]);
    let compilation = compile(&world, &Request::default());
    assert!(compilation.has_errors());
    assert_eq!(
        compilation.diagnostics[0].message,
        "`mlopsgen/kinds/mine.toml` is not UTF-8"
    );
}

/// The Compose file of a group of components, of which `store` and `reader` have kinds of their own.
fn compose(components: &str, store: &str, reader: &str) -> String {
    let world = MemoryWorld::new()
        .with(
            "platform.toml",
            format!("[platform]\nname = \"p\"\n[groups]\ng = \"G\"\n{components}"),
        )
        .with("mlopsgen/kinds/store.toml", store)
        .with("mlopsgen/kinds/reader.toml", reader);
    let compilation = compile(&world, &Request::default());
    let style = render::Style {
        color: false,
        width: 200,
    };
    let words = render::human(&compilation.diagnostics, &compilation.sources, style);
    let output = compilation.output.unwrap_or_else(|_| panic!("{words}"));
    let file = output
        .files
        .files
        .get("compose/g.yaml")
        .expect("a Compose file");
    file.text.to_string()
}

#[test]
fn an_escaped_reference_of_a_kind_is_no_reference() {
    let components = "[components.store]\nkind = \"store\"\ngroup = \"g\"\n\
                      [components.reader]\nkind = \"reader\"\ngroup = \"g\"\n\
                      uses = { store = \"store\" }\n";
    let store = "title = \"S\"\ndescription = \"S\"\nimage = \"store\"\nversion = \"1\"\n\
                 [binding]\nmore = \"topics\"\n\
                 [settings.topics]\ntype = \"list\"\n\
                 [outputs]\npattern = \"a/$${binding}\"\n\
                 [parts.setup]\njob = true\n";
    let reader = "title = \"R\"\ndescription = \"R\"\nimage = \"reader\"\nversion = \"1\"\n\
                  [secrets.login]\ndescription = \"L\"\n\
                  [roles.store]\nkinds = [\"store\"]\n\
                  [roles.store.gives.setup]\n\"LOGIN_${self.env_name}\" = \"${self.name} $${own.login} $${self.name}\"\n\
                  [workload]\nenv.PATTERN = \"${roles.store.pattern}\"\n";
    let file = compose(components, store, reader);
    // A dollar is doubled in Compose.
    for line in [
        "PATTERN: a/$${binding}",
        "LOGIN_READER: reader $${own.login} $${self.name}",
    ] {
        assert!(file.replace('"', "").contains(line), "{line}:\n{file}");
    }
}

#[test]
fn a_replaced_secret_keeps_the_self_of_its_component() {
    let components = "[components.store]\nkind = \"store\"\ngroup = \"g\"\n\
                      [components.reader]\nkind = \"reader\"\ngroup = \"g\"\n\
                      uses = { store = \"store\" }\nenv.PASSWORD = \"${self.name} $${x}\"\n";
    let store = "title = \"S\"\ndescription = \"S\"\nimage = \"store\"\nversion = \"1\"\n\
                 [parts.setup]\njob = true\n";
    let reader = "title = \"R\"\ndescription = \"R\"\nimage = \"reader\"\nversion = \"1\"\n\
                  [secrets.login]\ndescription = \"L\"\nreplaced_by = [\"PASSWORD\"]\n\
                  [roles.store]\nkinds = [\"store\"]\n\
                  [roles.store.gives.setup]\nLOGIN = \"${own.login}\"\n";
    let file = compose(components, store, reader);
    assert!(
        file.replace('"', "").contains("LOGIN: reader $${x}"),
        "{file}"
    );
}

/// Where a kind has no version, the tag stands in its image.
#[test]
fn the_image_of_a_kind_without_a_version_may_hold_its_tag() {
    assert_eq!(
        printed("svc", "image = \"acme/svc:1\"\n[workload]\nports.http = 80"),
        [""; 0]
    );
}
