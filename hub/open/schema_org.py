"""An entry as a schema.org Dataset: what search engines read inside the dataset's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from policies.facts import OpenType

if TYPE_CHECKING:
    from hub.open.dcat.description import Agent, Catalogue, Description, Form, Text

SHORTEST, LONGEST = 50, 5_000
"""Length of a description as dataset search takes it, in characters."""
SCHEMA: Final = "https://schema.org/"


def dataset(catalogue: Catalogue, about: Description, *, lang: str = "zh") -> dict[str, Any]:
    """Return the description in one language; what is not known is left out."""
    base = catalogue.base
    names = {about.title.zh, about.title.en} - {"", _said(about.title, lang)}
    body: dict[str, Any] = {
        "@context": SCHEMA,
        "@type": "Dataset",
        "@id": f"{base}/dataset/{about.name}",
        "name": _said(about.title, lang),
        "alternateName": sorted(names),
        "description": _long_enough(catalogue, about, lang),
        "url": f"{base}/d/{about.name}",
        "identifier": [code for code in (about.resource_code, about.id) if code],
        "keywords": list(about.keywords),
        "inLanguage": "zh-CN",
        "creator": _organ(base, about.publisher),
        "publisher": _organ(base, about.publisher),
        "dateModified": about.modified.isoformat(timespec="seconds"),
        "isAccessibleForFree": about.open_type == OpenType.UNCONDITIONAL,
        "conditionsOfAccess": about.condition,
        "usageInfo": about.rights,
        "version": about.version,
        "variableMeasured": [
            {"@type": "PropertyValue", "name": item.name, "description": item.description or item.name}
            for item in about.items
            if item.column in about.given
        ],
        "spatialCoverage": [
            {"@type": "Place", "name": _said(place.name, lang), "identifier": place.code} for place in about.places
        ],
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "name": _said(catalogue.title, lang),
            "url": f"{base}/catalog",
        },
        "distribution": [_form(form, lang) for form in about.forms if form.download],
        "measurementTechnique": about.system,
    }
    if about.issued is not None:
        body["datePublished"] = about.issued.isoformat()
    if about.licence is not None:
        body["license"] = about.licence.url or about.licence.name
    if about.period is not None:
        body["temporalCoverage"] = f"{about.period.start or '..'}/{about.period.end or '..'}"
    if about.contact is not None:
        body["maintainer"] = _organ(base, about.publisher) | _contact(about)
    if about.origin is not None and about.origin.url:
        body["isBasedOn"] = about.origin.url
    return {key: value for key, value in body.items() if value not in ("", [])}


def _said(text: Text, lang: str) -> str:
    return (text.en or text.zh) if lang == "en" else text.zh


def _long_enough(catalogue: Catalogue, about: Description, lang: str) -> str:
    """Return the description, with facts behind it where it is shorter than dataset search takes."""
    text = _said(about.about, lang)
    classes = "、".join(_said(one.name, lang) for one in about.concepts)
    more = (
        f"提供单位：{about.publisher.name}。",
        f"信息项：{'、'.join(item.name for item in about.items)}。" if about.items else "",
        f"分类：{classes}。" if classes else "",
        f"收录于{catalogue.title.zh}（{catalogue.base}/catalog）。",
    )
    for one in more:
        if len(text) >= SHORTEST:
            break
        text = f"{text} {one}".rstrip()
    return text[:LONGEST]


def _organ(base: str, agent: Agent) -> dict[str, Any]:
    body = {"@type": "GovernmentOrganization" if agent.is_local else "Organization", "name": agent.name}
    return body | {"@id": f"{base}/catalog#{agent.key}"} | ({"identifier": agent.code} if agent.code else {})


def _contact(about: Description) -> dict[str, Any]:
    contact = about.contact
    if contact is None:
        return {}
    point = {"@type": "ContactPoint", "name": contact.unit, "telephone": contact.telephone, "email": contact.email}
    return {"contactPoint": {key: value for key, value in point.items() if value}}


def _form(form: Form, lang: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "@type": "DataDownload",
        "name": _said(form.title, lang),
        "contentUrl": form.download,
    }
    if form.format is not None:
        body["encodingFormat"] = form.format.media_type or form.format.code
    if form.bytes is not None:
        body["contentSize"] = f"{form.bytes} B"
    if form.sha256:
        body["sha256"] = form.sha256
    return body
