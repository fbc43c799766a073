//! Raw keys that decide which data a program meets, and what a release is named.

use mlopsgen::{
    files::Target,
    plan::{Displaced, Manifest},
};

use super::{data_plan, data_plan_of_earlier, displaced_in, planned, store, with};

/// Raw keys, over PostgreSQL 17: which runtimes stop, and for what.
#[test]
fn raw_keys_that_decide_about_data_are_compared_as_they_are_written() {
    let text = store("postgres").replace("18.99.99", "17.2");
    let compose = [Target::Compose];
    let helm = [Target::Helm];
    for (line, expected) in [
        ("compose.volumes = []", &compose[..]),
        (
            "compose.volumes = [\"/srv/pg:/var/lib/postgresql/data\"]",
            &compose,
        ),
        (
            "compose.volumes = [\"store-data:/var/lib/elsewhere\"]",
            &compose,
        ),
        (
            "compose.volumes = [{ type = \"volume\", source = \"store-data\", target = \"/var/lib/postgresql/data\", volume = { subpath = \"x\" } }]",
            &compose,
        ),
        ("compose.tmpfs = [\"/var/lib/postgresql/data\"]", &compose),
        (
            "compose.tmpfs = \"/var/lib/postgresql/data:size=1g\"",
            &compose,
        ),
        (
            "compose.environment.PGDATA = \"/var/lib/postgresql/data/x\"",
            &compose,
        ),
        ("compose.environment = [\"PGDATA=/x\"]", &compose),
        ("compose.command = \"postgres -D /x\"", &compose),
        ("helm.env.PGDATA = \"/x\"", &helm),
        ("helm.args = [\"-D\", \"/x\"]", &helm),
        (
            "helm.extraEnv = [{ name = \"PGDATA\", value = \"/x\" }]",
            &helm,
        ),
        ("helm.volumes.data.mountPath = \"/x\"", &helm),
        ("helm.volumes.data.subPath = \"x\"", &helm),
        ("helm.volumes.data.claim = false", &helm),
        (
            "helm = { extraVolumes = [{ name = \"x\", emptyDir = {} }], extraVolumeMounts = [{ name = \"x\", mountPath = \"/var/lib/postgresql/data/\" }] }",
            &helm,
        ),
        (
            "helm = { extraVolumes = [{ name = \"x\", persistentVolumeClaim.claimName = \"other\" }], extraVolumeMounts = [{ name = \"x\", mountPath = \"/var/lib/postgresql/data/\" }] }",
            &helm,
        ),
        (
            "helm = { extraVolumes = [{ name = \"x\", emptyDir = {} }], extraVolumeMounts = [{ name = \"x\", mountPath = \"/tmp\" }] }",
            &[],
        ),
        ("compose.env_file = [\"../../db.env\"]", &compose),
        ("compose.environment = [\"PGDATA\"]", &compose),
        (
            "compose.extends = { file = \"../../base.yaml\", service = \"db\" }",
            &compose,
        ),
        (
            "helm.extraEnv = [{ name = \"PGDATA\", valueFrom = { configMapKeyRef = { name = \"db\", key = \"x\" } } }]",
            &helm,
        ),
        // What is written counts more than what a file says. The chart sets the variable itself.
        (
            "helm.extraEnvFrom = [{ configMapRef = { name = \"db\" } }]",
            &[],
        ),
        (
            "compose.env_file = [\"../../db.env\"]\nenv.PGDATA = \"/var/lib/postgresql/data\"",
            &[],
        ),
        // The same data in other words.
        (
            "compose.volumes = [\"store-data:/var/lib/postgresql/data/\"]",
            &[],
        ),
        (
            "compose.environment.PGDATA = \"/var/lib/postgresql/data\"",
            &[],
        ),
        ("compose.image = \"mirror.corp/postgres:17.9\"", &[]),
        ("compose.restart = \"always\"", &[]),
        ("volumes.data.mount = \"/pg\"\nenv.PGDATA = \"/pg\"", &[]),
    ] {
        let plan = data_plan(&text, &with(&text, line));
        assert_eq!(
            displaced_in(&plan),
            expected.iter().copied().collect(),
            "{line}"
        );
        assert_eq!((plan.left.len(), plan.upgrades.len()), (0, 0), "{line}");
    }
}

/// A volume that is another one under the same key is left behind, with the key that did it.
#[test]
fn a_volume_that_raw_keys_redirect_is_left_behind() {
    let text = store("postgres");
    let text = text.replace(
        "[\"compose\", \"swarm\", \"helm\"]",
        "[\"compose\", \"helm\"]",
    );
    for (lines, left, by) in [
        (
            "[raw.compose.volumes.store-data]\nname = \"other\"",
            "volume `p_store-data`",
            "# leave out: raw.compose.volumes.store-data",
        ),
        (
            "[raw.compose.volumes.store-data]\ndriver_opts = { type = \"none\", o = \"bind\", device = \"/srv\" }",
            "volume `p_store-data`",
            "# leave out: raw.compose.volumes.store-data",
        ),
        (
            "[raw.helm.volumes.store-data]\nexistingClaim = \"other\"",
            "claim `store-data`",
            "# leave out: raw.helm.volumes.store-data",
        ),
        ("[raw.compose.volumes.store-data]\nexternal = true", "", ""),
    ] {
        let plan = data_plan(&text, &format!("{text}{lines}\n"));
        let found = plan
            .left
            .iter()
            .map(|it| (it.data.title(), it.keep.text().to_string()));
        let expected = [(left.to_string(), by.to_string())];
        let expected = expected.into_iter().filter(|_| !left.is_empty());
        assert_eq!(
            found.collect::<Vec<_>>(),
            expected.collect::<Vec<_>>(),
            "{lines}"
        );
        // The way back is one more change of data.
        assert_eq!(plan.fresh.len(), usize::from(!left.is_empty()), "{lines}");
    }
}

/// A claim lives in a namespace of a cluster: another one makes all claims anew. Where it was before nobody knows until `[deploy]` says it.
#[test]
fn another_place_of_the_release_leaves_the_claims_behind() {
    let text = store("postgres").replace(
        "[\"compose\", \"swarm\", \"helm\"]",
        "[\"compose\", \"helm\", \"gitops\"]",
    );
    let of = |tool: &str, namespace: &str| {
        let repository = "repository = \"https://git.example.com/ml/platform.git\"";
        format!("{text}[deploy.{tool}]\n{repository}\n{namespace}\n")
    };
    let shown = |before: &str, after: &str| -> Vec<(String, String)> {
        let plan = data_plan(before, after);
        assert_eq!(plan.fresh.len(), plan.left.len());
        let left = plan.left.iter();
        left.map(|it| (it.data.title(), it.keep.text().to_string()))
            .collect()
    };
    let none = text.replace(", \"gitops\"", "");
    for tool in ["argocd", "flux"] {
        let (n1, n2) = (
            of(tool, "namespace = \"n1\""),
            of(tool, "namespace = \"n2\""),
        );
        let left = |name: &str| {
            vec![(
                format!("claim `store-data` in the namespace `{name}`"),
                format!("# in the table of `deploy`: namespace = \"{name}\""),
            )]
        };
        assert_eq!(shown(&n1, &n2), left("n1"), "{tool}");
        assert_eq!(shown(&of(tool, ""), &n1), left("p"), "{tool}");
        assert_eq!(shown(&of(tool, ""), &of(tool, "namespace = \"p\"")), []);
        for (before, after) in [(&none, &n1), (&n1, &none), (&n1, &n1)] {
            assert_eq!(shown(before, after), [], "{tool}");
        }
        // So it is with another cluster.
        let other = of(tool, "namespace = \"n1\"\ndestination = \"other\"");
        let third = of(tool, "namespace = \"n2\"\ndestination = \"third\"");
        let here = (
            "claim `store-data` in the namespace `n1`",
            "no `destination`",
        );
        let there = "claim `store-data` in the namespace `n1` of `other`";
        for (before, after, (claim, keep)) in [
            (&n1, &other, here),
            (&other, &n1, (there, "destination = \"other\"")),
            (
                &other,
                &third,
                (there, "namespace = \"n1\", destination = \"other\""),
            ),
        ] {
            let left = vec![(
                claim.to_string(),
                format!("# in the table of `deploy`: {keep}"),
            )];
            assert_eq!(shown(before, after), left, "{tool}");
        }
        assert_eq!(shown(&other, &other), [], "{tool}");
    }
    let usual = of("argocd", "destination = \"https://kubernetes.default.svc\"");
    for own in ["", "destination = \"in-cluster\""] {
        assert_eq!(shown(&usual, &of("argocd", own)), []);
    }
}

/// Versions before this one wrote down the namespace of a claim alone: it may have been in any cluster. One cluster has several addresses.
#[test]
fn a_cluster_that_nobody_wrote_down_is_none_that_changed() {
    let text = store("postgres").replace(
        "[\"compose\", \"swarm\", \"helm\"]",
        "[\"compose\", \"helm\", \"gitops\"]",
    );
    let of = |lines: &str| {
        let repository = "repository = \"https://git.example.com/ml/platform.git\"";
        format!("{text}[deploy.argocd]\n{repository}\n{lines}\n")
    };
    let east = of("namespace = \"n1\"\ndestination = \"https://east\"");
    let elsewhere = of("namespace = \"n2\"\ndestination = \"https://east\"");
    for (now, keep) in [
        (&east, vec![]),
        (&of("namespace = \"n1\""), vec![]),
        (
            &elsewhere,
            vec!["# in the table of `deploy`: namespace = \"n1\""],
        ),
    ] {
        let mut recorded = planned(&east, Manifest::default()).manifest;
        let volumes = std::mem::take(&mut recorded.volumes);
        recorded.volumes = volumes
            .into_iter()
            .map(|(mut data, facts)| {
                data.backing = data.backing.map(|_| "n1".to_string());
                (data, facts)
            })
            .collect();
        let plan = planned(now, recorded).data;
        let kept: Vec<&str> = plan.left.iter().map(|it| it.keep.text()).collect();
        assert_eq!(kept, keep);
        assert_eq!(plan.fresh.len(), keep.len());
    }
    for (before, after) in [
        ("https://east", "https://East:443/"),
        ("in-cluster", "https://kubernetes.default.svc:443"),
    ] {
        let of = |cluster: &str| of(&format!("destination = \"{cluster}\""));
        let plan = data_plan(&of(before), &of(after));
        assert!(!plan.is_loss() && plan.fresh.is_empty(), "{plan:?}");
    }
}

/// What an earlier version of this program recorded does not tell what raw keys did then: nothing is asked for that may be as it was.
#[test]
fn a_manifest_of_an_earlier_version_asks_for_nothing_that_raw_keys_may_have_done() {
    let text = store("postgres").replace("[\"compose\", \"swarm\", \"helm\"]", "[\"compose\"]");
    let own = "compose.volumes = [\"/srv/x:/var/lib/postgresql\"]";
    let renamed = format!("{text}[raw.compose.volumes.store-data]\nname = \"old\"\n");
    for after in [with(&text, own), renamed] {
        let plan = data_plan_of_earlier(&text, &after);
        assert!(!plan.is_loss(), "{after}\n{plan:?}");
        let plan = data_plan(&text, &after);
        assert!(plan.is_loss(), "{after}");
    }
}

/// A file that is not read is asked for when it comes and when it goes, and not while it stays.
#[test]
fn a_file_that_is_not_read_is_asked_for_by_its_key() {
    let text = store("postgres").replace("18.99.99", "17.2");
    let by_file = with(&text, "compose.env_file = [\"../../db.env\"]");
    let sentences = |before: &str, after: &str| -> Vec<String> {
        let plan = data_plan(before, after);
        plan.displaced.iter().map(Displaced::sentence).collect()
    };
    assert_eq!(
        sentences(&text, &by_file),
        [
            "`store` keeps its data at the top of volume `p_store-data` (components.store.volumes.data), and may be led elsewhere by \
             `env_file` (`../../db.env`), which is not read here: then it starts empty (compose)"
        ]
    );
    assert_eq!(
        sentences(&by_file, &text),
        [
            "`store` keeps its data at the top of volume `p_store-data` (components.store.volumes.data), unless `env_file` (`../../db.env`) says otherwise, \
             and is to look at the top of it: it starts empty if it was led elsewhere (compose)"
        ]
    );
    assert_eq!(sentences(&by_file, &by_file), [""; 0]);
    let qdrant = store("qdrant");
    let by_map = with(
        &qdrant,
        "helm.extraEnvFrom = [{ configMapRef = { name = \"db\" } }]",
    );
    assert_eq!(
        displaced_in(&data_plan(&qdrant, &by_map)),
        [Target::Helm].into()
    );
    // Of an image of one's own, too, whatever it mounts.
    let own = "[platform]\nname = \"p\"\ntargets = [\"compose\"]\n[groups]\ng = \"g\"\n[components.store]\n\
               image = \"a/b:1\"\ngroup = \"g\"\nvolumes.d = { mount = \"/d\" }\n";
    let extended = with(
        own,
        "compose.extends = { file = \"../../base.yaml\", service = \"db\" }",
    );
    assert_eq!(
        sentences(own, &extended),
        [
            "`store` has volume `p_store-d` (components.store.volumes.d) at `/d`, and may be led elsewhere by `extends` (`../../base.yaml: db`), which is not read \
             here: then it starts empty (compose)"
        ]
    );
}
