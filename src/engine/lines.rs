//! What Compose prints, line by line and as it comes, from both of its streams.

use std::{
    io::{BufRead, BufReader, Read},
    process::Child,
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

/// Bytes of a line that are handed over together: a container may write without end and without an end of line.
const LONGEST: u64 = 64 << 10;

/// Where a line was printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// stdout
    Out,
    /// stderr
    Err,
}

/// One line of a program, without its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where it was printed.
    pub stream: Stream,
    /// What is no UTF-8 in it is replaced.
    pub text: String,
}

/// The lines of the streams that are pipes, until the program closes them.
pub(super) fn lines(program: &mut Child) -> Receiver<Line> {
    let (sender, receiver) = channel();
    if let Some(stream) = program.stdout.take() {
        read(stream, Stream::Out, sender.clone());
    }
    if let Some(stream) = program.stderr.take() {
        read(stream, Stream::Err, sender);
    }
    receiver
}

fn read(stream: impl Read + Send + 'static, name: Stream, lines: Sender<Line>) {
    thread::spawn(move || {
        let mut stream = BufReader::new(stream);
        let mut bytes = Vec::new();
        let mut next = move || {
            bytes.clear();
            let read = stream.by_ref().take(LONGEST).read_until(b'\n', &mut bytes);
            read.is_ok_and(|read| read > 0)
                .then(|| String::from_utf8_lossy(&bytes).trim_end().to_string())
        };
        while let Some(text) = next() {
            if lines.send(Line { stream: name, text }).is_err() {
                return;
            }
        }
    });
}
