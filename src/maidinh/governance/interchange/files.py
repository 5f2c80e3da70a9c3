"""Any file that holds an architecture: told by what it holds, not by its name; read whole or not at all; written.

Layer 4, governance. What comes from another tool is read with the profile lifted, what goes to one has it lowered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import ValidationError

from maidinh.governance.architecture.definition import INCOMPLETE, ArchitectureVersion
from maidinh.governance.architecture.reading import FILE, frameworks_around, resolve, unknown_framework
from maidinh.governance.interchange import archi, oef
from maidinh.governance.interchange.detection import detect
from maidinh.governance.interchange.problems import FileRefused, Place
from maidinh.governance.interchange.profile import ProfileError, lift, lower
from maidinh.governance.modelling.definition import Model
from maidinh.governance.modelling.integrity import defects, repeated_ids
from maidinh.governance.modelling.writing import to_yaml
from maidinh.infrastructure.definitions.collection import uncollected
from maidinh.infrastructure.definitions.reading import DefinitionError, read_yaml

MODEL_SIZE_LIMIT = 64 * 1024 * 1024  # bytes of a model in YAML
FOREIGN: Mapping[str, Callable[[Path], Model]] = {"oef": oef.read, "archimate": archi.read}
WRITERS: Mapping[str, Callable[[Model, Path], None]] = {"oef": oef.write, "archimate": archi.write}
ENDINGS = {"oef": ".xml", "archimate": ".archimate", "yaml": ".yaml"}


def read_model(path: Path, *, keep_cycles: bool = False, keep_defects: bool = False) -> Model:
    """The model in a file, or a version in its folder with what it inherits; whole, or not at all.

    Raises FileRefused or DefinitionError with everything that is wrong. `keep_cycles` takes in what is part of itself;
    `keep_defects`, for whoever tells them all, also what is repeated, nameless, without layer, or leads nowhere.
    """
    model = _read(path, incomplete=keep_defects)
    if keep_defects:
        return model
    told = [each for each in defects(model) if not (keep_cycles and each.kind == "cycle")]
    if told:
        raise FileRefused(Place(path, 0, each.place, each.text) for each in told)
    return model


def content_of(model: Model, kind: str) -> bytes:
    """The file that states the model. Raises FileRefused for what that format can't hold, ValueError for no format."""
    if kind == "yaml":
        return to_yaml(model).encode()
    if kind not in WRITERS:
        raise ValueError(f"{kind!r} is no format to write; known: {', '.join(ENDINGS)}")
    with TemporaryDirectory(prefix="maidinh-") as folder:
        path = Path(folder) / f"model{ENDINGS[kind]}"
        WRITERS[kind](lower(model), path)
        return path.read_bytes()


def _read(path: Path, *, incomplete: bool) -> Model:
    if path.is_dir():
        return _version(path, incomplete=incomplete)
    kind = detect(path)
    if kind in FOREIGN:
        try:
            return lift(FOREIGN[kind](path))
        except ProfileError as error:
            raise FileRefused(
                Place(path, 0, each.item, f"{each.field}: {each.expected}") for each in error.problems
            ) from None
    if kind == "yaml":
        if path.name == FILE:
            return _version(path.parent, incomplete=incomplete)
        return _alone(_yaml(path, incomplete=incomplete))
    raise FileRefused(
        [Place(path, 0, "", f"a file of the kind {kind} is brought into a draft, it is no model by itself")]
    )


def _version(folder: Path, *, incomplete: bool) -> Model:
    """The version in the folder, with all that it inherits from its framework and from the versions beside it.

    It no longer says that it inherits.
    """
    file = folder / FILE
    if not file.is_file():
        raise FileRefused([Place(folder, 0, "", f"there is no {FILE} in this folder")])
    own = _yaml(file, incomplete=incomplete)
    if repeated_ids(own):
        own = _yaml(file)  # one of the two would hide the other
    if not isinstance(own, ArchitectureVersion):
        return own
    line, wanted = {own.version: own}, own.inherits
    while wanted is not None and wanted not in line:
        beside = folder.resolve().parent / wanted / FILE
        if not beside.is_file():
            raise FileRefused([Place(file, 0, "inherits", f"expected the inherited version at {beside}")])
        found = _yaml(beside)
        if not isinstance(found, ArchitectureVersion):
            raise FileRefused([Place(beside, 0, "", "expected a version of a province")])
        line[wanted], wanted = found, found.inherits
    frameworks = frameworks_around(folder)
    for each in line.values():
        if each.framework not in frameworks:
            stated = file if each is own else folder.resolve().parent / each.version / FILE
            raise DefinitionError([unknown_framework(stated, each.framework, frameworks)])
    try:
        return resolve(line, own.version, frameworks).model_copy(update={"inherits": None})
    except ValueError as error:
        raise FileRefused([Place(file, 0, "inherits", str(error))]) from None


def _alone(model: Model) -> Model:
    """What stands in a file by itself is all there is: what it leaves out of its framework isn't there anyway."""
    if isinstance(model, ArchitectureVersion) and model.inherits is None:
        return model.model_copy(update={"removes": []})
    return model


def _yaml(path: Path, *, incomplete: bool = False) -> Model:
    with uncollected():
        content, lines = read_yaml(path, limit=MODEL_SIZE_LIMIT)
        if not isinstance(content, dict):
            raise FileRefused([Place(path, 1, "", "expected a model: keys like elements, relations, views")])
        form = ArchitectureVersion if "province" in content else Model
        try:
            return form.model_validate(content, context={INCOMPLETE: incomplete})
        except ValidationError as error:
            raise DefinitionError.of(path, lines, error) from None
