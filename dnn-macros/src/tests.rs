//! Stage snapshots and properties of the whole expansion.
