//! What one reference stands for.

use super::{
    Scope, default_binding, hosts,
    messages::{
        UnknownPart, as_variable, needed_port, not_given, nothing_chosen, secret_output,
        unknown_part,
    },
    port::PortOf,
    setting_text, text,
};
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    expand::{ComponentDraft, read, unknown},
    language::{NameRule, secret_places},
    model::{Endpoint, Piece, Text},
    names::variable_name,
    reference::{self, ComponentField, Mode, OwnPort, PortField, Words},
    resolve::Scene,
    source::Span,
    syntax::{Key, Node},
    text::one_of,
};

/// What may be asked of the platform.
const PLATFORM_FACTS: [&str; 2] = ["name", "network"];

pub(super) struct Resolver<'a> {
    pub(super) scene: &'a Scene<'a>,
    pub(super) scope: &'a Scope<'a>,
    pub(super) place: Span,
    pub(super) kind_text: bool,
    /// The binding that a kind's text asks through.
    pub(super) through: Option<Span>,
}

impl Resolver<'_> {
    pub(super) fn resolve(&self, segments: &[&str], sink: &mut Sink) -> Option<Text> {
        match segments {
            ["components", name, rest @ ..] => self.component(name, rest, sink),
            ["self", rest @ ..] => self.self_reference(rest, sink),
            ["secrets", name] => self.secret(name, sink),
            ["vars", name] => self.variable(name, sink),
            ["platform", "name"] => Some(Text::literal(&self.scene.names.platform)),
            ["platform", "network", group] => self.network(group, sink),
            ["settings", name] if self.kind_text => self.setting(name, sink),
            ["roles", role, rest @ ..] if self.kind_text => self.role(role, rest, sink),
            ["own", key] if self.kind_text => self.own_key(key, sink),
            ["binding"] if self.kind_text => Some(self.binding(sink)),
            ["binding", what] if self.kind_text => self.login(what, sink),
            ["major"] if self.kind_text => Some(Text::literal(
                self.owner()?
                    .program
                    .major
                    .map_or(String::new(), |major| major.to_string()),
            )),
            ["platform", "network"] => {
                let groups = self.scene.names.groups.iter();
                let known = groups.map(|it| format!("${{platform.network.{}}}", it.name));
                let known: Vec<String> = known.collect();
                self.bad(
                    &format!(
                        "each group has a network of its own: write {}",
                        one_of(&known)
                    ),
                    sink,
                );
                None
            }
            ["platform", word, rest @ ..] if nearest(word, PLATFORM_FACTS).is_some() => {
                let close = nearest(word, PLATFORM_FACTS).unwrap_or_default();
                let meant: Vec<&str> = ["platform", close].iter().chain(rest).copied().collect();
                sink.push(
                    Diagnostic::new(Code::BadReference, "this reference leads to nothing")
                        .label(self.place, format!("the platform has no `{word}`"))
                        .help(format!("did you mean `${{{}}}`?", meant.join(".")))
                        .renaming(word, close),
                );
                None
            }
            _ => {
                self.bad("a reference is `${components.C.PORT.url}`, `${self.PORT.address}`, `${secrets.S}`, `${vars.V}`, `${platform.name}` or `${platform.network.GROUP}`", sink);
                None
            }
        }
    }

    fn bad(&self, help: &str, sink: &mut Sink) {
        sink.push(
            Diagnostic::new(Code::BadReference, "this reference is not known")
                .label(self.place, "not understood")
                .help(help),
        );
    }

    pub(super) fn owner(&self) -> Option<&ComponentDraft> {
        self.scene.components.get(self.scope.owner?)
    }

    fn component(&self, name: &str, rest: &[&str], sink: &mut Sink) -> Option<Text> {
        if self.scene.names.lost.contains(name) {
            return None;
        }
        let Some(index) = self.scene.find(name) else {
            let known = sink.shown(self.scene.component_names());
            sink.push(unknown("component", name, self.place, &known));
            return None;
        };
        self.part_of(index, rest, None, sink)
    }

    fn self_reference(&self, rest: &[&str], sink: &mut Sink) -> Option<Text> {
        let Some(index) = self.scope.owner else {
            self.bad(
                "`self` is the component that a string stands in; here write `${components.C...}`",
                sink,
            );
            return None;
        };
        let draft = &self.scene.components[index];
        let asked = match rest {
            [name] => ComponentField::parse(name),
            ["memory", percent] if self.kind_text => {
                self.report_other_memory(sink);
                return Some(self.share(&["resources", "memory"], percent));
            }
            ["volumes", name, percent] if self.kind_text => {
                return Some(self.share(&["volumes", name, "size"], percent));
            }
            _ => None,
        };
        match asked {
            Some(ComponentField::Name) => Some(Text::literal(&draft.name)),
            Some(ComponentField::Title) if self.kind_text => Some(Text::literal(&draft.kind.title)),
            Some(ComponentField::EnvName) if self.kind_text => {
                Some(Text::literal(variable_name(&draft.name)))
            }
            Some(ComponentField::Selector) if self.kind_text => {
                Some(Text::literal(format!("job=\"{}\"", draft.name)))
            }
            Some(ComponentField::Hosts) if self.kind_text => Some(Text::literal(hosts(draft))),
            Some(ComponentField::Network) if self.kind_text => {
                self.network(draft.group.as_deref()?, sink)
            }
            _ => self.part_of(index, rest, self.scope.binding, sink),
        }
    }

    /// So many percent of an amount that the main workload has, in bytes; 0 where it says none.
    fn share(&self, path: &[&str], percent: &str) -> Text {
        let shape = self.owner().and_then(|draft| draft.workload(None));
        let amount = shape
            .and_then(|shape| read::amount(shape.table.get_path(path)?))
            .unwrap_or_default();
        let percent: u128 = percent.parse().unwrap_or(100);
        Text::literal((u128::from(amount) * percent / 100).to_string())
    }

    fn secret(&self, name: &str, sink: &mut Sink) -> Option<Text> {
        let secret = self.scene.secret(name, self.place, sink)?;
        if let Some(place) = self.scope.no_secrets {
            sink.push(
                Diagnostic::new(
                    Code::SecretPlace,
                    format!("a secret can't stand in {place}"),
                )
                .label(self.place, "a secret")
                .help(match (self.scope.owner, self.scope.at_top) {
                    (Some(_), _) | (None, true) => secret_places(),
                    (None, false) => as_variable(&secret.name, &secret.env),
                }),
            );
            return None;
        }
        Some(Text {
            pieces: vec![Piece::Secret(secret.name.clone())],
        })
    }

    fn variable(&self, name: &str, sink: &mut Sink) -> Option<Text> {
        let Some(variable) = self.scene.names.variables.find(name) else {
            let variables = self.scene.names.variables.iter();
            let known = sink.shown(variables.map(|variable| variable.name.as_str()));
            let mut diagnostic = unknown("variable", name, self.place, &known);
            if nearest(name, known).is_none() && NameRule::Plain.accepts(name) {
                let help = format!("declare it below `[vars]`: `{name} = \"...\"`");
                diagnostic = diagnostic.help(help);
            }
            sink.push(diagnostic);
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
            .names
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
            no_secrets: self.scope.no_secrets,
            reader: self.scope.reader,
            ..Scope::component(index, None)
        };
        setting_text(self.scene, index, name, &scope, sink)
    }

    fn role(&self, role: &str, rest: &[&str], sink: &mut Sink) -> Option<Text> {
        let bound = self.owner()?.bound(role).next()?;
        let chosen = bound.database.as_deref();
        if let ([output], None) = (rest, chosen)
            && self.has_no_database(bound.target, output)
        {
            sink.push(nothing_chosen(&self.scene.components[bound.target], bound));
            return None;
        }
        let asking = Resolver {
            through: Some(bound.span),
            ..*self
        };
        asking.part_of(bound.target, rest, chosen, sink)
    }

    /// Whether an output names what `uses` chose, and there is nothing to choose.
    fn has_no_database(&self, target: usize, output: &str) -> bool {
        let filler = &self.scene.components[target];
        let Some(binding) = &filler.kind.binding else {
            return false;
        };
        let names_it = filler
            .kind_table
            .get_path(&["outputs", output])
            .is_some_and(|node| {
                reference::of_node(node, Words::Kind, Mode::Strict)
                    .references()
                    .any(|reference| reference.is(&["binding"]))
            });
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
            .names
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
        default_binding(self.scene, index, sink)
    }

    /// `user` and `password` of what `uses` chose; `users` and `passwords`: those of all further databases, a line each.
    fn login(&self, what: &str, sink: &mut Sink) -> Option<Text> {
        let index = self.scope.owner?;
        let draft = &self.scene.components[index];
        let scope = Scope {
            no_secrets: self.scope.no_secrets,
            reader: self.scope.reader,
            ..Scope::component(index, None)
        };
        let mut of = |database: Option<&str>, what: &str| {
            let login = database.and_then(|database| draft.login(database));
            match (login, what) {
                (Some(login), "user") => Some(text(self.scene, &login.user, &scope, sink)),
                (Some(login), "password") => Some(text(self.scene, &login.password, &scope, sink)),
                (_, what) => setting_text(self.scene, index, what, &scope, sink),
            }
        };
        let Some(one) = what.strip_suffix('s') else {
            return of(self.scope.binding, what);
        };
        let more = draft.kind.binding.as_ref()?.more.as_ref()?;
        let names = draft.setting(more).and_then(Node::as_array);
        let mut out = Text::default();
        for (position, name) in names.unwrap_or_default().iter().enumerate() {
            if position > 0 {
                out.push_literal("\n");
            }
            out.append(&of(name.as_str(), one)?);
        }
        Some(out)
    }

    /// What is still known of a port that the user took away.
    fn field_of_removed_port(&self, index: usize, port: &str, field: &str) -> Option<Text> {
        let number = self.removed_port(index, port)?;
        match PortField::parse(field)? {
            PortField::Path => Some(Text::default()),
            PortField::Port | PortField::PublicPort => Some(Text::literal(number.to_string())),
            _ => None,
        }
    }

    /// `PORT.FIELD`, an output, or what every component has.
    fn part_of(
        &self,
        index: usize,
        rest: &[&str],
        chosen: Option<&str>,
        sink: &mut Sink,
    ) -> Option<Text> {
        let draft = &self.scene.components[index];
        if let [port, field] = rest
            && let Some(of) = self.port(index, port)
        {
            return self.field(&of, field, sink);
        }
        if let [port, field] = rest
            && let Some(text) = self.field_of_removed_port(index, port, field)
        {
            return Some(text);
        }
        let asked = match rest {
            [name] => ComponentField::parse(name),
            _ => None,
        };
        match (asked, rest) {
            (Some(ComponentField::Name), _) if self.kind_text => {
                return Some(Text::literal(&draft.name));
            }
            (Some(ComponentField::Image), _) => {
                return Some(crate::resolve::image::image_of(self.scene, index, sink).text());
            }
            (Some(ComponentField::Version), _) => {
                return Some(crate::resolve::image::version_of(self.scene, index, sink));
            }
            (_, [output]) => {
                let outputs = draft.kind_table.table("outputs");
                if let Some(node) = outputs.and_then(|it| it.get(output)) {
                    return self.output_of(index, (output, node), chosen, sink);
                }
                let port = match asked.and_then(ComponentField::port) {
                    Some(OwnPort::Main) => draft.main_port(),
                    Some(OwnPort::Page) => draft.page_port(),
                    None => None,
                };
                if let Some(port) = port
                    && let Some(of) = self.port(index, &port)
                {
                    return self.field(&of, output, sink);
                }
            }
            _ => {}
        }
        let own_port = asked.and_then(ComponentField::port);
        if let Some(key) = self.taken_away(draft, rest, own_port) {
            sink.push(needed_port(draft, key));
        } else if let Some(role) = self.role_of_kind().filter(|_| !draft.broken) {
            sink.push(not_given(draft, rest, role));
        } else if !draft.broken {
            sink.push(unknown_part(UnknownPart {
                draft,
                rest,
                is_own: self.scope.owner == Some(index),
                place: self.place,
            }));
        }
        None
    }

    /// Where the role is bound, if a kind of the catalog asks through it: what is wrong then is no fault of the kind.
    fn role_of_kind(&self) -> Option<Span> {
        let names = &self.scene.names;
        let is_of_catalog = self.kind_text && !names.own_kinds.contains(&self.place.source);
        self.through.filter(|_| is_of_catalog)
    }

    /// An output of a component, by its name and what the kind says of it.
    fn output_of(
        &self,
        index: usize,
        (output, node): (&str, &Node),
        chosen: Option<&str>,
        sink: &mut Sink,
    ) -> Option<Text> {
        let draft = &self.scene.components[index];
        // That a secret comes out is reported at the user's reference, not at the setting that holds it.
        let reader_refuses = self.scope.no_secrets.filter(|_| self.kind_text);
        let scope = Scope {
            binding: chosen,
            no_secrets: reader_refuses,
            ..Scope::component(index, None)
        };
        let text = text(self.scene, node, &scope, sink);
        if let (Some(place), Some(secret)) = (self.scope.no_secrets, text.secrets().first()) {
            sink.push(secret_output(draft, output, secret, place, self.place));
            return None;
        }
        let lead_there = |endpoint: &&Endpoint| endpoint.component == draft.name;
        if let Some(endpoint) = text.endpoints().find(lead_there)
            && self
                .reachable(draft, &draft.name, endpoint.field, sink)
                .is_none()
        {
            return None;
        }
        match self.scope.outside {
            true => self.output_from_outside(index, text, sink),
            false => Some(text),
        }
    }

    /// A port of the component and the workload that listens on it: the reader's own first, then the main one's.
    pub(super) fn port(&self, index: usize, name: &str) -> Option<PortOf<'_>> {
        let draft = &self.scene.components[index];
        let own_part = self.scope.part.filter(|_| self.scope.owner == Some(index));
        let mut shapes: Vec<_> = draft.workloads.iter().collect();
        shapes.sort_by_key(|shape| shape.part.as_deref() != own_part);
        shapes.into_iter().find_map(|shape| {
            let port = shape.ports.iter().find(|port| port.name == name)?;
            Some(PortOf {
                draft,
                workload: draft.workload_name(shape.part.as_deref()),
                port,
            })
        })
    }

    /// The number that a kind's own texts still name where the user took one of its ports away: the program listens all
    /// the same.
    fn removed_port(&self, index: usize, name: &str) -> Option<u16> {
        let is_own = self.kind_text && self.scope.owner == Some(index);
        let ports = &self.scene.components[index].kind.table;
        let port = ports.get_path(&["workload", "ports", name])?;
        read::container_port(port).filter(|_| is_own)
    }

    /// The line of the user's that took away the port of a kind's reference.
    fn taken_away<'b>(
        &self,
        draft: &'b ComponentDraft,
        rest: &[&str],
        own_port: Option<OwnPort>,
    ) -> Option<&'b Key> {
        if !self.kind_text {
            return None;
        }
        match rest {
            [port, _] => draft.removed_port(port),
            _ if own_port.is_some() => {
                let ports = draft.kind.table.get_path(&["workload", "ports"])?;
                let ports: Vec<&str> = ports.as_table()?.keys().collect();
                draft.removed_port(draft.kind.main_port(&ports)?)
            }
            _ => None,
        }
    }
}
