//! `${...}` in strings: finds references, resolves them, leaves everything else as it is.

use super::{
    draft::unknown,
    read,
    scene::{BoundRole, Draft, Scene},
};
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    language::{REFERENCE_WORDS, SECRET_PLACES},
    model::{Endpoint, Field, HostPort, NetworkMode, Piece, Port, Text},
    source::Span,
    syntax::{Node, Value},
    text::{all_of, one_of},
};

/// Words that start a reference in a kind, besides those of platform.toml.
const KIND_WORDS: [&str; 6] = ["settings", "roles", "own", "binding", "major", "version"];

/// References inside references: outputs of settings of outputs. Deeper is a circle.
const DEEPEST: usize = 8;

/// Who reads a string, and what may stand in it.
#[derive(Clone, Debug)]
pub(super) struct Scope<'a> {
    /// The component that `self` is.
    pub owner: Option<usize>,
    pub part: Option<&'a str>,
    /// What holds the string, where no secret may stand in it.
    pub no_secrets: Option<&'a str>,
    /// The text is a shell's: what is no reference stays as it is.
    pub shell: bool,
    /// The database that a `uses` chose.
    pub binding: Option<&'a str>,
    /// Why the reader can reach no other component by name, if it can't.
    pub cut_off: Option<&'a str>,
    pub depth: usize,
}

impl<'a> Scope<'a> {
    pub fn component(owner: usize, part: Option<&'a str>) -> Self {
        Self {
            owner: Some(owner),
            part,
            no_secrets: None,
            shell: false,
            binding: None,
            cut_off: None,
            depth: 0,
        }
    }

    /// A reader that is no component: a pipeline, a CI entry, the top of the file.
    pub fn platform() -> Self {
        Self {
            owner: None,
            ..Self::component(0, None)
        }
    }

    pub fn without_secrets(mut self, place: &'a str) -> Self {
        self.no_secrets = Some(place);
        self
    }

    pub fn shell(mut self) -> Self {
        self.shell = true;
        self
    }
}

/// Resolves the string, number or boolean of a node.
pub(super) fn text(scene: &Scene, node: &Node, scope: &Scope<'_>, sink: &mut Sink) -> Text {
    let Value::String(written) = &node.value else {
        return Text::literal(read::scalar(node));
    };
    let mut out = Text::default();
    let mut at = 0;
    while let Some(found) = written[at..].find("${") {
        let start = at + found;
        let is_reference = is_reference(scene, node, &written[start + 2..]);
        let escaped = written[at..start].ends_with('$') && (!scope.shell || is_reference);
        if escaped {
            out.push_literal(&written[at..start - 1]);
            out.push_literal("${");
            at = start + 2;
            continue;
        }
        out.push_literal(&written[at..start]);
        if !is_reference && scope.shell {
            out.push_literal("${");
            at = start + 2;
            continue;
        }
        let Some(length) = written[start..].find('}') else {
            sink.push(not_a_reference(
                node.part(start, written.len()),
                "it has no `}`",
            ));
            return out;
        };
        let end = start + length;
        let inner = &written[start + 2..end];
        let place = node.part(start, end + 1);
        if is_reference {
            let kind_text = scene.is_kind_text(node);
            let resolver = Resolver {
                scene,
                scope,
                place,
                kind_text,
            };
            if let Some(text) = resolver.resolve(inner, sink) {
                out.append(&text);
            }
        } else {
            sink.push(not_a_reference(place, "no reference starts so"));
        }
        at = end + 1;
    }
    out.push_literal(&written[at..]);
    out
}

fn word_at(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_ascii_lowercase())
        .unwrap_or(text.len());
    &text[..end]
}

/// Whether what follows `${` is a known word and a dot; in a kind `${major}` and `${binding}` stand alone.
fn is_reference(scene: &Scene, node: &Node, rest: &str) -> bool {
    let word = word_at(rest);
    let after = &rest[word.len()..];
    let dotted = after.starts_with('.');
    (REFERENCE_WORDS.contains(&word) && dotted)
        || (scene.is_kind_text(node)
            && KIND_WORDS.contains(&word)
            && (dotted || after.starts_with('}')))
}

fn not_a_reference(place: Span, why: &str) -> Diagnostic {
    Diagnostic::new(Code::BadReference, "`${` without a reference")
        .label(place, why.to_string())
        .help("a reference is `${components.C.PORT.url}`, `${self.PORT.address}`, `${secrets.S}`, `${vars.V}` or `${platform.name}`; a literal `${` is written `$${`")
}

struct Resolver<'a> {
    scene: &'a Scene,
    scope: &'a Scope<'a>,
    place: Span,
    kind_text: bool,
}

impl Resolver<'_> {
    fn resolve(&self, inner: &str, sink: &mut Sink) -> Option<Text> {
        // A circle leads through a string of the user's: that is where to say so, not in a kind.
        let deepest = if self.kind_text { DEEPEST + 4 } else { DEEPEST };
        if self.scope.depth > deepest {
            sink.push(
                Diagnostic::new(Code::BadReference, "this reference leads back to itself")
                    .label(self.place, "goes round in circles")
                    .help("write the value out at one of the places"),
            );
            return None;
        }
        let segments: Vec<&str> = inner.split('.').collect();
        match segments.as_slice() {
            ["components", name, rest @ ..] => self.component(name, rest, sink),
            ["self", rest @ ..] => self.own(rest, sink),
            ["secrets", name] => self.secret(name, sink),
            ["vars", name] => self.variable(name, sink),
            ["platform", "name"] => Some(Text::literal(&self.scene.platform)),
            ["platform", "network", group] => self.network(group, sink),
            ["settings", name] if self.kind_text => self.setting(name, sink),
            ["roles", role, rest @ ..] if self.kind_text => self.role(role, rest, sink),
            ["own", key] if self.kind_text => self.own_key(key, sink),
            ["binding"] if self.kind_text => Some(self.binding(sink)),
            ["major"] if self.kind_text => Some(Text::literal(
                self.owner()?
                    .major
                    .map_or(String::new(), |major| major.to_string()),
            )),
            _ => {
                self.bad("a reference is `${components.C.PORT.url}`, `${self.PORT.address}`, `${secrets.S}`, `${vars.V}`, `${platform.name}` or `${platform.network.GROUP}`", sink);
                None
            }
        }
    }

    fn bad(&self, help: &str, sink: &mut Sink) {
        sink.push(
            Diagnostic::new(Code::BadReference, "this reference means nothing")
                .label(self.place, "not understood")
                .help(help),
        );
    }

    fn owner(&self) -> Option<&Draft> {
        self.scene.drafts.get(self.scope.owner?)
    }

    fn component(&self, name: &str, rest: &[&str], sink: &mut Sink) -> Option<Text> {
        if self.scene.lost.contains(name) {
            return None;
        }
        let Some(index) = self.scene.find(name) else {
            let known: Vec<&str> = self.scene.component_names().collect();
            sink.push(unknown("component", name, self.place, &known));
            return None;
        };
        self.part_of(index, rest, None, sink)
    }

    fn own(&self, rest: &[&str], sink: &mut Sink) -> Option<Text> {
        let Some(index) = self.scope.owner else {
            self.bad(
                "`self` is the component that a string stands in; here write `${components.C...}`",
                sink,
            );
            return None;
        };
        let draft = &self.scene.drafts[index];
        let upper = || draft.name.to_ascii_uppercase().replace('-', "_");
        match rest {
            ["name"] => Some(Text::literal(&draft.name)),
            ["env_name"] if self.kind_text => Some(Text::literal(upper())),
            ["selector"] if self.kind_text => {
                Some(Text::literal(format!("job=\"{}\"", draft.name)))
            }
            ["hosts"] if self.kind_text => Some(Text::literal(hosts(draft))),
            rest => self.part_of(index, rest, self.scope.binding, sink),
        }
    }

    fn secret(&self, name: &str, sink: &mut Sink) -> Option<Text> {
        let Some(secret) = self.scene.secrets.iter().find(|secret| secret.name == name) else {
            let known: Vec<&str> = self
                .scene
                .secrets
                .iter()
                .map(|secret| secret.name.as_str())
                .collect();
            let env = name.to_ascii_uppercase().replace('-', "_");
            let mut diagnostic = unknown("secret", name, self.place, &known);
            if nearest(name, known.iter().copied()).is_none() {
                diagnostic.help = Some(format!(
                    "declare it: `[secrets]` and below it `{name} = {{ env = \"{env}\" }}`"
                ));
            }
            sink.push(diagnostic);
            return None;
        };
        if let Some(place) = self.scope.no_secrets {
            sink.push(
                Diagnostic::new(
                    Code::SecretPlace,
                    format!("a secret can't stand in {place}"),
                )
                .label(self.place, "a secret")
                .help(SECRET_PLACES),
            );
            return None;
        }
        Some(Text {
            pieces: vec![Piece::Secret(secret.name.clone())],
        })
    }

    fn variable(&self, name: &str, sink: &mut Sink) -> Option<Text> {
        let Some(variable) = self.scene.variables.iter().find(|known| known.name == name) else {
            let known: Vec<&str> = self
                .scene
                .variables
                .iter()
                .map(|variable| variable.name.as_str())
                .collect();
            sink.push(unknown("variable", name, self.place, &known));
            return None;
        };
        Some(match variable.env {
            Some(_) => Text {
                pieces: vec![Piece::Variable(variable.name.clone())],
            },
            None => Text::literal(&variable.default),
        })
    }

    fn network(&self, group: &str, sink: &mut Sink) -> Option<Text> {
        let known: Vec<&str> = self
            .scene
            .groups
            .iter()
            .map(|group| group.name.as_str())
            .collect();
        if !known.contains(&group) {
            sink.push(unknown("group", group, self.place, &known));
            return None;
        }
        Some(Text {
            pieces: vec![Piece::Network(group.to_string())],
        })
    }

    fn setting(&self, name: &str, sink: &mut Sink) -> Option<Text> {
        let index = self.scope.owner?;
        let scope = Scope {
            depth: self.scope.depth + 1,
            no_secrets: self.scope.no_secrets,
            ..Scope::component(index, None)
        };
        setting_text(self.scene, index, name, &scope, sink)
    }

    fn role(&self, role: &str, rest: &[&str], sink: &mut Sink) -> Option<Text> {
        let bound = self.owner()?.bound(role).next()?;
        let chosen = bound.database.as_deref();
        if let ([output], None) = (rest, chosen)
            && self.chooses_nothing(bound.target, output)
        {
            sink.push(nothing_chosen(&self.scene.drafts[bound.target], bound));
            return None;
        }
        self.part_of(bound.target, rest, chosen, sink)
    }

    /// Whether an output names what `uses` chose, and there is nothing to choose.
    fn chooses_nothing(&self, target: usize, output: &str) -> bool {
        let filler = &self.scene.drafts[target];
        let Some(binding) = &filler.kind.binding else {
            return false;
        };
        let names_it = filler
            .kind_table
            .get_path(&["outputs", output])
            .and_then(Node::as_str)
            .is_some_and(|text| text.contains("${binding}"));
        let has_any = binding.default.iter().chain(&binding.more).any(|setting| {
            filler
                .setting(setting)
                .is_some_and(|node| node.as_array().is_none_or(|items| !items.is_empty()))
        });
        names_it && !has_any
    }

    fn own_key(&self, key: &str, sink: &mut Sink) -> Option<Text> {
        let draft = self.owner()?;
        if let Some((_, name)) = draft.own_secrets.iter().find(|(known, _)| known == key) {
            return self.secret(name, sink);
        }
        let env = draft.kind.table.get_path(&["vars", key, "env"])?.as_str()?;
        let variable = self
            .scene
            .variables
            .iter()
            .find(|variable| variable.env.as_deref() == Some(env))?;
        self.variable(&variable.name, sink)
    }

    /// What the reader's `uses` chose, else the kind's default.
    fn binding(&self, sink: &mut Sink) -> Text {
        if let Some(chosen) = self.scope.binding {
            return Text::literal(chosen);
        }
        let Some(index) = self.scope.owner else {
            return Text::default();
        };
        default_binding(self.scene, index, self.scope.depth + 1, sink)
    }

    /// `PORT.FIELD`, an output, or what every component has.
    fn part_of(
        &self,
        index: usize,
        rest: &[&str],
        chosen: Option<&str>,
        sink: &mut Sink,
    ) -> Option<Text> {
        let draft = &self.scene.drafts[index];
        if let [port, field] = rest
            && let Some((workload, found)) = self.port(index, port)
        {
            return self.field(draft, &workload, found, field, sink);
        }
        match rest {
            ["image"] => {
                return Some(super::image::image_of(
                    self.scene,
                    index,
                    self.scope.depth + 1,
                    sink,
                ));
            }
            ["version"] => {
                return Some(super::image::version_of(
                    self.scene,
                    index,
                    self.scope.depth + 1,
                    sink,
                ));
            }
            [output] => {
                if let Some(text) = output_text(self.scene, index, output, chosen, self.scope, sink)
                {
                    let lead_there = |endpoint: &&Endpoint| endpoint.component == draft.name;
                    if let Some(endpoint) = text.endpoints().find(lead_there) {
                        self.reachable(draft, &draft.name, endpoint.field, sink)?;
                    }
                    return Some(text);
                }
                let main = draft.main_port();
                if let (Some(main), "url" | "public_url") = (main, *output)
                    && let Some((workload, port)) = self.port(index, &main)
                {
                    return self.field(draft, &workload, port, output, sink);
                }
            }
            _ => {}
        }
        if !draft.broken {
            sink.push(self.unknown_part(draft, rest));
        }
        None
    }

    /// A port of the component and the workload that listens on it: the reader's own first, then the main one's.
    fn port(&self, index: usize, name: &str) -> Option<(String, &Port)> {
        let draft = &self.scene.drafts[index];
        let own_part = self.scope.part.filter(|_| self.scope.owner == Some(index));
        let mut shapes: Vec<_> = draft.shapes.iter().collect();
        shapes.sort_by_key(|shape| shape.part.as_deref() != own_part);
        shapes.into_iter().find_map(|shape| {
            let port = shape.ports.iter().find(|port| port.name == name)?;
            Some((draft.workload_name(shape.part.as_deref()), port))
        })
    }

    fn field(
        &self,
        draft: &Draft,
        workload: &str,
        port: &Port,
        field: &str,
        sink: &mut Sink,
    ) -> Option<Text> {
        let field = match field {
            "host" => Field::Host,
            "port" => Field::Port,
            "address" => Field::Address,
            "url" => Field::Url,
            // A kind can't know whether its port is published; if not, whoever asks comes from inside.
            "public_url" if self.kind_text && port.host.is_none() && draft.external.is_none() => {
                Field::Url
            }
            "public_url" => return self.public_url(draft, port, sink),
            "public_port" if self.kind_text => {
                let number = match port.host {
                    Some(HostPort::Fixed(range)) => range.first,
                    _ => port.container.first,
                };
                return Some(Text::literal(number.to_string()));
            }
            other => {
                let fields = ["host", "port", "address", "url", "public_url"];
                sink.push(
                    Diagnostic::new(Code::BadReference, format!("a port has no `{other}`"))
                        .label(self.place, "not understood")
                        .help(match nearest(other, fields) {
                            Some(close) => format!("did you mean `{close}`?"),
                            None => format!("a port has {}", all_of(&fields)),
                        }),
                );
                return None;
            }
        };
        self.reachable(draft, workload, field, sink)?;
        let outside = draft.external.as_ref().and_then(|external| {
            external
                .addresses
                .iter()
                .find(|(name, _, _)| *name == port.name)
        });
        let (host, number) = match outside {
            Some((_, host, number)) => (host.clone(), *number),
            None => (
                network_owner(self.scene, draft, workload),
                port.container.first,
            ),
        };
        Some(Text {
            pieces: vec![Piece::Endpoint(Endpoint {
                component: draft.name.clone(),
                port: port.name.clone(),
                host,
                number,
                scheme: port.scheme.clone(),
                path: port.path.clone(),
                field,
                external: outside.is_some(),
            })],
        })
    }

    /// Says why the reader gets no connection, where it gets none.
    fn reachable(
        &self,
        draft: &Draft,
        workload: &str,
        field: Field,
        sink: &mut Sink,
    ) -> Option<()> {
        let to_itself = self
            .scope
            .owner
            .is_some_and(|owner| self.scene.drafts[owner].name == draft.name);
        if to_itself || draft.external.is_some() || field == Field::Port {
            return Some(());
        }
        let mode = super::network::mode_of(draft, workload);
        let why = match (mode, self.scope.cut_off) {
            (Some(NetworkMode::Host), _) => format!(
                "`{}` has `network_mode = \"host\"`: it has no name in any network",
                draft.name
            ),
            (Some(NetworkMode::None), _) => format!(
                "`{}` has `network_mode = \"none\"`: it joins no network",
                draft.name
            ),
            (_, Some(reader)) => format!("the reader {reader}: it resolves no component's name"),
            _ => return Some(()),
        };
        sink.push(
            Diagnostic::new(
                Code::Unreachable,
                format!("`{}` can't be reached from here", draft.name),
            )
            .label(self.place, why)
            .label(draft.span, "this component")
            .help("take `network_mode` away, or write the address that the reader really uses"),
        );
        None
    }

    fn public_url(&self, draft: &Draft, port: &Port, sink: &mut Sink) -> Option<Text> {
        if port.host.is_none() && draft.external.is_none() {
            sink.push(
                Diagnostic::new(
                    Code::Unreachable,
                    format!(
                        "port `{}` of `{}` is not published: a browser can't reach it",
                        port.name, draft.name
                    ),
                )
                .label(self.place, "needs a published port")
                .label(port.span, "published nowhere")
                .help(format!(
                    "publish it: `ports.{} = {{ host = {} }}`",
                    port.name, port.container.first
                )),
            );
            return None;
        }
        Some(Text {
            pieces: vec![Piece::PublicUrl {
                component: draft.name.clone(),
                port: port.name.clone(),
            }],
        })
    }

    fn unknown_part(&self, draft: &Draft, rest: &[&str]) -> Diagnostic {
        let ports: Vec<String> = draft
            .shapes
            .iter()
            .flat_map(|shape| &shape.ports)
            .map(|port| port.name.clone())
            .collect();
        let outputs: Vec<String> = draft
            .kind_table
            .table("outputs")
            .map_or(Vec::new(), |outputs| {
                outputs.keys().map(ToString::to_string).collect()
            });
        let wanted = rest.first().copied().unwrap_or_default();
        let known: Vec<&str> = ports.iter().chain(&outputs).map(String::as_str).collect();
        let help = match (nearest(wanted, known), rest.len()) {
            (Some(close), 2) => format!("did you mean `{close}`?"),
            (Some(close), _) if ports.iter().any(|port| port == close) => format!(
                "did you mean `{close}.address`? A port has `host`, `port`, `address`, `url` and `public_url`"
            ),
            (Some(close), _) => format!("did you mean `{close}`?"),
            (None, _) if ports.is_empty() => {
                format!(
                    "`{}` has no ports: declare one, as `ports.http = 8000`",
                    draft.name
                )
            }
            (None, _) => format!("it has the ports {}", one_of(&ports)),
        };
        Diagnostic::new(
            Code::UnknownPort,
            format!(
                "component `{}` has no port or output `{}`",
                draft.name,
                rest.join(".")
            ),
        )
        .label(self.place, "not there")
        .label(draft.span, "this component")
        .help(help)
    }
}

/// A role that needs one of the filler's databases or buckets, of which it has none.
fn nothing_chosen(filler: &Draft, bound: &BoundRole) -> Diagnostic {
    let setting = filler
        .kind
        .binding
        .as_ref()
        .and_then(|binding| binding.more.clone())
        .unwrap_or_default();
    Diagnostic::new(
        Code::MissingKey,
        format!(
            "the role `{}` takes one of the {setting} of `{}`, which has none",
            bound.role.name, filler.name
        ),
    )
    .label(bound.span, "which one?")
    .label(filler.span, format!("has no `settings.{setting}`"))
    .help(match filler.external {
        Some(_) => format!(
            "name one: `uses = {{ {} = \"{}/NAME\" }}`",
            bound.role.name, filler.name
        ),
        None => format!(
            "write `settings = {{ {setting} = [\"NAME\"] }}` on `{}`",
            filler.name
        ),
    })
}

/// Under which name other containers reach a workload: that of the one whose network it shares.
pub(super) fn network_owner(scene: &Scene, draft: &Draft, workload: &str) -> String {
    match super::network::mode_of(draft, workload) {
        Some(NetworkMode::Service(other)) if scene.find(&other).is_some() => other,
        _ => workload.to_string(),
    }
}

/// The names under which clients call it, each with any port.
fn hosts(draft: &Draft) -> String {
    let aliases = draft
        .shape(None)
        .map(|shape| read::strings(&shape.table, "aliases"))
        .unwrap_or_default();
    std::iter::once(draft.name.clone())
        .chain(aliases)
        .map(|name| format!("{name}:*"))
        .collect::<Vec<_>>()
        .join(",")
}

/// A variable of a kind as the platform names it.
pub(super) fn variable_name(key: &str) -> String {
    key.to_ascii_lowercase().replace('_', "-")
}

/// A setting as text; a list is joined with commas, a missing one is empty.
pub(super) fn setting_text(
    scene: &Scene,
    index: usize,
    name: &str,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Option<Text> {
    let draft = &scene.drafts[index];
    let Some(node) = draft.setting(name) else {
        return Some(Text::default());
    };
    if let Value::Array(items) = &node.value {
        let mut out = Text::default();
        for (position, item) in items.iter().enumerate() {
            if position > 0 {
                out.push_literal(",");
            }
            out.append(&text(scene, item, scope, sink));
        }
        return Some(out);
    }
    Some(text(scene, node, scope, sink))
}

/// What `uses = "component"` means where it names no database: the kind's default setting.
pub(super) fn default_binding(scene: &Scene, index: usize, depth: usize, sink: &mut Sink) -> Text {
    let draft = &scene.drafts[index];
    let Some(binding) = &draft.kind.binding else {
        return Text::default();
    };
    let scope = Scope {
        depth,
        ..Scope::component(index, None)
    };
    if let Some(setting) = &binding.default {
        let node = draft.setting(setting);
        if let Some(Value::Array(items)) = node.map(|node| &node.value) {
            return items
                .first()
                .map_or(Text::default(), |item| text(scene, item, &scope, sink));
        }
        return setting_text(scene, index, setting, &scope, sink).unwrap_or_default();
    }
    let first = binding
        .more
        .as_ref()
        .and_then(|setting| draft.setting(setting))
        .and_then(Node::as_array)
        .and_then(<[Node]>::first);
    first.map_or(Text::default(), |item| text(scene, item, &scope, sink))
}

/// An output of a component, in the eyes of a reader that chose one of its databases.
fn output_text(
    scene: &Scene,
    index: usize,
    output: &str,
    chosen: Option<&str>,
    reader: &Scope<'_>,
    sink: &mut Sink,
) -> Option<Text> {
    let node = scene.drafts[index]
        .kind_table
        .get_path(&["outputs", output])?;
    let scope = Scope {
        binding: chosen,
        no_secrets: reader.no_secrets,
        depth: reader.depth + 1,
        ..Scope::component(index, None)
    };
    Some(text(scene, node, &scope, sink))
}
