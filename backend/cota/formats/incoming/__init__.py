"""Files that publishers bring: CSV, JSON lines, Parquet, Label Studio, COCO, CoNLL, pictures -> **items** ->
`cota dataset`.

Promises, for every format: nothing is guessed and nothing is repaired (a bad place is named by line, task or
row); memory is bounded whatever the file holds; what a format says and Cota does not take over is counted and
told.
"""

from cota.formats.incoming.found import Found, Incoming, ReadOptions
from cota.formats.incoming.opening import FORMATS, open_file

__all__ = ["FORMATS", "Found", "Incoming", "ReadOptions", "open_file"]
