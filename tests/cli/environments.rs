//! Several environments of one platform: their own names on a machine, and commands for all of them.

use crate::{binary::run, support::folder::Folder};

const PLATFORM: &str = r#"
[platform]
name = "demo"

[groups]
main = "Everything"

[components.store]
kind = "redis"
group = "main"
"#;

fn project() -> Folder {
    let project = Folder::new();
    project.write("platform.toml", PLATFORM);
    project.write(
        "platform.prod.toml",
        "[components.store]\nports.redis = { host = 7000 }\n",
    );
    project.write("platform.v1.2.toml", "");
    project.write("platform.own.toml", "[platform]\nname = \"shop\"\n");
    project
}

#[test]
fn each_environment_has_its_own_names_on_a_machine_and_the_chart_keeps_its_name() {
    let project = project();
    let ran = run(&project, &["apply", "--all-envs", "--yes", "-q"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    for (folder, name, chart) in [
        ("", "demo", "demo"),
        ("prod/", "demo-prod", "demo"),
        ("v1.2/", "demo-v1_2", "demo"),
        ("own/", "shop", "shop"),
    ] {
        let group = project.read(&format!("generated/{folder}compose/main.yaml"));
        for line in [
            format!("name: {name}\n"),
            format!("name: {name}_main\n"),
            format!("name: {name}_store-data\n"),
        ] {
            let quoted = line.replace(": ", ": \"").replace('\n', "\"\n");
            assert!(
                group.contains(&line) || group.contains(&quoted),
                "{line}{group}"
            );
        }
        let values = format!("generated/{folder}helm/{chart}/values.yaml");
        assert!(project.path(&values).is_file(), "{values}");
    }
}

#[test]
fn a_file_of_an_environment_that_is_called_like_a_target_is_named() {
    let project = project();
    project.write("platform.helm.toml", "");
    for command in [&["plan"][..], &["apply", "--yes"]] {
        let ran = run(&project, command);
        let said = "`platform.helm.toml` can't stay: `helm` can't be the name of an environment";
        assert_eq!(ran.status, 1);
        assert!(ran.err.contains(said), "{}", ran.err);
        assert!(!ran.err.contains("template"), "{}", ran.err);
    }
}

#[test]
fn check_without_an_environment_looks_at_all_of_them() {
    let project = project();
    assert_eq!(run(&project, &["apply", "--yes", "-q"]).status, 0);
    let ran = run(&project, &["check"]);
    assert_eq!(ran.status, 2, "the base is fresh, the environments are not");
    for line in [
        "`generated/` is up to date.\n",
        "`generated/prod/` is stale. run: mlopsgen apply --env prod\n",
        "`generated/own/` is stale. run: mlopsgen apply --env own\n",
    ] {
        assert!(ran.out.contains(line), "{line}{}", ran.out);
    }
    let ran = run(&project, &["check", "--format", "json"]);
    let report = ran.json();
    assert_eq!((ran.status, &report["up_to_date"]), (2, &false.into()));
    assert_eq!(report["environments"][1]["environment"], "prod");
    assert_eq!(report["environments"][1]["up_to_date"], false);
    assert_eq!(run(&project, &["apply", "--all-envs", "-yq"]).status, 0);
    let ran = run(&project, &["check"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{}", ran.out);
    assert_eq!(
        run(&project, &["check", "--format", "json"]).json()["up_to_date"],
        true
    );
    project.write(
        "platform.prod.toml",
        "[components.nowhere]\ngroup = \"none\"\n",
    );
    assert_eq!(
        run(&project, &["check"]).status,
        1,
        "an error counts more than what is stale"
    );
}

#[test]
fn errors_in_one_environment_keep_apply_from_writing_any() {
    let project = project();
    project.write("platform.own.toml", "[components.store]\nimag = \"x:1\"\n");
    let ran = run(&project, &["apply", "--all-envs", "--yes"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("unknown-key"), "{}", ran.err);
    let last = "nothing was written: `apply` stopped in `own`\n";
    assert!(ran.err.ends_with(last), "{}", ran.err);
    assert!(!project.path("generated").exists(), "{}", ran.out);
    let ran = run(
        &project,
        &["apply", "--all-envs", "--yes", "--format", "json"],
    );
    let report = ran.json();
    assert_eq!((ran.status, &report["up_to_date"]), (1, &false.into()));
    assert_eq!(report["environments"][0]["environment"], "own");
    let errors = &report["environments"][0]["diagnostics"];
    assert_eq!(errors[0]["code"], "unknown-key", "{report}");
    assert!(!project.path("generated").exists());
}

/// What stops one is found before the first write: a file that was edited by hand, data that would be left behind.
#[test]
fn what_stops_apply_in_one_environment_keeps_it_from_writing_any() {
    let project = project();
    let apply = ["apply", "--all-envs", "--yes", "-q"];
    run(&project, &apply).succeeded();
    let more = "[components.web]\nimage = \"web:1\"\ngroup = \"main\"\n";
    project.write("platform.toml", format!("{PLATFORM}{more}"));
    let edited = "generated/prod/compose/main.yaml";
    let written = project.read(edited);
    let hand = format!("{written}# by hand\n");
    project.write(edited, &hand);
    let before = project.tree();
    let ran = run(&project, &apply);
    let last = "nothing was written: `apply` stopped in `prod`\n";
    ran.failed_with(&["generated/prod/compose/main.yaml: edited by hand", last]);
    assert_eq!(project.tree(), before);
    let json = run(
        &project,
        &["apply", "--all-envs", "--yes", "--format", "json"],
    );
    let report = json.json();
    assert_eq!((json.status, &report["up_to_date"]), (1, &false.into()));
    let of_prod = report["environments"].as_array().expect("a list").iter();
    let mut of_prod = of_prod.filter(|it| it["environment"] == "prod");
    assert!(of_prod.any(|it| it["error"].is_object()), "{report}");
    assert_eq!(project.tree(), before);
    project.write(edited, &written);
    // The store goes in one environment alone.
    project.write("platform.v1.2.toml", "[components]\nstore = false\n");
    let before = project.tree();
    let last = "nothing was written: `apply` stopped in `v1.2`\n";
    run(&project, &apply).failed_with(&["--accept-data-loss", last]);
    assert_eq!(project.tree(), before);
    project.write("platform.v1.2.toml", "");
    run(&project, &apply).succeeded();
    run(&project, &["check"]).succeeded();
}

#[test]
fn check_finds_the_folder_of_an_environment_that_is_gone() {
    let project = project();
    assert_eq!(run(&project, &["apply", "--all-envs", "-yq"]).status, 0);
    std::fs::remove_file(project.path("platform.own.toml")).expect("it is there");
    let ran = run(&project, &["check"]);
    assert_eq!(ran.status, 2);
    let line = "`generated/own/` belongs to an environment that does not exist";
    assert!(ran.out.contains(line), "{}", ran.out);
    // Outside of git, or where it is not committed, git has nothing to remove.
    let removal = "To remove it: rm -r generated/own\n";
    assert!(ran.out.contains(removal), "{}", ran.out);
    let report = run(&project, &["check", "--format", "json"]).json();
    assert_eq!(report["environments_gone"], serde_json::json!(["own"]));
    assert_eq!(report["up_to_date"], false);
    assert_eq!(run(&project, &["check", "--env", "prod"]).status, 0);
}

#[test]
fn all_envs_is_for_commands_that_can_do_each_by_itself() {
    let project = project();
    for arguments in [
        &["plan", "--all-envs", "--out", "a.plan"][..],
        &["graph", "--all-envs"],
        &["fmt", "--all-envs"],
        &["plan", "--all-envs", "--env", "prod"],
    ] {
        assert_eq!(run(&project, arguments).status, 1, "{arguments:?}");
    }
    let ran = run(&project, &["validate", "--all-envs"]);
    assert_eq!(ran.status, 0);
    let line = "platform.toml with platform.prod.toml is valid, 0 warnings\n";
    assert!(ran.out.contains(line), "{}", ran.out);
    let ran = run(&project, &["plan", "--all-envs", "--detailed-exitcode"]);
    assert_eq!(ran.status, 2);
    assert_eq!(ran.out.matches("Plan: ").count(), 4);
}

#[test]
fn moves_of_an_environment_come_on_top_of_the_platform_s() {
    let project = Folder::new();
    let entry = |from: &str, to: &str| format!("[[moved]]\nfrom = \"{from}\"\nto = \"{to}\"\n");
    let more = "[components.web]\nimage = \"web:1\"\ngroup = \"main\"\nvolumes.cache = { mount = \"/cache\" }\n";
    project.write("platform.toml", format!("{PLATFORM}{more}"));
    project.write("platform.prod.toml", "");
    let apply = || {
        let ran = run(&project, &["apply", "--all-envs", "--yes", "-q"]);
        assert_eq!(ran.status, 0, "{}", ran.err);
    };
    apply();
    // A component is renamed for all, and a volume in one environment alone.
    let renamed = format!("{PLATFORM}{more}").replace("components.store", "components.stock");
    let for_all = entry("components.store", "components.stock");
    project.write("platform.toml", format!("{renamed}{for_all}"));
    let here = entry(
        "components.web.volumes.cache",
        "components.web.volumes.kept",
    );
    let over =
        format!("[components.web.volumes]\ncache = false\nkept = {{ mount = \"/cache\" }}\n{here}");
    project.write("platform.prod.toml", &over);
    apply();
    let compose = project.read("generated/prod/compose/main.yaml");
    for name in ["demo-prod_store-data", "demo-prod_web-cache"] {
        assert!(compose.contains(&format!("name: {name}\n")), "{compose}");
    }
    // An entry for the same thing replaces the platform's.
    project.write("platform.prod.toml", format!("{over}{for_all}"));
    let ran = run(&project, &["check", "--env", "prod"]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
}

/// One cluster may run all environments: each has its own objects and its own namespace.
#[test]
fn environments_have_different_names_in_a_cluster() {
    let project = project();
    let base = |namespace: &str| {
        format!(
            "{PLATFORM}[deploy]\nargocd = {{ repository = \"https://git.example.com/x.git\"{namespace} }}\n"
        )
        .replace("name = \"demo\"", "name = \"demo\"\ntargets = [\"helm\", \"gitops\"]")
    };
    let places = |folder: &str| {
        let text = project.read(&format!("generated/{folder}gitops/argocd.yaml"));
        let after = |key: &str| {
            let mut lines = text.lines();
            let line = lines
                .find_map(|line| line.trim().strip_prefix(key))
                .expect(key);
            line.trim_matches('"').to_string()
        };
        let (_, destination) = text.split_once("destination:").expect("a destination");
        let namespace = destination
            .lines()
            .find_map(|line| line.trim().strip_prefix("namespace: "));
        let namespace = namespace
            .expect("a namespace")
            .trim_matches('"')
            .to_string();
        (after("name: "), namespace)
    };
    let pair = |name: &str, namespace: &str| (name.to_string(), namespace.to_string());
    // The same name on purpose, to keep the volumes.
    project.write(
        "platform.own.toml",
        "[platform]\nname = \"demo\"\n[lints]\nshared-data = \"allow\"\n",
    );
    for (namespace, of_base, of_own, of_prod, of_dotted) in [
        ("", "demo", "demo-own", "demo-prod", "demo-v1-2"),
        (", namespace = \"ml\"", "ml", "ml-own", "ml-prod", "ml-v1-2"),
    ] {
        project.write("platform.toml", base(namespace));
        // Another namespace has claims of its own.
        let ran = run(
            &project,
            &["apply", "--all-envs", "--yes", "-q", "--accept-data-loss"],
        );
        assert_eq!((ran.status, ran.err.as_str()), (0, ""));
        assert_eq!(places(""), pair("demo", of_base));
        assert_eq!(places("own/"), pair("demo-own", of_own));
        assert_eq!(places("prod/"), pair("demo-prod", of_prod));
        assert_eq!(places("v1.2/"), pair("demo-v1.2", of_dotted));
    }
    project.write("platform.v1-2.toml", "");
    let ran = run(&project, &["apply", "--all-envs", "--yes", "-q"]);
    assert_eq!(ran.status, 1);
    let words = "the environment `v1-2` has the namespace `ml-v1-2`, too";
    assert_eq!(ran.err.matches(words).count(), 1, "{}", ran.err);
    let own = "[deploy.argocd]\nnamespace = \"elsewhere\"\n";
    project.write("platform.v1.2.toml", own);
    let ran = run(
        &project,
        &["apply", "--all-envs", "--yes", "-q", "--accept-data-loss"],
    );
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert_eq!(places("v1.2/"), pair("demo-v1.2", "elsewhere"));
}

/// Keys of a container that the platform sets have no effect in an environment with `external`. In one file they are an error.
#[test]
fn an_environment_may_make_a_component_external() {
    let project = project();
    let elsewhere =
        "[components.store]\nexternal = { host = \"redis.example.com\", port = 6379 }\n";
    let here = "replicas = 1\nports.redis = { host = 7001 }\nvolumes.data = { size = \"2Gi\" }\n";
    project.write("platform.toml", format!("{PLATFORM}{here}"));
    project.write("platform.prod.toml", elsewhere);
    let ran = run(&project, &["validate", "--env", "prod"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    project.write("platform.prod.toml", format!("{elsewhere}replicas = 1\n"));
    let ran = run(&project, &["validate", "--env", "prod"]);
    let expected = "`store` runs elsewhere: `replicas` says how it runs here";
    assert!(ran.status == 1 && ran.err.contains(expected), "{}", ran.err);
}

/// Nobody shares data without a word: the lint names every file that says the same, and a new environment is seen although
/// nothing else has changed.
#[test]
fn environments_that_share_data_are_told() {
    let project = project();
    project.write("platform.own.toml", "[platform]\nname = \"demo\"\n");
    let told = |arguments: &[&str]| run(&project, arguments).err;
    let err = told(&["check", "--all-envs"]);
    assert!(
        err.contains("the environment `own` has the name of `platform.toml`"),
        "{err}"
    );
    project.write("platform.own.toml", "[platform]\nname = \"own\"\n");
    assert_eq!(
        run(&project, &["apply", "--env", "own", "--yes", "-q"]).err,
        ""
    );
    assert_eq!(told(&["check", "--env", "own"]), "");
    project.write("platform.other.toml", "[platform]\nname = \"own\"\n");
    let err = told(&["check", "--env", "own"]);
    assert!(
        err.contains("the environment `own` has the name of `platform.other.toml`"),
        "{err}"
    );
}

#[test]
fn the_secrets_of_an_environment_that_is_not_yet_written_are_no_foreign_file() {
    let project = Folder::new();
    let secret = "env.KEY = \"${secrets.key}\"\n[secrets]\nkey = { env = \"DEMO_ENV_KEY\" }\n";
    project.write("platform.toml", format!("{PLATFORM}{secret}"));
    project.write("platform.prod.toml", "");
    let ran = run(&project, &["env", "init", "--env", "prod"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(project.path("generated/prod/compose/.env").is_file());
    let ran = run(&project, &["plan"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(!ran.out.contains("Left alone"), "{}", ran.out);
}

/// What was renamed keeps in each environment the name that this one was applied with.
#[test]
fn what_was_renamed_for_all_is_not_shared_between_environments() {
    let project = Folder::new();
    let component = |name: &str| {
        format!(
            "[components.{name}]\nimage = \"shop/api:1.0\"\ngroup = \"main\"\nresources = {{ memory = \"64Mi\" }}\nvolumes.d = {{ mount = \"/d\" }}\n"
        )
    };
    project.write("platform.toml", format!("{PLATFORM}{}", component("api")));
    project.write("platform.prod.toml", "");
    let apply = || run(&project, &["apply", "--all-envs", "--yes", "-q"]);
    assert_eq!(apply().status, 0);
    let moved = "[[moved]]\nfrom = \"components.api\"\nto = \"components.web\"\n";
    project.write(
        "platform.toml",
        format!("{PLATFORM}{}{moved}", component("web")),
    );
    for _ in 0..2 {
        let ran = run(&project, &["validate", "--all-envs", "-q"]);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""));
        let ran = apply();
        assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    }
    let compose = project.read("generated/prod/compose/main.yaml");
    assert!(compose.contains("name: demo-prod_api-d\n"), "{compose}");
}

/// What a stack mounts of `files` lies where Compose has it, too.
#[test]
fn what_a_stack_mounts_is_written_with_it_alone() {
    let project = Folder::new();
    let own = "targets = [\"compose\", \"swarm\"]\n\n[groups]";
    let file = "[components.app]\nimage = \"shop/app:1.0\"\ngroup = \"main\"\nfiles.\"/etc/app.conf\" = { content = \"a\" }\n";
    let text = format!("{}{file}", PLATFORM.replace("[groups]", own));
    project.write("platform.toml", &text);
    let ran = run(&project, &["apply", "--target", "swarm", "--yes"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert_eq!(project.read("generated/config/app/etc/app.conf"), "a");
    let ran = run(&project, &["check", "--target", "swarm"]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    let tree = project.tree();
    assert!(
        !tree
            .keys()
            .any(|path| path.starts_with("generated/compose"))
    );
}
