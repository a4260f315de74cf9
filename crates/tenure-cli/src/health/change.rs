//! Why a score is another one than on an earlier day.

use serde::Serialize;
use tenure::health::Causes;

use super::page::tenths;
use super::{Delta, Observations};
use crate::error::CommandError;

/// Why a score moved.
#[derive(Serialize)]
pub(super) struct ChangeLine {
    /// The profile on the earlier day; `null`: the account was scored by none.
    profile_before: Option<String>,
    /// The score on the earlier day, least and greatest.
    before: Option<[u16; 2]>,
    pub(super) lo: Option<CausesLine>,
    pub(super) hi: Option<CausesLine>,
    pub(super) point: Option<CausesLine>,
}

/// What moved a number, in whole points.
#[derive(Serialize, Clone, Copy)]
pub(super) struct CausesLine {
    pub(super) total: i32,
    pub(super) value: i32,
    pub(super) weight: i32,
    pub(super) staleness: i32,
    pub(super) rule: i32,
}

impl From<Causes> for CausesLine {
    fn from(causes: Causes) -> Self {
        let Causes { value, weight, staleness, rule, .. } = causes;
        Self { total: causes.total(), value, weight, staleness, rule }
    }
}

/// The change since one of the earlier states: that of the same profile, else the first. A change of
/// profile shows as a rule.
pub(super) fn line(
    before: &[Observations],
    after: &Observations,
) -> Result<ChangeLine, CommandError> {
    let same = before.iter().find(|one| one.profile().id() == after.profile().id());
    let Some(one) = same.or_else(|| before.first()) else {
        return Ok(ChangeLine {
            profile_before: None,
            before: None,
            lo: None,
            hi: None,
            point: None,
        });
    };
    let delta = Delta::new(one, after).map_err(CommandError::HealthChange)?;
    Ok(ChangeLine {
        profile_before: Some(one.profile().id().to_owned()),
        before: Some([delta.before().lo(), delta.before().hi()]),
        lo: Some(delta.lo().into()),
        hi: Some(delta.hi().into()),
        point: delta.point().map(Into::into),
    })
}

impl ChangeLine {
    /// For people: of the point where there is one, else of both ends.
    pub(super) fn sentence(&self) -> String {
        match (self.point, self.lo, self.hi) {
            (Some(point), _, _) => point.sentence(),
            (None, Some(lo), Some(hi)) => {
                format!("lo {}; hi {}", lo.sentence(), hi.sentence())
            }
            _ => "not scored then".to_owned(),
        }
    }

    /// Of the lower end, the upper end: totals and causes, for rows.
    pub(super) fn cells(&self) -> [String; 10] {
        let of = |causes: Option<CausesLine>| {
            causes.map_or_else(Default::default, |causes| {
                let CausesLine { total, value, weight, staleness, rule } = causes;
                [total, value, weight, staleness, rule].map(|points| points.to_string())
            })
        };
        let ([a, b, c, d, e], [f, g, h, i, j]) = (of(self.lo), of(self.hi));
        [a, b, c, d, e, f, g, h, i, j]
    }
}

impl CausesLine {
    fn sentence(self) -> String {
        if [self.value, self.weight, self.staleness, self.rule] == [0; 4] {
            return "0".to_owned();
        }
        let causes = [
            ("value", self.value),
            ("weight", self.weight),
            ("staleness", self.staleness),
            ("rule", self.rule),
        ];
        let causes = causes.iter().filter(|(_, points)| *points != 0);
        let signed = |points: i32| {
            let sign = if points > 0 { "+" } else { "" };
            format!("{sign}{}", tenths(points))
        };
        let causes: Vec<_> =
            causes.map(|(name, points)| format!("{name} {}", signed(*points))).collect();
        format!("{} ({})", signed(self.total), causes.join(", "))
    }
}
