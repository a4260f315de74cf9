//! Any bytes as a folder of files.

use std::collections::BTreeMap;

use tenure_ingest::{CellFault, Folder, PlainFile};
use tenure_model::Table;

/// Between `tenure.toml` and the table.
const BREAK: &[u8] = b"\n---\n";

/// A folder of one table never brings its reader down, and no row of it is lost or made up.
///
/// The first byte chooses the table: `a` is the first of [`Table::ALL`], a capital letter the same
/// in a packed file. What follows is the table, or `tenure.toml`, a line `---`, and the table. A
/// mapping finds the same bytes as `orders.csv` too.
///
/// # Panics
/// Where that law is broken.
pub fn folder(bytes: &[u8]) {
    let Some((&letter, rest)) = bytes.split_first() else { return };
    let place = usize::from(letter.to_ascii_lowercase().wrapping_sub(b'a'));
    let table = Table::ALL
        .get(place.checked_rem(Table::ALL.len()).unwrap_or(0))
        .map_or("accounts", |table| table.name());
    let packed = if letter.is_ascii_uppercase() { ".gz" } else { "" };
    let found = rest.windows(BREAK.len()).position(|window| window == BREAK);
    let (config, content) = match found.and_then(|at| rest.split_at_checked(at)) {
        Some((config, content)) => (Some(config), content.get(BREAK.len()..).unwrap_or_default()),
        None => (None, rest),
    };
    let mut files = vec![
        (format!("{table}.csv{packed}"), content.to_vec()),
        ("orders.csv".to_owned(), content.to_vec()),
    ];
    plain(&format!("{table}.csv{packed}"), content);
    files.extend(config.map(|config| ("tenure.toml".to_owned(), config.to_vec())));

    let Ok(folder) = Folder::in_memory(files) else { return };
    let Ok(ingested) = folder.clone().read(|_| {}) else { return };
    let mut kept: BTreeMap<&str, u64> = BTreeMap::new();
    for file in &ingested.files {
        assert!(file.counts.balances(), "{}: {:?}", file.file, file.counts);
        let located = u64::try_from(file.rejects.len()).unwrap_or(u64::MAX);
        assert!(located <= file.counts.rejected, "{}: {:?}", file.file, file.counts);
        let of_table = kept.entry(file.table.name()).or_default();
        *of_table = of_table.saturating_add(file.counts.kept);
    }
    assert!(ingested.counts().balances(), "{:?}", ingested.counts());
    let held = ingested.book.relationships().iter().map(tenure_model::Relationship::len);
    let held = held.fold(0_usize, usize::saturating_add);
    let profiles = kept.remove(Table::Accounts.name()).unwrap_or(0);
    let records = kept.into_values().fold(0, u64::saturating_add);
    assert_eq!(u64::try_from(held).ok(), Some(records), "records kept are records in the book");
    let accounts = u64::try_from(ingested.book.len()).unwrap_or(u64::MAX);
    assert!(profiles <= accounts && accounts <= records.saturating_add(profiles));
    let again = folder.read(|_| {}).map(|again| (again.counts(), again.book));
    assert!(again.is_ok_and(|again| again == (ingested.counts(), ingested.book)));
}

/// The same bytes as a file that is no account history: every row is used or rejected, in order.
fn plain(name: &str, content: &[u8]) {
    let mut used = 0_u64;
    let mut last = 0;
    let read = PlainFile::in_memory(name, content).read(
        &["account"],
        |line, cells| {
            assert!(line > last && cells.len() == 1, "{line} after {last}");
            last = line;
            if cells.first().is_some_and(|cell| cell.is_empty()) {
                return Err(CellFault::new(0, "an account"));
            }
            used = used.saturating_add(1);
            Ok(())
        },
        |read, total| assert!(read <= total),
    );
    if let Ok(report) = read {
        assert_eq!(report.rows, used.saturating_add(report.rejected));
        let located = u64::try_from(report.rejects.len()).unwrap_or(u64::MAX);
        assert!(located <= report.rejected);
    }
}
