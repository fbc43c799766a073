"""Where a browser reaches what a task links to."""

ADDRESS = ("MLOPSGEN_URL_MLFLOW__HTTP", "http://localhost:5000", "http://localhost:15000")


def test_the_chart_says_it_in_a_cluster(load):
    module = load("kubernetes", MLOPSGEN_URL_MLFLOW__HTTP="https://mlflow.example.com")
    assert module.public(*ADDRESS) == "https://mlflow.example.com"


def test_without_the_chart_it_is_that_of_a_port_forward(load, monkeypatch):
    monkeypatch.delenv("MLOPSGEN_URL_MLFLOW__HTTP", raising=False)
    assert load("kubernetes").public(*ADDRESS) == "http://localhost:15000"


def test_under_compose_it_is_the_published_port(load):
    module = load("docker", MLOPSGEN_URL_MLFLOW__HTTP="https://mlflow.example.com")
    assert module.public(*ADDRESS) == "http://localhost:5000"
