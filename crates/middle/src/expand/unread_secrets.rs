//! Secrets and variables of kinds that nothing reads, such as those of a part that does not run here: nobody has to set them.

use super::{
    Declarations, Layers,
    draft::{Declared, Names},
    layers::Layered,
    read::{self, refers_to},
};
use crate::{
    model::Variable,
    syntax::{Node, Table},
};

/// Takes them out of the layers and of the names. `tree`: the platform, which may declare a variable itself.
pub(super) fn drop(all: &mut Declarations, layers: &mut [Layers], tree: &Table) {
    let mut used: Vec<String> = Vec::new();
    for (declared, layers) in all.components.iter().zip(layers) {
        let secrets = std::mem::take(&mut layers.secrets);
        let readers = readers(layers, declared);
        let is_read = |key: &str| readers.iter().any(|node| refers_to(node, &["own", key]));
        let variables = variables(declared).filter(|(key, _)| is_read(key));
        used.extend(variables.map(|(_, env)| env));
        let read = secrets.into_iter().filter(|(key, _)| is_read(key));
        layers.secrets = read.collect();
    }
    let Names { variables, .. } = &mut all.names;
    let is_declared = |variable: &Variable| tree.get_path(&["vars", &variable.name]).is_some();
    let is_used = |variable: &Variable| used.iter().any(|env| variable.env.as_ref() == Some(env));
    let kept: Vec<Variable> = std::mem::take(variables)
        .into_iter()
        .filter(|variable| is_declared(variable) || is_used(variable))
        .collect();
    *variables = kept.into();
}

/// The variables of a component's kind: the key, and the variable of the environment.
fn variables(declared: &Declared) -> impl Iterator<Item = (&str, String)> {
    let vars = declared.kind.table.entries_of("vars");
    vars.filter_map(|(key, node)| {
        let env = read::owned(node.as_table()?, "env");
        Some((key.name.as_str(), env.unwrap_or_else(|| key.name.clone())))
    })
}

/// What reads the component's own secrets and variables: its workloads, its outputs, a chart that runs it. What it gives to those
/// that fill its roles, such as a login to make, is of use only where it logs in itself.
fn readers<'a>(layers: &'a Layers, declared: &Declared) -> Vec<&'a Node> {
    // No chart runs what is elsewhere, and what others read of it there has no key that is made here.
    let tables = ["outputs", "charts"].into_iter();
    let tables = tables.filter(|_| declared.external.is_none());
    let tables = tables.filter_map(|key| layers.kind_table.table(key));
    let runs_here = |it: &&Layered| declared.external.is_none() || it.part.is_some();
    let workloads = layers.workloads.iter().filter(runs_here);
    let workloads = workloads.map(|it| &it.table);
    let own = tables
        .chain(workloads)
        .flat_map(|table| table.iter().map(|(_, node)| node));
    own.collect()
}
