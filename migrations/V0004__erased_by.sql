-- What an entry erased is looked up by that entry, and whether anything was erased since a moment by its seq.

CREATE INDEX erased_by_seq ON erased (seq);
