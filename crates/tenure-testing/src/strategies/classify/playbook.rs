//! Generators of playbooks.

use std::borrow::Cow;

use proptest::array::{uniform3, uniform4, uniform7};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use tenure_classify::{Cadence, Class, DormantAction, PlaybookParts, Stage, Treatment};

/// Packs that rows are made for.
pub const PACKS: [&str; 3] = ["legal", "saas", "house of \"Ö\""];

/// Which of a handful of blocks each thing belongs to.
fn blocks<T: Copy, const N: usize>(things: &[T], labels: [u8; N]) -> Vec<(u8, Vec<T>)> {
    let mut blocks: Vec<(u8, Vec<T>)> = Vec::new();
    for (&thing, label) in things.iter().zip(labels) {
        match blocks.iter_mut().find(|(one, _)| *one == label) {
            Some((_, block)) => block.push(thing),
            None => blocks.push((label, vec![thing])),
        }
    }
    blocks
}

/// Which classes and stages a row is for, and under which packs.
type Cells = (Vec<Class>, Vec<Stage>, Vec<&'static str>);

/// How classes fall into blocks, and the stages of each block into further ones.
fn labels() -> impl Strategy<Value = ([u8; 4], [[u8; 7]; 4])> {
    (uniform4(0_u8..4), uniform4(uniform7(0_u8..4)))
}

/// Rows that meet nowhere. They are for every class and stage, or leave out the blocks of label 0.
fn partition(
    (classes, stages): ([u8; 4], [[u8; 7]; 4]),
    packs: &[&'static str],
    whole: bool,
) -> Vec<Cells> {
    let mut rows = Vec::new();
    for ((class_label, block), stages) in blocks(Class::ALL, classes).into_iter().zip(stages) {
        for (stage_label, stages) in blocks(Stage::ALL, stages) {
            if whole || (class_label > 0 && stage_label > 0) {
                rows.push((block.clone(), stages, packs.to_vec()));
            }
        }
    }
    rows
}

/// Texts as people write them, and some that a file has to escape.
fn text() -> impl Strategy<Value = Cow<'static, str>> {
    const TEXTS: [&str; 12] = [
        "none",
        "named manager",
        "by stream, by hand",
        "x",
        " ",
        "a \"quote\"",
        "back\\slash",
        "two\nlines",
        "tab\there\r",
        "'''",
        "Ü — 測",
        "\u{7f}\u{1}",
    ];
    select(TEXTS.to_vec()).prop_map(Cow::Borrowed)
}

fn cadence() -> impl Strategy<Value = Cadence> {
    let limit = || option::of(1_u32..400);
    let broadcasts = option::of(0_u32..9);
    (text(), limit(), limit(), broadcasts, option::of(1_u32..4)).prop_map(
        |(text, personal_within_days, review_within_days, max_broadcasts_per_month, discovery)| {
            Cadence {
                text,
                personal_within_days,
                review_within_days,
                max_broadcasts_per_month,
                discovery_contacts: discovery,
            }
        },
    )
}

/// A row for no account yet.
fn content() -> impl Strategy<Value = Treatment> {
    let texts = vec(text(), 8);
    let metrics = subsequence(vec!["CLV", "health", "NPS", "repurchase", "a, \"b\""], 1..4);
    let action = (text(), option::of(0_u32..60));
    let close = option::of(any::<bool>());
    (texts, cadence(), metrics, action, close).prop_map(
        |(texts, cadence, metrics, (action, within_days), auto_close)| {
            let mut row = Treatment::new("", &[], &[]);
            let fields = [
                &mut row.support_model,
                &mut row.retention,
                &mut row.acquisition,
                &mut row.revenue_model,
                &mut row.technology,
                &mut row.roles,
                &mut row.resolution,
            ];
            for (field, text) in fields.into_iter().zip(texts) {
                *field = text;
            }
            row.cadence = cadence;
            row.metrics = metrics.into_iter().map(Cow::Borrowed).collect();
            row.dormant_action = DormantAction { text: action, within_days };
            row.auto_close = auto_close;
            row
        },
    )
}

/// A row with that content, for those accounts, with what undetermined ones must have.
fn row(place: usize, (classes, stages, packs): Cells, content: &Treatment) -> Treatment {
    let mut row = content.clone();
    row.id = format!("row {place}").into();
    if classes.contains(&Class::Undetermined) {
        row.auto_close = Some(false);
        if row.cadence.personal_within_days.is_none() {
            row.cadence.discovery_contacts.get_or_insert(1);
        }
    }
    row.classes = classes.into();
    row.stages = stages.into();
    row.packs = packs.into_iter().map(Cow::Borrowed).collect();
    row
}

fn rows(cells: Vec<Cells>) -> impl Strategy<Value = PlaybookParts> {
    vec(content(), cells.len()).prop_map(move |contents| {
        let numbered = cells.iter().cloned().zip(&contents).enumerate();
        let rows = numbered.map(|(place, (cells, content))| row(place, cells, content));
        PlaybookParts::new("made up", "0.1.0", rows.collect())
    })
}

/// A playbook that is valid: some rows for every account, some for packs, in any order.
pub fn valid() -> impl Strategy<Value = PlaybookParts> {
    (labels(), uniform3(0_u8..3), uniform3(labels()))
        .prop_map(|(plain, groups, of_packs)| {
            let mut cells = partition(plain, &[], true);
            for ((group, packs), labels) in blocks(&PACKS, groups).into_iter().zip(of_packs) {
                if group > 0 {
                    cells.extend(partition(labels, &packs, false));
                }
            }
            cells
        })
        .prop_shuffle()
        .prop_flat_map(rows)
}

/// A playbook of rows that meet or miss each other as chance will have it.
pub fn any_rows() -> impl Strategy<Value = PlaybookParts> {
    let cells = (
        subsequence(Class::ALL.to_vec(), 1..=4),
        subsequence(Stage::ALL.to_vec(), 1..=7),
        subsequence(PACKS.to_vec(), 0..=2),
    );
    vec(cells, 0..12).prop_flat_map(rows)
}
