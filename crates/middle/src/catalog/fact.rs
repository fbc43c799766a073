//! What the conditions of a kind (`[[when]]`, `if`) may ask. Conditions are checked by these names when a kind is read, and
//! decided over a value of each when a component uses it.

use crate::value::choice;

choice! {
    /// The names that a condition may start with.
    Fact {
        Settings = "settings",
        Roles = "roles",
        Ports = "ports",
        PublicUrl = "public_url",
        External = "external",
        Routes = "routes",
        Major = "major",
        Platform = "platform",
    }
}

choice! {
    /// What may be asked of the component that fills a role: `roles.database.kind`.
    RoleFact {
        Kind = "kind",
        Component = "component",
        Settings = "settings",
        Ports = "ports",
        External = "external",
    }
}

choice! {
    /// What may be asked of the platform: `platform.pipelines`.
    PlatformFact {
        Prometheus = "prometheus",
        Grafana = "grafana",
        Airflow = "airflow",
        Jenkins = "jenkins",
        Pipelines = "pipelines",
        Stubs = "stubs",
        Ci = "ci",
        CiContainers = "ci_containers",
    }
}
