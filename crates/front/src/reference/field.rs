//! What a reference may ask of a component and of its ports.

use crate::value::choice;

choice! {
    /// What a port has: the last segment of `${components.C.PORT.FIELD}`.
    PortField {
        Host = "host",
        Port = "port",
        Address = "address",
        Url = "url",
        PublicUrl = "public_url",
        PublicPort = "public_port",
        PublicHost = "public_host",
        PublicOrigin = "public_origin",
        PublicHosts = "public_hosts",
        PublicOrigins = "public_origins",
        PublicPath = "public_path",
        Path = "path",
        Scheme = "scheme",
    }
}

choice! {
    /// What a component has besides its ports and outputs: the last segment of `${self.FIELD}`.
    ComponentField {
        Name = "name",
        Title = "title",
        EnvName = "env_name",
        Selector = "selector",
        Hosts = "hosts",
        Network = "network",
        Image = "image",
        Version = "version",
        Url = "url",
        PublicUrl = "public_url",
        PublicOrigin = "public_origin",
    }
}

impl PortField {
    /// Whether a reference in these words may ask for it.
    pub fn is_in(self, words: super::Words) -> bool {
        match self {
            Self::Host | Self::Port | Self::Address | Self::Url | Self::PublicUrl => true,
            Self::PublicPort
            | Self::PublicHost
            | Self::PublicOrigin
            | Self::PublicHosts
            | Self::PublicOrigins
            | Self::PublicPath
            | Self::Path
            | Self::Scheme => words == super::Words::Kind,
        }
    }

    /// The names of all that a reference in these words may ask for.
    pub fn names_in(words: super::Words) -> Vec<&'static str> {
        let fields = Self::ALL.iter().filter(|field| field.is_in(words));
        fields.map(|field| field.name()).collect()
    }
}

/// A port of a component that a reference asks for without its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnPort {
    /// The one that other programs use.
    Main,
    /// The one that people open.
    Page,
}

impl ComponentField {
    /// The port that it is a field of, if it is one of a port.
    pub fn port(self) -> Option<OwnPort> {
        match self {
            Self::Url => Some(OwnPort::Main),
            Self::PublicUrl | Self::PublicOrigin => Some(OwnPort::Page),
            Self::Name
            | Self::Title
            | Self::EnvName
            | Self::Selector
            | Self::Hosts
            | Self::Network
            | Self::Image
            | Self::Version => None,
        }
    }
}
