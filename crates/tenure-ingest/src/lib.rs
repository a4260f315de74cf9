#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

mod bytes;
mod cell;
mod config;
mod context;
mod date_format;
mod error;
mod events;
mod folder;
mod ingested;
mod lines;
mod number;
mod plain;
mod plan;
mod reader;
mod records;
mod reject;
pub mod schema;
mod suggest;

pub use config::{Config, OverrideEntry};
pub use error::{ConfigError, IngestError};
pub use folder::{CONFIG_FILE, Folder, Progress};
pub use ingested::{Counts, FileReport, IgnoredFile, Ingested};
pub use plain::{CellFault, PlainFile, PlainReport};
pub use records::MAX_RECORD_BYTES;
pub use reject::{MAX_LOCATED_REJECTS, Reject, RejectCode};
