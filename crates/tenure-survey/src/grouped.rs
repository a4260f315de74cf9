//! One tally a group, over a dense group index.

use crate::error::{CountOverflowError, GroupedError, WindowError};
use crate::{Definition, DefinitionMismatchError, Exclusions, InvalidPolicy, Reason, Scale, Tally};

/// Points of the longest scale, and one cell for what is off the scale.
const CELLS: usize = Scale::MAX_POINTS + 1;
const OFF: u8 = 11;

/// Tallies of many groups under one definition, filled from columns: what a `GROUP BY` keeps.
///
/// *Shape*: a group number and an answer a row in; a [`Tally`] a group out. One more row raises one
/// counter. Fixed size, 152 bytes a group; no update allocates, and merging in any order, partition
/// or tree gives the same state to the bit.
///
/// *Undefined when* never; a group without rows is an empty tally.
///
/// *Accuracy*: exact.
///
/// ```
/// use tenure_survey::{Definition, GroupedTally};
///
/// let mut regions = GroupedTally::new(Definition::nps(), 2)?;
/// regions.push_columns(&[0, 1, 0, 1], &[10, 3, 9, 12])?;
/// let north = regions.tally(0).ok_or("no such group")?;
/// assert_eq!(north.answered(), 2);
/// let south = regions.tally(1).ok_or("no such group")?;
/// assert_eq!((south.answered(), south.exclusions().total()), (1, 1)); // there is no 12
/// assert!(regions.push_columns(&[2], &[10]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Document", into = "Document"))]
pub struct GroupedTally {
    definition: Definition,
    cells: Vec<[u64; CELLS]>,
    exclusions: Vec<Exclusions>,
    /// Of all groups together, so that no counter can overflow.
    rows: u64,
}

impl GroupedTally {
    /// Most groups.
    pub const MAX_GROUPS: usize = 1 << 24;

    /// Groups 0 to `groups` - 1, all empty.
    ///
    /// # Errors
    /// More than [`GroupedTally::MAX_GROUPS`].
    pub fn new(definition: Definition, groups: usize) -> Result<Self, GroupedError> {
        let mut tally = Self { definition, cells: Vec::new(), exclusions: Vec::new(), rows: 0 };
        tally.grow(groups)?;
        Ok(tally)
    }

    /// Adds empty groups until there are so many; fewer than there are change nothing. The only call
    /// that allocates.
    ///
    /// # Errors
    /// More than [`GroupedTally::MAX_GROUPS`].
    pub fn grow(&mut self, groups: usize) -> Result<(), GroupedError> {
        if groups > Self::MAX_GROUPS {
            return Err(GroupedError::TooMany { groups });
        }
        if groups > self.cells.len() {
            self.cells.resize(groups, [0; CELLS]);
            self.exclusions.resize(groups, Exclusions::default());
        }
        Ok(())
    }

    /// What is counted.
    #[must_use]
    pub const fn definition(&self) -> &Definition {
        &self.definition
    }

    /// How many groups there are.
    #[must_use]
    pub const fn groups(&self) -> usize {
        self.cells.len()
    }

    /// The rows of all groups, excluded ones among them.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Counts rows: answer `i` belongs to group `i` of the other column.
    ///
    /// # Errors
    /// Columns of two lengths; a group that is not there, or, where the definition says
    /// `invalid=error`, an answer off the scale, naming the row; more rows together than
    /// [`Tally::MAX_ROWS`]. The state is then as it was.
    pub fn push_columns(&mut self, groups: &[u32], answers: &[u8]) -> Result<(), GroupedError> {
        if groups.len() != answers.len() {
            return Err(GroupedError::Lengths { groups: groups.len(), answers: answers.len() });
        }
        let more = u64::try_from(answers.len()).map_err(|_| CountOverflowError)?;
        let rows = grown(self.rows, more)?;
        let known = self.cells.len();
        let is_known = |&group: &u32| usize::try_from(group).is_ok_and(|group| group < known);
        let highest = groups.iter().fold(0, |highest: u32, &group| highest.max(group));
        if !groups.is_empty() && !is_known(&highest) {
            let row = groups.iter().position(|group| !is_known(group));
            let group = row.and_then(|row| groups.get(row)).copied().unwrap_or(highest);
            return Err(GroupedError::Group { row, group, groups: known });
        }
        let cell_of = cells_of(self.definition.scale());
        if self.definition.invalid() == InvalidPolicy::Error {
            let off = |&answer: &u8| cell_of.get(usize::from(answer)) == Some(&OFF);
            if let Some(row) = answers.iter().position(off) {
                return Err(self.definition.refusal(Reason::OutOfRange, Some(row)).into());
            }
        }
        for (&group, &answer) in groups.iter().zip(answers) {
            // every group is there, every byte has a cell: both were looked at above
            if let Ok(group) = usize::try_from(group)
                && let Some(cells) = self.cells.get_mut(group)
                && let Some(&cell) = cell_of.get(usize::from(answer))
                && let Some(count) = cells.get_mut(usize::from(cell))
            {
                *count = count.wrapping_add(1); // at most all rows
            }
        }
        self.rows = rows;
        Ok(())
    }

    /// Counts what one tally holds as rows of one group: for answers that are no byte, and reasons.
    ///
    /// ```
    /// use tenure_survey::{Answer, Definition, GroupedTally, Reason, Tally};
    ///
    /// let mut blanks = Tally::new(Definition::nps());
    /// blanks.push_times(Answer::Missing(Reason::Blank), 3)?;
    /// let mut regions = GroupedTally::new(Definition::nps(), 1)?;
    /// regions.push_tally(0, &blanks)?;
    /// assert_eq!(regions.tally(0), Some(blanks));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Another definition, a tally that names its window, a group that is not there, or more rows
    /// together than [`Tally::MAX_ROWS`]. The state is then as it was.
    pub fn push_tally(&mut self, group: u32, tally: &Tally) -> Result<(), GroupedError> {
        self.definition.require_same(tally.definition())?;
        if let Some(theirs) = tally.period() {
            return Err(WindowError::Differs { ours: None, theirs: Some(theirs) }.into());
        }
        let groups = self.cells.len();
        let index = usize::try_from(group).ok().filter(|&index| index < groups);
        let index = index.ok_or(GroupedError::Group { row: None, group, groups })?;
        let rows = grown(self.rows, tally.rows())?;
        let (cells, exclusions) = parts(tally);
        self.add(index, &cells, &exclusions);
        self.rows = rows;
        Ok(())
    }

    /// Takes in the groups of another state, number by number; groups it has more are added.
    ///
    /// # Errors
    /// Another definition, or more rows together than [`Tally::MAX_ROWS`]; ours is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), GroupedError> {
        self.require_same(other)?;
        let rows = grown(self.rows, other.rows)?;
        self.grow(other.cells.len())?;
        for (index, (cells, exclusions)) in other.cells.iter().zip(&other.exclusions).enumerate() {
            self.add(index, cells, exclusions);
        }
        self.rows = rows;
        Ok(())
    }

    /// Takes out a state that was merged: exactly as if it had never been, but for the number of
    /// groups.
    ///
    /// # Errors
    /// Another definition, or a group that holds more than ours does; ours is then as it was.
    pub fn retract(&mut self, other: &Self) -> Result<(), GroupedError> {
        self.require_same(other)?;
        let mut rest = self.clone();
        for index in 0..other.cells.len() {
            let group = u32::try_from(index).unwrap_or(u32::MAX);
            let Some(theirs) = other.tally(group) else { continue };
            if theirs.rows() == 0 {
                continue;
            }
            let groups = rest.cells.len();
            let mut ours =
                rest.tally(group).ok_or(GroupedError::Group { row: None, group, groups })?;
            ours.retract(&theirs).map_err(|error| GroupedError::Tally { group, error })?;
            if let (Some(cells), Some(exclusions)) =
                (rest.cells.get_mut(index), rest.exclusions.get_mut(index))
            {
                (*cells, *exclusions) = parts(&ours);
            }
        }
        rest.rows = rest.rows.saturating_sub(other.rows); // each group had enough
        *self = rest;
        Ok(())
    }

    /// One group; `None` if it is not there.
    #[must_use]
    pub fn tally(&self, group: u32) -> Option<Tally> {
        let index = usize::try_from(group).ok()?;
        let (cells, exclusions) = (self.cells.get(index)?, self.exclusions.get(index)?);
        Some(Tally::of_cells(self.definition.clone(), cells, exclusions))
    }

    /// All groups in order.
    pub fn tallies(&self) -> impl Iterator<Item = Tally> {
        let groups = self.cells.iter().zip(&self.exclusions);
        groups
            .map(|(cells, exclusions)| Tally::of_cells(self.definition.clone(), cells, exclusions))
    }

    fn require_same(&self, other: &Self) -> Result<(), DefinitionMismatchError> {
        self.definition.require_same(&other.definition)
    }

    /// To a group that is there, what fits.
    fn add(&mut self, index: usize, cells: &[u64; CELLS], exclusions: &Exclusions) {
        for (count, more) in self.cells.iter_mut().skip(index).take(1).flatten().zip(cells) {
            *count = count.wrapping_add(*more); // at most all rows
        }
        for ours in self.exclusions.iter_mut().skip(index).take(1) {
            ours.add(exclusions);
        }
    }
}

fn grown(rows: u64, more: u64) -> Result<u64, CountOverflowError> {
    rows.checked_add(more).filter(|&rows| rows <= Tally::MAX_ROWS).ok_or(CountOverflowError)
}

/// The cell of every byte.
fn cells_of(scale: Scale) -> [u8; 256] {
    let mut cells = [OFF; 256];
    for (cell, byte) in cells.iter_mut().zip(0_i64..) {
        if let Some(index) = scale.index(byte).and_then(|index| u8::try_from(index).ok()) {
            *cell = index;
        }
    }
    cells
}

/// A tally as a group keeps it: what is off the scale has a cell, and stands nowhere else.
fn parts(tally: &Tally) -> ([u64; CELLS], Exclusions) {
    let mut cells = [0; CELLS];
    for (cell, &count) in cells.iter_mut().zip(tally.histogram()) {
        *cell = count;
    }
    let mut exclusions = *tally.exclusions();
    let [.., off] = &mut cells;
    *off = std::mem::take(&mut exclusions.out_of_range);
    (cells, exclusions)
}

/// A state on its way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "GroupedTally")]
struct Document {
    definition: Definition,
    groups: Vec<GroupDocument>,
}

/// A group on its way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "Group")]
struct GroupDocument {
    histogram: Vec<u64>,
    exclusions: Exclusions,
}

#[cfg(feature = "serde")]
impl From<GroupedTally> for Document {
    fn from(state: GroupedTally) -> Self {
        let group = |tally: Tally| GroupDocument {
            histogram: tally.histogram().to_vec(),
            exclusions: *tally.exclusions(),
        };
        Self { groups: state.tallies().map(group).collect(), definition: state.definition }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Document> for GroupedTally {
    type Error = GroupedError;

    fn try_from(document: Document) -> Result<Self, GroupedError> {
        let definition = document.definition;
        let mut state = Self::new(definition.clone(), document.groups.len())?;
        for (index, group) in document.groups.into_iter().enumerate() {
            let place = u32::try_from(index).unwrap_or(u32::MAX); // at most 2^24
            let tally = Tally::of_document(definition.clone(), &group.histogram, group.exclusions)
                .map_err(|error| GroupedError::Tally { group: place, error })?;
            state.push_tally(place, &tally)?;
        }
        Ok(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Answer, TallyError};

    fn state(groups: usize) -> GroupedTally {
        GroupedTally::new(Definition::csat(), groups).unwrap()
    }

    #[test]
    fn each_row_lands_in_its_group() {
        let mut both = state(3);
        both.push_columns(&[2, 0, 2, 2], &[5, 1, 0, 255]).unwrap();
        let rows: Vec<[u64; 2]> =
            both.tallies().map(|tally| [tally.answered(), tally.rows()]).collect();
        assert_eq!((rows, both.rows()), (vec![[1, 1], [0, 0], [1, 3]], 4));
        assert_eq!(both.tally(2).unwrap().exclusions().count(Reason::OutOfRange), 2);
        assert_eq!(both.tally(3), None);
        // the same by whole tallies: one state, whichever way it came
        let mut whole = state(3);
        for (group, tally) in (0_u32..).zip(both.tallies()) {
            whole.push_tally(group, &tally).unwrap();
        }
        assert_eq!(whole, both);
        both.push_columns(&[], &[]).unwrap();
        assert_eq!(whole, both);
    }

    #[test]
    fn a_refused_column_changes_nothing() {
        let strict = Definition::csat().with_invalid(InvalidPolicy::Error);
        let mut ours = GroupedTally::new(strict.clone(), 2).unwrap();
        ours.push_columns(&[0, 1], &[3, 4]).unwrap();
        let before = ours.clone();
        let short = ours.push_columns(&[0], &[1, 2]);
        assert_eq!(short, Err(GroupedError::Lengths { groups: 1, answers: 2 }));
        let unknown = ours.push_columns(&[0, 5, 7], &[1, 2, 3]);
        assert_eq!(unknown, Err(GroupedError::Group { row: Some(1), group: 5, groups: 2 }));
        let Err(GroupedError::Invalid(error)) = ours.push_columns(&[0, 0, 1], &[1, 9, 8]) else {
            panic!("counted a 9 of 5")
        };
        assert_eq!((error.row(), error.reason()), (Some(1), Reason::OutOfRange));
        let mut full = Tally::new(strict);
        full.push_times(3, Tally::MAX_ROWS).unwrap();
        assert!(matches!(ours.push_tally(0, &full), Err(GroupedError::Overflow(_))));
        let nowhere = ours.push_tally(2, &Tally::new(full.definition().clone()));
        assert_eq!(nowhere, Err(GroupedError::Group { row: None, group: 2, groups: 2 }));
        let other = Tally::new(Definition::nps());
        assert!(matches!(ours.push_tally(0, &other), Err(GroupedError::Definition(_))));
        assert!(matches!(ours.merge(&state(1)), Err(GroupedError::Definition(_))));
        assert!(matches!(ours.retract(&state(1)), Err(GroupedError::Definition(_))));
        assert_eq!(ours, before);
    }

    #[test]
    fn no_window_is_forgotten() {
        let days = tenure_model::parse_date("2026-01-01").unwrap();
        let day = tenure_model::Period::inclusive(days, days).unwrap();
        let of_a_day = Tally::over(Definition::csat(), day).unwrap();
        assert!(matches!(state(1).push_tally(0, &of_a_day), Err(GroupedError::Window(_))));
    }

    #[test]
    fn merged_and_taken_out() {
        let (mut ours, mut theirs) = (state(1), state(3));
        ours.push_columns(&[0, 0], &[1, 9]).unwrap();
        theirs.push_columns(&[2, 0], &[5, 9]).unwrap();
        let before = ours.clone();
        ours.merge(&theirs).unwrap();
        assert_eq!((ours.groups(), ours.rows()), (3, 4));
        ours.retract(&theirs).unwrap();
        let mut grown = before;
        grown.grow(3).unwrap();
        assert_eq!(ours, grown);
        let mut one = state(1);
        one.push_columns(&[0], &[2]).unwrap();
        let Err(GroupedError::Tally { group: 0, error: TallyError::Retract(_) }) =
            ours.retract(&one)
        else {
            panic!("took out what was not in")
        };
        let more = ours.clone();
        assert!(matches!(one.retract(&more), Err(GroupedError::Tally { .. })));
        let mut third = state(3);
        third.push_columns(&[2], &[2]).unwrap();
        let nowhere = one.retract(&third);
        assert_eq!(nowhere, Err(GroupedError::Group { row: None, group: 2, groups: 1 }));
        assert_eq!(ours, grown);
    }

    #[test]
    fn there_are_so_many_groups() {
        let most = GroupedTally::MAX_GROUPS;
        let refused = GroupedTally::new(Definition::csat(), most + 1);
        assert_eq!(refused, Err(GroupedError::TooMany { groups: most + 1 }));
        let mut tally = state(2);
        tally.grow(1).unwrap();
        assert_eq!(tally.groups(), 2);
        let mut blank = Tally::new(Definition::csat());
        blank.push(Answer::Missing(Reason::Blank)).unwrap();
        tally.push_tally(1, &blank).unwrap();
        assert_eq!(tally.tally(1), Some(blank));
    }
}
