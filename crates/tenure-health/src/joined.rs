//! An account that is client and customer at once.

use tenure_model::Rounding;
use tenure_stats::Ratio;

use crate::error::ShareError;
use crate::score::Score;

/// The two scores of a hybrid, joined by how much of its value comes in each stream.
///
/// 1. *Question*: how is an account doing that is client and customer at once?
/// 2. *Formula*:
///    ```text
///    joined = share * client + (1 - share) * customer    share: of value, in the client stream
///    lo, hi = the lesser lower and the greater upper end  where no share is known
///    ```
///    each rounded half away from zero, once.
/// 3. *Shape*: in, two scores, which stay reported separately, and a share; out, 0 to 1000.
/// 4. *Undefined*: the point where either has none, or no share is known and the two differ.
///    *Errors*: a share outside 0 to 1.
/// 5. *Accuracy*: exact.
/// 6. *Source*: own definition.
///
/// ```
/// use tenure_health::{Absence, Joined, Reading, Score, profiles};
/// use tenure_stats::Ratio;
/// let (client, customer) = (profiles::client(), profiles::customer());
/// let unknown = Score::new(&client, &[Reading::missing(Absence::NotObserved); 6])?;
/// let readings = [1, 100, 80, 6, 0].map(Into::into);
/// let readings: Vec<_> =
///     customer.components().iter().zip(readings).map(|(one, value)| one.read(value, 0)).collect();
/// let known = Score::new(&customer, &readings)?; // 855
/// let quarter = Joined::new(&unknown, &known, Ratio::new(1, 4))?;
/// assert_eq!((quarter.lo(), quarter.hi()), (641, 891)); // 0 / 4 + 855 * 3 / 4, and 250 more
/// assert_eq!(Joined::new(&unknown, &known, None)?.hi(), 1000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joined {
    lo: u16,
    hi: u16,
    point: Option<u16>,
}

impl Joined {
    /// Joins two scores by the share of value in the client stream.
    ///
    /// # Errors
    /// A share outside 0 to 1, or beyond 128 bits.
    pub fn new(client: &Score, customer: &Score, share: Option<Ratio>) -> Result<Self, ShareError> {
        let points = client.point().zip(customer.point());
        let Some(share) = share else {
            return Ok(Self {
                lo: client.lo().min(customer.lo()),
                hi: client.hi().max(customer.hi()),
                point: points.filter(|(one, other)| one == other).map(|(one, _)| one),
            });
        };
        let refused = ShareError { num: share.num(), den: share.den() };
        if share.num() < 0 || share.num() > share.den() {
            return Err(refused);
        }
        let join = |client: u16, customer: u16| {
            let rest = share.den().checked_sub(share.num())?;
            let ours = share.num().checked_mul(client.into())?;
            let sum = ours.checked_add(rest.checked_mul(customer.into())?)?;
            u16::try_from(Rounding::HalfAway.divide(sum, share.den())?).ok()
        };
        Ok(Self {
            lo: join(client.lo(), customer.lo()).ok_or(refused)?,
            hi: join(client.hi(), customer.hi()).ok_or(refused)?,
            point: points.and_then(|(one, other)| join(one, other)),
        })
    }

    /// The least it may be.
    #[must_use]
    pub const fn lo(&self) -> u16 {
        self.lo
    }

    /// The most it may be.
    #[must_use]
    pub const fn hi(&self) -> u16 {
        self.hi
    }

    /// As one number, where both scores are one and a share is known, or both are the same.
    #[must_use]
    pub const fn point(&self) -> Option<u16> {
        self.point
    }
}

#[cfg(test)]
mod tests {
    use super::Joined;
    use crate::profiles::{client, customer};
    use crate::score::{Reading, Score};
    use tenure_stats::Ratio;

    fn scores(one: u16, other: u16) -> (Score, Score) {
        let flat = |points| Reading::present(points, 1 << 30);
        let client = Score::new(&client(), &[flat(one); 6]).unwrap();
        (client, Score::new(&customer(), &[flat(other); 5]).unwrap())
    }

    #[test]
    fn halves_go_away_from_zero() {
        let (client, customer) = scores(501, 500);
        let half = Joined::new(&client, &customer, Ratio::new(1, 2)).unwrap();
        assert_eq!((half.lo(), half.hi(), half.point()), (501, 501, Some(501)));
        let all = Joined::new(&client, &customer, Ratio::new(1, 1)).unwrap();
        assert_eq!(all.point(), Some(501));
    }

    #[test]
    fn no_share_spans_both() {
        let (client, customer) = scores(300, 800);
        let span = Joined::new(&client, &customer, None).unwrap();
        assert_eq!((span.lo(), span.hi(), span.point()), (300, 800, None));
        let (client, customer) = scores(300, 300);
        assert_eq!(Joined::new(&client, &customer, None).unwrap().point(), Some(300));
    }

    #[test]
    fn a_share_is_a_share() {
        let (client, customer) = scores(300, 800);
        for (num, den) in [(-1, 2), (3, 2), (i128::MAX - 1, i128::MAX)] {
            let error = Joined::new(&client, &customer, Ratio::new(num, den)).unwrap_err();
            assert!(error.to_string().starts_with("share `"), "{error}");
        }
    }
}
