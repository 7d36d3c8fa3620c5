"""Rules 3: texts, spans, boxes and polygons, which cannot be listed, judged by how alike they are to secret gold."""
