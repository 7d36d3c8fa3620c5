"""Places in an image: box or polygon -> **checked against the frame** -> label.

Whole pixels of the item's upright frame (`contents`): (0, 0) is the upper left corner, x goes right, y goes down; a
box covers x to x + width. Promises: what is accepted lies in the frame and covers something; a polygon has one
spelling, whichever corner and direction it was drawn from.
"""

from typing import Any

from cota.datasets.contents import LARGEST_SIDE, frame_of
from cota.errors import InvalidLabel

MOST_POINTS = 1000


def check_box(place: str, mark: dict[str, Any], content: Any) -> None:
    """Raises `InvalidLabel`. `place` names the box in the refusal."""
    x, y, width, height = (_pixels(place, name, mark[name]) for name in ("x", "y", "width", "height"))
    if width < 1 or height < 1:
        raise InvalidLabel(f"{place}: width and height must be at least 1 pixel")
    _check_inside(place, [(x, y), (x + width, y + height)], content)


def check_polygon(place: str, mark: dict[str, Any], content: Any) -> None:
    """Raises `InvalidLabel`. `place` names the polygon in the refusal."""
    points = mark["points"]
    if not isinstance(points, list) or not 3 <= len(points) <= MOST_POINTS:
        raise InvalidLabel(f"{place}: points must be a list of 3 to {MOST_POINTS}")
    if not all(isinstance(point, list) and len(point) == 2 for point in points):
        raise InvalidLabel(f"{place}: each point must be [x, y]")
    corners = [(_pixels(place, "x", x), _pixels(place, "y", y)) for x, y in points]
    if len(set(corners)) != len(corners):
        raise InvalidLabel(f"{place}: a point occurs twice (the last one is joined to the first by itself)")
    if _twice_area(corners) == 0:
        raise InvalidLabel(f"{place}: the points enclose nothing")
    _check_inside(place, corners, content)


def canonical_points(mark: dict[str, Any]) -> dict[str, Any]:
    """The same polygon from its least point on, clockwise as seen. Raises ValueError for points that are none: this is
    asked of answers that nobody has checked yet, and a number times a text would be a very long text."""
    points = mark["points"]
    if not isinstance(points, list) or not all(map(_is_corner, points)):
        raise ValueError("points are a list of [x, y]")
    if len(points) > 1 and points[0] == points[-1]:
        points = points[:-1]
    # y goes down, so that a positive area means clockwise on the screen.
    if _twice_area([(x, y) for x, y in points]) < 0:
        points = points[::-1]
    first = points.index(min(points))
    return {**mark, "points": points[first:] + points[:first]}


def box_key(mark: dict[str, Any]) -> tuple[int, int, int, int]:
    return mark["x"], mark["y"], mark["width"], mark["height"]


def polygon_key(mark: dict[str, Any]) -> list[list[int]]:
    points: list[list[int]] = mark["points"]
    return points


def _is_corner(point: Any) -> bool:
    return isinstance(point, list) and len(point) == 2 and all(type(value) is int for value in point)


def _pixels(place: str, name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidLabel(f"{place}: {name} must be whole pixels")
    if not 0 <= value <= LARGEST_SIDE:
        raise InvalidLabel(f"{place}: {name} is {value}, outside 0 to {LARGEST_SIDE}")
    return value


def _check_inside(place: str, corners: list[tuple[int, int]], content: Any) -> None:
    if content is None:
        return
    width, height = frame_of(content)
    for x, y in corners:
        if x > width or y > height:
            raise InvalidLabel(
                f"{place}: ({x}, {y}) is outside the image's upright frame of {width} x {height} pixels",
                width=width,
                height=height,
            )


def _twice_area(corners: list[tuple[int, int]]) -> int:
    """Shoelace formula."""
    following = corners[1:] + corners[:1]
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in zip(corners, following, strict=True))
