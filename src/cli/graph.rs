//! `mlopsgen graph`: the platform as a graph, for people and for other programs.

use mlopsgen::{graph_formats, plan::Failure};

use super::{Context, args::Format, no_format, printed::for_json, project};

pub fn run(context: &Context) -> Result<u8, Failure> {
    let Some(output) = project::compiled(context)? else {
        return Ok(1);
    };
    let (platform, edges) = (&output.platform, &output.graph);
    let text = match context.global.format {
        None | Some(Format::Human | Format::Dot) => graph_formats::dot(platform, edges),
        Some(Format::Mermaid) => graph_formats::mermaid(platform, edges),
        Some(Format::Github | Format::Sarif | Format::Yaml | Format::ExternalSecrets) => {
            return Err(no_format(
                "graph",
                "write `--format dot`, `mermaid`, `svg` or `json`",
            ));
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
    context.terminal.out(&text)?;
    Ok(0)
}
