"""A licensed export -> **files for other programs**: JSON lines, CSV, Parquet, Label Studio, COCO, CoNLL,
preference pairs, Croissant.

Promises, for every format: one row or mark per annotation, never only the aggregate; memory does not grow with
the labels; a file stands under its name only when it is whole; what a format has no place for is counted and
told (docs/formats.md).
"""

from cota.formats.outgoing.converting import FORMATS, Converted, convert

__all__ = ["FORMATS", "Converted", "convert"]
