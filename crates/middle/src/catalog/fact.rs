//! The facts that conditions of a kind (`[[when]]`, `if`) can read. When a kind is read, the names in its conditions are
//! checked against these. When a component uses the kind, they are evaluated with the values of that component.

use crate::value::choice;

choice! {
    /// The names that a condition may start with.
    Fact {
        Settings = "settings",
        Roles = "roles",
        Ports = "ports",
        Parts = "parts",
        PublicUrl = "public_url",
        PublicPath = "public_path",
        External = "external",
        Routes = "routes",
        Major = "major",
        Version = "version",
        Platform = "platform",
        Files = "files",
        Env = "env",
        EnvElsewhere = "env_elsewhere",
        Scraped = "scraped",
        Memory = "memory",
    }
}

choice! {
    /// The facts about the component that fills a role: `roles.database.kind`.
    RoleFact {
        Kind = "kind",
        Component = "component",
        Settings = "settings",
        Ports = "ports",
        External = "external",
        Version = "version",
        Roles = "roles",
    }
}

choice! {
    /// The facts about the platform: `platform.pipelines`.
    PlatformFact {
        Prometheus = "prometheus",
        Grafana = "grafana",
        Airflow = "airflow",
        Jenkins = "jenkins",
        Pipelines = "pipelines",
        Stubs = "stubs",
        Tasks = "tasks",
        Ci = "ci",
        CiContainers = "ci_containers",
    }
}
