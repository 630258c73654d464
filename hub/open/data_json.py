"""The catalogue as one JSON document by DCAT-US 3.0 (``/data.json``): the same description in plain objects.

Names and cardinalities follow the JSON schema of DCAT-US 3.0.0; facts it has no place for are left out, and no
e-mail address is made up where an office has only a telephone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hub.open.dcat import vocabularies
from hub.open.dcat.dataset_graph import ACCESS
from hub.push.quality.words import words
from policies.facts import OpenType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.open.dcat.description import Agent, Catalogue, Concept, Contact, Description, Form, Measure, Text

CONFORMS: Final = "https://resources.data.gov/dcat-us/3.0.0"
MEDIA_TYPE: Final = "application/json"
_ACCESS_WORDS: Final = {"PUBLIC": "public", "RESTRICTED": "restricted public", "NON_PUBLIC": "non-public"}


def document(catalogue: Catalogue, descriptions: Iterable[Description]) -> dict[str, Any]:
    """Return the whole document."""
    base = catalogue.base
    datasets = [dataset(base, one) for one in descriptions]
    body: dict[str, Any] = {
        "@type": "Catalog",
        "@id": f"{base}/data.json",
        "conformsTo": {"@type": "Standard", "title": "DCAT-US 3.0", "identifier": CONFORMS},
        "title": catalogue.title.zh,
        "description": catalogue.about.zh,
        "language": ["zh", "en"],
        "publisher": _organization(base, catalogue.publisher),
        "homepage": {"@type": "Document", "title": catalogue.title.zh, "accessURL": f"{base}/"},
        "dataset": datasets,
    }
    if catalogue.contact is not None:
        body["contactPoint"] = [_kind(catalogue.contact)]
    if catalogue.issued is not None:
        body["issued"] = catalogue.issued.isoformat()
    if catalogue.modified is not None:
        body["modified"] = catalogue.modified.isoformat(timespec="seconds")
    if catalogue.licence is not None:
        body["license"] = catalogue.licence.url or catalogue.licence.name
    if catalogue.contact is not None:
        body["service"] = [_service(catalogue)]
    return body


def dataset(base: str, about: Description) -> dict[str, Any]:
    """Return one dataset; what is not known is left out."""
    rights = [text for text in (about.rights, about.condition) if text]
    body: dict[str, Any] = {
        "@type": "Dataset",
        "@id": f"{base}/dataset/{about.name}",
        "identifier": f"{base}/dataset/{about.name}",
        "title": about.title.zh,
        "description": about.about.zh,
        "publisher": _organization(base, about.publisher),
        "contactPoint": [_kind(about.contact)] if about.contact is not None else [],
        "keyword": list(about.keywords),
        "theme": [_concept(base, one) for one in about.concepts] + [_theme(code) for code in about.themes],
        "landingPage": {"@type": "Document", "title": about.title.zh, "accessURL": f"{base}/d/{about.name}"},
        "language": ["zh"],
        "accessRights": _ACCESS_WORDS[ACCESS[OpenType(about.open_type)]],
        "modified": about.modified.isoformat(timespec="seconds"),
        "distribution": [_form(base, about, form) for form in about.forms],
        "rights": rights,
        "provenance": [_from(about)] if about.origin is not None or about.system else [],
        "spatial": [
            {
                "@type": "Location",
                "prefLabel": place.name.zh,
                "identifier": {"@type": "Identifier", "notation": place.code},
            }
            for place in about.places
        ],
        "hasQualityMeasurement": [_measure(base, one) for one in about.measures],
        "relation": [f"{base}/dataset/{name}" for name in about.related],
    }
    if about.resource_code:
        body["otherIdentifier"] = [
            {"@type": "Identifier", "notation": about.resource_code, "schemaAgency": "政务信息资源代码"}
        ]
    if about.issued is not None:
        body["issued"] = about.issued.isoformat()
    if repeat := vocabularies.repeat_of(about.cycle):
        body["accrualPeriodicity"] = repeat
    elif about.frequency == "IRREG":
        body["accrualPeriodicity"] = "irregular"
    if about.period is not None:
        ends = {"startDate": about.period.start, "endDate": about.period.end}
        body["temporal"] = [{"@type": "PeriodOfTime"} | {key: value for key, value in ends.items() if value}]
    if about.version:
        body["version"] = about.version
    if about.given:
        body["describedBy"] = {
            "@type": "Distribution",
            "title": "Table Schema",
            "downloadURL": f"{base}/dataset/{about.name}/schema.json",
            "mediaType": "application/json",
        }
    return {key: value for key, value in body.items() if value != [] or key == "contactPoint"}


def _organization(base: str, agent: Agent) -> dict[str, Any]:
    body: dict[str, Any] = {"@type": "Organization", "@id": f"{base}/catalog#{agent.key}", "name": agent.name}
    return body | ({"notation": [agent.code]} if agent.code else {})


def _kind(contact: Contact) -> dict[str, Any]:
    body = {"@type": "Kind", "fn": f"{contact.organ}{contact.unit}", "organization-name": contact.organ}
    if contact.email:
        body["hasEmail"] = f"mailto:{contact.email}"
    if contact.telephone:
        body["tel"] = f"tel:{contact.telephone}"
    return body


def _label(text: Text) -> dict[str, Any]:
    return {"prefLabel": text.zh} | ({"altLabel": text.en} if text.en else {})


def _concept(base: str, concept: Concept) -> dict[str, Any]:
    scheme = {"@type": "ConceptScheme", "@id": f"{base}/catalog#classes", "title": "政务信息资源分类"}
    body = {"@type": "Concept", "@id": f"{base}/catalog#class-{concept.code}", **_label(concept.name)}
    return body | {"notation": [concept.code], "inScheme": scheme}


def _theme(code: str) -> dict[str, Any]:
    zh, en = vocabularies.label_of("theme_names", code)
    scheme = {"@type": "ConceptScheme", "@id": f"{vocabularies.EU}data-theme", "title": "EU data themes"}
    names = {"prefLabel": zh, "altLabel": en}
    return {"@type": "Concept", "@id": f"{vocabularies.EU}data-theme/{code}", **names, "inScheme": scheme}


def _form(base: str, about: Description, form: Form) -> dict[str, Any]:
    body: dict[str, Any] = {
        "@type": "Distribution",
        "@id": f"{base}/dataset/{about.name}#form-{form.key}",
        "title": form.title.zh,
        "description": form.about.zh,
    }
    body |= {"downloadURL": form.download} if form.download else {"accessURL": form.access}
    if form.format is not None and form.format.media_type:
        body["mediaType"] = form.format.media_type
    if form.format is not None and form.format.code:
        body["format"] = form.format.code
    if about.licence is not None:
        body["license"] = about.licence.url or about.licence.name
    if form.bytes is not None:
        body["byteSize"] = str(form.bytes)
    if form.is_ours and about.data_at is not None:
        body["modified"] = about.data_at.isoformat(timespec="seconds")
    return body


def _from(about: Description) -> str:
    if about.origin is not None:
        return f"采集自 {about.origin.url or about.origin.code}"
    return f"来源系统：{about.system}"


def _measure(base: str, measure: Measure) -> dict[str, Any]:
    said = words()[measure.word]
    metric = {
        "@type": "Metric",
        "@id": f"{base}/catalog#metric-{measure.word}",
        "expectedDataType": "http://www.w3.org/2001/XMLSchema#decimal",
        "inDimension": {"@type": "Concept", "prefLabel": said.zh, "altLabel": said.en},
    }
    return {"@type": "QualityMeasurement", "isMeasurementOf": metric, "value": str(measure.share)}


def _service(catalogue: Catalogue) -> dict[str, Any]:
    base = catalogue.base
    contacts = [_kind(catalogue.contact)] if catalogue.contact is not None else []
    return {
        "@type": "DataService",
        "@id": f"{base}/catalog#service-api",
        "title": "数通开放数据接口",
        "endpointURL": [f"{base}/api/v1"],
        "endpointDescription": [f"{base}/openapi.json"],
        "contactPoint": contacts,
        "publisher": _organization(base, catalogue.publisher),
    }
