"""Label Studio's labelling configuration (XML) <-> **question**.

One control and what it is bound to, in the forms that have a kind of question here; a configuration with
several controls is refused rather than cut down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from cota.commitments.canonical import Json
from cota.errors import BadRequest


class Control(NamedTuple):
    """A control's tag, the tag of its options, and the type of its results."""

    tag: str
    option: str
    type: str


CONTROLS: Mapping[str, Control] = {
    "choice": Control("Choices", "Choice", "choices"),
    "choices": Control("Choices", "Choice", "choices"),
    "spans": Control("Labels", "Label", "labels"),
    "boxes": Control("RectangleLabels", "Label", "rectanglelabels"),
    "polygons": Control("PolygonLabels", "Label", "polygonlabels"),
    "preference": Control("Pairwise", "", "pairwise"),
    "rating": Control("Rating", "", "rating"),
    "text": Control("TextArea", "", "textarea"),
}
_CONTROL_TAGS = frozenset(one.tag for one in CONTROLS.values()) | {
    "Brush", "BrushLabels", "Ellipse", "EllipseLabels", "HyperTextLabels", "KeyPoint", "KeyPointLabels", "Number",
    "ParagraphLabels", "Polygon", "Ranker", "Rectangle", "Relations", "Taxonomy", "TimeSeriesLabels", "VideoRectangle",
    "DateTime", "MagicWand", "BitmaskLabels",
}  # fmt: skip
_OBJECTS = {"Text": "text", "HyperText": "text", "Image": "image", "Audio": "audio", "AudioPlus": "audio"}
_LARGEST = 2**20
STARS = 5
"""What a Rating offers unless it says otherwise."""


@dataclass(frozen=True)
class Config:
    """`fields`: a content's name of every field of the data that is shown. `from_name` and `to_name` are the
    control's and the object's names in results."""

    kind: str
    question: str
    classes: tuple[str, ...]
    fields: Mapping[str, str]
    from_name: str
    to_name: str
    item: str | None
    most: int = 0

    def schema(self) -> dict[str, Json]:
        """As much of the question as the configuration tells."""
        found: dict[str, Json] = {"kind": self.kind}
        if self.question:
            found["question"] = self.question
        if self.classes:
            found["classes"] = list(self.classes)
        if self.item:
            found["item"] = self.item
        if self.kind == "rating":
            found |= {"least": 1, "most": self.most}
        return found


def read_config(raw: bytes) -> Config:
    """Raises BadRequest with what cannot be taken."""
    root = _parse(raw)
    tags = list(root.iter())
    controls = [tag for tag in tags if tag.tag in _CONTROL_TAGS]
    if len(controls) != 1:
        found = ", ".join(str(tag.tag) for tag in controls) or "none"
        raise BadRequest(f"a configuration with exactly one control is wanted, this one has {found}")
    control = controls[0]
    kind = _kind(control)
    bound = [name.strip() for name in control.get("toName", "").split(",")]
    shown = [next((tag for tag in tags if tag.get("name") == name), None) for name in bound]
    fields, item = _fields(kind, shown)
    header = next((tag for tag in tags if tag.tag == "Header"), None)
    return Config(
        kind=kind,
        question=(header.get("value") or "") if header is not None else "",
        classes=_classes(control, kind),
        fields=fields,
        from_name=control.get("name", ""),
        to_name=bound[0],
        item=item,
        most=_stars(control) if kind == "rating" else 0,
    )


def write_config(schema: Mapping[str, Any], item: str | None) -> str:
    """The configuration that asks a dataset's question; `item`: "text", "image", "pair" or "audio"."""
    kind = schema["kind"]
    control = CONTROLS[kind]
    question = f"  <Header value={quoteattr(str(schema.get('question', '')))}/>\n"
    if kind == "preference" or item == "pair":
        objects = '  <Text name="a" value="$a"/>\n  <Text name="b" value="$b"/>\n'
        to_name = "a,b" if kind == "preference" else "a"
    else:
        tag = {"image": "Image", "audio": "Audio"}.get(item or "text", "Text")
        name = item or "text"
        objects, to_name = f'  <{tag} name="{name}" value="${name}"/>\n', name
    extra = {
        "choices": ' choice="multiple"',
        "choice": ' choice="single"',
        "text": ' maxSubmissions="1"',
    }.get(kind, "")
    if kind == "rating":
        extra = f' maxRating="{schema["most"]}"'
    options = "".join(
        f"    <{control.option} value={quoteattr(name)}/>\n"
        for name in schema.get("classes", ())
        if control.option
    )
    head = f'  <{control.tag} name="label" toName="{to_name}"{extra}'
    body = f"{head}>\n{options}  </{control.tag}>\n" if options else f"{head}/>\n"
    return f"<View>\n{question}{objects}{body}</View>\n"


def _parse(raw: bytes) -> ElementTree.Element:
    if len(raw) > _LARGEST:
        raise BadRequest(f"the configuration is longer than {_LARGEST:,} bytes")
    # Entities are how a small XML file becomes a large one; a configuration needs none.
    if b"<!" in raw.replace(b"<!--", b""):
        raise BadRequest("the configuration holds a document type, which none needs")
    try:
        return ElementTree.fromstring(raw)
    except ElementTree.ParseError as error:
        raise BadRequest(f"the configuration is not XML: {error}") from error


def _kind(control: ElementTree.Element) -> str:
    if control.tag == "Choices":
        return "choices" if control.get("choice", "single") == "multiple" else "choice"
    for kind, known in CONTROLS.items():
        if known.tag == control.tag:
            return kind
    raise BadRequest(f"there is no kind of question for {control.tag}")


def _classes(control: ElementTree.Element, kind: str) -> tuple[str, ...]:
    option = CONTROLS[kind].option
    if not option:
        return ()
    found = [tag.get("value", "") for tag in control.iter(option)]
    if not found:
        raise BadRequest(f"the {control.tag} of the configuration offers nothing")
    return tuple(found)


def _fields(kind: str, shown: list[ElementTree.Element | None]) -> tuple[Mapping[str, str], str | None]:
    values = []
    for tag in shown:
        value = "" if tag is None else tag.get("value", "")
        if not value.startswith("$") or not value[1:]:
            raise BadRequest("the control is bound to nothing that shows a field of the data")
        values.append(value[1:])
    if kind == "preference":
        if len(values) != 2:
            raise BadRequest("a Pairwise compares exactly two")
        return dict(zip(values, "ab", strict=True)), "pair"
    if len(values) != 1 or shown[0] is None:
        raise BadRequest("a control for several objects has no kind of question here")
    item = _OBJECTS.get(str(shown[0].tag))
    if item is None:
        raise BadRequest(f"items of the kind {shown[0].tag} are not known here")
    return {values[0]: item}, item


def _stars(control: ElementTree.Element) -> int:
    value = control.get("maxRating", str(STARS))
    if not value.isdecimal() or not 2 <= int(value) <= 100:
        raise BadRequest(f"a rating of {value!r} stars is not known here")
    return int(value)
