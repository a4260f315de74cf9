//! Rounding, by name.

/// How a quotient becomes a whole number. Every rounding in this workspace names one of these.
///
/// ```
/// use tenure_model::Rounding;
/// // -2.5 under each rule:
/// assert_eq!(Rounding::HalfAway.divide(-5, 2), Some(-3));
/// assert_eq!(Rounding::HalfEven.divide(-5, 2), Some(-2));
/// assert_eq!(Rounding::HalfUp.divide(-5, 2), Some(-2));
/// assert_eq!(Rounding::Floor.divide(-5, 2), Some(-3));
/// assert_eq!(Rounding::Ceil.divide(-5, 2), Some(-2));
/// assert_eq!(Rounding::Truncate.divide(-5, 2), Some(-2));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Rounding {
    /// To nearest, halves away from zero: what invoices and vendors' pages do. The default.
    #[default]
    HalfAway,
    /// To nearest, halves to the even neighbour.
    HalfEven,
    /// To nearest, halves toward plus infinity, as JavaScript's `Math.round`.
    HalfUp,
    /// Toward minus infinity.
    Floor,
    /// Toward plus infinity.
    Ceil,
    /// Toward zero.
    Truncate,
}

impl Rounding {
    /// `numerator / denominator` as a whole number, rounded by this rule.
    ///
    /// `None` if the denominator is 0, or the result (or a sign change) does not fit `i128`.
    ///
    /// ```
    /// use tenure_model::Rounding;
    /// assert_eq!(Rounding::HalfAway.divide(10_000, 12), Some(833));
    /// assert_eq!(Rounding::HalfAway.divide(1, 0), None);
    /// ```
    #[must_use]
    pub fn divide(self, numerator: i128, denominator: i128) -> Option<i128> {
        let (numerator, denominator) = if denominator < 0 {
            (numerator.checked_neg()?, denominator.checked_neg()?)
        } else {
            (numerator, denominator)
        };
        let floor = numerator.checked_div_euclid(denominator)?;
        let rest = numerator.checked_rem_euclid(denominator)?;
        if rest == 0 {
            return Some(floor);
        }
        let to_next = denominator.checked_sub(rest)?;
        let up = match self {
            Self::Floor => false,
            Self::Ceil => true,
            Self::Truncate => floor < 0,
            Self::HalfUp => rest >= to_next,
            Self::HalfAway => rest > to_next || (rest == to_next && floor >= 0),
            Self::HalfEven => rest > to_next || (rest == to_next && floor & 1 == 1),
        };
        if up { floor.checked_add(1) } else { Some(floor) }
    }

    /// The name used in files and definition texts.
    ///
    /// ```
    /// assert_eq!(tenure_model::Rounding::HalfAway.name(), "half_away");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HalfAway => "half_away",
            Self::HalfEven => "half_even",
            Self::HalfUp => "half_up",
            Self::Floor => "floor",
            Self::Ceil => "ceil",
            Self::Truncate => "truncate",
        }
    }

    /// The rule of that name; `None` for any other text.
    ///
    /// ```
    /// use tenure_model::Rounding;
    /// assert_eq!(Rounding::from_name("floor"), Some(Rounding::Floor));
    /// assert_eq!(Rounding::from_name("bankers"), None);
    /// ```
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::HalfAway, Self::HalfEven, Self::HalfUp, Self::Floor, Self::Ceil, Self::Truncate]
            .into_iter()
            .find(|rule| rule.name() == name)
    }
}

impl core::fmt::Display for Rounding {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Rounding;

    #[test]
    fn a_negative_denominator_changes_no_result() {
        for rule in ["half_away", "half_even", "half_up", "floor", "ceil", "truncate"] {
            let rule = Rounding::from_name(rule).unwrap();
            for numerator in -9..=9_i128 {
                assert_eq!(rule.divide(numerator, -4), rule.divide(-numerator, 4), "{rule}");
            }
        }
    }

    #[test]
    fn the_extremes_are_none_not_a_wrap() {
        assert_eq!(Rounding::HalfAway.divide(i128::MIN, -1), None);
        assert_eq!(Rounding::HalfAway.divide(i128::MIN, 1), Some(i128::MIN));
        assert_eq!(Rounding::HalfAway.divide(0, 0), None);
    }

    #[test]
    fn halves_go_where_the_rule_says() {
        let halves = [-3, -1, 1, 3].map(|n| {
            ["half_away", "half_even", "half_up"]
                .map(|rule| Rounding::from_name(rule).unwrap().divide(n, 2).unwrap())
        });
        assert_eq!(halves, [[-2, -2, -1], [-1, 0, 0], [1, 0, 1], [2, 2, 2]]);
    }
}
