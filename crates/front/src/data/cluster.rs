//! The cluster that a release is in.

/// How the manifest names the cluster that the tool of `[deploy]` runs in itself. A version before this one wrote down no cluster
/// at all, so that this one has to be told from a cluster that nobody knows.
pub const OWN_CLUSTER: &str = "in-cluster";

/// What Argo CD calls it.
const ITS_ADDRESSES: [&str; 2] = [
    "https://kubernetes.default.svc",
    "https://kubernetes.default.svc.cluster.local",
];

/// What two ways to write one cluster have in common: the case of a host, a slash at the end and the usual port change nothing.
pub fn cluster_key(written: &str) -> String {
    let Some((scheme, rest)) = written.split_once("://") else {
        return written.to_string();
    };
    let rest = rest.trim_end_matches('/');
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (scheme, host) = (scheme.to_ascii_lowercase(), host.to_ascii_lowercase());
    let usual = if scheme == "http" { ":80" } else { ":443" };
    let host = host.strip_suffix(usual).unwrap_or(&host);
    let address = format!("{scheme}://{host}{path}");
    match ITS_ADDRESSES.contains(&address.as_str()) {
        true => OWN_CLUSTER.to_string(),
        false => address,
    }
}

#[cfg(test)]
mod tests {
    use super::cluster_key;

    #[test]
    fn one_cluster_has_one_key() {
        for (written, key) in [
            ("in-cluster", "in-cluster"),
            ("https://kubernetes.default.svc", "in-cluster"),
            ("https://kubernetes.default.svc:443/", "in-cluster"),
            ("https://East/", "https://east"),
            ("https://east:443", "https://east"),
            (
                "https://east:6443/k8s/Clusters/c1/",
                "https://east:6443/k8s/Clusters/c1",
            ),
            ("http://east:443", "http://east:443"),
            ("https://[fd00::443]:443", "https://[fd00::443]"),
            ("East", "East"),
        ] {
            assert_eq!(cluster_key(written), key);
        }
    }
}
