//! The answers of a folder or of a file, counted by question, group and segment.

use std::collections::BTreeMap;
use std::path::Path;

use tenure::ingest::{CellFault, Ingested, PlainFile, PlainReport};
use tenure::model::record::{Response, Survey as Asked};
use tenure::model::{AsOf, Period};
use tenure::survey::{Answer, Definition, InvalidPolicy, Tally, Weight, WeightedTally};

use super::SurveyArgs;
use crate::error::{CommandError, SettingsError};
use crate::group::{By, Key};
use crate::input::{self, Rejects};
use crate::{progress, text};

/// What the rows of `responses` may be grouped by.
const FOLDER: [By; 7] =
    [By::Segment, By::Kind, By::Industry, By::Touchpoint, By::Month, By::Quarter, By::Year];

/// What was read, and what became of it.
pub(super) struct Survey {
    /// The folder or file.
    pub(super) input: String,
    pub(super) as_of: Option<AsOf>,
    pub(super) window: Option<Period>,
    pub(super) questions: Vec<Question>,
    pub(super) rows: u64,
    pub(super) rejected: u64,
    /// Answers on other days than those asked about, or not known then.
    pub(super) outside: u64,
    /// What groups are stretches of, if they are of time.
    pub(super) periods: Option<By>,
    source: Source,
}

enum Source {
    Folder(Box<Ingested>),
    File(PlainReport),
}

/// The answers to one question under one definition.
pub(super) struct Question {
    pub(super) name: String,
    pub(super) definition: Definition,
    cells: BTreeMap<Key, BTreeMap<Key, Cell>>,
}

/// The answers of a group and segment.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) tally: Tally,
    /// The same weighted; `None` where the definition has no bands.
    pub(super) weighted: Option<WeightedTally>,
    /// Answers that say no weight.
    pub(super) unweighted: u64,
}

impl Cell {
    fn new(definition: &Definition) -> Self {
        let weighted = WeightedTally::new(definition.clone()).ok();
        Self { tally: Tally::new(definition.clone()), weighted, unweighted: 0 }
    }

    fn push(&mut self, answer: Answer, weight: Option<Weight>) -> Result<(), String> {
        self.tally.push(answer).map_err(|error| error.to_string())?;
        match (&mut self.weighted, weight) {
            (Some(weighted), Some(weight)) => {
                weighted.push(answer, weight).map_err(|error| error.to_string())?;
            }
            _ => self.unweighted = self.unweighted.saturating_add(1),
        }
        Ok(())
    }

    fn merge(&mut self, other: &Self) -> Result<(), CommandError> {
        self.tally.merge(&other.tally).map_err(CommandError::compute)?;
        if let (Some(ours), Some(theirs)) = (&mut self.weighted, &other.weighted) {
            ours.merge(theirs).map_err(CommandError::compute)?;
        }
        self.unweighted = self.unweighted.saturating_add(other.unweighted);
        Ok(())
    }

    /// Whether any answer says how much it counts.
    pub(super) fn is_weighted(&self) -> bool {
        self.weighted.is_some() && self.unweighted < self.tally.rows()
    }
}

impl Question {
    fn new(name: &str, definition: &Definition) -> Self {
        Self { name: name.to_owned(), definition: definition.clone(), cells: BTreeMap::new() }
    }

    fn push(
        &mut self,
        keys: [&Key; 2],
        answer: Answer,
        weight: Option<Weight>,
    ) -> Result<(), String> {
        let [group, segment] = keys;
        let segments = match self.cells.get_mut(group) {
            Some(segments) => segments,
            None => self.cells.entry(group.clone()).or_default(),
        };
        let cell = match segments.get_mut(segment) {
            Some(cell) => cell,
            None => segments.entry(segment.clone()).or_insert_with(|| Cell::new(&self.definition)),
        };
        cell.push(answer, weight)
    }

    /// Every group with its answers, by name.
    pub(super) fn groups(&self) -> Result<Vec<(&Key, Cell)>, CommandError> {
        let merged = |(key, segments): (_, &BTreeMap<Key, Cell>)| {
            let mut whole = Cell::new(&self.definition);
            for cell in segments.values() {
                whole.merge(cell)?;
            }
            Ok((key, whole))
        };
        self.cells.iter().map(merged).collect()
    }

    /// All answers.
    pub(super) fn whole(&self) -> Result<Cell, CommandError> {
        let mut whole = Cell::new(&self.definition);
        for cell in self.cells.values().flat_map(BTreeMap::values) {
            whole.merge(cell)?;
        }
        Ok(whole)
    }

    /// The segments of a group.
    pub(super) fn segments(&self, group: &str) -> Option<&BTreeMap<Key, Cell>> {
        self.cells.get(&Key::of(Some(group)))
    }

    /// The names of the groups.
    pub(super) fn group_names(&self) -> impl Iterator<Item = &str> {
        self.cells.keys().filter_map(|key| match key {
            Key::Named(name) => Some(name.as_str()),
            Key::Unsaid => None,
        })
    }
}

impl Survey {
    /// How many rows were counted, answers or not: each once, whatever the definitions.
    pub(super) fn asked(&self) -> u64 {
        let used = self.rows.saturating_sub(self.rejected);
        used.saturating_sub(self.outside)
    }

    /// Says which rows had no effect.
    pub(super) fn tell(&self, args: &SurveyArgs) -> Rejects {
        match &self.source {
            Source::Folder(ingested) => input::tell(&args.input, ingested, None),
            Source::File(report) => {
                if report.rejected == 0 {
                    return Rejects::None;
                }
                eprintln!(
                    "{}: rejected {} row(s)",
                    if args.input.strict { "error" } else { "warning" },
                    text::grouped(i128::from(report.rejected)),
                );
                for reject in report.rejects.iter().take(5) {
                    eprintln!("  {}", text::printable(&reject.to_string()));
                }
                if args.input.strict { Rejects::Some } else { Rejects::None }
            }
        }
    }
}

/// Reads the folder, the demo portfolio or the file.
pub(super) fn read(args: &SurveyArgs) -> Result<Survey, CommandError> {
    match args.input.dir.as_deref().filter(|path| path.is_file()) {
        Some(path) => read_file(args, path),
        None => read_folder(args),
    }
}

fn misplaced(option: &'static str, needs: &str) -> CommandError {
    CommandError::Misplaced { option, needs: needs.to_owned() }
}

fn read_file(args: &SurveyArgs, path: &Path) -> Result<Survey, CommandError> {
    for (key, given) in [
        ("--as-of", args.input.as_of.is_some()),
        ("--known-at", args.input.known_at.is_some()),
        ("--from", args.show.from.is_some()),
    ] {
        if given {
            return Err(misplaced(key, "a folder: the answers of a file have no dates"));
        }
    }
    let column =
        args.answers.as_deref().ok_or_else(|| CommandError::NoAnswers { path: path.to_owned() })?;
    let nps = [Definition::nps()];
    let definitions = if args.presets.is_empty() { nps.as_slice() } else { &args.presets };
    if args.weight.is_some()
        && let Some(bandless) = definitions.iter().find(|one| one.bands().is_none())
    {
        let expected = format!("a definition with bands: `{bandless}` has no net score to weight");
        return Err(misplaced("--weight", &expected));
    }
    let mut questions: Vec<_> =
        definitions.iter().map(|definition| Question::new(column, definition)).collect();
    let codes = args.codes()?;
    let wanted = [Some(column), args.weight.as_deref(), args.by.as_deref(), args.mix.as_deref()];
    let columns: Vec<&str> = wanted.iter().flatten().copied().collect();
    let mut next = 0_usize;
    let places = wanted.map(|column| {
        column.map(|_| {
            let place = next;
            next = next.saturating_add(1);
            place
        })
    });
    let [_, weight_at, by_at, mix_at] = places;
    let mut file = PlainFile::open(path).map_err(|source| CommandError::File { source })?;
    if let Some(delimiter) = args.delimiter {
        file = file.with_delimiter(delimiter);
    }
    let bar = progress::bytes(0);
    let report = file.read(
        &columns,
        |_, cells| {
            let cell = |place: Option<usize>| place.and_then(|place| cells.get(place)).copied();
            let answer = codes.answer_of_text(cells.first().copied().unwrap_or_default());
            let weight = match weight_at.zip(cell(weight_at)) {
                None => None,
                Some((place, text)) => Some(weight(text).ok_or_else(|| {
                    CellFault::new(place, "a weight: a number of 0 or more, such as 1.25")
                })?),
            };
            let key = |place| Key::of(cell(place).filter(|name| !name.is_empty()));
            let keys = [&key(by_at), &key(mix_at)];
            for question in &questions {
                question.check(answer).map_err(|expected| CellFault::new(0, expected))?;
            }
            for question in &mut questions {
                let full = |expected| CellFault::new(0, expected);
                question.push(keys, answer, weight).map_err(full)?;
            }
            Ok(())
        },
        |read, total| {
            bar.set_length(total);
            bar.set_position(read);
        },
    );
    bar.finish_and_clear();
    let report = report.map_err(|source| CommandError::File { source })?;
    Ok(Survey {
        input: path.display().to_string(),
        as_of: None,
        window: None,
        questions,
        rows: report.rows,
        rejected: report.rejected,
        outside: 0,
        periods: None,
        source: Source::File(report),
    })
}

impl Question {
    /// Whether the definition takes the answer, so that a row is in all questions or in none.
    fn check(&self, answer: Answer) -> Result<(), String> {
        if self.definition.invalid() != InvalidPolicy::Error {
            return Ok(());
        }
        Tally::new(self.definition.clone()).push(answer).map_err(|_| {
            let scale = self.definition.scale();
            format!("a whole number from {} to {}, or what --code names", scale.lo(), scale.hi())
        })
    }
}

fn weight(text: &str) -> Option<Weight> {
    Weight::new(text::float(text)?).ok()
}

fn read_folder(args: &SurveyArgs) -> Result<Survey, CommandError> {
    for (key, given) in [
        ("--answers", args.answers.is_some()),
        ("--weight", args.weight.is_some()),
        ("--delimiter", args.delimiter.is_some()),
        ("--code", !args.codes.is_empty()),
    ] {
        if given {
            let expected = "one file of answers: of a folder tenure.toml maps columns and codes";
            return Err(misplaced(key, expected));
        }
    }
    let by = args.by.as_deref().map(|by| By::read("--by", by, &FOLDER)).transpose()?;
    let mix = args.mix.as_deref().map(|mix| By::read("--mix", mix, &FOLDER)).transpose()?;
    let mut questions = questions(&args.presets)?;
    let ingested = input::read(&args.input)?;
    let as_of = input::as_of(&ingested)?;
    let window = args.show.window(as_of, &ingested)?;
    let (mut rows, mut outside) = (0_u64, 0_u64);
    for relationship in ingested.book.relationships() {
        let profile = relationship.profile_known(as_of);
        let key = |by: Option<By>, response: &Response| match by {
            None => Key::Unsaid,
            Some(By::Touchpoint) => Key::of(response.touchpoint.as_deref()),
            Some(by) => match by.of_day(response.date) {
                Some(period) => Key::Named(period),
                None => Key::of(by.of_account(profile)),
            },
        };
        for entry in relationship.responses() {
            rows = rows.saturating_add(1);
            let response = &entry.record;
            let inside = window.is_none_or(|window| window.contains(response.date));
            if !inside || !as_of.sees(response.date, entry.recorded_at) {
                outside = outside.saturating_add(1);
                continue;
            }
            let weight = response.weight.and_then(|weight| self::weight(&weight.to_string()));
            let keys = [&key(by, response), &key(mix, response)];
            for question in questions.iter_mut().filter(|one| one.name == response.survey.name()) {
                let full = |why| CommandError::Compute(why);
                question.push(keys, response.answer.into(), weight).map_err(full)?;
            }
        }
    }
    let rejected = ingested.counts().rejected;
    Ok(Survey {
        input: args
            .input
            .dir
            .as_deref()
            .map_or_else(|| "the demo portfolio".to_owned(), |path| path.display().to_string()),
        as_of: Some(as_of),
        window,
        questions,
        rows: rows.saturating_add(rejected_answers(&ingested)),
        rejected: rejected_answers(&ingested).min(rejected),
        outside,
        periods: by.filter(|by| by.of_day(as_of.day()).is_some()),
        source: Source::Folder(Box::new(ingested)),
    })
}

fn rejected_answers(ingested: &Ingested) -> u64 {
    let answers = |table| table == tenure::model::Table::Responses;
    let files = ingested.files.iter().filter(|file| answers(file.table));
    files.fold(0, |sum, file| sum.saturating_add(file.counts.rejected))
}

/// The questions of a folder, each under the definitions wanted, or its usual one.
fn questions(presets: &[Definition]) -> Result<Vec<Question>, CommandError> {
    let usual = [Definition::nps(), Definition::csat(), Definition::ces()];
    let wanted = if presets.is_empty() { usual.as_slice() } else { presets };
    let mut questions = Vec::new();
    for survey in Asked::ALL {
        let (lo, hi) = survey.scale();
        let fits = |definition: &&Definition| {
            let scale = definition.scale();
            let family = definition.id().starts_with(survey.name()) && definition.id() != "ces1";
            family && (scale.lo(), scale.hi()) == (i16::from(lo), i16::from(hi))
        };
        let of_it = wanted.iter().filter(fits);
        questions.extend(of_it.map(|definition| Question::new(survey.name(), definition)));
    }
    if let Some(left) =
        wanted.iter().find(|wanted| !questions.iter().any(|one| &one.definition == *wanted))
    {
        let (key, found) = ("--preset", left.to_string());
        let expected =
            "a definition of a question of `responses`: nps 0 to 10, csat 1 to 5, ces 1 \
                        to 7 (other scales: read the file itself, with --answers)"
                .to_owned();
        return Err(CommandError::Typed(SettingsError::Value { key, found, expected }));
    }
    Ok(questions)
}
