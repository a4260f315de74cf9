//! The `tenure` command. Its manual is its `--help`.

mod args;
mod classify;
mod clv;
mod demo;
mod document;
mod error;
mod explain;
mod figure;
mod files;
mod group;
mod health;
mod html;
mod input;
mod lists;
mod near;
mod overrides;
mod parallel;
mod progress;
mod report;
mod revenue;
mod rules;
mod service;
mod settings;
mod show;
mod survey;
mod table;
mod text;

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use tenure::ingest::schema;
use tenure::model::Table;

use crate::args::{Cli, Command, DemoArgs, SchemaArgs};
use crate::error::CommandError;
use crate::input::Rejects;

/// Rows were rejected, and `--strict` was given.
const REJECTED: u8 = 1;
/// The command line or the input cannot be used.
const UNUSABLE: u8 = 2;

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Report(args) => report::run(&args),
        Command::Classify(args) => classify::run(&args),
        Command::Revenue(args) => revenue::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Health(args) => health::run(&args),
        Command::Survey(args) => survey::run(&args),
        Command::Service(args) => service::run(&args),
        Command::Rules(command) => rules::run(&command),
        Command::Clv(args) => clv::run(&args),
        Command::Demo(args) => write_demo(&args).map(|()| Rejects::None),
        Command::Schema(args) => print_schema(&args).map(|()| Rejects::None),
    };
    match done {
        Ok(Rejects::None) => ExitCode::SUCCESS,
        Ok(Rejects::Some) => ExitCode::from(REJECTED),
        // The reader of our output has gone: not our failure to report.
        Err(CommandError::Print(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {}", text::printable(&error::chain(&error)));
            ExitCode::from(UNUSABLE)
        }
    }
}

/// Writes text to standard output.
fn print(text: &str) -> Result<(), CommandError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(CommandError::Print)
}

/// Writes a document as JSON to standard output.
fn print_json(document: &impl serde::Serialize) -> Result<(), CommandError> {
    let json = serde_json::to_string_pretty(document);
    let json = json.map_err(|error| CommandError::Print(error.into()))?;
    print(&format!("{}\n", text::printable_json(&json)))
}

fn write_demo(args: &DemoArgs) -> Result<(), CommandError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| CommandError::Write { path, source }
    };
    fs::create_dir_all(&args.dir).map_err(failed(&args.dir))?;
    let mut entries = fs::read_dir(&args.dir).map_err(failed(&args.dir))?;
    if entries.next().is_some() {
        return Err(CommandError::NotEmpty { path: args.dir.clone() });
    }
    let files = demo::files(args.seed);
    for (name, content) in &files {
        let path = args.dir.join(name);
        fs::write(&path, content).map_err(failed(&path))?;
    }
    print(&format!(
        "{} files written to {}. Report on them: tenure report {}\n",
        files.len(),
        args.dir.display(),
        args.dir.display()
    ))
}

fn print_schema(args: &SchemaArgs) -> Result<(), CommandError> {
    let Some(name) = &args.table else { return print(&schema::to_markdown()) };
    if name == "report.json" {
        return print(document::JSON_SCHEMA);
    }
    let found = schema::tables().iter().find(|schema| schema.table.name() == name);
    match found {
        Some(schema) => print(&schema.to_markdown()),
        None => Err(CommandError::UnknownTable {
            found: name.clone(),
            tables: Table::ALL.map(Table::name).join(", "),
        }),
    }
}
