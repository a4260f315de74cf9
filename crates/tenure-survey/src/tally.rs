//! Answers counted under one definition.

use tenure_model::Period;
use tenure_stats::Share;

use crate::column::{count_column, occurrences};
use crate::error::{
    CountOverflowError, HistogramLengthError, Place, RetractError, TallyError, WindowError,
};
use crate::{
    Answer, Band, CodeMap, Cut, Definition, Exclusions, InvalidPolicy, Mean, MissingPolicy,
    NetScore, Reason, ResponseBase, Scale,
};

/// Answers counted under one definition: a histogram, and what was excluded, by reason.
///
/// *Shape*: one answer a row in; every number of the survey out, as functions of this state. One more
/// answer raises one counter. Fixed size; no update allocates. Merging in any order, partition or
/// tree gives the same state to the bit, and taking out is exact.
///
/// *Undefined when* there are no valid answers: every score is then `None`.
///
/// *Accuracy*: exact.
///
/// ```
/// use tenure_survey::{Definition, Tally};
///
/// let mut monday = Tally::new(Definition::nps());
/// for answer in [10, 9, 7, 3] {
///     monday.push(answer)?;
/// }
/// let mut week = Tally::new(Definition::nps());
/// week.push_column(&[10, 0, 11])?;
/// week.merge(&monday)?;
///
/// // promoters 10, 9, 10; passive 7; detractors 3, 0; and an 11 that is on no scale
/// let nps = week.net_score().ok_or("no bands")?;
/// assert_eq!((nps.detractors(), nps.passives(), nps.promoters()), (2, 1, 3));
/// assert_eq!(nps.points().map(|points| points.to_decimal(2)).as_deref(), Some("16.67"));
/// assert_eq!(week.exclusions().total(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Document", into = "Document"))]
pub struct Tally {
    definition: Definition,
    period: Option<Period>,
    counts: [u64; Scale::MAX_POINTS],
    exclusions: Exclusions,
    total: u64,
}

impl Tally {
    /// Most rows, excluded ones among them: 2^61, so that every product of counts fits 128 bits.
    pub const MAX_ROWS: u64 = 1 << 61;

    /// No answers yet, of any day.
    #[must_use]
    pub const fn new(definition: Definition) -> Self {
        Self {
            definition,
            period: None,
            counts: [0; Scale::MAX_POINTS],
            exclusions: Exclusions {
                not_delivered: 0,
                no_answer: 0,
                dismissed: 0,
                blank: 0,
                dont_know: 0,
                out_of_range: 0,
                non_integer: 0,
            },
            total: 0,
        }
    }

    /// Answers counted elsewhere: one count for each point, from the lowest up.
    ///
    /// ```
    /// use tenure_survey::{Definition, Tally};
    ///
    /// let tally = Tally::from_histogram(Definition::csat(), &[1, 0, 2, 3, 4])?;
    /// assert_eq!(tally.answered(), 10);
    /// # Ok::<(), tenure_survey::TallyError>(())
    /// ```
    ///
    /// # Errors
    /// Another number of counts than the scale has points, or more rows than fit.
    pub fn from_histogram(definition: Definition, histogram: &[u64]) -> Result<Self, TallyError> {
        let points = definition.scale().len();
        if histogram.len() != points {
            return Err(HistogramLengthError { found: histogram.len(), points }.into());
        }
        let mut tally = Self::new(definition);
        for (count, &given) in tally.counts.iter_mut().zip(histogram) {
            *count = given;
            tally.total = grown(tally.total, given)?;
        }
        Ok(tally)
    }

    /// A histogram and exclusions, checked as a whole.
    #[cfg(feature = "serde")]
    pub(crate) fn of_document(
        definition: Definition,
        histogram: &[u64],
        exclusions: Exclusions,
    ) -> Result<Self, TallyError> {
        let mut tally = Self::from_histogram(definition, histogram)?;
        for reason in Reason::ALL {
            tally.total = grown(tally.total, exclusions.count(reason))?;
        }
        tally.exclusions = exclusions;
        Ok(tally)
    }

    /// What a group keeps: a count a point, and last what is off the scale.
    pub(crate) fn of_cells(
        definition: Definition,
        cells: &[u64; Scale::MAX_POINTS + 1],
        exclusions: &Exclusions,
    ) -> Self {
        let mut tally = Self::new(definition);
        let [points @ .., off] = cells;
        tally.counts = *points;
        tally.exclusions = *exclusions;
        tally.exclusions.out_of_range = tally.exclusions.out_of_range.saturating_add(*off);
        let valid = points.iter().fold(0_u64, |valid, &count| valid.saturating_add(count));
        tally.total = valid.saturating_add(tally.exclusions.total()); // at most the rows of all groups
        tally
    }

    /// No answers yet, of the days of one window. The tally takes the caller's word that its answers
    /// are of these days; it then merges only with tallies of the same window, and refuses to be
    /// compared, as an independent sample, with one of a window that overlaps.
    ///
    /// ```
    /// use tenure_model::{Period, parse_date};
    /// use tenure_survey::{Definition, Tally};
    ///
    /// let month = |first, last| -> Result<Period, Box<dyn std::error::Error>> {
    ///     Ok(Period::inclusive(parse_date(first)?, parse_date(last)?).ok_or("reversed")?)
    /// };
    /// let (january, february) = (month("2026-01-01", "2026-01-31")?, month("2026-02-01", "2026-02-28")?);
    /// let mut first = Tally::over(Definition::nps(), january)?;
    /// let second = Tally::over(Definition::nps(), february)?;
    /// assert!(first.merge(&second).is_err());
    ///
    /// // widening both to one window says that a merge is meant
    /// let both = month("2026-01-01", "2026-02-28")?;
    /// let mut first = first.widened(both)?;
    /// first.merge(&second.widened(both)?)?;
    /// assert_eq!(first.period(), Some(both));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A window without days, or of another length than the definition's
    /// [`window_days`](Definition::window_days).
    pub fn over(definition: Definition, period: Period) -> Result<Self, WindowError> {
        let mut tally = Self::new(definition);
        tally.set_period(period)?;
        Ok(tally)
    }

    /// The same answers as part of a longer window.
    ///
    /// # Errors
    /// A window that leaves out days of the present one, or that [`Tally::over`] would refuse.
    pub fn widened(mut self, period: Period) -> Result<Self, WindowError> {
        if let Some(held) = self.period
            && (period.start() > held.start() || period.end() < held.end())
        {
            return Err(WindowError::Narrower { found: period, held });
        }
        self.set_period(period)?;
        Ok(self)
    }

    fn set_period(&mut self, found: Period) -> Result<(), WindowError> {
        if found.len_days() < 1 {
            return Err(WindowError::Empty { found });
        }
        if let Some(window_days) = self.definition.window_days()
            && found.len_days() != i64::from(window_days)
        {
            return Err(WindowError::Length { found, window_days });
        }
        self.period = Some(found);
        Ok(())
    }

    /// The days whose answers are counted; `None` if nobody said.
    #[must_use]
    pub const fn period(&self) -> Option<Period> {
        self.period
    }

    /// Counts one answer.
    ///
    /// # Errors
    /// The tally is full; or the answer is no point of the scale and the definition says
    /// `invalid=error`. The tally is then as it was.
    pub fn push(&mut self, answer: impl Into<Answer>) -> Result<(), TallyError> {
        self.push_times(answer, 1)
    }

    /// Counts one answer given so many times: a frequency weight.
    ///
    /// # Errors
    /// As [`Tally::push`].
    pub fn push_times(&mut self, answer: impl Into<Answer>, times: u64) -> Result<(), TallyError> {
        let place = self.definition.admit(answer.into())?;
        let total = grown(self.total, times)?;
        if let Some(count) = self.counter(place) {
            *count = count.saturating_add(times); // at most the total
            self.total = total;
        }
        Ok(())
    }

    /// Counts a column of answers.
    ///
    /// *Shape*: one byte a row. Cost: a few vector comparisons for 32 rows, no allocation.
    ///
    /// # Errors
    /// As [`Tally::push`], naming the row; the tally is then as it was.
    pub fn push_column(&mut self, answers: &[u8]) -> Result<(), TallyError> {
        self.push_coded_column(answers, &CodeMap::new())
    }

    /// Counts a column of answers whose source writes codes for what is no answer.
    ///
    /// *Shape*: as [`Tally::push_column`], and one more look at the column for each code.
    ///
    /// # Errors
    /// As [`Tally::push`], naming the row; the tally is then as it was.
    pub fn push_coded_column(&mut self, answers: &[u8], codes: &CodeMap) -> Result<(), TallyError> {
        let scale = self.definition.scale();
        let mut column = count_column(scale, answers);
        let mut coded = Exclusions::default();
        for (code, reason) in codes.numbers() {
            // a code that no byte can be is never met
            let Ok(byte) = u8::try_from(code) else { continue };
            let met = match scale.index(code).and_then(|index| column.get_mut(index)) {
                Some(count) => std::mem::take(count), // the code comes before the scale
                None => occurrences(answers, byte),
            };
            let count = coded.count_mut(reason);
            *count = count.saturating_add(met);
        }
        let rows = u64::try_from(answers.len()).map_err(|_| CountOverflowError)?;
        let valid = column.iter().fold(0_u64, |valid, &count| valid.saturating_add(count));
        let outside = rows.saturating_sub(valid).saturating_sub(coded.total());
        if outside > 0 && self.definition.invalid() == InvalidPolicy::Error {
            let place = |&answer: &u8| self.definition.place(codes.answer(answer));
            let off = |answer: &u8| place(answer) == Place::Excluded(Reason::OutOfRange);
            return Err(self.refusal(answers.iter().position(off)).into());
        }
        self.total = grown(self.total, rows)?;
        for (count, more) in self.counts.iter_mut().zip(column) {
            *count = count.saturating_add(more); // at most the total
        }
        coded.out_of_range = outside;
        self.exclusions.add(&coded);
        Ok(())
    }

    const fn refusal(&self, row: Option<usize>) -> crate::InvalidAnswerError {
        self.definition.refusal(Reason::OutOfRange, row)
    }

    /// Takes in a tally of the same definition and window.
    ///
    /// # Errors
    /// Another definition, another window, or more rows than fit; ours is then as it was.
    pub fn merge(&mut self, other: &Self) -> Result<(), TallyError> {
        self.require_same(other)?;
        self.total = grown(self.total, other.total)?;
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count = count.saturating_add(more); // at most the total
        }
        self.exclusions.add(&other.exclusions);
        Ok(())
    }

    fn require_same(&self, other: &Self) -> Result<(), TallyError> {
        self.definition.require_same(&other.definition)?;
        let (ours, theirs) = (self.period, other.period);
        if ours == theirs { Ok(()) } else { Err(WindowError::Differs { ours, theirs }.into()) }
    }

    /// Takes out a tally that was merged: exactly as if it had never been.
    ///
    /// # Errors
    /// Another definition, another window, or more than there is; ours is then as it was.
    pub fn retract(&mut self, other: &Self) -> Result<(), TallyError> {
        self.require_same(other)?;
        let mut rest = self.clone();
        for (point, &wanted) in rest.definition.scale().points().zip(&other.counts) {
            rest.take_out(Place::Point(point), wanted)?;
        }
        for reason in Reason::ALL {
            rest.take_out(Place::Excluded(reason), other.exclusions.count(reason))?;
        }
        *self = rest;
        Ok(())
    }

    /// Takes out one answer that was counted.
    ///
    /// ```
    /// use tenure_survey::{Definition, Tally};
    ///
    /// let mut tally = Tally::new(Definition::nps());
    /// tally.push(9)?;
    /// tally.retract_answer(9)?;
    /// assert_eq!(tally, Tally::new(Definition::nps()));
    /// assert!(tally.retract_answer(9).is_err());
    /// # Ok::<(), tenure_survey::TallyError>(())
    /// ```
    ///
    /// # Errors
    /// No such answer is in; the tally is then as it was.
    pub fn retract_answer(&mut self, answer: impl Into<Answer>) -> Result<(), TallyError> {
        let place = self.definition.place(answer.into());
        Ok(self.take_out(place, 1)?)
    }

    /// What is counted.
    #[must_use]
    pub const fn definition(&self) -> &Definition {
        &self.definition
    }

    /// Valid answers by point, from the lowest up.
    #[must_use]
    pub fn histogram(&self) -> &[u64] {
        self.counts.get(..self.definition.scale().len()).unwrap_or(&self.counts)
    }

    /// How many gave one answer; 0 for what is no point of the scale.
    #[must_use]
    pub fn count(&self, point: i16) -> u64 {
        let index = self.definition.scale().index(i64::from(point));
        index.and_then(|index| self.counts.get(index)).copied().unwrap_or(0)
    }

    /// Valid answers.
    #[must_use]
    pub fn answered(&self) -> u64 {
        self.total.saturating_sub(self.exclusions.total()) // never more than all
    }

    /// What was excluded, by reason.
    #[must_use]
    pub const fn exclusions(&self) -> &Exclusions {
        &self.exclusions
    }

    /// All rows: valid answers and exclusions.
    #[must_use]
    pub const fn rows(&self) -> u64 {
        self.total
    }

    /// The response rate of the definition: valid answers of the invitations that arrived, or of all.
    ///
    /// ```
    /// use tenure_survey::{Answer, Definition, Reason, ResponseBase, Tally};
    ///
    /// let mut tally = Tally::new(Definition::nps().with_response_of(ResponseBase::Invited));
    /// tally.push_times(9, 20)?;
    /// tally.push_times(Answer::Missing(Reason::NotDelivered), 10)?;
    /// tally.push_times(Answer::Missing(Reason::NoAnswer), 70)?;
    /// assert_eq!((tally.response_rate().x(), tally.response_rate().n()), (20, 100));
    /// # Ok::<(), tenure_survey::TallyError>(())
    /// ```
    #[must_use]
    pub fn response_rate(&self) -> Share {
        match self.definition.response_of() {
            ResponseBase::Delivered => self.response_of_delivered(),
            ResponseBase::Invited => self.response_of_invited(),
        }
    }

    /// Valid answers of the rows delivered: the usual response rate.
    ///
    /// AAPOR's RR1 to RR6 differ in what else they count as an answer or as eligible.
    #[must_use]
    pub fn response_of_delivered(&self) -> Share {
        let delivered = self.total.saturating_sub(self.exclusions.not_delivered);
        Share::new(self.answered(), delivered).unwrap_or_default() // part of a part
    }

    /// Valid answers of all rows, delivered or not.
    #[must_use]
    pub fn response_of_invited(&self) -> Share {
        Share::new(self.answered(), self.total).unwrap_or_default() // part of the whole
    }

    /// Promoters against detractors, easy against hard; `None` if the definition has no bands.
    #[must_use]
    pub fn net_score(&self) -> Option<NetScore> {
        let bands = self.definition.bands()?;
        let of = |band| self.count_where(|point| bands.band(point) == band);
        let blanks = match self.definition.missing() {
            MissingPolicy::CountAsPassive => self.exclusions.blank,
            MissingPolicy::Exclude | MissingPolicy::InDenominator => 0,
        };
        let neutral = of(Band::Neutral).saturating_add(blanks); // at most all rows
        NetScore::new(of(Band::Unfavourable), neutral, of(Band::Favourable)).ok()
    }

    /// The share of the top box; `None` if the definition has none.
    #[must_use]
    pub fn top_box(&self) -> Option<Share> {
        let top_box: Cut = self.definition.top_box()?;
        let blanks = match self.definition.missing() {
            MissingPolicy::InDenominator => self.exclusions.blank,
            MissingPolicy::Exclude | MissingPolicy::CountAsPassive => 0,
        };
        let n = self.answered().saturating_add(blanks); // at most all rows
        Share::new(self.count_where(|point| top_box.takes(point)), n).ok()
    }

    /// Mean, spread and 0-100 rescale of the valid answers.
    #[must_use]
    pub fn mean(&self) -> Mean {
        Mean::new(self.definition.scale(), self.histogram())
    }

    fn count_where(&self, takes: impl Fn(i16) -> bool) -> u64 {
        let points = self.definition.scale().points();
        points
            .zip(&self.counts)
            .filter(|&(point, _)| takes(point))
            .fold(0, |total, (_, &count)| total.saturating_add(count)) // at most all rows
    }

    fn counter(&mut self, place: Place) -> Option<&mut u64> {
        match place {
            Place::Point(point) => {
                let index = self.definition.scale().index(i64::from(point))?;
                self.counts.get_mut(index)
            }
            Place::Excluded(reason) => Some(self.exclusions.count_mut(reason)),
        }
    }

    fn take_out(&mut self, place: Place, wanted: u64) -> Result<(), RetractError> {
        let Some(count) = self.counter(place) else { return Ok(()) };
        let held = *count;
        *count = held.checked_sub(wanted).ok_or(RetractError { place, held, wanted })?;
        self.total = self.total.saturating_sub(wanted); // at least what was held
        Ok(())
    }
}

fn grown(total: u64, more: u64) -> Result<u64, CountOverflowError> {
    total.checked_add(more).filter(|&total| total <= Tally::MAX_ROWS).ok_or(CountOverflowError)
}

/// Days on their way in or out: the first, and the day after the last.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "Period")]
pub(crate) struct PeriodDocument {
    start: String,
    end: String,
}

#[cfg(feature = "serde")]
impl From<Period> for PeriodDocument {
    fn from(period: Period) -> Self {
        Self { start: period.start().to_string(), end: period.end().to_string() }
    }
}

#[cfg(feature = "serde")]
impl PeriodDocument {
    pub(crate) fn read(&self) -> Result<Period, TallyDocumentError> {
        use tenure_model::parse_date;

        let (start, end) = (parse_date(&self.start)?, parse_date(&self.end)?);
        Period::new(start, end).ok_or_else(|| TallyDocumentError::Reversed {
            start: self.start.clone(),
            end: self.end.clone(),
        })
    }
}

/// Why a document is no tally.
#[cfg(feature = "serde")]
#[derive(Debug, thiserror::Error)]
pub(crate) enum TallyDocumentError {
    #[error(transparent)]
    Tally(#[from] TallyError),
    #[error(transparent)]
    Date(#[from] tenure_model::DateError),
    #[error("period `{start}` to `{end}` is reversed")]
    Reversed { start: String, end: String },
}

/// A tally on its way in or out.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, rename = "Tally")]
struct Document {
    definition: Definition,
    period: Option<PeriodDocument>,
    histogram: Vec<u64>,
    exclusions: Exclusions,
}

#[cfg(feature = "serde")]
impl From<Tally> for Document {
    fn from(tally: Tally) -> Self {
        let histogram = tally.histogram().to_vec();
        let period = tally.period.map(PeriodDocument::from);
        Self { definition: tally.definition, period, histogram, exclusions: tally.exclusions }
    }
}

#[cfg(feature = "serde")]
impl TryFrom<Document> for Tally {
    type Error = TallyDocumentError;

    fn try_from(document: Document) -> Result<Self, TallyDocumentError> {
        let (definition, exclusions) = (document.definition, document.exclusions);
        let mut tally = Self::of_document(definition, &document.histogram, exclusions)?;
        if let Some(period) = document.period {
            tally.set_period(period.read()?).map_err(TallyError::from)?;
        }
        Ok(tally)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::DefinitionMismatchError;

    fn strict() -> Tally {
        Tally::new(Definition::nps().with_invalid(InvalidPolicy::Error))
    }

    #[test]
    fn zero_is_a_detractor() -> Result<(), TallyError> {
        let mut tally = Tally::new(Definition::nps());
        tally.push(0)?;
        assert_eq!(tally.net_score(), NetScore::new(1, 0, 0).ok());
        Ok(())
    }

    #[test]
    fn nothing_is_dropped() -> Result<(), TallyError> {
        let mut tally = Tally::new(Definition::nps());
        for answer in [-1.0, 11.0, 6.5, f64::NAN, 1e300, 5.0] {
            tally.push(answer)?;
        }
        for reason in Reason::ALL {
            tally.push(Answer::Missing(reason))?;
        }
        assert_eq!(tally.rows(), 13);
        assert_eq!(tally.answered(), 1);
        assert_eq!(
            Reason::ALL.map(|reason| tally.exclusions().count(reason)),
            [1, 1, 1, 1, 1, 4, 3]
        );
        assert_eq!((tally.count(5), tally.count(4), tally.count(-1)), (1, 0, 0));
        Ok(())
    }

    #[test]
    fn strict_definitions_refuse_and_stay() {
        let mut tally = strict();
        tally.push(3).unwrap();
        let before = tally.clone();
        for (answer, reason) in
            [(11.0, Reason::OutOfRange), (6.5, Reason::NonInteger), (f64::NAN, Reason::NonInteger)]
        {
            let Err(TallyError::Invalid(error)) = tally.push(answer) else {
                panic!("{answer} was counted")
            };
            assert_eq!((error.reason(), error.row()), (reason, None));
        }
        let Err(TallyError::Invalid(error)) = tally.push_column(&[1, 2, 12, 13]) else {
            panic!("12 was counted")
        };
        assert_eq!((error.reason(), error.row()), (Reason::OutOfRange, Some(2)));
        assert_eq!(error.to_string(), "answer in row `2` is out_of_range on the scale `0` to `10`");
        assert_eq!(tally, before);
        tally.push(Answer::Missing(Reason::Blank)).unwrap();
        assert_eq!(tally.exclusions().blank, 1);
    }

    #[test]
    fn full_is_full() {
        let mut tally = Tally::new(Definition::nps());
        tally.push_times(9, Tally::MAX_ROWS).unwrap();
        let before = tally.clone();
        assert_eq!(tally.push(9), Err(TallyError::Overflow(CountOverflowError)));
        assert_eq!(tally.push_column(&[9]), Err(TallyError::Overflow(CountOverflowError)));
        assert_eq!(tally.merge(&before), Err(TallyError::Overflow(CountOverflowError)));
        assert_eq!(tally, before);
        let mut histogram = [0; 11];
        histogram[0] = u64::MAX;
        assert!(matches!(
            Tally::from_histogram(Definition::nps(), &histogram),
            Err(TallyError::Overflow(_))
        ));
    }

    #[test]
    fn other_definitions_stay_out() {
        let mut tally = Tally::new(Definition::nps());
        let other = Tally::new(Definition::nps_european());
        let Err(TallyError::Definition(error)) = tally.merge(&other) else {
            panic!("merged two metrics")
        };
        assert_eq!((error.ours(), error.theirs()), ("nps.standard.v1", "nps.european"));
        assert!(matches!(tally.retract(&other), Err(TallyError::Definition(_))));
        let mismatch: DefinitionMismatchError = error;
        assert!(mismatch.to_string().contains("`nps.european`"));
    }

    #[test]
    fn no_more_out_than_in() {
        let mut tally = Tally::new(Definition::nps());
        tally.push(9).unwrap();
        let mut other = Tally::new(Definition::nps());
        other.push(9).unwrap();
        other.push(Answer::Missing(Reason::Blank)).unwrap();
        let before = tally.clone();
        let Err(TallyError::Retract(error)) = tally.retract(&other) else {
            panic!("took out what was not in")
        };
        assert_eq!(error.place(), Place::Excluded(Reason::Blank));
        assert_eq!((error.held(), error.wanted()), (0, 1));
        assert_eq!(tally, before);
        assert!(tally.retract_answer(8).unwrap_err().to_string().contains("point `8`"));
    }

    #[test]
    fn a_histogram_has_the_points_of_the_scale() {
        let Err(TallyError::Histogram(error)) = Tally::from_histogram(Definition::csat(), &[1; 6])
        else {
            panic!("six counts for five points")
        };
        assert_eq!((error.found(), error.points()), (6, 5));
    }

    #[test]
    fn blanks_join_only_where_the_policy_says() -> Result<(), Box<dyn std::error::Error>> {
        for (policy, neutral, n) in [
            (MissingPolicy::Exclude, 1, 3),
            (MissingPolicy::CountAsPassive, 3, 3),
            (MissingPolicy::InDenominator, 1, 5),
        ] {
            let definition = Definition::csat().with_missing(policy)?;
            let mut tally = Tally::from_histogram(definition, &[1, 0, 1, 0, 1])?;
            tally.push_times(Answer::Missing(Reason::Blank), 2)?;
            tally.push_times(Answer::Missing(Reason::DontKnow), 7)?;
            assert_eq!(tally.net_score(), NetScore::new(1, neutral, 1).ok());
            assert_eq!(tally.top_box(), Share::new(1, n).ok());
            assert_eq!(tally.mean().n(), 3);
        }
        Ok(())
    }

    #[test]
    fn response_rates() -> Result<(), TallyError> {
        let mut tally = Tally::new(Definition::nps());
        tally.push_times(9, 20)?;
        tally.push_times(Answer::Missing(Reason::NotDelivered), 10)?;
        tally.push_times(Answer::Missing(Reason::NoAnswer), 170)?;
        assert_eq!(Share::new(20, 190).ok(), Some(tally.response_of_delivered()));
        assert_eq!(Share::new(20, 200).ok(), Some(tally.response_of_invited()));
        Ok(())
    }
}
