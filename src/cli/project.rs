//! From the command line to a project: where it is, what it compiles to, and what that means for the disk.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use mlopsgen::{
    compile::{self, Compilation, Request},
    disk::{Extent, Lock, Place, read_manifest, survey},
    files,
    plan::{self, Failure, Plan},
    project::environment_file,
    text::one_of,
};

use super::{Context, args::Global, disk_world::DiskWorld};

/// A project and what to compile of it.
pub struct Project {
    pub place: Place,
    pub request: Request,
    root: PathBuf,
}

/// One compilation, and the plan where it had no errors.
pub struct Prepared {
    pub compilation: Compilation,
    pub plan: Option<Plan>,
}

impl Project {
    /// Errors: there is no platform file, or `--env` is no name of an environment.
    pub fn open(global: &Global) -> Result<Self, Failure> {
        if let Some(environment) = &global.environment {
            check_environment(environment)?;
        }
        let path = global.directory().join(&global.file);
        let file = path.file_name().map(|name| name.to_string_lossy());
        let (Some(file), true) = (file, path.is_file()) else {
            return Err(missing(&path, global));
        };
        let root = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ => PathBuf::from("."),
        };
        if let Some(environment) = &global.environment {
            find_environment(&root, &file, environment)?;
        }
        Ok(Self {
            place: Place::new(&root, global.environment.as_deref())?,
            request: Request {
                file: file.to_string(),
                environment: global.environment.clone(),
                targets: global.selected(),
                deny_warnings: global.deny_warnings,
            },
            root,
        })
    }

    pub fn compile(&self) -> Compilation {
        compile::compile(&DiskWorld::new(&self.root), &self.request)
    }

    /// A target that is off unless the platform names it would go again at the next `apply`.
    fn refuse_unasked(&self, compilation: &Compilation) -> Result<(), Failure> {
        let platform = compilation.output.as_ref().map(|output| &output.platform);
        let mut asked = self.request.targets.iter().flatten();
        let unasked = asked.find(|target| {
            !target.is_default()
                && platform.is_some_and(|platform| !platform.targets.contains(target))
        });
        match unasked.map(|target| target.name()) {
            None => Ok(()),
            Some(name) => Err(
                Failure::new(format!("this platform has no target `{name}`"))
                    .help(format!("add \"{name}\" to `targets` of `[platform]`")),
            ),
        }
    }

    /// Every path of the project that compiling it asks for, there or not.
    pub fn reads(&self) -> BTreeSet<String> {
        let world = DiskWorld::new(&self.root);
        compile::compile(&world, &self.request);
        world.reads()
    }

    /// Compiles, looks at the disk and plans.
    pub fn prepare(&self, lock: Option<&Lock>) -> Result<Prepared, Failure> {
        let compilation = self.compile();
        self.refuse_unasked(&compilation)?;
        let wanted = match &compilation.output {
            Some(output) if !compilation.has_errors() => &output.files,
            _ => {
                return Ok(Prepared {
                    compilation,
                    plan: None,
                });
            }
        };
        let recorded = plan::read(read_manifest(&self.place)?.as_deref())?;
        let found = survey(
            &self.place,
            &Extent {
                paths: &plan::paths_of_interest(wanted, &recorded),
                stubs: &wanted.stubs,
                lock,
            },
        )?;
        let plan = plan::plan(&plan::Inputs {
            wanted,
            selected: self.request.targets.as_ref(),
            recorded: &recorded,
            found: &found,
        });
        Ok(Prepared {
            plan: Some(plan),
            compilation,
        })
    }
}

impl Prepared {
    /// The plan, after everything that the compiler had to say was printed; `None` after errors.
    pub fn report(&self, context: &Context) -> Option<&Plan> {
        let terminal = &context.terminal;
        terminal.diagnostics(&self.compilation.diagnostics, &self.compilation.sources);
        self.plan.as_ref()
    }
}

fn missing(path: &Path, global: &Global) -> Failure {
    let looked = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let init = match &global.directory {
        None => "mlopsgen init".to_string(),
        Some(directory) => format!("mlopsgen init {}", directory.display()),
    };
    Failure::new(format!("there is no `{}`", looked.display())).help(format!(
        "type `{init}` to start one, or say where it is with `-C DIR` or `--file FILE`"
    ))
}

fn find_environment(root: &Path, file: &str, environment: &str) -> Result<(), Failure> {
    let wanted = environment_file(file, environment);
    if root.join(&wanted).is_file() {
        return Ok(());
    }
    let stem = file.trim_end_matches("toml");
    let mut known: Vec<String> = fs::read_dir(root)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| {
            let name = name.strip_prefix(stem)?.strip_suffix(".toml")?;
            Some(name.to_string())
        })
        .collect();
    known.sort();
    Err(
        Failure::new(format!("there is no `{wanted}`")).help(match known.as_slice() {
            [] => format!("write what is different in `{environment}` to that file"),
            known => format!("write that file, or `--env` with {}", one_of(known)),
        }),
    )
}

/// An environment's name is a folder, a part of a file's name, and a label in Kubernetes.
fn check_environment(name: &str) -> Result<(), Failure> {
    let is_alphanumeric = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_label = |label: &str| {
        label.starts_with(is_alphanumeric)
            && label.ends_with(is_alphanumeric)
            && label.chars().all(|c| is_alphanumeric(c) || c == '-')
    };
    if name.len() > 63 || !name.split('.').all(is_label) {
        return Err(
            Failure::new(format!("`{name}` is no name of an environment")).help(
                "write lower-case letters, digits, `-` and `.`, at most 63, \
                 with a letter or digit at both ends and around each dot",
            ),
        );
    }
    if files::is_folder_of_a_target(name) {
        return Err(Failure::new(format!(
            "an environment can't be called `{name}`: `generated/{name}/` is taken"
        ))
        .help("give it another name"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check_environment;

    #[test]
    fn environments_are_named_as_kubernetes_names() {
        for name in ["prod", "eu-1", "v1.2", "0"] {
            assert!(check_environment(name).is_ok(), "{name}");
        }
        for name in [
            "", "Prod", "a_b", "-a", "a-", "a..b", "../x", "a/b", "docs", "config",
        ] {
            assert!(check_environment(name).is_err(), "{name}");
        }
    }
}
