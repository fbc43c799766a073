//! The lines of a manifest: one for each file, each volume, each variable of a secret, each accepted loss.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Accepted, Facts, broken};
use crate::{
    data::{Data, DataKey, Keeper, Place, Program, Reader, Tenant},
    plan::Failure,
};

#[derive(Serialize, Deserialize)]
pub(super) struct FileLine {
    pub(super) path: String,
    pub(super) sha256: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct VolumeLine {
    pub(super) name: String,
    #[serde(flatten)]
    pub(super) kept: KeptLine,
}

/// What a line says of data beside its name. Of what was left behind, a version before this one wrote down the first three.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptLine {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    backing: Option<String>,
    key: DataKey,
    #[serde(default, rename = "in", skip_serializing_if = "is_engine")]
    keeper: Keeper,
    #[serde(default, skip_serializing_if = "is_false")]
    moved: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    program: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(default, rename = "at", skip_serializing_if = "BTreeSet::is_empty")]
    places: BTreeSet<Place>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    made_with: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    scripts: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    paused_with: Option<u64>,
}

impl KeptLine {
    fn of(data: &Data, facts: &Facts) -> Self {
        Self {
            backing: data.backing.clone(),
            key: data.key.clone(),
            keeper: data.keeper,
            moved: data.moved,
            program: data.program.as_ref().map(Program::to_string),
            size: facts.size,
            places: facts.places.clone(),
            made_with: facts.made_with.clone(),
            scripts: facts.scripts.clone(),
            paused_with: facts.paused_with,
        }
    }

    /// The data, and what more is known of it.
    pub(super) fn named(self, name: String) -> Result<(Data, Facts), Failure> {
        let data = Data {
            keeper: self.keeper,
            name,
            backing: self.backing,
            key: self.key,
            moved: self.moved,
            program: self.program.as_deref().map(program).transpose()?,
        };
        let facts = Facts {
            size: self.size,
            places: self.places,
            made_with: self.made_with,
            scripts: self.scripts,
            paused_with: self.paused_with,
        };
        Ok((data, facts))
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct TenantLine {
    tenant: String,
    program: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    stores: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    keys: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    made_with: BTreeMap<String, String>,
}

/// No value: where it is read.
#[derive(Serialize, Deserialize)]
pub(super) struct SecretLine {
    pub(super) secret: String,
    pub(super) variable: String,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum AcceptedLine {
    LeftBehind {
        left_behind: String,
        #[serde(flatten)]
        kept: KeptLine,
    },
    Displaced {
        displaced: String,
        key: DataKey,
        #[serde(default, rename = "in", skip_serializing_if = "is_engine")]
        keeper: Keeper,
        workload: String,
        from: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
    },
    Consequence {
        component: String,
        from: String,
        to: String,
    },
    Upgraded {
        upgraded: String,
        key: DataKey,
        #[serde(default, rename = "in", skip_serializing_if = "is_engine")]
        keeper: Keeper,
        from: String,
        to: String,
    },
}

fn is_engine(keeper: &Keeper) -> bool {
    *keeper == Keeper::Engine
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Most lines of a manifest are such: it is written without a tree of JSON.
pub(super) fn file_line(path: &str, sha256: &str) -> String {
    let path = serde_json::Value::from(path);
    format!("{{\"path\":{path},\"sha256\":\"{sha256}\"}}")
}

pub(super) fn volume_line((data, facts): (&Data, &Facts)) -> serde_json::Value {
    serde_json::json!(VolumeLine {
        name: data.name.clone(),
        kept: KeptLine::of(data, facts),
    })
}

pub(super) fn tenant_line(tenant: &Tenant) -> serde_json::Value {
    serde_json::json!(TenantLine {
        tenant: tenant.component.clone(),
        program: tenant.program.to_string(),
        stores: tenant.stores.clone(),
        keys: tenant.keys.clone(),
        made_with: tenant.made_with.clone(),
    })
}

pub(super) fn tenant(line: TenantLine) -> Result<Tenant, Failure> {
    Ok(Tenant {
        component: line.tenant,
        program: program(&line.program)?,
        stores: line.stores,
        keys: line.keys,
        made_with: line.made_with,
    })
}

pub(super) fn secret_line(secret: &str, variable: &str) -> serde_json::Value {
    serde_json::json!(SecretLine {
        secret: secret.to_string(),
        variable: variable.to_string(),
    })
}

pub(super) fn accepted_line(accepted: &Accepted) -> serde_json::Value {
    let line = match accepted.clone() {
        Accepted::LeftBehind { data, facts } => AcceptedLine::LeftBehind {
            kept: KeptLine::of(&data, &facts),
            left_behind: data.name,
        },
        Accepted::Displaced {
            keeper,
            name,
            key,
            workload,
            from,
            to,
        } => AcceptedLine::Displaced {
            displaced: name,
            key,
            keeper,
            workload,
            from,
            to,
        },
        Accepted::Consequence {
            component,
            from,
            to,
        } => AcceptedLine::Consequence {
            component,
            from,
            to,
        },
        Accepted::Upgraded {
            keeper,
            name,
            key,
            from,
            to,
        } => AcceptedLine::Upgraded {
            upgraded: name,
            key,
            keeper,
            from: from.to_string(),
            to: to.to_string(),
        },
    };
    serde_json::json!(line)
}

pub(super) fn accepted(line: AcceptedLine) -> Result<Accepted, Failure> {
    Ok(match line {
        AcceptedLine::LeftBehind { left_behind, kept } => {
            let (data, facts) = kept.named(left_behind)?;
            Accepted::LeftBehind { data, facts }
        }
        AcceptedLine::Displaced {
            displaced,
            key,
            keeper,
            workload,
            from,
            to,
        } => Accepted::Displaced {
            keeper,
            name: displaced,
            key,
            workload,
            from,
            to,
        },
        AcceptedLine::Consequence {
            component,
            from,
            to,
        } => Accepted::Consequence {
            component,
            from,
            to,
        },
        AcceptedLine::Upgraded {
            upgraded,
            key,
            keeper,
            from,
            to,
        } => Accepted::Upgraded {
            keeper,
            name: upgraded,
            key,
            from: program(&from)?,
            to: Reader::parse(&to).ok_or_else(|| no_program(&to))?,
        },
    })
}

fn program(text: &str) -> Result<Program, Failure> {
    Program::parse(text).ok_or_else(|| no_program(text))
}

fn no_program(text: &str) -> Failure {
    broken(&format!("`{text}` is not a program and its version"))
}
