"""The log: every act a leaf, chained per subject, one log per court (and one for its exercises).

Floor 0, beside the kernel. Words: leaf (one act, exact bytes), subject (what it is about, such as
``lot:ID/1``), head (where a chain or log stands), record (to add the leaf of an act).
"""
