//! Start order and cycles.

use std::collections::BTreeMap;

use petgraph::{algo::kosaraju_scc, graphmap::DiGraphMap};

use super::Graph;

/// Workloads that wait for each other: each for the next, the last for the first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cycle {
    pub workloads: Vec<String>,
}

impl Graph {
    /// Every cycle in the start order, one of the shortest of each knot, beginning with its smallest name.
    pub fn cycles(&self) -> Vec<Cycle> {
        let pairs: Vec<(&str, &str)> = self
            .start
            .iter()
            .map(|edge| (edge.from.as_str(), edge.to.as_str()))
            .collect();
        shortest_cycles(&pairs)
            .into_iter()
            .map(|workloads| Cycle { workloads })
            .collect()
    }

    /// Workloads in waves: those of one wave wait only for those of earlier ones. Sorted within a wave.
    pub fn waves(&self) -> Vec<Vec<String>> {
        let mut waiting: BTreeMap<&str, Vec<&str>> = self
            .homes
            .keys()
            .map(|name| (name.as_str(), Vec::new()))
            .collect();
        for edge in &self.start {
            if let Some(needs) = waiting.get_mut(edge.from.as_str()) {
                needs.push(edge.to.as_str());
            }
        }
        let mut waves = Vec::new();
        while !waiting.is_empty() {
            let ready: Vec<&str> = waiting
                .iter()
                .filter(|(_, needs)| !needs.iter().any(|need| waiting.contains_key(need)))
                .map(|(name, _)| *name)
                .collect();
            if ready.is_empty() {
                break;
            }
            for name in &ready {
                waiting.remove(name);
            }
            waves.push(ready.into_iter().map(ToString::to_string).collect());
        }
        waves
    }
}

/// One of the shortest cycles through the smallest name of each knot of a directed graph.
pub fn shortest_cycles(pairs: &[(&str, &str)]) -> Vec<Vec<String>> {
    let graph: DiGraphMap<&str, ()> = pairs.iter().map(|(from, to)| (*from, *to, ())).collect();
    let mut cycles: Vec<Vec<String>> = kosaraju_scc(&graph)
        .into_iter()
        .filter(|knot| knot.len() > 1 || knot.iter().any(|node| graph.contains_edge(node, node)))
        .filter_map(|knot| {
            let start = knot.iter().min()?;
            shortest_way_back(&graph, start)
        })
        .collect();
    cycles.sort();
    cycles
}

/// Breadth first, neighbours by name: from `start` back to itself.
fn shortest_way_back(graph: &DiGraphMap<&str, ()>, start: &str) -> Option<Vec<String>> {
    let mut paths: Vec<Vec<&str>> = vec![vec![start]];
    let mut seen: Vec<&str> = Vec::new();
    while !paths.is_empty() {
        let mut longer = Vec::new();
        for path in paths {
            let last = *path.last()?;
            let mut next: Vec<&str> = graph
                .neighbors_directed(last, petgraph::Direction::Outgoing)
                .collect();
            next.sort_unstable();
            for node in next {
                if node == start {
                    return Some(path.iter().map(ToString::to_string).collect());
                }
                if !seen.contains(&node) {
                    seen.push(node);
                    let mut path = path.clone();
                    path.push(node);
                    longer.push(path);
                }
            }
        }
        paths = longer;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::shortest_cycles;

    #[test]
    fn a_cycle_is_told_once_from_its_smallest_name() {
        let pairs = [("b", "c"), ("c", "a"), ("a", "b"), ("a", "d"), ("d", "e")];
        assert_eq!(shortest_cycles(&pairs), [["a", "b", "c"]]);
    }
}
