//! Work on several threads. What comes out does not depend on how many there are: results keep the order of the input.

use std::{cell::Cell, io, sync::Mutex, thread};

use rayon::{ThreadPool, ThreadPoolBuilder, prelude::*};

/// Room on the stack of each thread. Templates may nest values as deep as their fuel goes, and to drop those recurses.
/// Only what is used of it is taken.
pub const STACK: usize = 1 << 30;

/// More threads than this win nothing: the stages between are done by one.
const MOST: usize = 8;

thread_local! {
    static HAS_ROOM: Cell<bool> = const { Cell::new(false) };
    static IS_IN_TURN: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread has a stack of [`STACK`] bytes.
pub fn has_room() -> bool {
    HAS_ROOM.get()
}

/// Why this machine starts no thread with a stack of [`STACK`] bytes, which templates need; `None`: it does.
pub fn refusal() -> Option<io::Error> {
    if has_room() {
        return None;
    }
    let started = thread::Builder::new().stack_size(STACK).spawn(|| ());
    started.map(thread::JoinHandle::join).err()
}

/// Runs some work, and what it gives to [`each`], on this many threads, each with a large stack. Inside of such work: on the
/// threads that it has already.
pub fn on<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    if has_room() {
        return work();
    }
    match pool(threads.clamp(1, MOST)) {
        Some(pool) => pool.install(work),
        // No thread can be started: this one does everything.
        None => work(),
    }
}

/// Runs some work on this thread alone, piece by piece: for what follows from the order in which pieces are made.
pub fn in_turn<T>(work: impl FnOnce() -> T) -> T {
    let before = IS_IN_TURN.replace(true);
    let made = work();
    IS_IN_TURN.set(before);
    made
}

/// What is made of each item, in the order of the items.
pub fn each<T: Send, R: Send>(
    items: impl IntoIterator<Item = T>,
    make: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let items: Vec<Mutex<Option<T>>> = items.into_iter().map(|it| Mutex::new(Some(it))).collect();
    let made: Vec<Mutex<Option<R>>> = items.iter().map(|_| Mutex::new(None)).collect();
    run(items.len(), &|index| {
        let item = items[index].lock().ok().and_then(|mut item| item.take());
        let result = item.map(&make);
        // Nothing else locks it, so it is not poisoned.
        if let Ok(mut made) = made[index].lock() {
            *made = result;
        }
    });
    let made = made.into_iter();
    made.filter_map(|it| it.into_inner().ok().flatten())
        .collect()
}

/// What two pieces of work make, which are done side by side where there are two threads.
pub fn both<A: Send, B: Send>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    match IS_IN_TURN.get() {
        true => (one(), other()),
        false => rayon::join(one, other),
    }
}

/// Runs the work of each number. Not generic, so that all that `rayon` needs for it is compiled once.
fn run(count: usize, work: &(dyn Fn(usize) + Sync)) {
    match IS_IN_TURN.get() {
        true => (0..count).for_each(work),
        false => (0..count).into_par_iter().for_each(work),
    }
}

fn pool(threads: usize) -> Option<ThreadPool> {
    let large = ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK)
        .start_handler(|_| HAS_ROOM.set(true));
    let here = || ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    large.build().or_else(|_| here().build()).ok()
}

#[cfg(test)]
mod tests {
    use super::{each, has_room, in_turn, on};

    #[test]
    fn work_runs_on_as_many_threads_as_were_asked_for_and_keeps_its_order() {
        for threads in [1, 3] {
            let found = on(threads, || {
                assert!(has_room());
                assert_eq!(rayon::current_num_threads(), threads);
                each(0..100, |n| n * n)
            });
            assert_eq!(found, (0..100).map(|n| n * n).collect::<Vec<_>>());
        }
        assert!(!has_room());
    }

    #[test]
    fn work_in_turn_stays_on_its_thread() {
        let here = || std::thread::current().id();
        on(3, || {
            let own = here();
            in_turn(|| assert!(each(0..100, |_| here()).iter().all(|id| *id == own)));
        });
    }
}
