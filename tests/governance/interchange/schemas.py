"""The official schemas of the exchange format, where they lie beside the checkout; they aren't ours to pass on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from lxml import etree

XML_NAMESPACE = "http://www.w3.org/2001/xml.xsd"
WRAPPER = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:import namespace="http://www.opengroup.org/xsd/archimate/3.0/" schemaLocation="{folder}/archimate3_Diagram.xsd"/>
  <xs:import namespace="http://purl.org/dc/elements/1.1/" schemaLocation="{folder}/dc.xsd"/>
</xs:schema>"""


class _Local(etree.Resolver):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def resolve(self, url: str, public_id: str, context: object) -> object:
        if url == XML_NAMESPACE:
            return self.resolve_filename(str(self.folder / "xml.xsd"), context)
        return None


def oef_schema(version: str = "3.1") -> etree.XMLSchema:
    """The schema of diagrams, with Dublin Core beside it."""
    roots = [Path(__file__).resolve().parents[4] / "shared", Path(__file__).resolve().parents[3] / "shared"]
    if "MAIDINH_SHARED" in os.environ:
        roots.insert(0, Path(os.environ["MAIDINH_SHARED"]))
    folder = next((each for root in roots if (each := root / "data/archimate-xsd" / version).is_dir()), None)
    if folder is None:
        pytest.skip("the schemas of the exchange format are not beside this checkout")
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(_Local(folder))
    return etree.XMLSchema(etree.fromstring(WRAPPER.format(folder=folder.as_uri()), parser))


def invalid(schema: etree.XMLSchema, path: Path) -> list[str]:
    """What the schema says against the file."""
    schema.validate(etree.parse(str(path)))
    return [f"{each.line}: {each.message}" for each in schema.error_log]
