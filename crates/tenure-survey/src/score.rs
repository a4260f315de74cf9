//! The answer of a survey: one number that explains itself.

use tenure_stats::{Interval, Level, Ratio, Share, ShareMethod};

use crate::net_score::rounded;
use crate::{Definition, Exclusions, NetMethod, Statistic, Tally};

/// The number a definition shows first, with all it rests on.
///
/// *Shape*: on the scale of the statistic: points from -100 to 100, a net score from -1 to 1, a share
/// from 0 to 1, or a mean on the scale of the question. The interval is the default one: score for
/// points and net, Wilson for a share, t for a mean, rescaled with it.
///
/// *Undefined when* nothing counts: value and interval are then `None`; for a mean the interval also
/// with a single answer.
///
/// *Accuracy*: the value is exact; of the interval see [`NetScore`](crate::NetScore),
/// [`Share`](tenure_stats::Share) and [`Mean`](crate::Mean).
///
/// *Source*: the definition it carries.
///
/// ```
/// use tenure_stats::Level;
/// use tenure_survey::{Definition, Tally};
///
/// let mut tally = Tally::new(Definition::nps());
/// tally.push_column(&[10, 10, 9, 8, 7, 3])?;
/// let score = tally.score(Level::default());
/// assert_eq!(score.definition().id(), "nps.standard.v1");
/// assert_eq!(score.n(), 6);
/// assert_eq!(score.histogram(), [0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 2]);
/// assert_eq!(score.value().map(|points| points.to_decimal(10)).as_deref(), Some("33.3333333333"));
/// assert_eq!(score.rounded().as_deref(), Some("33"));
/// # Ok::<(), tenure_survey::TallyError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Score {
    definition: Definition,
    n: u64,
    histogram: Vec<u64>,
    exclusions: Exclusions,
    response_rate: Share,
    value: Option<Ratio>,
    interval: Option<Interval>,
}

impl Score {
    /// What is measured.
    #[must_use]
    pub const fn definition(&self) -> &Definition {
        &self.definition
    }

    /// How many rows the value rests on; with the blanks, where the missing policy adds them.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.n
    }

    /// The valid answers used, by point, from the lowest up.
    #[must_use]
    pub fn histogram(&self) -> &[u64] {
        &self.histogram
    }

    /// The response rate of the definition.
    #[must_use]
    pub const fn response_rate(&self) -> Share {
        self.response_rate
    }

    /// What was excluded, by reason.
    #[must_use]
    pub const fn exclusions(&self) -> &Exclusions {
        &self.exclusions
    }

    /// The exact value; `None` if nothing counts.
    #[must_use]
    pub const fn value(&self) -> Option<Ratio> {
        self.value
    }

    /// The interval, on the scale of the value.
    #[must_use]
    pub const fn interval(&self) -> Option<Interval> {
        self.interval
    }

    /// The value as the definition shows it: rounded once, from the exact ratio, by its rule and to
    /// its decimals.
    #[must_use]
    pub fn rounded(&self) -> Option<String> {
        let decimals = self.definition.decimals();
        let units = rounded(self.value?, self.definition.rounding(), decimals)?;
        let unit = 10_i128.checked_pow(u32::from(decimals))?;
        // exact: the units are whole at this many places
        Some(Ratio::new(units, unit)?.to_decimal(u32::from(decimals)))
    }
}

impl Tally {
    /// The number the definition shows first, with its default interval.
    #[must_use]
    pub fn score(&self, level: Level) -> Score {
        let (n, value, interval) = match self.definition().statistic() {
            statistic @ (Statistic::Points | Statistic::Net) => {
                let net = self.net_score().unwrap_or_default(); // has bands: checked when defined
                let interval = net.interval(NetMethod::default(), level);
                if statistic == Statistic::Points {
                    let interval = interval.and_then(|interval| interval.scaled(100.0));
                    (net.n(), net.points(), interval)
                } else {
                    (net.n(), net.theta(), interval)
                }
            }
            Statistic::Share => {
                let share = self.top_box().unwrap_or_default(); // likewise
                (share.n(), share.ratio(), share.interval(ShareMethod::default(), level))
            }
            Statistic::Mean => {
                let mean = self.mean();
                (mean.n(), mean.mean(), mean.interval(level))
            }
            Statistic::Rescaled => {
                let mean = self.mean();
                (mean.n(), mean.rescaled(), mean.rescaled_interval(level))
            }
        };
        let definition = self.definition().clone();
        let (histogram, exclusions) = (self.histogram().to_vec(), *self.exclusions());
        let response_rate = self.response_rate();
        Score { definition, n, histogram, exclusions, response_rate, value, interval }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Answer, MissingPolicy, Reason};
    use tenure_model::Rounding;
    use tenure_stats::IntervalMethod;

    #[test]
    fn each_statistic_on_its_own_scale() -> Result<(), Box<dyn std::error::Error>> {
        // against 4-5: 3, neither 2: 1, in favour 1-2: 6
        let tally = |definition| Tally::from_histogram(definition, &[4, 2, 1, 1, 2]);
        for (statistic, value, method) in [
            (Statistic::Points, "30.0", IntervalMethod::Score),
            (Statistic::Net, "0.3", IntervalMethod::Score),
            (Statistic::Share, "0.6", IntervalMethod::Wilson),
            (Statistic::Mean, "2.5", IntervalMethod::WaldT),
            (Statistic::Rescaled, "37.5", IntervalMethod::WaldT), // 100·(2.5 - 1)/4
        ] {
            let definition = Definition::ces1()
                .with_statistic(statistic)?
                .with_rounding(Rounding::default(), 1)?;
            let score = tally(definition)?.score(Level::default());
            assert_eq!(score.rounded().as_deref(), Some(value));
            let interval = score.interval().ok_or("undefined")?;
            assert_eq!(interval.method(), method);
            assert!(interval.contains(score.value().ok_or("undefined")?.to_f64()));
            assert_eq!(score.n(), 10);
        }
        Ok(())
    }

    #[test]
    fn undefined_without_answers() -> Result<(), Box<dyn std::error::Error>> {
        for definition in [Definition::nps(), Definition::csat(), Definition::ces1()] {
            let mut tally = Tally::new(definition);
            tally.push(Answer::Missing(Reason::Dismissed))?;
            let score = tally.score(Level::default());
            assert_eq!((score.n(), score.value(), score.interval()), (0, None, None));
            assert_eq!(score.rounded(), None);
            assert_eq!(score.exclusions().total(), 1);
        }
        Ok(())
    }

    #[test]
    fn blanks_raise_n_where_they_count() -> Result<(), Box<dyn std::error::Error>> {
        let definition = Definition::nps().with_missing(MissingPolicy::CountAsPassive)?;
        let mut tally = Tally::new(definition);
        tally.push(10)?;
        tally.push(Answer::Missing(Reason::Blank))?;
        let score = tally.score(Level::default());
        assert_eq!((score.n(), score.rounded().as_deref()), (2, Some("50")));
        Ok(())
    }
}
