//! A component more in platform.toml: its table, those that its roles need, their secrets, and its group.
//!
//! In: the file's text, the tree of the whole platform, the kinds. Out: the text with them in it; every comment and every
//! line that was there stays as it is.

mod accept;
mod existing;
mod fill;
mod first;
mod sheet;
mod words;

use std::{collections::BTreeMap, sync::Arc};

pub use existing::Existing;

use crate::{
    catalog::{Kind, Role, SettingSpec, SettingType},
    diag::nearest,
    language::NameRule,
    names::variable_name,
    plan::Failure,
};
use sheet::Sheet;
use words::{
    NewComponent, bucket_name, choices, database_name, describe, first_clause, joined, quoted,
    sample,
};

/// Kinds by name.
pub type Kinds = BTreeMap<String, Arc<Kind>>;

/// What to add.
#[derive(Clone, Copy, Debug)]
pub struct AddRequest<'a> {
    /// A kind of the catalog.
    pub kind: &'a str,
    /// `None`: the kind's name.
    pub name: Option<&'a str>,
    /// `None`: the platform's only group, else one of the component's name.
    pub group: Option<&'a str>,
    /// For kinds that bring none.
    pub image: Option<&'a str>,
}

/// A component that was added, or that fills a role of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// The name that it got: the key in `[components]`.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Roles that it could have filled, and the kinds that fill each.
    pub open: Vec<(String, Vec<String>)>,
}

/// A platform file that components are added to.
#[derive(Debug)]
pub struct Addition<'a> {
    kinds: &'a Kinds,
    existing: Existing,
    sheet: Sheet,
    /// In the order in which they stand in the file.
    pub added: Vec<Added>,
    /// Names that were asked for, not those that roles brought.
    asked: Vec<String>,
    /// Environment variables of new secrets.
    pub secrets: Vec<String>,
    /// What changed in components that were there before, a sentence each.
    pub changes: Vec<String>,
}

impl<'a> Addition<'a> {
    /// Errors: the text is no TOML.
    pub fn new(text: &str, existing: Existing, kinds: &'a Kinds) -> Result<Self, Failure> {
        Ok(Self {
            kinds,
            existing,
            sheet: Sheet::read(text)?,
            added: Vec::new(),
            asked: Vec::new(),
            secrets: Vec::new(),
            changes: Vec::new(),
        })
    }

    /// The file's new text.
    pub fn text(&self) -> String {
        self.sheet.text()
    }

    /// Adds a component and what its roles need. Errors: no such kind, a name that is taken, an image that is missing.
    pub fn add(&mut self, request: AddRequest<'_>) -> Result<(), Failure> {
        let kind = self.kind(request.kind)?;
        let name = match request.name {
            Some(name) => self.check_name(name, &kind)?,
            None => self.existing.free_name(&kind.name, &kind),
        };
        let group = match request.group {
            Some(group) => group.to_string(),
            None => self.existing.only_group().unwrap_or(&name).to_string(),
        };
        self.open_group(&group, &describe(&kind))?;
        self.insert(
            &Insertion {
                name: &name,
                kind: &kind,
                group: &group,
                image: request.image,
                store_of: None,
            },
            0,
        )?;
        self.asked.push(name);
        Ok(())
    }

    fn kind(&self, name: &str) -> Result<Arc<Kind>, Failure> {
        self.kinds.get(name).cloned().ok_or_else(|| {
            let failure = Failure::new(format!("there is no kind `{name}`"));
            match nearest(name, self.kinds.keys().map(String::as_str)) {
                Some(close) => failure.help(format!("did you mean `{close}`?")),
                None => failure.help("`mlopsgen kinds` lists them"),
            }
        })
    }

    fn check_name(&self, name: &str, kind: &Kind) -> Result<String, Failure> {
        if !NameRule::Resource.accepts(name) {
            return Err(
                Failure::new(format!("`{name}` can't be the name of a component")).help(
                    "a name is a lower-case letter, then letters, digits and `-`, at most 40",
                ),
            );
        }
        if !self.existing.is_free(name, kind) {
            let taken = match self.existing.moved.contains(name) {
                true => format!("`{name}` is a name that `[[moved]]` moves away from"),
                false => format!("there is a component `{name}` already"),
            };
            return Err(Failure::new(taken).help(format!(
                "choose another name: `mlopsgen add {} {}`",
                kind.name,
                self.existing.free_name(name, kind)
            )));
        }
        Ok(name.to_string())
    }

    fn open_group(&mut self, group: &str, description: &str) -> Result<(), Failure> {
        if self.existing.groups.iter().any(|known| known == group) {
            return Ok(());
        }
        if !NameRule::Resource.accepts(group) || group == "compose" {
            return Err(
                Failure::new(format!("`{group}` can't be the name of a group"))
                    .help("choose another name: `--group NAME`"),
            );
        }
        self.existing.groups.push(group.to_string());
        self.sheet.line("groups", group, description)
    }

    /// One component; those of its roles first.
    fn insert(&mut self, new: &Insertion<'_>, depth: usize) -> Result<(), Failure> {
        let &Insertion {
            name,
            kind,
            group,
            image,
            store_of,
        } = new;
        if kind.image.is_none() && image.is_none() {
            return Err(without_image(kind).help(format!(
                "name one: `mlopsgen add {} {name} --image IMAGE`",
                kind.name
            )));
        }
        if let Some(limit) = kind.per_platform
            && self.existing.of_kind(&kind.name).count() >= limit
        {
            return Err(Failure::new(format!(
                "a platform has at most {limit} of the kind `{}`, and this one has it already",
                kind.name
            )));
        }
        let mut hosts = self.existing.moved_hosts(kind);
        // The name is taken before those of the roles are chosen.
        self.existing.reserve(name, kind);
        self.name_fillers(name, kind)?;
        let Filled { uses, open } = self.fill_roles(new, depth)?;
        let settings = self.settings(name, kind, store_of, &open)?;
        if let Some(port) = words::published(kind) {
            hosts.push(("http".to_string(), self.existing.free_host(port)));
        }
        let component = NewComponent {
            kind,
            group,
            image,
            uses,
            settings,
            hosts,
        };
        let comment = match (store_of, choices(kind)) {
            (Some(owner), None) => format!("The database of {owner}."),
            _ => describe(kind),
        };
        self.sheet.component(name, &comment, &component.table())?;
        self.added.push(Added {
            name: name.to_string(),
            kind: kind.name.clone(),
            open,
        });
        Ok(())
    }

    fn fill_roles(&mut self, new: &Insertion<'_>, depth: usize) -> Result<Filled, Failure> {
        let mut filled = Filled::default();
        for role in &new.kind.roles {
            let filler = self.fill(new.name, role, new.group, depth)?;
            let is_unnamed = match &filler {
                Some(filler) => !filler.written,
                None => role.default,
            };
            match filler {
                Some(filler) if filler.written => {
                    let filler_name = quoted(&filler.name);
                    filled.uses.push((role.name.clone(), filler_name));
                }
                Some(_) => {}
                None => filled.open.push((role.name.clone(), role.kinds.clone())),
            }
            if is_unnamed && !role.all {
                let unnamed = (new.name.to_string(), role.clone());
                self.existing.unnamed.push(unnamed);
            }
        }
        Ok(filled)
    }

    /// The settings that it can't do without: those that take a secret get one, which is declared. `open`: roles that nothing fills.
    fn settings(
        &mut self,
        name: &str,
        kind: &Kind,
        store_of: Option<&str>,
        open: &[(String, Vec<String>)],
    ) -> Result<Vec<(String, String)>, Failure> {
        let mut settings = Vec::new();
        if let Some(owner) = store_of {
            let has = |wanted: &str| kind.settings.iter().any(|spec| spec.name == wanted);
            for setting in ["database", "user"].into_iter().filter(|it| has(it)) {
                settings.push((setting.to_string(), quoted(&database_name(owner))));
            }
            if let Some(setting) = choices(kind) {
                settings.push((
                    setting.to_string(),
                    format!("[{}]", quoted(&bucket_name(owner))),
                ));
            }
        }
        let stands_in = |spec: &SettingSpec| {
            let mut roles = kind.roles.iter();
            roles.any(|role| {
                role.or_setting.as_ref() == Some(&spec.name)
                    && open.iter().any(|(name, _)| *name == role.name)
            })
        };
        let needed = kind.settings.iter();
        for spec in needed.filter(|spec| spec.required || stands_in(spec)) {
            if let (SettingType::String, Some(sample)) = (spec.kind, sample(&spec.description)) {
                settings.push((spec.name.clone(), quoted(sample)));
                continue;
            }
            let secret = self.secret_name(name, &spec.name.replace('_', "-"));
            if self.existing.secrets.insert(secret.clone()) {
                let variable = variable_name(&secret);
                self.sheet
                    .secret(&secret, &variable, first_clause(&spec.description))?;
                self.secrets.push(variable);
            }
            let reference = format!("${{secrets.{secret}}}");
            settings.push((spec.name.clone(), quoted(&reference)));
        }
        Ok(settings)
    }

    /// The name of a secret of a component's setting. One that had to be cut may be another component's.
    fn secret_name(&self, component: &str, setting: &str) -> String {
        let whole = format!("{component}-{setting}");
        let plain = joined(component, setting);
        if whole == plain {
            return plain;
        }
        let numbered = (2..).map(|number: usize| joined(component, &format!("{setting}-{number}")));
        let mut all = std::iter::once(plain).chain(numbered);
        let free = all.find(|name| !self.existing.secrets.contains(name));
        free.unwrap_or(whole)
    }
}

/// The roles of a new component.
#[derive(Default)]
struct Filled {
    /// What `uses` says: the role, and what fills it, as TOML.
    uses: Vec<(String, String)>,
    /// Roles that nothing fills, with the kinds that could.
    open: Vec<(String, Vec<String>)>,
}

/// A component to insert.
struct Insertion<'a> {
    name: &'a str,
    kind: &'a Arc<Kind>,
    group: &'a str,
    image: Option<&'a str>,
    /// It keeps the schema of that component, or its files in a bucket.
    store_of: Option<&'a str>,
}

fn without_image(kind: &Kind) -> Failure {
    Failure::new(format!("kind `{}` has no image of its own", kind.name))
}

fn fits(role: &Role, kind: &Kind) -> bool {
    role.kinds
        .iter()
        .any(|wanted| *wanted == kind.name || kind.lineage.contains(wanted))
}
