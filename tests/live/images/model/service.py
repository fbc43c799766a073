import bentoml


@bentoml.service
class Drivers:
    @bentoml.api
    def predict(self, rides: int) -> float:
        return rides / 100

    @bentoml.api(batchable=True)
    def predict_batch(self, rides: list[int]) -> list[float]:
        return [ride / 100 for ride in rides]
