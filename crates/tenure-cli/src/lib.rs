//! The tenure command: reports on a folder of account history
