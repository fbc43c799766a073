
def stub(
    task_id: str,
    function: str,
    *,
    environment: dict[str, Any] | None = None,
    **options: Any,
) -> PythonOperator:
    """A task whose body is the user's: `function(context)` of dags/PIPELINE/TASK.py, read when the task runs."""

    def body() -> Callable[[dict[str, Any]], Any]:
        folder = os.environ.get("MLOPSGEN_STUBS") or Path(__file__).resolve().parent / <{ project }> / "dags"
        path = Path(folder) / <{ name }> / f"{task_id}.py"
        spec = importlib.util.spec_from_file_location(f"stub_{function}", path)
        if spec is None or spec.loader is None:
            raise ImportError(f"{path} is not a Python file")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found: Callable[[dict[str, Any]], Any] = getattr(module, function)
        return found

    def run(**context: Any) -> Any:
<% if secrets %>
        os.environ.update({name: plain(value) for name, value in (environment or {}).items()})
<% else %>
        os.environ.update(environment or {})
<% endif %>
        return body()(context)

    return PythonOperator(task_id=task_id, python_callable=run, **options)

