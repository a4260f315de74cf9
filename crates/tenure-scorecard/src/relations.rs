//! How are they looked after, and do they come back? Care over the window, treatment today.

use std::borrow::Cow;

use tenure_classify::{Applied, Aspect, Brief, Class, Context, Pack, Playbook, Stage};
use tenure_health::{CareDefinition, CareTally};
use tenure_model::Relationship;
use tenure_stats::{Level, Ratio, Share, ShareMethod};

use crate::error::ScorecardError;
use crate::figure::{Basis, Figure, Section, Unit, Value};
use crate::settings::{Dates, Settings};

/// What is asked of care: the window, and the cadence the playbook gives active clients.
pub(crate) fn question(
    settings: &Settings,
    dates: &Dates,
) -> Result<CareDefinition, ScorecardError> {
    let asked = CareDefinition::new(dates.window, dates.now, settings.coverage)?;
    let packs = settings.packs.iter().map(Pack::id);
    let cadence = &settings.playbook.lookup(Class::Client, Stage::Active, packs).cadence;
    let or = |days: Option<u32>, default| days.unwrap_or(default);
    Ok(asked.with_cadence(
        or(cadence.personal_within_days, asked.personal_within_days()),
        or(cadence.review_within_days, asked.review_within_days()),
    ))
}

/// Where an account is not treated as the playbook says, as far as its history tells.
#[derive(Debug, Clone, Default)]
pub(crate) struct Treated {
    /// Whether anything could be compared.
    compared: bool,
    pub(crate) mismatches: Vec<Aspect>,
}

impl Treated {
    pub(crate) fn of(
        relationship: &Relationship,
        verdict: &Brief,
        playbook: &Playbook,
        context: &Context<'_>,
    ) -> Self {
        let packs = context.packs.iter().map(Pack::id);
        let row = playbook.lookup(verdict.class, verdict.stage, packs);
        let applied = row.observed(relationship, context);
        if applied == Applied::default() {
            return Self::default();
        }
        let comparison = row.compare(&applied);
        let mismatches = comparison.mismatches.iter().map(|one| one.aspect).collect();
        Self { compared: true, mismatches }
    }
}

/// The accounts of a group by how they are treated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreatmentState {
    compared: u64,
    as_said: u64,
    aspects: [u64; Aspect::ALL.len()],
}

impl Default for TreatmentState {
    fn default() -> Self {
        Self { compared: 0, as_said: 0, aspects: [0; Aspect::ALL.len()] }
    }
}

impl TreatmentState {
    pub(crate) fn push(&mut self, treated: &Treated) {
        let add = |count: &mut u64, when: bool| *count = count.saturating_add(u64::from(when));
        add(&mut self.compared, treated.compared);
        add(&mut self.as_said, treated.compared && treated.mismatches.is_empty());
        for (aspect, count) in Aspect::ALL.iter().zip(&mut self.aspects) {
            add(count, treated.mismatches.contains(aspect));
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        let own = [&mut self.compared, &mut self.as_said].into_iter().chain(&mut self.aspects);
        let more = [&other.compared, &other.as_said].into_iter().chain(&other.aspects);
        for (own, more) in own.zip(more) {
            *own = own.saturating_add(*more);
        }
    }

    pub(crate) fn figures(&self, playbook: &str, out: &mut Vec<Figure>) {
        let mut counts = vec![(Cow::Borrowed("accounts"), u128::from(self.compared))];
        let differing = Aspect::ALL.iter().zip(self.aspects).filter(|(_, count)| *count > 0);
        counts.extend(
            differing.map(|(aspect, count)| (Cow::Borrowed(aspect.name()), u128::from(count))),
        );
        let share = Share::new(self.as_said, self.compared).unwrap_or_default();
        out.push(Figure {
            basis: Basis::AsOf,
            ..of_share(
                "treated_as_said",
                "Treated as the playbook says",
                share,
                counts,
                format!(
                    "Accounts without a mismatch to playbook {playbook} / accounts of which the history \
                     tells anything of their treatment; what it does not tell is no mismatch; the \
                     counts are mismatches by aspect; Wilson interval."
                ),
            )
        });
    }
}

pub(crate) fn of_share(
    id: &'static str,
    label: &'static str,
    share: Share,
    counts: Vec<(Cow<'static, str>, u128)>,
    definition: String,
) -> Figure {
    Figure {
        id,
        label,
        section: Section::Relations,
        unit: Unit::Share,
        basis: Basis::WindowOpening,
        value: share.ratio().map(Value::Ratio),
        interval: share.interval(ShareMethod::default(), Level::default()),
        counts,
        definition,
    }
}

/// The figures of care of a group, but for [`repurchase`].
pub(crate) fn figures(care: &CareTally, out: &mut Vec<Figure>) {
    let counts = care.counts();
    let named = |names: &[&'static str]| {
        let all = counts.named().filter(|(name, _)| names.contains(name));
        all.map(|(name, count)| (Cow::Borrowed(name), u128::from(count))).collect::<Vec<_>>()
    };
    let asked = care.definition();
    let define = |words: &str| format!("{words}; {asked}.");
    let ratio =
        |id, label, unit, ratio: Option<Ratio>, names: &[&'static str], definition| Figure {
            id,
            label,
            section: Section::Relations,
            unit,
            basis: Basis::WindowOpening,
            value: ratio.map(Value::Ratio),
            interval: None,
            counts: named(names),
            definition,
        };
    out.push(ratio(
        "managed_days",
        "Days with somebody assigned",
        Unit::Share,
        care.managed(),
        &["days", "managed_days"],
        define("Days with an assignment in force / days since an account was first seen"),
    ));
    out.push(ratio(
        "staff_continuity",
        "Continuity of staff",
        Unit::Share,
        care.continuity(),
        &["person_days", "longest_person_days", "handovers"],
        define(
            "Days of who held a role longest / days that people known by name held it, role by role",
        ),
    ));
    out.push(of_share(
        "delivered_on_time",
        "Delivered on time",
        care.on_time(),
        named(&["due", "on_time", "late", "overdue", "done_without_due"]),
        define("Deliverables done on the day or before / deliverables due; Wilson interval"),
    ));
    out.push(ratio(
        "days_late",
        "Days late, where late",
        Unit::Days,
        care.mean_days_late(),
        &["late", "days_late"],
        define("Days from due to done, summed over those done late / those done late"),
    ));
    out.push(of_share(
        "goals_reviewed",
        "Goals reviewed",
        care.goals_reviewed(),
        named(&["goals", "goals_reviewed", "milestones"]),
        define("Goals reviewed / goals open on some day; Wilson interval"),
    ));
    out.push(of_share(
        "goals_closed",
        "Goals closed",
        care.goals_closed(),
        named(&["goals", "goals_closed"]),
        define("Goals closed / goals open on some day; Wilson interval"),
    ));
    out.push(ratio(
        "personal_cadence",
        "Days in touch",
        Unit::Share,
        care.personal_cadence(),
        &["personal_cadence_days", "personal_cadence_kept"],
        define("Days with a personal contact as recent as asked / days since first seen"),
    ));
    out.push(ratio(
        "review_cadence",
        "Days with a recent review",
        Unit::Share,
        care.review_cadence(),
        &["review_cadence_days", "review_cadence_kept"],
        define("Days with a review as recent as asked / days since first seen"),
    ));
    let mut mix = ratio(
        "interactions",
        "Interactions",
        Unit::Count,
        None,
        &[],
        define("Interactions; the counts are by channel"),
    );
    mix.value = (counts.interactions > 0).then_some(Value::Whole(i128::from(counts.interactions)));
    mix.counts = care
        .channels()
        .map(|(channel, counts)| (Cow::Owned(channel.to_string()), u128::from(counts.total())))
        .collect();
    out.push(mix);
    out.push(of_share(
        "referring",
        "Accounts that send others",
        care.referring(),
        named(&["may_refer", "referring", "referrals"]),
        define("Accounts with a referral / accounts; Wilson interval"),
    ));
}

/// Who came back within the days: asked of the whole window only, since a short period tells more of
/// its own length than of the buyers.
pub(crate) fn repurchase(care: &CareTally, out: &mut Vec<Figure>) {
    let counts = care.counts();
    out.push(of_share(
        "repurchase",
        "Buyers that buy again",
        care.repeat_buyers(),
        vec![
            (Cow::Borrowed("buyers"), u128::from(counts.buyers)),
            (Cow::Borrowed("repeat_buyers"), u128::from(counts.repeat_buyers)),
        ],
        format!(
            "Accounts with two purchase days or more / accounts with one or more; Wilson interval; {}.",
            care.definition()
        ),
    ));
}
