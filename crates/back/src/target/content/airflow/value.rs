//! Texts and parameters of a pipeline as a DAG writes them.

use serde::Serialize;
use serde_json::{Map, Number, Value};

use crate::{
    files::Site,
    model::{EnvironmentVariable, Piece, Platform, Raw, Text},
    speak::{ChartDefaults, Speak},
    target::shared::public_address,
};

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct VariableView {
    /// The environment variable.
    pub name: String,
    /// What it is put together from.
    pub value: Vec<PieceView>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum PieceView {
    Literal {
        text: String,
    },
    Secret {
        key: String,
        variable: String,
        optional: bool,
    },
    Network {
        network: String,
    },
    /// What is another text in a cluster.
    Placed {
        engine: String,
        cluster: String,
    },
    /// What the chart's values say in a cluster.
    Public {
        variable: String,
        engine: String,
        cluster: String,
    },
}

pub fn variables(platform: &Platform, env: &[EnvironmentVariable]) -> Vec<VariableView> {
    env.iter()
        .map(|variable| VariableView {
            name: variable.name.clone(),
            value: pieces(platform, &variable.value),
        })
        .collect()
}

/// The pieces of a text, neighbouring literals joined.
pub fn pieces(platform: &Platform, text: &Text) -> Vec<PieceView> {
    let mut out: Vec<PieceView> = Vec::new();
    for piece in &text.pieces {
        let view = match piece {
            Piece::Secret(name) => secret(platform, name),
            Piece::Network(group) => PieceView::Network {
                network: platform.network_name(group),
            },
            piece => placed(platform, piece),
        };
        match (out.last_mut(), view) {
            (Some(PieceView::Literal { text }), PieceView::Literal { text: more }) => {
                text.push_str(&more);
            }
            (_, view) => out.push(view),
        }
    }
    out
}

/// A text that is known now, or a public address. One behind an entry point may differ between the two; any other is the
/// chart's to say.
fn placed(platform: &Platform, piece: &Piece) -> PieceView {
    let engine = platform.constant_at(Site::Engine, piece);
    let (engine, cluster) = (
        engine.unwrap_or_default(),
        ChartDefaults(platform).piece(piece),
    );
    if let Some(variable) = public_address::variable(platform, piece) {
        return PieceView::Public {
            variable,
            engine,
            cluster,
        };
    }
    match engine == cluster {
        true => PieceView::Literal { text: engine },
        false => PieceView::Placed { engine, cluster },
    }
}

fn secret(platform: &Platform, name: &str) -> PieceView {
    let secret = platform.secret(name);
    PieceView::Secret {
        key: name.to_string(),
        variable: secret.map_or_else(|| name.to_string(), |secret| secret.env.clone()),
        optional: secret.is_some_and(|secret| secret.optional),
    }
}

/// A script that is all literal, by its lines, line ends included; nothing where it is not.
pub fn lines(run: &[PieceView]) -> Vec<String> {
    match run {
        [] => vec![String::new()],
        [PieceView::Literal { text }] => text.split_inclusive('\n').map(String::from).collect(),
        _ => Vec::new(),
    }
}

/// The default of a parameter.
pub fn parameter(platform: &Platform, raw: &Raw) -> Value {
    match raw {
        Raw::Text(text) => {
            Value::String(text.render(|piece| platform.constant(piece).unwrap_or_default()))
        }
        Raw::Integer(number) => (*number).into(),
        Raw::Float(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
        Raw::Boolean(value) => (*value).into(),
        Raw::Removed => Value::Null,
        Raw::List(items) => items.iter().map(|item| parameter(platform, item)).collect(),
        Raw::Table(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), parameter(platform, value)))
            .collect::<Map<String, Value>>()
            .into(),
    }
}
