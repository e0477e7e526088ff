"""Reads retrieved documents in JSON of any framework as {"id", "content", "score", "metadata"}."""

from __future__ import annotations

from typing import Any

from backend.conventions.messages.values import as_list, as_map, as_text, first, is_list, is_map, opened

LISTS = ("documents", "nodes", "results", "source_nodes", "matches")
# Chroma answers in columns: lists of lists, one a query.
COLUMNS = {"id": "ids", "content": "documents", "score": "distances", "metadata": "metadatas"}


def read_documents(value: object) -> list[dict[str, Any]]:
    """LangChain, LlamaIndex, Haystack, MLflow, Chroma or plain texts. Nothing when it is something else."""
    value = opened(value)
    whole = as_map(value)
    if is_list(whole.get("ids")):
        return _of_columns(whole)
    items = as_list(value) or as_list(first(whole, *LISTS))
    found = [read_document(item) for item in items]
    return [one for one in found if one is not None] if found and all(found) else []


def read_document(value: object) -> dict[str, Any] | None:
    if isinstance(value, str):
        return {"id": None, "content": value, "score": None, "metadata": {}}
    pair = as_list(value)  # LangChain's similarity_search_with_score
    if len(pair) == 2 and is_map(pair[0]):
        made = read_document(pair[0])
        return None if made is None else {**made, "score": _score(pair[1])}
    outer = as_map(value)
    item = as_map(outer.get("kwargs")) if "lc" in outer else as_map(first(outer, "node", "document")) or outer
    content = first(item, "page_content", "content", "text", "document", "chunk")
    document_id = first(item, "id", "id_", "document_id", "doc_id")
    score = _score(first(outer, "score", "relevance_score", "similarity", "distance"))
    if content is None and (document_id is None or score is None):
        return None
    metadata = as_map(item.get("metadata")) or as_map(item.get("meta"))
    if score is None:
        score = _score(first(metadata, "score", "relevance_score", "distance"))
    return {"id": as_text(document_id) or None, "content": as_text(content), "score": score, "metadata": metadata}


def _score(value: object) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _of_columns(whole: dict[str, object]) -> list[dict[str, Any]]:
    columns = {name: _flat(whole.get(key)) for name, key in COLUMNS.items()}
    found: list[dict[str, Any]] = []
    for number, document_id in enumerate(columns["id"]):
        row = {name: values[number] if number < len(values) else None for name, values in columns.items()}
        made = {"content": as_text(row["content"]), "score": _score(row["score"]), "metadata": as_map(row["metadata"])}
        found.append({"id": as_text(document_id) or None, **made})
    return found


def _flat(value: object) -> list[object]:
    items = as_list(value)
    return [one for item in items for one in as_list(item)] if items and all(is_list(item) for item in items) else items
