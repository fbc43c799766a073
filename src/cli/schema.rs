//! `mlopsgen schema`: JSON Schema for editors.

use std::sync::Arc;

use clap::{Args, ValueEnum};
use mlopsgen::{
    catalog::Kind,
    manual::{self, Document},
    plan::Failure,
};

use super::{Context, json, kinds};

/// Print the JSON Schema of platform.toml, for editors
///
/// It has every key, and the settings, roles and parts of every kind, your own in mlopsgen/kinds/ included. Editors that use
/// Taplo (Even Better TOML) complete and check with it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mlopsgen schema > platform.schema.json
  mlopsgen schema environment > environment.schema.json

In the first line of platform.toml:
  #:schema ./platform.schema.json")]
pub struct SchemaArgs {
    /// The file that the schema is for
    #[arg(value_name = "FILE", default_value = "platform")]
    document: SchemaOf,
}

#[derive(Clone, Copy, ValueEnum)]
enum SchemaOf {
    /// platform.toml
    Platform,
    /// A file that `include` names
    Included,
    /// platform.E.toml
    Environment,
    /// A file of mlopsgen/kinds/
    Kind,
}

pub fn run(args: &SchemaArgs, context: &Context) -> Result<u8, Failure> {
    context.is_json("schema")?;
    let document = match args.document {
        SchemaOf::Platform => Document::Platform,
        SchemaOf::Included => Document::Included,
        SchemaOf::Environment => Document::Environment,
        SchemaOf::Kind => Document::Kind,
    };
    // A broken kind of the user's own is no reason to leave an editor without help.
    let kinds: Vec<Arc<Kind>> = kinds::catalog(context).kinds;
    let schema = manual::schema(document, &kinds);
    context.terminal.out(&json::text(&schema))?;
    Ok(0)
}
