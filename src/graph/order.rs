//! Start order and cycles.

use std::collections::{BTreeMap, BTreeSet, VecDeque, btree_map::Entry};

use petgraph::{algo::kosaraju_scc, graphmap::DiGraphMap};

use super::Graph;

/// Workloads that wait for each other: each for the next, the last for the first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cycle {
    pub workloads: Vec<String>,
}

impl Graph {
    /// Cycles in the start order, none of which is cured by what cures another.
    pub fn cycles(&self) -> Vec<Cycle> {
        let pairs: Vec<(&str, &str)> = self
            .start
            .iter()
            .map(|edge| (edge.from.as_str(), edge.to.as_str()))
            .collect();
        independent_cycles(&pairs)
            .into_iter()
            .map(|workloads| Cycle { workloads })
            .collect()
    }

    /// Workloads in waves: those of one wave wait only for those of earlier ones. Sorted within a wave.
    pub fn waves(&self) -> Vec<Vec<String>> {
        // How many each still waits for, and who waits for each.
        let mut open: BTreeMap<&str, usize> =
            self.homes.keys().map(|name| (name.as_str(), 0)).collect();
        let mut waiting: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for edge in &self.start {
            let (from, to) = (edge.from.as_str(), edge.to.as_str());
            if open.contains_key(to)
                && let Some(count) = open.get_mut(from)
            {
                *count += 1;
                waiting.entry(to).or_default().push(from);
            }
        }
        let mut ready: BTreeSet<&str> = open
            .iter()
            .filter(|(_, count)| **count == 0)
            .map(|(name, _)| *name)
            .collect();
        let mut waves = Vec::new();
        while !ready.is_empty() {
            let mut next = BTreeSet::new();
            for from in ready.iter().filter_map(|name| waiting.get(name)).flatten() {
                let Some(count) = open.get_mut(from) else {
                    continue;
                };
                *count -= 1;
                if *count == 0 {
                    next.insert(*from);
                }
            }
            waves.push(ready.into_iter().map(ToString::to_string).collect());
            ready = next;
        }
        waves
    }
}

/// Cycles of a directed graph that share no edge, so that each needs a cure of its own: the shortest first, then of the
/// rest. Each begins with its smallest name.
pub fn independent_cycles(pairs: &[(&str, &str)]) -> Vec<Vec<String>> {
    let mut graph = knots(pairs);
    let mut cycles = Vec::new();
    // A node's shortest way back only grows while edges go, so the length noted here is never too long.
    let mut waiting: BTreeSet<(usize, &str)> =
        starts(&graph).into_iter().map(|node| (1, node)).collect();
    while let Some((length, start)) = waiting.pop_first() {
        let Some(cycle) = shortest_way_back(&graph, start) else {
            continue;
        };
        waiting.insert((cycle.len(), start));
        if cycle.len() > length {
            continue;
        }
        for (index, node) in cycle.iter().enumerate() {
            graph.remove_edge(node, cycle[(index + 1) % cycle.len()]);
        }
        cycles.push(cycle.iter().map(ToString::to_string).collect());
    }
    cycles.sort();
    cycles
}

/// Where to look for cycles: at every node, but at one of those that form a plain ring. There is no other cycle in it.
fn starts<'a>(graph: &DiGraphMap<&'a str, ()>) -> Vec<&'a str> {
    kosaraju_scc(graph)
        .into_iter()
        .flat_map(|mut nodes| {
            let is_ring = nodes.iter().all(|node| graph.neighbors(node).count() == 1);
            if is_ring {
                nodes.sort_unstable();
                nodes.truncate(1);
            }
            nodes
        })
        .collect()
}

/// The edges that are part of some cycle.
fn knots<'a>(pairs: &[(&'a str, &'a str)]) -> DiGraphMap<&'a str, ()> {
    let graph: DiGraphMap<&str, ()> = pairs.iter().map(|(from, to)| (*from, *to, ())).collect();
    let knots = kosaraju_scc(&graph);
    let knot_of: BTreeMap<&str, usize> = knots
        .iter()
        .enumerate()
        .flat_map(|(number, nodes)| nodes.iter().map(move |node| (*node, number)))
        .collect();
    graph
        .all_edges()
        .filter(|(from, to, ())| knot_of[from] == knot_of[to])
        .collect()
}

/// Breadth first, neighbours by name: from `start` back to itself.
fn shortest_way_back<'a>(graph: &DiGraphMap<&'a str, ()>, start: &'a str) -> Option<Vec<&'a str>> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(last) = queue.pop_front() {
        let mut next: Vec<&str> = graph.neighbors(last).collect();
        next.sort_unstable();
        for node in next {
            if node == start {
                let mut path = vec![last];
                while let Some(before) = came_from.get(path[path.len() - 1]) {
                    path.push(before);
                }
                path.reverse();
                return Some(path);
            }
            if let Entry::Vacant(entry) = came_from.entry(node) {
                entry.insert(last);
                queue.push_back(node);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::independent_cycles;

    #[test]
    fn a_long_ring_is_one_cycle() {
        let names: Vec<String> = (0..20_000).map(|number| format!("c{number:05}")).collect();
        let next = names.iter().cycle().skip(1);
        let pairs: Vec<(&str, &str)> = names
            .iter()
            .zip(next)
            .map(|(from, to)| (from.as_str(), to.as_str()))
            .collect();
        assert_eq!(independent_cycles(&pairs), vec![names.clone()]);
    }

    #[test]
    fn a_cycle_is_told_once_from_its_smallest_name() {
        let pairs = [("b", "c"), ("c", "a"), ("a", "b"), ("a", "d"), ("d", "e")];
        assert_eq!(independent_cycles(&pairs), [["a", "b", "c"]]);
    }

    #[test]
    fn each_cycle_of_a_knot_is_told_unless_another_one_s_cure_cures_it() {
        let knot = [("a", "b"), ("b", "a"), ("b", "c"), ("c", "b"), ("c", "c")];
        let cycles = independent_cycles(&knot);
        assert_eq!(cycles, [vec!["a", "b"], vec!["b", "c"], vec!["c"]]);
        let shortcut = [("a", "b"), ("b", "c"), ("a", "c"), ("c", "a")];
        assert_eq!(independent_cycles(&shortcut), [["a", "c"]]);
    }
}
