//! What a piece of work costs.

use std::{
    fs,
    time::{Duration, Instant},
};

use mlopsgen_front::threads;

/// The result of some work, and its processor time: other programs on the machine do not change it. All of the work is done
/// on one thread, so that other tests do not count. Elsewhere than on Linux it is the time on the clock.
pub fn cost<T: Send>(work: impl FnOnce() -> T + Send) -> (T, Duration) {
    threads::on(1, || {
        let (began, spent) = (Instant::now(), spent());
        let result = work();
        let cost = match (spent, self::spent()) {
            (Some(before), Some(after)) => after - before,
            _ => began.elapsed(),
        };
        (result, cost)
    })
}

/// The processor time of this thread so far: the first number of `schedstat` (Linux, Documentation/scheduler/sched-stats.rst).
fn spent() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}
