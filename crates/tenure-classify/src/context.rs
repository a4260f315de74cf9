//! What a verdict is asked with: the day, how complete the tables are, the rules.

use std::borrow::Cow;

use tenure_model::{AsOf, Coverage};

use crate::class::Class;
use crate::named::named;
use crate::overrides::Override;
use crate::pack::Pack;
use crate::rules::{Condition, RuleSet};
use crate::value::ValueMedian;

named! {
    /// What to do about what is not known.
    ///
    /// ```
    /// assert_eq!(tenure_classify::Policy::default().name(), "strict");
    /// ```
    #[derive(Default)]
    #[non_exhaustive]
    Policy {
        /// A class only where nothing that is missing could change it. The default.
        #[default]
        Strict = "strict",
        /// As if what was not observed had not happened; the verdict says whether it is robust.
        Lean = "lean",
    }
}

/// Everything a verdict depends on besides the history. Cheap to copy: one per account where the
/// previous class differs.
///
/// ```
/// use tenure_classify::{Class, Context, Pack};
/// use tenure_model::{AsOf, Coverage, parse_date};
/// let as_of = AsOf::new(parse_date("2025-06-30")?);
/// let mut context = Context::new(as_of, Coverage::complete());
/// let packs = [Pack::built_in("consulting").ok_or("no pack")?.clone()];
/// context.packs = &packs;
/// context.previous_class = Some(Class::Customer);
/// assert_eq!(context.rules.id(), "generic");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Context<'a> {
    /// As of which day, and with the knowledge of which day.
    pub as_of: AsOf,
    /// What the absence of a record means, table by table.
    pub coverage: Coverage,
    /// The rules.
    pub rules: &'a RuleSet,
    /// What to do about what is not known.
    pub policy: Policy,
    /// The industry packs in force, in order.
    pub packs: &'a [Pack],
    /// Our own industry; read only inside a pack's rule.
    pub provider_industry: Option<&'a str>,
    /// The stable class before, which is harder to leave than to enter.
    pub previous_class: Option<Class>,
    /// The portfolio's median value a day; `None`: value gives no points.
    pub value_median: Option<ValueMedian>,
    /// What people decided about this account, in the order they said so.
    pub overrides: &'a [Override],
}

impl Context<'static> {
    /// The default rules, strictly, without packs or a previous class.
    #[must_use]
    pub fn new(as_of: AsOf, coverage: Coverage) -> Self {
        Self {
            as_of,
            coverage,
            rules: RuleSet::generic(),
            policy: Policy::Strict,
            packs: &[],
            provider_industry: None,
            previous_class: None,
            value_median: None,
            overrides: &[],
        }
    }
}

impl Context<'_> {
    /// The name of the hard rule with that condition; `None` if there is none.
    pub(crate) fn hard_rule(&self, when: Condition) -> Option<&Cow<'static, str>> {
        match when {
            Condition::NoCommercialActivity => self.rules.hard_rule(when).map(|rule| &rule.id),
            Condition::Fiduciary => self.duty_rule(),
        }
    }

    /// The name of the hard rule for a duty of care: that of the rule set, else the floor of the
    /// first pack that has one; `None` if neither has.
    pub(crate) fn duty_rule(&self) -> Option<&Cow<'static, str>> {
        let floor = || self.packs.iter().find_map(|pack| pack.parts().floors.first());
        self.rules.hard_rule(Condition::Fiduciary).or_else(floor).map(|rule| &rule.id)
    }
}
