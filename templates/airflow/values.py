<% if secrets %>

class Secret(NamedTuple):
    """A secret: this environment variable of Airflow's; where MLOPSGEN_SECRET names a Secret of the cluster, its key."""

    key: str
    variable: str
    optional: bool = False


def pieces(value: Any) -> Iterator[str | Secret]:
    """What a value is put together from."""
    yield from value if isinstance(value, list) else [value]


def plain(value: Any) -> str:
    """A value with its secrets filled in from Airflow's own environment."""
    return "".join(
        os.environ.get(piece.variable, "") if isinstance(piece, Secret) else piece for piece in pieces(value)
    )

<% endif %>
<% if namespaces %>

def namespace(network: str) -> str:
    """The name of a Compose network; in a cluster, that of the namespace."""
    here = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
    return here.read_text().strip() if IN_CLUSTER and here.exists() else network

<% endif %>
<% if resourceful %>

class Resources(NamedTuple):
    """What a container asks for. Processors are counted in thousandths, memory in bytes; memory is also the limit."""

    cpu: int | None = None
    memory: int | None = None
    gpu: int | None = None
    cpu_limit: int | None = None

<% endif %>
<% if required %>

def require(environment: dict[str, Any]) -> None:
    """Ends a task for good where Airflow's environment lacks something that its container needs."""
<% if relative %>
    names = [] if IN_CLUSTER else ["PROJECT_DIR"]
<% else %>
    names: list[str] = []
<% endif %>
<% if secrets %>
    if not (IN_CLUSTER and "MLOPSGEN_SECRET" in os.environ):
        found = [piece for value in environment.values() for piece in pieces(value)]
        names += [piece.variable for piece in found if isinstance(piece, Secret) and not piece.optional]
<% endif %>
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise AirflowFailException(f"not set in Airflow's environment: {', '.join(missing)}")

<% endif %>
