//! Predictions for many customers at once, over columns.

use crate::error::ColumnError;
use crate::history::{GroupedSummary, History};
use crate::model::purchases::PurchaseModel;
use crate::rate::DiscountRate;
use crate::remembered::Remembered;
use crate::unit::{TimeSpan, TimeUnit};
use crate::value::Total;

/// Histories of many customers as three columns, each row checked once.
///
/// ```
/// use tenure_clv::{HistoryColumns, TimeUnit};
/// let (x, recency, age) = ([0, 2], [0.0, 30.43], [38.86, 38.86]);
/// let customers = HistoryColumns::new(&x, &recency, &age, TimeUnit::Week)?;
/// assert_eq!(customers.len(), 2);
/// // no repeat purchase, yet a last one in week 3
/// let refused = HistoryColumns::new(&[0], &[3.0], &[38.86], TimeUnit::Week);
/// assert!(refused.is_err_and(|error| error.to_string().starts_with("row 0: ")));
/// # Ok::<(), tenure_clv::ColumnError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct HistoryColumns<'a> {
    x: &'a [u64],
    recency: &'a [f64],
    age: &'a [f64],
    unit: TimeUnit,
}

/// What is predicted of each customer.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Prediction {
    /// The probability of being alive at `T`.
    PAlive,
    /// The probability of being alive so much later.
    PAliveAfter(TimeSpan),
    /// The probability of no purchase in that time.
    PNoPurchase(TimeSpan),
    /// Expected purchases in that time.
    ExpectedPurchases(TimeSpan),
    /// Expected purchases for ever, discounted (DERT).
    DiscountedPurchases(DiscountRate),
    /// Expected purchases in so many periods, discounted at the end of each.
    DiscountedByPeriod {
        /// The discount.
        rate: DiscountRate,
        /// The length of a period.
        period: TimeSpan,
        /// How many.
        periods: u16,
    },
}

impl<'a> HistoryColumns<'a> {
    /// The columns `x`, `t_x` and `T`, in `unit`s.
    ///
    /// # Errors
    /// Columns of different lengths, or the first row that is no history, with its place.
    pub fn new(
        x: &'a [u64],
        recency: &'a [f64],
        age: &'a [f64],
        unit: TimeUnit,
    ) -> Result<Self, ColumnError> {
        if x.len() != recency.len() || x.len() != age.len() {
            return Err(ColumnError::Length { x: x.len(), recency: recency.len(), age: age.len() });
        }
        let rows = x.iter().zip(recency).zip(age).enumerate();
        for (row, ((&x, &recency), &age)) in rows {
            History::new(x, recency, age, unit)
                .map_err(|reason| ColumnError::History { row, reason })?;
        }
        Ok(Self { x, recency, age, unit })
    }

    /// How many customers.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.x.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.x.is_empty()
    }

    /// The unit of the times.
    #[must_use]
    pub const fn unit(&self) -> TimeUnit {
        self.unit
    }

    /// The customers, in order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = History> {
        let rows = self.x.iter().zip(self.recency).zip(self.age);
        rows.map(|((&x, &recency), &age)| {
            // Adding 0 makes a negative zero positive, as the constructor does.
            History::trusted(x, recency + 0.0, age + 0.0, self.unit)
        })
    }

    /// The customers grouped: those with the same history as one row with a weight.
    ///
    /// *Cost*: a sort, several times faster than as many pushes.
    #[must_use]
    pub fn grouped(&self) -> GroupedSummary {
        GroupedSummary::of(self.unit, self.iter())
    }

    /// The rows `from` to `to`.
    fn part(&self, from: usize, to: usize) -> Self {
        let cut = |column: &'a [f64]| column.get(from..to).unwrap_or_default();
        Self {
            x: self.x.get(from..to).unwrap_or_default(),
            recency: cut(self.recency),
            age: cut(self.age),
            unit: self.unit,
        }
    }
}

/// The most answers about a living customer that are remembered.
const AHEAD_SLOTS: usize = 1 << 14;
/// The most P(alive) that are, where it takes an integral.
const ALIVE_SLOTS: usize = 1 << 17;
/// Rows that a thread takes at a time, and over which repeated histories are remembered.
const CHUNK: usize = 1 << 18;

impl PurchaseModel {
    /// One prediction of each customer, into `out`.
    ///
    /// *Shape*: as many numbers as rows. Each is, to the bit, what the model says of that row
    /// alone, whatever the order of rows and with the feature `rayon` the number of threads. *Cost*:
    /// P(alive) takes tens of nanoseconds a row under BG/NBD, and under Pareto/NBD while `alpha +
    /// t_x` and `beta + t_x` are within a factor of 2.5; else an integral, which is remembered by
    /// history. All other numbers are P(alive) times something that depends on `x` and `T` only,
    /// under Pareto/NBD mostly on `T` alone, and is remembered, for customers recorded in days
    /// share these. Tables of up to half a megabyte, with integrals 4 more, for each 262,144 rows;
    /// nothing a row is allocated.
    ///
    /// # Errors
    /// `out` of another length, or a sum without bound: no discount, and the model lets customers
    /// leave too slowly. Then nothing is written.
    ///
    /// ```
    /// use tenure_clv::{BgNbd, HistoryColumns, Prediction, PurchaseModel, TimeSpan, TimeUnit};
    /// let model = PurchaseModel::from(BgNbd::new(0.243, 4.414, 0.793, 2.426, TimeUnit::Week)?);
    /// let (x, recency, age) = ([2], [30.43], [38.86]);
    /// let customers = HistoryColumns::new(&x, &recency, &age, TimeUnit::Week)?;
    /// let mut next = [0.0];
    /// let horizon = TimeSpan::new(39.0, TimeUnit::Week)?;
    /// model.predict(&customers, Prediction::ExpectedPurchases(horizon), &mut next)?;
    /// assert!((next[0] - 1.226).abs() < 5e-4);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn predict(
        &self,
        customers: &HistoryColumns<'_>,
        prediction: Prediction,
        out: &mut [f64],
    ) -> Result<(), ColumnError> {
        if out.len() != customers.len() {
            return Err(ColumnError::Out { rows: customers.len(), out: out.len() });
        }
        if let Prediction::DiscountedPurchases(rate) = prediction {
            let anybody = History::trusted(0, 0.0, 0.0, self.unit());
            if self.discounted_purchases(&anybody, rate) == Total::Unbounded {
                return Err(ColumnError::Unbounded);
            }
        }
        self.predict_chunks(customers, prediction, out);
        Ok(())
    }

    #[cfg(not(feature = "rayon"))]
    fn predict_chunks(
        &self,
        customers: &HistoryColumns<'_>,
        prediction: Prediction,
        out: &mut [f64],
    ) {
        for (chunk, out) in out.chunks_mut(CHUNK).enumerate() {
            self.predict_chunk(customers, prediction, chunk, out);
        }
    }

    #[cfg(feature = "rayon")]
    fn predict_chunks(
        &self,
        customers: &HistoryColumns<'_>,
        prediction: Prediction,
        out: &mut [f64],
    ) {
        use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
        use rayon::slice::ParallelSliceMut as _;
        out.par_chunks_mut(CHUNK)
            .enumerate()
            .for_each(|(chunk, out)| self.predict_chunk(customers, prediction, chunk, out));
    }

    fn predict_chunk(
        &self,
        customers: &HistoryColumns<'_>,
        prediction: Prediction,
        chunk: usize,
        out: &mut [f64],
    ) {
        let from = chunk.saturating_mul(CHUNK);
        let part = customers.part(from, from.saturating_add(out.len()));
        match self {
            Self::BgNbd(model) => model.p_alive_of(&part, out),
            Self::ParetoNbd(model) => {
                let mut known = Remembered::new(out.len(), ALIVE_SLOTS);
                model.p_alive_of(&part, &mut known, out);
            }
            Self::Nbd(_) => out.fill(1.0),
        }
        if prediction == Prediction::PAlive {
            return;
        }
        match self {
            Self::BgNbd(model) => times_ahead(&part, out, |living, known| {
                known.get(living, || model.ahead(prediction, living))
            }),
            Self::ParetoNbd(model) => {
                times_ahead(&part, out, |living, known| model.ahead(prediction, living, known))
            }
            Self::Nbd(model) => times_ahead(&part, out, |living, known| {
                known.get(living, || model.ahead(prediction, living))
            }),
        }
        if let Prediction::PNoPurchase(_) = prediction {
            for (slot, told) in out.iter_mut().zip(part.iter()) {
                *slot += self.p_dead(&told);
            }
        }
    }
}

/// Multiplies P(alive) by what is predicted of customers known to be alive, of which nothing
/// depends on when the last purchase was.
fn times_ahead(
    customers: &HistoryColumns<'_>,
    out: &mut [f64],
    ahead: impl Fn(&History, &mut Remembered) -> f64,
) {
    let mut known = Remembered::new(out.len(), AHEAD_SLOTS);
    for (slot, told) in out.iter_mut().zip(customers.iter()) {
        let living = History::trusted(told.x(), 0.0, told.age(), told.unit());
        *slot *= ahead(&living, &mut known);
    }
}

#[cfg(test)]
mod tests {
    use super::{HistoryColumns, Prediction, PurchaseModel};
    use crate::{BgNbd, ColumnError, DiscountRate, History, ParetoNbd, TimeUnit};

    #[test]
    fn refusals_name_their_place_and_write_nothing() {
        let found = HistoryColumns::new(&[1, 2], &[1.0], &[2.0, 3.0], TimeUnit::Day);
        assert_eq!(found.unwrap_err(), ColumnError::Length { x: 2, recency: 1, age: 2 });
        let found = HistoryColumns::new(&[0, 1], &[0.0, 4.0], &[2.0, 3.0], TimeUnit::Day);
        assert!(matches!(found, Err(ColumnError::History { row: 1, .. })));
        let customers = HistoryColumns::new(&[0], &[-0.0], &[2.0], TimeUnit::Day).unwrap();
        assert!(!customers.is_empty() && customers.unit() == TimeUnit::Day);
        let model = PurchaseModel::from(BgNbd::new(0.3, 4.0, 0.8, 2.5, TimeUnit::Week).unwrap());
        let wrong = model.predict(&customers, Prediction::PAlive, &mut []);
        assert_eq!(wrong, Err(ColumnError::Out { rows: 1, out: 0 }));
        let free = DiscountRate::continuous(0.0, TimeUnit::Day).unwrap();
        let mut out = [7.0];
        let found = model.predict(&customers, Prediction::DiscountedPurchases(free), &mut out);
        assert_eq!((found, out), (Err(ColumnError::Unbounded), [7.0]));
        assert_eq!(customers.grouped().customers(), 1);
    }

    /// Under Pareto/NBD customers are computed several at once, by either of two routes, and some
    /// remembered: each is still to the bit what the model says of it alone.
    #[test]
    fn neighbours_do_not_matter() {
        let (mut x, mut recency, mut age) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..203_u32 {
            let (count, watched) = (row * row % 7, 1.0 + f64::from(row * 31 % 97));
            let share = [0.3, 1.0, 0.999, 0.01][usize::try_from(row % 4).unwrap()];
            x.push(u64::from(count * count));
            recency.push(if count > 0 { share * watched } else { 0.0 });
            age.push(watched);
        }
        let customers = HistoryColumns::new(&x, &recency, &age, TimeUnit::Day).unwrap();
        let rate = DiscountRate::per_year(0.15).unwrap();
        let span = crate::TimeSpan::new(30.0, TimeUnit::Day).unwrap();
        // Series for all, for none, for some by either power; told in days and in weeks.
        for ([alpha, beta], unit) in [
            ([10.0, 11.0], TimeUnit::Day),
            ([0.1, 9e4], TimeUnit::Day),
            ([30.0, 3.0], TimeUnit::Week),
            ([3.0, 30.0], TimeUnit::Week),
        ] {
            let model = ParetoNbd::new(0.5, alpha, 0.6, beta, unit).unwrap();
            let columns = PurchaseModel::from(model);
            let mut out = vec![f64::NAN; customers.len()];
            let mut same = |prediction, alone: &dyn Fn(&History) -> f64| {
                columns.predict(&customers, prediction, &mut out).unwrap();
                for (told, got) in customers.iter().zip(&out) {
                    assert_eq!(got.to_bits(), alone(&told).to_bits(), "{prediction:?} {told:?}");
                }
            };
            same(Prediction::PAlive, &|told| model.p_alive(told));
            same(Prediction::PAliveAfter(span), &|told| model.p_alive_after(told, span));
            same(Prediction::PNoPurchase(span), &|told| model.p_no_purchase(told, span));
            same(Prediction::ExpectedPurchases(span), &|told| model.expected_purchases(told, span));
            same(Prediction::DiscountedPurchases(rate), &|told| {
                model.discounted_purchases(told, rate).finite().unwrap()
            });
            let by_period = Prediction::DiscountedByPeriod { rate, period: span, periods: 12 };
            same(by_period, &|told| model.discounted_purchases_by_period(told, rate, span, 12));
        }
    }

    /// More rows than a chunk holds: the seams do not show, on one thread or many.
    #[test]
    fn chunks_are_seamless() {
        let rows = super::CHUNK + super::CHUNK / 2 + 7;
        let week = |days: usize| tenure_stats::len_to_f64(days % 273) / 7.0;
        let x: Vec<u64> = (0..rows).map(|row| u64::from(row % 5 > 2)).collect();
        let age: Vec<f64> = (0..rows).map(|row| 1.0 + week(row * 31)).collect();
        let recency: Vec<f64> =
            x.iter().zip(&age).map(|(x, age)| if *x > 0 { 0.5 * age } else { 0.0 }).collect();
        let customers = HistoryColumns::new(&x, &recency, &age, TimeUnit::Week).unwrap();
        let model = PurchaseModel::from(BgNbd::new(0.3, 4.0, 0.8, 2.5, TimeUnit::Week).unwrap());
        let span = crate::TimeSpan::new(13.0, TimeUnit::Week).unwrap();
        let mut out = vec![f64::NAN; rows];
        model.predict(&customers, Prediction::ExpectedPurchases(span), &mut out).unwrap();
        for (row, (told, got)) in customers.iter().zip(&out).enumerate() {
            if row % 977 == 0 || row + 9 > rows || row.abs_diff(super::CHUNK) < 3 {
                assert_eq!(got.to_bits(), model.expected_purchases(&told, span).to_bits());
            }
        }
    }
}
