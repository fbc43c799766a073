//! The platform of the commands that run one.

use mlopsgen::{engine::Running, plan::Failure};

use super::{Context, args::Format, json, project};

/// `None` after errors in platform.toml, which are printed. Warnings are not: these commands do not compile. Errors: there is
/// no project, or its output folder can't be read.
pub fn open(context: &Context) -> Result<Option<Running>, Failure> {
    let project = project::open(&context.global)?;
    let prepared = project.prepare(None)?;
    let compilation = prepared.compilation;
    if compilation.has_errors() && context.global.format == Some(Format::Json) {
        context
            .terminal
            .out(&json::verdict(&compilation, &context.terminal))?;
        return Ok(None);
    }
    let (Ok(output), Ok(plan)) = (compilation.output, prepared.plan) else {
        context
            .terminal
            .diagnostics(&compilation.diagnostics, &compilation.sources);
        return Ok(None);
    };
    Ok(Some(Running {
        project,
        output,
        sources: compilation.sources,
        plan,
    }))
}
