//! Raw values to points.

use rust_decimal::Decimal;

use crate::error::{NormaliserError, ValueError};
use crate::value::Value;

/// Which way is good.
///
/// ```
/// assert_eq!(tenure_health::Direction::LowerBetter.name(), "lower_better");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Direction {
    /// More of it is better.
    HigherBetter,
    /// Less of it is better.
    LowerBetter,
}

impl Direction {
    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HigherBetter => "higher_better",
            Self::LowerBetter => "lower_better",
        }
    }
}

/// How a raw value becomes points from 0 to 1000: straight lines between breakpoints, constant
/// outside them.
///
/// 1. *Question*: how good is this value, on a scale common to all components?
/// 2. *Formula*:
///    ```text
///    points = y0 + (y1 - y0) * (x - x0) / (x1 - x0)   between breakpoints (x0, y0) and (x1, y1)
///    ```
///    rounded half away from zero, once.
/// 3. *Shape*: in, a value in the component's own unit; out, whole points, 0 to 1000. Cost: a
///    search among the breakpoints and one division.
/// 4. *Undefined*: nowhere. Cannot fail.
/// 5. *Accuracy*: exact.
/// 6. *Source*: own definition; inputs of three levels make cliffs of 40 to 60 points elsewhere.
///
/// ```
/// use tenure_health::{Direction, Normaliser};
/// // Silence in own gaps: one gap is usual, three are dormant.
/// let silence = Normaliser::new(Direction::LowerBetter, &[(1.into(), 1000), (3.into(), 250)])?;
/// assert_eq!(silence.points(2.into()), 625);
/// assert_eq!((silence.points(0.into()), silence.points(9.into())), (1000, 250));
/// # Ok::<(), tenure_health::NormaliserError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(try_from = "crate::form::NormaliserForm", into = "crate::form::NormaliserForm")
)]
pub struct Normaliser {
    direction: Direction,
    breakpoints: Vec<(Value, u16)>,
}

impl Normaliser {
    /// The most breakpoints of a normaliser.
    pub const MAX_BREAKPOINTS: usize = 256;

    /// A line through these points `(x, y)`, x strictly increasing, y from 0 to 1000 and never
    /// against the direction.
    ///
    /// # Errors
    /// Fewer than two points or too many; x out of order; y off the scale or against the
    /// direction.
    pub fn new(
        direction: Direction,
        breakpoints: &[(Value, u16)],
    ) -> Result<Self, NormaliserError> {
        let count = breakpoints.len();
        if !(2..=Self::MAX_BREAKPOINTS).contains(&count) {
            return Err(NormaliserError::Count { found: count });
        }
        let mut before: Option<(Value, u16)> = None;
        for (index, &(x, y)) in breakpoints.iter().enumerate() {
            if y > 1000 {
                return Err(NormaliserError::OffScale { index, found: y });
            }
            if let Some((last_x, last_y)) = before {
                if x <= last_x {
                    return Err(NormaliserError::Unsorted { index, found: x.to_decimal() });
                }
                let against = match direction {
                    Direction::HigherBetter => y < last_y,
                    Direction::LowerBetter => y > last_y,
                };
                if against {
                    let direction = direction.name();
                    return Err(NormaliserError::AgainstDirection { index, found: y, direction });
                }
            }
            before = Some((x, y));
        }
        Ok(Self { direction, breakpoints: breakpoints.to_vec() })
    }

    /// Breakpoints known to be right: data of this crate, checked by its tests.
    pub(crate) fn of_data(direction: Direction, breakpoints: &[(i32, u16)]) -> Self {
        let breakpoints = breakpoints.iter().map(|&(x, y)| (Value::from(x), y)).collect();
        Self { direction, breakpoints }
    }

    /// Which way is good.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        self.direction
    }

    /// The breakpoints, by x.
    #[must_use]
    pub fn breakpoints(&self) -> &[(Value, u16)] {
        &self.breakpoints
    }

    /// The points of a value, 0 to 1000.
    #[must_use]
    pub fn points(&self, value: Value) -> u16 {
        let above = self.breakpoints.partition_point(|&(x, _)| x <= value);
        let right = self.breakpoints.get(above);
        let left = above.checked_sub(1).and_then(|index| self.breakpoints.get(index));
        match (left, right) {
            (Some(&left), Some(&right)) => between(left, right, value),
            (Some(&(_, y)), None) | (None, Some(&(_, y))) => y,
            (None, None) => 0, // no breakpoints: the constructor refuses it
        }
    }

    /// The points of a decimal, 0 to 1000.
    ///
    /// # Errors
    /// A decimal that is no [`Value`].
    pub fn points_of(&self, value: Decimal) -> Result<u16, ValueError> {
        Value::new(value).map(|value| self.points(value))
    }
}

/// Half away from zero is half up here: points are never negative.
fn between((x0, y0): (Value, u16), (x1, y1): (Value, u16), x: Value) -> u16 {
    let run = x1.scaled().abs_diff(x0.scaled());
    let to_left = x.scaled().abs_diff(x0.scaled());
    let to_right = x1.scaled().abs_diff(x.scaled());
    // y = (y0 * to_right + y1 * to_left) / run, where to_left + to_right = run.
    let points = match (u64::try_from(run), u64::try_from(to_left), u64::try_from(to_right)) {
        // The usual case, in 64 bits: at most 1000 * 2^52, doubled.
        (Ok(run), Ok(left), Ok(right)) if run <= 1 << 52 => {
            let weigh = |y: u16, by: u64| u64::from(y).wrapping_mul(by);
            let twice = weigh(y0, right).wrapping_add(weigh(y1, left)).wrapping_mul(2);
            twice.wrapping_add(run).checked_div(run.wrapping_mul(2)).map(u128::from)
        }
        // At most 1000 * 2 * 10^23, doubled: fits 128 bits.
        _ => {
            let weigh = |y: u16, by: u128| u128::from(y).wrapping_mul(by);
            let twice = weigh(y0, to_right).wrapping_add(weigh(y1, to_left)).wrapping_mul(2);
            twice.wrapping_add(run).checked_div(run.wrapping_mul(2))
        }
    };
    points.and_then(|points| u16::try_from(points).ok()).unwrap_or(y0)
}

#[cfg(test)]
mod tests {
    use super::{Direction, Normaliser};
    use crate::error::NormaliserError;
    use crate::value::Value;
    use rust_decimal::Decimal;

    fn rising(points: &[(i32, u16)]) -> Result<Normaliser, NormaliserError> {
        let points: Vec<_> = points.iter().map(|&(x, y)| (Value::from(x), y)).collect();
        Normaliser::new(Direction::HigherBetter, &points)
    }

    #[test]
    fn halves_go_away_from_zero() {
        let line = rising(&[(-2, 0), (0, 1)]).unwrap();
        assert_eq!([-2, -1, 0].map(|x| line.points(x.into())), [0, 1, 1]);
        let just_below = Decimal::from_str_exact("-1.00000001").unwrap();
        assert_eq!(line.points_of(just_below).unwrap(), 0);
        assert!(line.points_of(Decimal::MAX).is_err());
    }

    #[test]
    fn the_widest_line_does_not_wrap() {
        let edge = |text| Value::new(Decimal::from_str_exact(text).unwrap()).unwrap();
        let (least, greatest) =
            (edge("-999999999999999.99999999"), edge("999999999999999.99999999"));
        let line =
            Normaliser::new(Direction::LowerBetter, &[(least, 1000), (greatest, 0)]).unwrap();
        assert_eq!([least, 0.into(), greatest].map(|x| line.points(x)), [1000, 500, 0]);
    }

    #[test]
    fn what_is_no_line_is_an_error() {
        assert_eq!(rising(&[(1, 1)]), Err(NormaliserError::Count { found: 1 }));
        let many: Vec<_> = (0..257).map(|x| (x, 1)).collect();
        assert_eq!(rising(&many), Err(NormaliserError::Count { found: 257 }));
        let twice = rising(&[(1, 1), (1, 2)]).unwrap_err();
        assert_eq!(twice.to_string(), "breakpoint 1 has x `1`, not above the x before it");
        assert_eq!(
            rising(&[(1, 1), (2, 1001)]),
            Err(NormaliserError::OffScale { index: 1, found: 1001 })
        );
        let down = rising(&[(1, 2), (2, 1)]).unwrap_err();
        assert_eq!(down.to_string(), "breakpoint 1 has y `1`, which goes against `higher_better`");
    }
}
