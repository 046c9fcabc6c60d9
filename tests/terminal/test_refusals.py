"""Bad input is told in the house's grammar."""

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from analysis.refusals import sentences


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")

    within: int = Field(ge=1)
    steps: tuple[str, ...] = Field(min_length=1)
    zone: str = "Asia/Tokyo"

    @field_validator("zone")
    @classmethod
    def _known(cls, name: str) -> str:
        if name == "Mars":
            raise ValueError("`zone` is 'Mars'; must be an IANA name such as Asia/Tokyo.")
        if name == "Moon":
            raise ValueError("not on this planet")
        return name


GOOD = {"within": 30, "steps": ["a"]}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({**GOOD, "within": 0}, "`within` is 0; must be greater than or equal to 1."),
        (
            {**GOOD, "within": "x"},
            "`within` is 'x'; must be a valid integer, unable to parse string as an integer.",
        ),
        ({**GOOD, "steps": [3]}, "`steps.0` is 3; must be a valid string."),
        ({**GOOD, "steps": []}, "`steps` is []; must have at least 1 item, not 0."),
        ({"steps": ["a"]}, "`within` is missing; must be given."),
        ({**GOOD, "color": 1}, "`color` is not known here; must be left out."),
        ({**GOOD, "zone": "Mars"}, "`zone` is 'Mars'; must be an IANA name such as Asia/Tokyo."),
        ({**GOOD, "zone": "Moon"}, "`zone`: not on this planet"),
    ],
)
def test_every_complaint_names_the_field_its_value_and_what_it_must_be(given: dict, sentence: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Shape.model_validate(given)
    assert sentences(refused.value) == sentence


def test_a_long_value_is_cut() -> None:
    with pytest.raises(ValidationError) as refused:
        Shape.model_validate({**GOOD, "within": "x" * 1000})
    assert len(sentences(refused.value)) < 200


def test_several_complaints_are_several_sentences_in_order() -> None:
    with pytest.raises(ValidationError) as refused:
        Shape.model_validate({"within": 0, "color": 1})
    assert sentences(refused.value) == (
        "`within` is 0; must be greater than or equal to 1. `steps` is missing; must be given. "
        "`color` is not known here; must be left out."
    )
