//! Whose file is this: foreign tables to events, with a column mapping and located rejects
