//! `mlopsgen graph`: the platform as a graph, for people and for other programs.

use mlopsgen::{graph_formats, plan::Failure};

use super::{Context, args::Format, json, printed::for_json, project};

pub fn run(context: &Context) -> Result<u8, Failure> {
    let project = project::open(&context.global)?;
    let compilation = project.compile();
    let terminal = &context.terminal;
    if let (Err(_), Some(Format::Json)) = (&compilation.output, context.global.format) {
        terminal.out(&json::verdict(&compilation, terminal))?;
        return Ok(1);
    }
    terminal.diagnostics(&compilation.diagnostics, &compilation.sources);
    let Ok(output) = &compilation.output else {
        return Ok(1);
    };
    let (platform, edges) = (&output.platform, &output.graph);
    let text = match context.global.format {
        None | Some(Format::Human | Format::Dot) => graph_formats::dot(platform, edges),
        Some(Format::Mermaid) => graph_formats::mermaid(platform, edges),
        Some(Format::Github | Format::Sarif | Format::Yaml | Format::ExternalSecrets) => {
            return Err(Failure::new("`graph` has no such `--format`")
                .help("write `--format dot`, `mermaid`, `svg` or `json`"));
        }
        Some(Format::Json) => for_json(&graph_formats::json(platform, edges)).into_owned(),
        Some(Format::Svg) => {
            graph_formats::svg(&output.engine, platform, edges).map_err(|error| {
                Failure::new(format!(
                    "the template `{}` can't be run: {}",
                    error.template, error.message
                ))
            })?
        }
    };
    // Behind a pipe is a terminal or the log of a CI run, too; what shows a picture needs no such character.
    terminal.out(&text)?;
    Ok(0)
}
