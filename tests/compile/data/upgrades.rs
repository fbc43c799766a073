//! Another major version over existing data: the steps of the kinds, in every runtime that keeps data.

use std::{collections::BTreeSet, fs};

use mlopsgen::{
    catalog::Kind,
    data::{Data, Keeper, Level, Reader, Step, Upgrade},
    plan::{Consequence, Keep, MajorChange, Manifest},
};

use super::{data_plan, keeps_data, kinds, majors, named, planned, platform, store, stores, with};

/// The steps in a plan for the change from one text to another, for the same component.
fn changes(before: &str, after: &str) -> Vec<MajorChange> {
    data_plan(before, after).upgrades
}

#[test]
fn a_store_has_steps_for_another_major_version() {
    let mut pairs = 0;
    for kind in kinds() {
        // What a single number asks for is tried below.
        if kind.upgrades.iter().all(|it| it.reaches.is_some()) || !keeps_data(&kind) {
            continue;
        }
        for both in majors(&kind).windows(2) {
            for (from, to) in [(both[0], both[1]), (both[1], both[0])] {
                let asked = changes(&platform(&kind, from), &platform(&kind, to));
                let keepers: BTreeSet<Keeper> = asked.iter().map(|it| it.data.keeper).collect();
                let expected = BTreeSet::from([Keeper::Engine, Keeper::Cluster]);
                assert_eq!(keepers, expected, "{} {from} to {to}", kind.name);
                assert!(asked.iter().all(|it| !it.needs.is_empty()));
                pairs += 1;
            }
        }
        let major = majors(&kind)[0];
        let same = platform(&kind, major);
        assert_eq!(changes(&same, &same.replace(".99.99", ".99.98")), []);
    }
    assert!(pairs > 30, "{pairs}");
}

/// MinIO's tags are dates: it no longer reads its filesystem mode since one of them.
#[test]
fn a_date_in_a_tag_tells_what_reads_the_data() {
    let kind = named("minio");
    let major = kind.default_major().expect("a date");
    let of = |tag: &str| {
        let version = format!("{major}.99.99");
        platform(&kind, major).replace(&version, &format!("RELEASE.{tag}"))
    };
    let is_asked = |from: &str, to: &str| !changes(&of(from), &of(to)).is_empty();
    let [old, last, first, new] = [
        "2021-06-17T00-10-46Z",
        "2022-10-24T18-35-07Z",
        "2022-10-29T06-21-33Z",
        "2025-04-22T22-12-26Z",
    ];
    assert!(is_asked(old, new) && is_asked(new, old) && is_asked(last, first));
    assert!(!is_asked(first, new) && !is_asked(old, last) && !is_asked(new, first));
}

/// Where the data depends on the minor version, a change of it asks for something, both ways.
#[test]
fn a_store_says_what_another_minor_version_asks_for() {
    let kinds: Vec<Kind> = kinds()
        .into_iter()
        .filter(|kind| kind.versions.counts_minors)
        .filter(|kind| keeps_data(kind) || kind.roles.iter().any(|it| it.schema && it.required))
        .collect();
    assert!(kinds.len() > 4, "{}", kinds.len());
    for kind in kinds {
        let major = kind.default_major().expect("a major");
        let of = |minor: u64| {
            let text = platform(&kind, major);
            text.replace(&format!("{major}.99.99"), &format!("{major}.{minor}.1"))
        };
        let needs = |from: u64, to: u64| {
            let plan = data_plan(&of(from), &of(to));
            let asked = plan.upgrades.iter().flat_map(|change| change.needs.clone());
            // The schema may be in the store of another component.
            let schemas = plan.consequences.iter().flat_map(Consequence::needs);
            asked.chain(schemas).collect::<BTreeSet<String>>().len()
        };
        assert!(needs(99, 98) > 0, "{} 99 to 98", kind.name);
        assert!(needs(98, 98) == 0, "{} stays", kind.name);
        let is_one_way = kind
            .upgrades
            .iter()
            .all(|upgrade| upgrade.level == Level::Major || upgrade.on != Step::Up);
        assert!(is_one_way || needs(98, 99) > 0, "{} 98 to 99", kind.name);
        let skips = |upgrade: &&Upgrade| upgrade.level == Level::Minor && upgrade.on == Step::Skip;
        let more = kind.upgrades.iter().filter(skips).count();
        assert_eq!(
            needs(90, 99),
            needs(98, 99) + more,
            "{} 90 to 99",
            kind.name
        );
    }
}

/// A kind with data has the steps of a change of its version, or a reason for none.
#[test]
fn a_store_without_upgrade_steps_says_why() {
    for kind in kinds() {
        if !keeps_data(&kind) || !kind.upgrades.is_empty() {
            continue;
        }
        let text =
            fs::read_to_string(format!("templates/kinds/{}.toml", kind.name)).expect("a file");
        assert!(
            text.lines()
                .any(|line| line.starts_with("# Upgrades: none to ask for: ")),
            "{} keeps data: say in `[[upgrades]]` what another version asks for, or `# Upgrades: none to ask for: ...`",
            kind.name
        );
    }
}

/// Two programs that fit the same role do not read each other's data. A kind of the user that
/// extends one of ours runs the same program.
#[test]
fn programs_of_one_role_do_not_read_each_other_s_data() {
    let redis = platform(&named("redis"), 7);
    let valkey = platform(&named("valkey"), 8);
    for (from, to) in [(&redis, &valkey), (&valkey, &redis)] {
        let asked = changes(from, to);
        assert!(
            asked
                .iter()
                .any(|it| it.needs[0].contains("can't read what")),
            "{asked:?}"
        );
    }
    let mysql = platform(&named("mysql"), 8);
    let mariadb = platform(&named("mariadb"), 11);
    let asked = changes(&mysql, &mariadb);
    assert!(
        asked[0].needs[0].contains("`mariadb` can't read what `mysql` wrote"),
        "{asked:?}"
    );
}

/// No program reads what another one wrote, whether its versions ask for anything or not: over the catalog, each kind with the next.
#[test]
fn no_kind_takes_the_data_of_another_one_unasked() {
    let all: Vec<(Kind, String)> = stores().collect();
    let next = all.iter().cycle().skip(1);
    let mut tried = 0;
    for ((from, before), (to, after)) in all.iter().zip(next) {
        if from.program == to.program {
            continue;
        }
        let plan = data_plan(before, after);
        let asked = plan.upgrades.iter();
        let asked = asked.filter(|it| it.data.key.to_string() == "components.store.volumes.data");
        let keepers: BTreeSet<Keeper> = asked.clone().map(|it| it.data.keeper).collect();
        // Some keep nothing in one of the runtimes.
        assert!(
            keepers.contains(&Keeper::Engine),
            "{} to {}",
            from.name,
            to.name
        );
        for change in asked {
            let expected = format!("`{}` can't read what `{}` wrote", to.program, from.program);
            assert!(change.needs[0].starts_with(&expected), "{change:?}");
        }
        // A program of which nothing is known may be able to.
        let other = "kind = \"service\"\nimage = \"me/own:1\"\nvolumes.data.mount = \"/data\"\n";
        let own = without_settings(&store("redis").replacen("kind = \"redis\"\n", other, 1));
        let asked = data_plan(before, &own).upgrades;
        assert!(
            asked.iter().any(|it| it.to == Reader::Unknown),
            "{}",
            from.name
        );
        tried += 1;
    }
    assert!(tried > 35, "{tried}");
}

/// The platform of a store without what its kind is told.
fn without_settings(text: &str) -> String {
    let is_told = |line: &&str| {
        ["version =", "settings =", "uses ="]
            .iter()
            .any(|it| line.starts_with(it))
    };
    let lines = text.lines().filter(|line| !is_told(line));
    lines.map(|line| format!("{line}\n")).collect()
}

/// A manifest of an earlier version names the programs alone whose versions ask for something.
#[test]
fn a_manifest_without_the_program_asks_for_nothing() {
    let of = |name: &str| stores().find(|(kind, _)| kind.name == name).expect(name).1;
    let (before, after) = (of("minio"), of("s3"));
    let mut recorded = planned(&before, Manifest::default()).manifest;
    let volumes = std::mem::take(&mut recorded.volumes).into_iter();
    recorded.volumes = volumes
        .map(|(data, facts)| {
            (
                Data {
                    program: None,
                    ..data
                },
                facts,
            )
        })
        .collect();
    let plan = planned(&after, recorded).data;
    assert!(plan.upgrades.is_empty(), "{:?}", plan.upgrades);
}

/// What sorts texts differently, or belongs to another user, is said both ways, and not where nobody knows the image.
#[test]
fn an_image_with_another_c_library_asks_for_something() {
    let text = store("postgres");
    let with_tag = |tag: &str| {
        let major = named("postgres").default_major().expect("a major");
        text.replace(&format!("{major}.99.99"), tag)
    };
    let shown = |from: &str, to: &str| {
        let asked = data_plan(&with_tag(from), &with_tag(to)).upgrades;
        let shown: BTreeSet<String> = asked
            .iter()
            .map(|it| format!("{} to {}", it.from, it.to))
            .collect();
        shown.into_iter().collect::<Vec<_>>().join("; ")
    };
    let (glibc, musl) = ("postgres 16 (glibc)", "postgres 16 (musl)");
    assert_eq!(shown("16", "16-alpine"), format!("{glibc} to {musl}"));
    assert_eq!(
        shown("16.4-alpine3.20", "16.4"),
        format!("{musl} to {glibc}")
    );
    assert_eq!(shown("16-alpine", "16.9-alpine"), "");
    assert_eq!(shown("16", "16-trixie"), "");
    assert_eq!(
        shown("16-alpine", "17-alpine"),
        "postgres 16 to postgres 17"
    );
    let kinds = kinds().into_iter();
    for kind in kinds.filter(has_other_user) {
        assert!(
            kind.upgrades.iter().any(|it| it.on == Step::Libc),
            "{}",
            kind.name
        );
    }
}

/// Whether the kind's image has another user where its tag holds `alpine`. The group alone follows the claim.
fn has_other_user(kind: &Kind) -> bool {
    let cluster = kind.table.get_path(&["workload", "cluster"]);
    let cluster = cluster.and_then(|cluster| cluster.as_table());
    let number = |key: &str| {
        let user = cluster?.string(key)?;
        user.split(':').next().map(str::to_string)
    };
    let alpine = number("alpine_user");
    alpine.is_some() && alpine != number("user")
}

/// A fork of another program reads what that wrote, up to a version.
#[test]
fn a_fork_reads_what_the_older_versions_of_another_program_wrote() {
    let text = |kind: &str, version: &str| {
        let text = platform(&named(kind), 7);
        text.replace("7.99.99", version)
    };
    let asked = |version: &str| {
        let asked = changes(&text("redis", version), &text("valkey", "9.1.0"));
        assert_eq!(asked.len(), 2, "{asked:?}");
        asked[0].needs.join("\n")
    };
    assert!(asked("7.2.16").starts_with("Valkey loads what Redis up to 7.2 wrote"));
    assert!(asked("7.4.1").starts_with("`valkey` can't read what `redis` wrote"));
    let back = changes(&text("valkey", "9.1.0"), &text("redis", "7.4.1"));
    assert!(back[0].needs[0].starts_with("`redis` can't read what `valkey` wrote"));
}

/// What the help says ends: both programs have data of their own, whatever the volume is called.
#[test]
fn another_kind_gets_a_name_of_its_own() {
    let before = platform(&named("minio"), 2025);
    let after = platform(&named("s3"), 4);
    let asked = changes(&before, &after);
    let way = "`s3` can't read what `minio` wrote: leave `store` as it was, and add the new program as a component of another name";
    assert!(!asked.is_empty());
    for change in &asked {
        assert!(change.needs[0].starts_with(way), "{:?}", change.needs);
    }
    let named = with(&after, "volumes.data.name = \"other\"");
    let plan = data_plan(&before, &named);
    assert_eq!(plan.upgrades, []);
    assert_eq!(plan.left.len(), 2);
    for left in &plan.left {
        let Keep::Copy(text) = &left.keep else {
            panic!("{left:?}");
        };
        assert!(text.starts_with(way), "{text}");
    }
    // As it says.
    let beside = after.replace("components.store]", "components.later]");
    let both = format!(
        "{before}[components.later]{}",
        beside
            .split("[components.later]")
            .nth(1)
            .expect("a component")
    );
    let plan = data_plan(&before, &both);
    assert!(!plan.is_loss(), "{plan:?}");
    let gone = data_plan(&both, &beside);
    assert!(gone.upgrades.is_empty() && gone.consequences.is_empty());
    assert_eq!(gone.left.len(), 2);
}
