"""The API against its own document: whatever is sent, no answer is a crash."""

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from backend.app.core import clock
from backend.app.core.sessions import SessionKind, open_session
from tests.factories.county import bind, make_county, make_person
from tests.factories.objections import make_bench, object_to
from tests.sms.gateway import Gateway
from tests.wechat.server import World

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
# The same ones each time: what comes first finds faults, later ones resemble it.
EXAMPLES = 15


def test_no_request_the_document_allows_or_forbids_crashes_the_api(
    app: Flask, world: World, gateway: Gateway
) -> None:
    assert world.calls.total() == 0
    assert gateway.sent == []
    person = make_person()
    bind(person, make_county())
    document = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    # Logging out would only turn every later answer into 401.
    operations = [found.ok() for found in document.get_all_operations()]
    tried = [operation for operation in operations if operation.method.upper() != "DELETE"]
    assert len(tried) >= 9
    for operation in tried:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            hammer(operation, mode, person)


def test_no_request_of_a_cadre_about_scores_crashes_the_api(app: Flask) -> None:
    bench = make_bench()
    object_to(bench, case_id=bench.second_id)
    document = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    operations = [found.ok() for found in document.get_all_operations()]
    about = ("/objection", "/cadre/villages")
    tried = [one for one in operations if any(part in one.path for part in about)]
    assert len(tried) >= 6
    for operation in tried:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            hammer(operation, mode, bench.cadre.person_id)


def hammer(operation: schemathesis.schemas.APIOperation, mode: GenerationMode, person: int) -> None:
    """Sends many generated requests to one operation, as somebody who is logged in."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: schemathesis.Case) -> None:
        # A token each: the limit is per person and minute, and this is one patient person.
        token = open_session(SessionKind.APP, person, clock.now().timestamp())
        answer = case.call(headers={"Authorization": f"Bearer {token}"})
        if answer.status_code != 429:
            case.validate_response(answer, checks=list(CHECKS))

    send()
