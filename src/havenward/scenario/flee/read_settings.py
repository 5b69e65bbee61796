"""`simsetting.yml`: from text to typed settings, with the line of every key."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from havenward.scenario.cells import Fault, Kind, Value, choices, convert, kinds, western_digits
from havenward.scenario.decode import decode
from havenward.scenario.explain import explain, meaning
from havenward.scenario.flee.settings import MISSPELT, NO_EFFECT, FleeSettings
from havenward.scenario.folder import MAX_HEADER_BYTES
from havenward.scenario.outline import Path, outline
from havenward.scenario.problems import Problems
from havenward.scenario.refused import refusal


@dataclass
class Settings:
    """The settings as read, None where they are not valid, and the line of each key by its path."""

    file: str
    values: FleeSettings | None = None
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, *path: str | int) -> int | None:
        """The line of `path`, or of the nearest block around it; None where nothing of it is written."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1 if self.lines else None)


def read_settings(file: str, content: bytes | None, problems: Problems) -> Settings:
    """Reads the settings; without a file the defaults hold, which is told."""
    if content is None:
        mend = "Write one; an empty file will do"
        problems.warning(file, None, "", "", "the file is missing, so every key has its default", mend)
        return Settings(file, FleeSettings())
    if len(content) > MAX_HEADER_BYTES:
        wrong = f"the file is larger than {MAX_HEADER_BYTES // 1_000_000} MB, the limit"
        problems.error(file, 1, "", "", wrong, "Leave out what is no setting")
        return Settings(file)
    text = decode(file, content, problems)
    if text is None:
        return Settings(file)
    if all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines()):
        return Settings(file, FleeSettings(), {(): 1})
    data, lines = outline(file, text, problems)
    settings = Settings(file, lines=lines)
    if data is not None:
        reading = _Reading(settings, problems)
        typed = reading.block(FleeSettings, data, (), ())
        settings.values = reading.validated(typed)
    return settings


class _Reading:
    """Turns texts into values; keeps under which path of keys each field was written."""

    def __init__(self, settings: Settings, problems: Problems) -> None:
        self._settings = settings
        self._problems = problems
        self._written: dict[Path, Path] = {(): ()}
        self._faulty = False

    def block(self, model: type[BaseModel], data: dict[str, Any], path: Path, fields: Path) -> dict[str, Any]:
        """The typed values of one block, by field; `path` leads to it in the file and `fields` in the settings."""
        by_key = {info.alias or name: name for name, info in model.model_fields.items()}
        typed: dict[str, Any] = {}
        for key, value in data.items():
            here = (*path, key)
            meant = MISSPELT.get(_texts(here))
            if meant is not None and not (isinstance(value, str) and meant == "flood_driven_spawn_mode"):
                wrong = f"Flee ignores this key and reads {meant}; here it was read as {meant}"
                self._warn(here, key, wrong, f"Rename it to '{meant}'")
            name = by_key.get(meant or key)
            if name is None:
                self._unknown(here, key, value, by_key)
            elif name in typed:
                other = self._settings.line(*self._written[(*fields, name)])
                self._error(here, key, f"means the same as the key in row {other}", "Delete one of the two")
            else:
                self._written[(*fields, name)] = here
                self._take(model, name, value, here, (*fields, name), typed)
        return typed

    def validated(self, typed: dict[str, Any]) -> FleeSettings | None:
        """The settings, or None (and errors) where a value is out of bounds."""
        found: FleeSettings | None = None
        try:
            found = FleeSettings.model_validate(typed)
        except ValidationError as refused:
            for error in refused.errors(include_url=False):
                self._refused(error["loc"], *explain(error), error["input"])
        if found is None or self._faulty:
            return None
        for path, reason in NO_EFFECT.items():
            self._warn_of_no_effect(found, path, reason)
        return found

    def _take(self, model: type[BaseModel], name: str, value: Any, path: Path, fields: Path, typed: dict[str, Any]) -> None:
        inner = _inner(model, name)
        if inner is not None:
            if isinstance(value, dict) or value is None:
                typed[name] = self.block(inner, value or {}, path, fields)
            elif name == "flood_driven_spawning" and isinstance(value, str):
                wrong = "Flee ignores this key; what counts is whether there is a block flood_driven_spawn_mode"
                self._warn(path, value, wrong, "Delete the key")
                del self._written[fields]
            else:
                self._error(path, _shown(value), "is not a block of keys", "Write keys with values below it")
        elif value is None or value == "":
            if value is None:
                self._warn(path, "", "the key has no value, so its default holds", "Write a value, or delete the key")
        elif kinds(model)[name] == "block":
            self._take_list(name, value, path, typed)
        elif isinstance(value, str):
            result = self._value(kinds(model)[name], value.strip(), path)
            if result is not None:
                typed[name] = self._spelt(model, name, result, path)
        else:
            self._error(path, _shown(value), "is not a single value", "Write one value here, not a list or a block")

    def _take_list(self, name: str, value: Any, path: Path, typed: dict[str, Any]) -> None:
        if not isinstance(value, list):
            self._error(path, _shown(value), "is not a list", "Write it in brackets, for instance [1.0, 0.5, 0.1]")
            return
        kind: Kind = "integer" if name == "harvest_months" else "number"
        found = []
        for at, entry in enumerate(value):
            if isinstance(entry, str) and entry:
                found.append(self._value(kind, entry.strip(), (*path, at)))
            else:
                self._error((*path, at), _shown(entry), "is not a single number", "Write one number for each entry")
        typed[name] = [entry for entry in found if entry is not None]

    def _value(self, kind: Kind, text: str, path: Path) -> Value | None:
        western = text if kind in ("text", "choice") else western_digits(text)
        value = convert(kind, western)
        if isinstance(value, Fault) and kind == "flag":
            number = convert("number", western)
            value = value if isinstance(number, Fault) else bool(number)
        if isinstance(value, Fault):
            self._error(path, text, value.wrong, value.mend)
            return None
        return value

    def _spelt(self, model: type[BaseModel], name: str, value: Value, path: Path) -> Value:
        """A word as the settings spell it: Flee takes 'Poisson' too, but neither 'Constant' nor 'Pop_ratio'."""
        if isinstance(value, str) and value not in choices(model, name) and value.lower() in choices(model, name):
            if value.lower() != "poisson":
                self._warn(path, value, f"was read as {value.lower()}; Flee knows small letters only", "Use small letters")
            return value.lower()
        return value

    def _unknown(self, path: Path, key: str, value: Any, near: dict[str, str]) -> None:
        reason = refusal(key)
        homes = [block for block, keys in _BLOCKS.items() if key in keys]
        wrong = "is not a key that Flee reads, and was not read"
        if reason is not None and isinstance(value, str) and convert("flag", value.strip()) is False:
            self._warn(path, key, f"the rule is off and was left out: {reason}", "Delete the key")
        elif reason is not None:
            self._error(path, key, reason, "Delete the key")
        elif homes:
            self._warn(path, key, f"{wrong} here", f"Move it to {homes[0]}")
        else:
            mend = f"Delete it, or use a key of this block: {', '.join(near)}"
            line = self._settings.line(*path)
            self._problems.warning(self._settings.file, line, _name(path), key, wrong, mend, near)

    def _refused(self, loc: tuple[int | str, ...], wrong: str, mend: str, value: Any) -> None:
        """What the schema refuses, told at the key that it came from."""
        path = self._path(loc)
        model = _model_at(loc)
        name = next((step for step in reversed(loc) if isinstance(step, str)), "")
        field_name = {info.alias or field: field for field, info in model.model_fields.items()}.get(name, name)
        near = choices(model, field_name)
        text = _shown(value) if isinstance(value, str | int | float) else ""
        self._error(path, text, wrong, mend + meaning(model, field_name), near)

    def _path(self, loc: tuple[int | str, ...]) -> Path:
        """The path in the file of what pydantic names by field or alias."""
        fields: Path = ()
        model: type[BaseModel] | None = FleeSettings
        for step in loc:
            if isinstance(step, str) and model is not None:
                names = {info.alias or name: name for name, info in model.model_fields.items()}
                step = names.get(step, step)
                model = _inner(model, step) if step in model.model_fields else None
            fields = (*fields, step)
        while fields not in self._written:
            fields = fields[:-1]
        return self._written[fields]

    def _warn_of_no_effect(self, found: FleeSettings, path: tuple[str, ...], reason: str) -> None:
        if path not in self._written:
            return
        value: Any = found
        for step in path[:-1]:
            value = getattr(value, step)
        default = type(value).model_fields[path[-1]].default
        if getattr(value, path[-1]) != default:
            written = self._written[path]
            self._warn(written, _shown(getattr(value, path[-1])), f"the key has no effect: {reason}", "Delete it")

    def _warn(self, path: Path, value: str, wrong: str, mend: str) -> None:
        self._problems.warning(self._settings.file, self._settings.line(*path), _name(path), value, wrong, mend)

    def _error(self, path: Path, value: str, wrong: str, mend: str, near: tuple[str, ...] = ()) -> None:
        self._faulty = True
        self._problems.error(self._settings.file, self._settings.line(*path), _name(path), value, wrong, mend, near)


def _inner(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    """The model of a block, None where the field is a value."""
    annotation: Any = model.model_fields[name].annotation
    arms = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    return next((arm for arm in arms if isinstance(arm, type) and issubclass(arm, BaseModel)), None)


def _model_at(loc: tuple[int | str, ...]) -> type[BaseModel]:
    """The block in which the value at `loc` stands."""
    model: type[BaseModel] = FleeSettings
    for step in loc[:-1]:
        names = {info.alias or name: name for name, info in model.model_fields.items()}
        inner = _inner(model, names[step]) if isinstance(step, str) and step in names else None
        model = inner or model
    return model


def _keys(model: type[BaseModel], name: str) -> dict[str, frozenset[str]]:
    """The keys of each block, by its name."""
    keys = {name: frozenset(info.alias or field for field, info in model.model_fields.items())}
    for field_name, info in model.model_fields.items():
        inner = _inner(model, field_name)
        if inner is not None:
            keys |= _keys(inner, info.alias or field_name)
    return keys


_BLOCKS = _keys(FleeSettings, "the top level")


def _texts(path: Path) -> tuple[str, ...]:
    return tuple(str(step) for step in path)


def _name(path: Path) -> str:
    """A path as people say it, without the numbers of list entries."""
    return ".".join(step for step in path if isinstance(step, str))


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else "" if isinstance(value, dict | list) or value is None else str(value)
