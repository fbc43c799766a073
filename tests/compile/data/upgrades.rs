//! Another major version over existing data: the steps of the kinds, in every runtime that keeps data.

use std::{collections::BTreeSet, fs};

use mlopsgen::{
    catalog::Kind,
    data::{Keeper, Level, Step, Upgrade},
    plan::MajorChange,
};

use super::{data_plan, keeps_data, kinds, majors, named, platform};

/// The steps in a plan for the change from one text to another, for the same component.
fn changes(before: &str, after: &str) -> Vec<MajorChange> {
    data_plan(before, after).upgrades
}

#[test]
fn a_store_has_steps_for_another_major_version() {
    let mut pairs = 0;
    for kind in kinds() {
        if kind.upgrades.is_empty() || !keeps_data(&kind) {
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

/// Where the data depends on the minor version, a change of it asks for something, both ways.
#[test]
fn a_store_says_what_another_minor_version_asks_for() {
    let kinds: Vec<Kind> = kinds()
        .into_iter()
        .filter(|kind| kind.versions.counts_minors)
        .collect();
    assert!(kinds.len() > 4, "{}", kinds.len());
    for kind in kinds {
        let major = kind.default_major().expect("a major");
        let of = |minor: u64| {
            let text = platform(&kind, major);
            text.replace(&format!("{major}.99.99"), &format!("{major}.{minor}.1"))
        };
        let needs = |from: u64, to: u64| {
            let asked = changes(&of(from), &of(to));
            let needs = asked.iter().flat_map(|change| change.needs.clone());
            needs.collect::<BTreeSet<String>>().len()
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
