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

/// How many edges may be looked at to find the shortest cycles. Of larger graphs the others are found in one walk.
const LOOKS: usize = 1_000_000;

/// Cycles of a directed graph that share no edge, so that each needs a cure of its own: the shortest first, then of the
/// rest. Each begins with its smallest name.
pub fn independent_cycles(pairs: &[(&str, &str)]) -> Vec<Vec<String>> {
    let mut graph = cyclic_edges(pairs);
    let mut cycles = shortest_cycles(&mut graph);
    // What is left of a part that is too large.
    cycles.extend(walked_cycles(&cyclic_part(&graph)));
    let mut cycles: Vec<Vec<String>> = cycles
        .iter()
        .map(|cycle| cycle.iter().map(ToString::to_string).collect())
        .collect();
    cycles.sort();
    cycles
}

/// Takes cycles out of the graph, the shortest first, until there is none or too much has been looked at.
fn shortest_cycles<'a>(graph: &mut DiGraphMap<&'a str, ()>) -> Vec<Vec<&'a str>> {
    let mut cycles = Vec::new();
    let mut looks = LOOKS;
    // A node's shortest way back only grows while edges go, so the length noted here is never too long.
    let mut waiting: BTreeSet<(usize, &str)> =
        starts(graph).into_iter().map(|node| (1, node)).collect();
    while let Some((length, start)) = waiting.pop_first()
        && looks > 0
    {
        let Some(cycle) = shortest_way_back(graph, start, &mut looks) else {
            continue;
        };
        waiting.insert((cycle.len(), start));
        if cycle.len() > length {
            continue;
        }
        for (index, node) in cycle.iter().enumerate() {
            graph.remove_edge(node, cycle[(index + 1) % cycle.len()]);
        }
        cycles.push(cycle);
    }
    cycles
}

/// Cycles in the order of a walk that follows each edge once.
fn walked_cycles<'a>(graph: &DiGraphMap<&'a str, ()>) -> Vec<Vec<&'a str>> {
    let mut cycles = Vec::new();
    let mut names: Vec<&str> = graph.nodes().collect();
    names.sort_unstable();
    let mut ways: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in &names {
        let mut ends: Vec<&str> = graph.neighbors(name).collect();
        // The smallest is taken first, from the end.
        ends.sort_unstable_by(|one, other| other.cmp(one));
        ways.insert(name, ends);
    }
    for start in names {
        let mut path = vec![start];
        let mut depths = BTreeMap::from([(start, 0)]);
        while let Some(last) = path.last().copied() {
            let Some(next) = ways.get_mut(last).and_then(Vec::pop) else {
                // No way leads on from here any more.
                depths.remove(last);
                path.pop();
                continue;
            };
            let Some(depth) = depths.get(next).copied() else {
                depths.insert(next, path.len());
                path.push(next);
                continue;
            };
            let cycle = path.split_off(depth);
            path.push(next);
            for name in &cycle[1..] {
                depths.remove(name);
            }
            cycles.push(from_smallest(cycle));
        }
    }
    cycles
}

fn from_smallest(mut cycle: Vec<&str>) -> Vec<&str> {
    let smallest = cycle.iter().enumerate().min_by_key(|(_, name)| **name);
    let at = smallest.map_or(0, |(at, _)| at);
    cycle.rotate_left(at);
    cycle
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
fn cyclic_edges<'a>(pairs: &[(&'a str, &'a str)]) -> DiGraphMap<&'a str, ()> {
    cyclic_part(&pairs.iter().map(|(from, to)| (*from, *to, ())).collect())
}

fn cyclic_part<'a>(graph: &DiGraphMap<&'a str, ()>) -> DiGraphMap<&'a str, ()> {
    let parts = kosaraju_scc(graph);
    let part_of: BTreeMap<&str, usize> = parts
        .iter()
        .enumerate()
        .flat_map(|(number, nodes)| nodes.iter().map(move |node| (*node, number)))
        .collect();
    graph
        .all_edges()
        .filter(|(from, to, ())| part_of[from] == part_of[to])
        .collect()
}

/// Breadth first, neighbours by name: from `start` back to itself. `None`: there is no way back, or no look is left.
fn shortest_way_back<'a>(
    graph: &DiGraphMap<&'a str, ()>,
    start: &'a str,
    looks: &mut usize,
) -> Option<Vec<&'a str>> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(last) = queue.pop_front() {
        let mut next: Vec<&str> = graph.neighbors(last).collect();
        next.sort_unstable();
        *looks = looks.saturating_sub(next.len());
        if *looks == 0 {
            return None;
        }
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
    use std::collections::BTreeSet;

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
    fn a_large_group_of_cycles_is_walked_once() {
        let names: Vec<String> = (0..5_000).map(|number| format!("c{number:05}")).collect();
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for (number, name) in names.iter().enumerate() {
            for step in [1, 7] {
                pairs.push((name, &names[(number + step) % names.len()]));
            }
        }
        let mut rest: BTreeSet<(&str, &str)> = pairs.iter().copied().collect();
        let cycles = independent_cycles(&pairs);
        for cycle in &cycles {
            for (name, next) in cycle.iter().zip(cycle.iter().cycle().skip(1)) {
                assert!(rest.remove(&(name, next)), "{name} to {next} is told twice");
            }
        }
        // Without the reported cycles there is no cycle left.
        let rest: Vec<(&str, &str)> = rest.into_iter().collect();
        assert!(independent_cycles(&rest).is_empty());
    }

    #[test]
    fn a_cycle_is_reported_once_from_its_smallest_name() {
        let pairs = [("b", "c"), ("c", "a"), ("a", "b"), ("a", "d"), ("d", "e")];
        assert_eq!(independent_cycles(&pairs), [["a", "b", "c"]]);
    }

    #[test]
    fn each_cycle_is_reported_unless_the_fix_of_another_removes_it() {
        let knot = [("a", "b"), ("b", "a"), ("b", "c"), ("c", "b"), ("c", "c")];
        let cycles = independent_cycles(&knot);
        assert_eq!(cycles, [vec!["a", "b"], vec!["b", "c"], vec!["c"]]);
        let shortcut = [("a", "b"), ("b", "c"), ("a", "c"), ("c", "a")];
        assert_eq!(independent_cycles(&shortcut), [["a", "c"]]);
    }
}
