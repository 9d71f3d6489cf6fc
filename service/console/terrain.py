"""The ground of the map: outlines of countries and regions as SVG paths, made once from the files in `data/`."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from service.parts import ROOT

DATA = ROOT / "data"
PER_DEGREE = 100  # units of the drawing
NARROWER = 0.966  # a degree of longitude beside one of latitude, at 15° north
GRAIN = 2  # units: finer bends are not drawn
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class View:
    """What part of the earth is shown, in degrees."""

    west: float
    south: float
    east: float
    north: float

    @property
    def width(self) -> int:
        return round((self.east - self.west) * NARROWER * PER_DEGREE)

    @property
    def height(self) -> int:
        return round((self.north - self.south) * PER_DEGREE)

    def at(self, lat: float, lon: float) -> tuple[int, int]:
        """Where that point lies on the drawing, from its upper left corner."""
        x = (lon - self.west) * NARROWER * PER_DEGREE
        return round(x), round((self.north - lat) * PER_DEGREE)

    def shows(self, lat: float, lon: float) -> bool:
        return self.west <= lon <= self.east and self.south <= lat <= self.north


BORDER = View(west=-13.3, south=13.3, east=-5.1, north=17.3)
WHOLE = View(west=-17.4, south=10.0, east=4.4, north=27.5)


@dataclass(frozen=True, slots=True)
class Shape:
    """code: of the country; path: the `d` of an SVG path."""

    code: str
    path: str


@cache
def countries(view: View) -> Sequence[Shape]:
    return _shapes(DATA / "countries_10m.geojson", view, "iso2")


@cache
def regions(view: View) -> Sequence[Shape]:
    return _shapes(DATA / "adm1_10m.geojson", view, "iso_3166_2")


def _shapes(path: Path, view: View, name: str) -> Sequence[Shape]:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    found = (Shape(str(each["properties"][name]), _path(each["geometry"], view)) for each in features)
    return tuple(shape for shape in found if shape.path)


def _path(geometry: Any, view: View) -> str:
    many = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    rings = (ring for polygon in many for ring in polygon if _touches(ring, view))
    return "".join(_drawn(list(_thinned(ring, view))) for ring in rings)


def _touches(ring: Sequence[Point], view: View) -> bool:
    lons, lats = [lon for lon, _ in ring], [lat for _, lat in ring]
    beside = min(lons) > view.east or max(lons) < view.west
    return not (beside or min(lats) > view.north or max(lats) < view.south)


def _thinned(ring: Sequence[Point], view: View) -> Iterator[tuple[int, int]]:
    """Points that lie closer together than the grain are one; what is far outside is drawn at the edge."""
    last = None
    for lon, lat in ring:
        x, y = view.at(_held(lat, view.south, view.north), _held(lon, view.west, view.east))
        point = x // GRAIN * GRAIN, y // GRAIN * GRAIN
        if point != last:
            last = point
            yield point


def _held(value: float, least: float, most: float) -> float:
    return max(least - 1, min(most + 1, value))


def _drawn(points: Sequence[tuple[int, int]]) -> str:
    """Steps from one point to the next take fewer characters than places."""
    if len(points) < 3:
        return ""
    steps = (f"{bx - ax},{by - ay}" for (ax, ay), (bx, by) in pairwise(points))
    return f"M{points[0][0]},{points[0][1]}l{' '.join(steps)}z"
