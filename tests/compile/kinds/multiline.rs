//! What Filebeat makes one entry of: lines that fit its pattern belong to the line before.

use std::fs;

use regex_automata::nfa::thompson::pikevm::PikeVM;
use saphyr::{LoadableYamlNode, Yaml};

const FILE: &str = "templates/kinds/filebeat/filebeat.yml";

const PYTHON: &str = "Traceback (most recent call last):
  File \"a.py\", line 2, in f
    {}[\"x\"]
KeyError: 'x'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File \"a.py\", line 9, in <module>
requests.exceptions.ConnectTimeout: host";

const GO: &str = "panic: runtime error: index out of range [3] with length 3

goroutine 1 [running]:
main.f(...)
\t/src/main.go:9
github.com/team/app.(*Server).Run(0xc000010000, {0x1, 0x2})
\t/src/run.go:5 +0x1d
created by main.main in goroutine 1
exit status 2";

const LOGS: &str = "INFO request
2026-01-01 12:00:00 ERROR failed: timeout
uvicorn.access: GET /
{\"level\": \"info\"}
level=info msg=\"done (ok)\"
panic: nothing yet";

/// The first lines of entries.
fn entries(text: &str) -> Vec<&str> {
    let file = fs::read_to_string(FILE).expect("the template");
    let line = file
        .lines()
        .find(|line| line.trim_start().starts_with("pattern:"));
    let yaml = Yaml::load_from_str(line.expect("a pattern").trim()).expect("it is YAML");
    let pattern = PikeVM::new(yaml[0]["pattern"].as_str().expect("a text")).expect("a pattern");
    let mut cache = pattern.create_cache();
    let lines = text.lines().enumerate();
    lines
        .filter(|(number, line)| *number == 0 || !pattern.is_match(&mut cache, *line))
        .map(|(_, line)| line)
        .collect()
}

#[test]
fn a_stack_trace_is_one_entry() {
    for trace in [PYTHON, GO] {
        assert_eq!(entries(trace).len(), 1, "{:?}", entries(trace));
    }
    assert_eq!(entries(LOGS).len(), 6, "{:?}", entries(LOGS));
}
