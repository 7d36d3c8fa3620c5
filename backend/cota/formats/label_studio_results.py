"""Label Studio's results <-> **labels**. Results are in percent of the picture and in offsets of the text.

Whole pixels survive the way to percent and back for pictures of up to a million pixels a side. Offsets of
Label Studio count code points in newer versions and UTF-16 units in older ones: the text that a result
repeats tells which; a result that fits neither is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from cota.commitments.canonical import Json
from cota.errors import BadRequest
from cota.formats.label_studio_config import CONTROLS, Config

Result = Mapping[str, Any]


class NotTaken(BadRequest):
    """A result has no form here; the words say which."""

    def __str__(self) -> str:
        return self.detail


def label_of(results: list[dict[str, Any]], config: Config, content: Json, lost: Counter[str]) -> Json:
    """The label that an annotation's results make; None when there are none of the control. Raises NotTaken."""
    wanted = CONTROLS[config.kind].type
    own = [one for one in results if one.get("type") == wanted and one.get("from_name") == config.from_name]
    lost["results of another type"] += len(results) - len(own)
    try:
        return _READERS[config.kind](own, content, config)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise NotTaken(f"a result of type {wanted!r} has not the usual form ({error})") from None


def results_of(
    label: Json, schema: Mapping[str, Any], item: str | None, content: Json
) -> list[dict[str, Json]]:
    """The results that a label is in Label Studio, under the names that `write_config` gives."""
    kind = schema["kind"]
    values = _WRITERS[kind](label, content)
    to_name = "a" if item == "pair" or kind == "preference" else item or "text"
    named = {"from_name": "label", "to_name": to_name, "type": CONTROLS[kind].type}
    return [{"id": f"r{number}", **named, **value} for number, value in enumerate(values, 1)]


def _read_choice(results: list[dict[str, Any]], _content: Json, _config: Config) -> Json:
    chosen = [one for result in results for one in result["value"]["choices"]]
    if not chosen:
        return None
    if len(chosen) != 1:
        raise NotTaken(f"one choice is wanted, not {len(chosen)}")
    return chosen[0]


def _read_choices(results: list[dict[str, Any]], _content: Json, config: Config) -> Json:
    chosen = {one for result in results for one in result["value"]["choices"]}
    return [name for name in config.classes if name in chosen] + sorted(chosen - set(config.classes))


def _read_spans(results: list[dict[str, Any]], content: Json, _config: Config) -> Json:
    text = content["text"]
    found = []
    for result in results:
        value = result["value"]
        start, end = _offsets(text, int(value["start"]), int(value["end"]), value.get("text"))
        found += [
            {"start": start, "end": end, "class": name, "text": text[start:end]} for name in value["labels"]
        ]
    return sorted(found, key=lambda one: (one["start"], one["end"], one["class"]))


def _offsets(text: str, start: int, end: int, repeated: str | None) -> tuple[int, int]:
    if repeated is None or text[start:end] == repeated:
        return start, end
    wide = text.encode("utf-16-le")
    try:
        before, within = wide[: 2 * start].decode("utf-16-le"), wide[2 * start : 2 * end].decode("utf-16-le")
    except UnicodeDecodeError:
        within = ""
    if within != repeated:
        raise NotTaken(f"the text has not {repeated!r} at {start} to {end}")
    return len(before), len(before) + len(within)


def _read_boxes(results: list[dict[str, Any]], content: Json, _config: Config) -> Json:
    found = []
    for result in results:
        value, (width, height) = result["value"], _frame(result, content)
        if value.get("rotation"):
            raise NotTaken("a rotated box has no form here")
        left, top = _pixel(value["x"], width), _pixel(value["y"], height)
        right, bottom = (
            _pixel(value["x"] + value["width"], width),
            _pixel(value["y"] + value["height"], height),
        )
        box = {"x": left, "y": top, "width": right - left, "height": bottom - top}
        found += [{"class": name, **box} for name in value["rectanglelabels"]]
    return sorted(found, key=lambda one: (one["x"], one["y"], one["width"], one["height"], one["class"]))


def _read_polygons(results: list[dict[str, Any]], content: Json, _config: Config) -> Json:
    found = []
    for result in results:
        width, height = _frame(result, content)
        points = [[_pixel(x, width), _pixel(y, height)] for x, y in result["value"]["points"]]
        found += [{"class": name, "points": points} for name in result["value"]["polygonlabels"]]
    return sorted(found, key=lambda one: (one["points"], one["class"]))


def _frame(result: dict[str, Any], content: Json) -> tuple[int, int]:
    """The upright picture's width and height; a content without them takes the result's."""
    told = int(result["original_width"]), int(result["original_height"])
    if isinstance(content, dict):
        known = content.setdefault("width", told[0]), content.setdefault("height", told[1])
        if known != told:
            raise NotTaken(
                f"the picture is {known[0]} x {known[1]} here and {told[0]} x {told[1]} in the result"
            )
    return told


def _pixel(percent: float, side: int) -> int:
    return min(max(round(percent * side / 100), 0), side)


def _read_preference(results: list[dict[str, Any]], _content: Json, _config: Config) -> Json:
    if not results:
        return None
    return {"left": "a", "right": "b"}[results[0]["value"]["selected"]]


def _read_rating(results: list[dict[str, Any]], _content: Json, _config: Config) -> Json:
    return int(results[0]["value"]["rating"]) if results else None


def _read_text(results: list[dict[str, Any]], _content: Json, _config: Config) -> Json:
    written = [one for result in results for one in result["value"]["text"]]
    return "\n".join(written) if written else None


_READERS: Mapping[str, Callable[[list[dict[str, Any]], Json, Config], Json]] = {
    "choice": _read_choice,
    "choices": _read_choices,
    "spans": _read_spans,
    "boxes": _read_boxes,
    "polygons": _read_polygons,
    "preference": _read_preference,
    "rating": _read_rating,
    "text": _read_text,
}


def _write_boxes(label: Json, content: Json) -> list[dict[str, Json]]:
    width, height = content["width"], content["height"]
    return [
        {
            "value": {
                "x": box["x"] * 100 / width,
                "y": box["y"] * 100 / height,
                "width": box["width"] * 100 / width,
                "height": box["height"] * 100 / height,
                "rotation": 0,
                "rectanglelabels": [box["class"]],
            },
            "original_width": width,
            "original_height": height,
            "image_rotation": 0,
        }
        for box in label
    ]


def _write_polygons(label: Json, content: Json) -> list[dict[str, Json]]:
    width, height = content["width"], content["height"]
    return [
        {
            "value": {
                "points": [[x * 100 / width, y * 100 / height] for x, y in one["points"]],
                "polygonlabels": [one["class"]],
                "closed": True,
            },
            "original_width": width,
            "original_height": height,
            "image_rotation": 0,
        }
        for one in label
    ]


def _write_spans(label: Json, content: Json) -> list[dict[str, Json]]:
    text = content["text"]
    return [
        {
            "value": {
                "start": one["start"],
                "end": one["end"],
                "text": text[one["start"] : one["end"]],
                "labels": [one["class"]],
            }
        }
        for one in label
    ]


def _write_preference(label: Json, _content: Json) -> list[dict[str, Json]]:
    # Label Studio's Pairwise has no tie: such an annotation has no result.
    side = {"a": "left", "b": "right"}.get(label)
    return [{"value": {"selected": side}}] if side else []


_WRITERS: Mapping[str, Callable[[Json, Json], list[dict[str, Json]]]] = {
    "choice": lambda label, _content: [{"value": {"choices": [label]}}],
    "choices": lambda label, _content: [{"value": {"choices": label}}] if label else [],
    "spans": _write_spans,
    "boxes": _write_boxes,
    "polygons": _write_polygons,
    "preference": _write_preference,
    "rating": lambda label, _content: [{"value": {"rating": label}}],
    "text": lambda label, _content: [{"value": {"text": [label]}}],
}
