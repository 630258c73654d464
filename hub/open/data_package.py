"""An entry as a Data Package v2 with a Table Schema, and as Croissant 1.1: how to read its open rows by program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from catalogue.code_lists import CodeListNotFoundError, load_code_list
from catalogue.item import DataType
from hub.open.dcat.vocabularies import repeat_of

if TYPE_CHECKING:
    from catalogue.item import Item
    from hub.open.dcat.description import Catalogue, Description, Form

PROFILE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
SCHEMA_PROFILE: Final = "https://datapackage.org/profiles/2.0/tableschema.json"
MEDIA_TYPE: Final = "application/json"
CROISSANT_TYPE: Final = "application/ld+json"
MOST_CATEGORIES: Final = 200
"""Longer code lists are named, not copied."""
_TYPES: Final = {
    DataType.TEXT: "string",
    DataType.NUMBER: "number",
    DataType.CURRENCY: "number",
    DataType.DATE: "date",
    DataType.DATETIME: "datetime",
    DataType.BOOLEAN: "boolean",
    DataType.MEMO: "string",
    DataType.GENERAL: "string",
    DataType.DOUBLE: "number",
    DataType.INTEGER: "integer",
    DataType.FLOAT: "number",
}
_CROISSANT_TYPES: Final = {
    "string": "sc:Text",
    "number": "sc:Float",
    "date": "sc:Date",
    "datetime": "sc:DateTime",
    "boolean": "sc:Boolean",
    "integer": "sc:Integer",
}
_TABLES: Final = {"csv": "csv", "json": "json"}


def table_schema(about: Description) -> dict[str, Any]:
    """Return the Table Schema of what the public is given."""
    given = [item for item in about.items if item.column in about.given]
    body: dict[str, Any] = {
        "$schema": SCHEMA_PROFILE,
        "fields": [_field(item, about.keys) for item in given],
        "missingValues": [""],
    }
    if about.keys and set(about.keys) <= set(about.given):
        body["primaryKey"] = list(about.keys)
    return body


def _field(item: Item, keys: tuple[str, ...]) -> dict[str, Any]:
    kind = _TYPES[item.type]
    body: dict[str, Any] = {"name": item.column, "title": item.name, "type": kind}
    if item.description:
        body["description"] = item.description
    rules: dict[str, Any] = {}
    if item.required or item.column in keys:
        rules["required"] = True
    if kind == "string" and item.type is DataType.TEXT and item.length:
        rules["maxLength"] = item.length
    if rules:
        body["constraints"] = rules
    if item.code_list is not None and kind == "string" and (categories := _categories(item.code_list.name)):
        body["categories"] = categories
    return body


def _categories(name: str) -> list[dict[str, str]]:
    try:
        rows = load_code_list(name).rows
    except CodeListNotFoundError:
        return []
    if len(rows) > MOST_CATEGORIES:
        return []
    return [{"value": code, "label": row.name_zh} for code, row in rows.items()]


def package(catalogue: Catalogue, about: Description) -> dict[str, Any]:
    """Return the Data Package of an entry: one resource a file, each with the Table Schema where the rows are ours."""
    base = catalogue.base
    resources = [_resource(about, form, base) for form in about.forms if form.download]
    body: dict[str, Any] = {
        "$schema": PROFILE,
        "name": about.name,
        "id": f"{base}/dataset/{about.name}",
        "title": about.title.zh,
        "description": about.about.zh,
        "homepage": f"{base}/d/{about.name}",
        "created": about.described.isoformat(timespec="seconds"),
        "keywords": list(about.keywords),
        "contributors": [{"title": about.publisher.name, "organization": about.publisher.name, "roles": ["publisher"]}],
        "sources": [{"title": about.origin.code, "path": about.origin.url}]
        if about.origin is not None and about.origin.url
        else [],
        "licenses": _licences(about),
        "resources": resources,
    }
    if about.version:
        body["version"] = about.version
    if repeat := repeat_of(about.cycle):
        body["updateFrequency"] = repeat
    if not resources:
        # A package has at least one resource (2.0): where no file is open, it is the page that says how to get it.
        body["resources"] = [{"name": "page", "path": f"{base}/d/{about.name}", "title": about.title.zh}]
    return {key: value for key, value in body.items() if value != []}


def _licences(about: Description) -> list[dict[str, str]]:
    if about.licence is None:
        return []
    licence = {"name": about.licence.name, "path": about.licence.url}
    return [{key: value for key, value in licence.items() if value}]


def _resource(about: Description, form: Form, base: str) -> dict[str, Any]:
    titles = {"title": form.title.zh, "description": form.about.zh}
    body: dict[str, Any] = {"name": form.key, "path": form.download, **titles}
    if form.format is not None and form.format.code:
        body["format"] = form.format.code.lower()
    if form.format is not None and form.format.media_type:
        body["mediatype"] = form.format.media_type
    if form.bytes is not None:
        body["bytes"] = form.bytes
    if form.sha256:
        body["hash"] = f"sha256:{form.sha256}"
    if form.is_ours and form.key in _TABLES:
        body |= {"type": "table", "encoding": "utf-8", "schema": f"{base}/dataset/{about.name}/schema.json"}
        if form.key == "csv":
            body["dialect"] = {"delimiter": ",", "header": True}
            body["schema"] = table_schema(about)
    return body


def croissant(catalogue: Catalogue, about: Description) -> dict[str, Any]:
    """Return the entry as Croissant: its CSV file and one record set with a field an item."""
    base = catalogue.base
    schema = table_schema(about)
    body: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "@id": f"{base}/dataset/{about.name}",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": about.name,
        "alternateName": about.title.zh,
        "description": about.about.zh,
        "url": f"{base}/d/{about.name}",
        "datePublished": about.issued.isoformat() if about.issued is not None else None,
        "dateModified": about.modified.isoformat(timespec="seconds"),
        "version": about.version or None,
        "license": (about.licence.url or about.licence.name) if about.licence is not None else None,
        "creator": {"@type": "sc:Organization", "name": about.publisher.name},
        "keywords": list(about.keywords),
        "isLiveDataset": True,
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": form.key,
                "name": form.key,
                "contentUrl": form.download,
                "encodingFormat": form.format.media_type if form.format is not None else None,
            }
            for form in about.forms
            if form.download
        ],
    }
    if about.given:
        fields = [_croissant_field(field) for field in schema["fields"]]
        body["recordSet"] = [{"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "field": fields}]
    return {key: value for key, value in body.items() if value not in (None, [])}


def _croissant_field(field: dict[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"rows/{field['name']}",
        "name": field["name"],
        "description": field.get("description", field["title"]),
        "dataType": _CROISSANT_TYPES[field["type"]],
        "source": {"fileObject": {"@id": "csv"}, "extract": {"column": field["name"]}},
    }


_CONTEXT: Final = {
    "@language": "zh",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "column": "cr:column",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "isLiveDataset": "cr:isLiveDataset",
    "recordSet": "cr:recordSet",
    "source": "cr:source",
}
