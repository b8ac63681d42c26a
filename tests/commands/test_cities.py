"""`kaohe cities`."""

from __future__ import annotations

import pytest
from project import SCHEME, Project


@pytest.mark.usefixtures("patience")
def test_cities(project: Project) -> None:
    outcome = project.kaohe("cities", "--json")
    assert (outcome.status, outcome.err) == (0, "")
    found = {city["city"]: city for city in outcome.json}
    assert {name for name, city in found.items() if not city["feature"]} == {"changzhou", "qingdao", "tianjin"}
    assert not any(city["schemes"] for city in found.values() if city["feature"])
    assert all(city.keys() == {"city", "schemes", "fault", "feature"} for city in found.values())
    (scheme,) = found["changzhou"]["schemes"]
    assert scheme["scheme"] == SCHEME
    assert scheme["name"].startswith("Changzhou")
    assert (scheme["from"], scheme["to"]) == ("2022-01-01", "2022-12-31")
    assert scheme["documents"][0]["number"] == "常医保办〔2023〕12号"
    assert {"nursing_home"} <= set(scheme["kinds"])
    assert (scheme["demo"], found["qingdao"]["schemes"][0]["demo"]) == (True, True)
    assert scheme.keys() >= {"reviewed", "absent"}


@pytest.mark.usefixtures("patience")
def test_cities_for_people(project: Project) -> None:
    outcome = project.kaohe("cities")
    assert (outcome.status, outcome.err) == (0, "")
    for word in (SCHEME, "qingdao/2023", "2022-12-31", "in force", "draft for", "known only"):
        assert word in outcome.out
