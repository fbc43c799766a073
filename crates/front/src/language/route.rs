//! The keys of `[routes.NAME]`: an entry point and what stands behind it.

use super::{
    form::{Form, NameRule},
    inner::FREE,
    key::{KeyShape, key},
    shape::Shape,
};

pub(super) const ROUTE: &[KeyShape] = &[
    key(
        "through",
        FREE,
        "The component that takes the requests, of a kind that can: `nginx`, `traefik`.",
        "through = \"gateway\"",
    )
    .required(),
    key(
        "host",
        Shape::Plain(Form::Domain),
        "The host name in the address.",
        "host = \"ml.example.com\"",
    )
    .required(),
    key(
        "tls",
        Shape::Table(&[
            key(
                "secret",
                Shape::Plain(Form::Name(NameRule::Resource)),
                "A secret that holds the certificate, its chain and the private key as one PEM text; in the chart it is also the name of the Secret that the Ingress uses.",
                "secret = \"ml-tls\"",
            ),
            key(
                "acme",
                Shape::Plain(Form::Mailbox),
                "The address that an authority such as Let's Encrypt writes to: the entry point gets its certificate there (`traefik`).",
                "acme = \"ops@example.com\"",
            ),
        ]),
        "The source of the certificate. Without it the entry point serves plain HTTP.",
        "tls = { secret = \"ml-tls\" }",
    ),
    key(
        "login",
        FREE,
        "A component of kind `oauth2-proxy`, which checks every request first.",
        "login = \"oauth2-proxy\"",
    ),
    key(
        "paths",
        Shape::Map(
            NameRule::WebPath,
            &Shape::Either(&[FREE, Shape::Table(PATH)]),
        ),
        "The component behind each path: `COMPONENT` or `COMPONENT.PORT`. The path becomes the port's `path`; host and path become the component's `public_url`. Of several paths to a component of one's own the first is in `public_url`, and none in the port's `path`: inside it is asked at its root. A table says `strip` too.",
        "paths = { \"/mlflow\" = \"mlflow\", \"/\" = \"jupyterlab\" }",
    )
    .required(),
];

const PATH: &[KeyShape] = &[
    key(
        "to",
        FREE,
        "The component behind the path: `COMPONENT` or `COMPONENT.PORT`.",
        "to = \"jupyterlab\"",
    )
    .required(),
    key(
        "strip",
        Shape::Boolean,
        "`true`: the entry point takes the path away before it passes a request on, for a program that can't serve under one. The port keeps no `path`; links that the program makes itself must be relative, or it must know its `public_url`.",
        "strip = true",
    ),
];
