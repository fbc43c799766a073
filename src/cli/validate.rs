//! `mlopsgen validate`: checks only.

use mlopsgen::{
    diag::Severity, manual::component_pages, plan::Failure, project::environment_file, text::count,
};

use super::{Context, json, project, review, show};

pub fn run(context: &Context) -> Result<u8, Failure> {
    let is_review = review::is_wanted(context);
    let is_json = !is_review && context.is_json("validate")?;
    let project = project::open(&context.global)?;
    let compilation = project.compile();
    let status = u8::from(compilation.has_errors());
    if is_json {
        context
            .terminal
            .out(&json::verdict(&compilation, &context.terminal))?;
        return Ok(status);
    }
    if is_review {
        review::report(
            context,
            &compilation.diagnostics,
            &compilation.sources,
            None,
        )?;
        return Ok(status);
    }
    let terminal = &context.terminal;
    terminal.diagnostics(&compilation.diagnostics, &compilation.sources);
    if let (Ok(output), true) = (&compilation.output, terminal.verbose) {
        for page in component_pages(&output.platform, &compilation.sources) {
            terminal.out(&format!("{}\n", show::text(&page)))?;
        }
    }
    let errors = count(compilation.count(Severity::Error), "error");
    let warnings = count(compilation.count(Severity::Warning), "warning");
    if status != 0 {
        terminal.err(&format!("{errors}, {warnings}\n"));
    } else if !terminal.quiet {
        let request = &project.request;
        let over = request
            .environment
            .as_deref()
            .map(|name| environment_file(&request.file, name));
        let with = over.map(|over| format!(" with {over}")).unwrap_or_default();
        terminal.out(&format!("{}{with} is valid, {warnings}\n", request.file))?;
    }
    Ok(status)
}
