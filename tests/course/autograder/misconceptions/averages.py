# mypy: ignore-errors
"""Wrong variants of averages, the small notebook assignment of the tests."""

from autograder.misconceptions import misconception, reference

(Standardizer,) = reference("averages", "Standardizer")


@misconception("divides-by-n-minus-one", item="mean_of")
def mean_of(x):
    """A mean divides by N. It is an estimate of the variance that divides by N - 1."""
    return x.sum(dim=0) / (len(x) - 1)


@misconception("batch-statistics", item="standardizer")
class Standardizer(Standardizer):
    """You standardize new rows with their own mean and spread. The ones that `__init__` learned
    from the data are what puts all rows on one scale."""

    def __call__(self, x):
        super().__init__(x)
        return super().__call__(x)
