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

/// How an account is treated beside what the playbook says, aspect by aspect, as far as its history
/// tells.
#[derive(Debug, Clone, Default)]
pub(crate) struct Treated {
    /// What the playbook asks of such an account.
    asked: Vec<Aspect>,
    /// Of that, what the history does not tell.
    unseen: Vec<Aspect>,
    /// Of that, what differs.
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
        let comparison = row.compare(&row.observed(relationship, context));
        let mismatches = comparison.mismatches.iter().map(|one| one.aspect).collect();
        // Of an account of which nothing is known, everything asked is unknown.
        let asked = row.compare(&Applied::default()).unknown;
        Self { asked, unseen: comparison.unknown, mismatches }
    }
}

/// Accounts by one aspect of their treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct AspectCounts {
    as_said: u64,
    otherwise: u64,
    unseen: u64,
}

/// The accounts of a group by how they are treated, aspect by aspect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreatmentState {
    accounts: u64,
    /// Accounts of which all that is asked can be seen.
    whole: u64,
    aspects: [AspectCounts; Aspect::ALL.len()],
}

impl Default for TreatmentState {
    fn default() -> Self {
        Self { accounts: 0, whole: 0, aspects: [AspectCounts::default(); Aspect::ALL.len()] }
    }
}

impl TreatmentState {
    pub(crate) fn push(&mut self, treated: &Treated) {
        let Treated { asked, unseen, mismatches } = treated;
        let add = |count: &mut u64, when: bool| *count = count.saturating_add(u64::from(when));
        add(&mut self.accounts, true);
        add(&mut self.whole, unseen.is_empty());
        for (aspect, counts) in Aspect::ALL.iter().zip(&mut self.aspects) {
            let [asked, unseen, differs] =
                [asked, unseen, mismatches].map(|aspects| aspects.contains(aspect));
            add(&mut counts.as_said, asked && !unseen && !differs);
            add(&mut counts.otherwise, differs);
            add(&mut counts.unseen, unseen);
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        let add = |own: &mut u64, more: u64| *own = own.saturating_add(more);
        add(&mut self.accounts, other.accounts);
        add(&mut self.whole, other.whole);
        for (own, more) in self.aspects.iter_mut().zip(&other.aspects) {
            add(&mut own.as_said, more.as_said);
            add(&mut own.otherwise, more.otherwise);
            add(&mut own.unseen, more.unseen);
        }
    }

    pub(crate) fn figures(&self, playbook: &str, out: &mut Vec<Figure>) {
        let sum = |of: fn(&AspectCounts) -> u64| {
            self.aspects.iter().fold(0_u64, |sum, counts| sum.saturating_add(of(counts)))
        };
        let as_said = sum(|counts| counts.as_said);
        let seen = as_said.saturating_add(sum(|counts| counts.otherwise));
        let asked = seen.saturating_add(sum(|counts| counts.unseen));
        let named = |name: &'static str, count: u64| (Cow::Borrowed(name), u128::from(count));
        let by_aspect = |counts: &mut Vec<_>, kind: &str, of: fn(&AspectCounts) -> u64| {
            let all = Aspect::ALL.iter().zip(&self.aspects).filter(|(_, counts)| of(counts) > 0);
            counts.extend(all.map(|(aspect, counts)| {
                (Cow::Owned(format!("{kind}.{}", aspect.name())), u128::from(of(counts)))
            }));
        };
        let mut push = |id, label, part: u64, whole: u64, counts, definition| {
            out.push(Figure {
                id,
                label,
                section: Section::Relations,
                unit: Unit::Share,
                basis: Basis::AsOf,
                value: Ratio::new(part.into(), whole.into()).map(Value::Ratio),
                interval: None,
                counts,
                definition,
            });
        };
        let mut counts = vec![named("seen", seen), named("as_said", as_said)];
        by_aspect(&mut counts, "as_said", |counts| counts.as_said);
        by_aspect(&mut counts, "otherwise", |counts| counts.otherwise);
        push(
            "treated_as_said",
            "Treated as the playbook says, of what can be seen",
            as_said,
            seen,
            counts,
            format!(
                "Pairs of account and aspect as playbook {playbook} says / pairs it asks for that the \
                 history tells; counts by aspect. No interval: pairs of one account go together."
            ),
        );
        let mut counts = vec![
            named("accounts", self.accounts),
            named("seen_whole", self.whole),
            named("asked", asked),
            named("seen", seen),
        ];
        by_aspect(&mut counts, "unseen", |counts| counts.unseen);
        push(
            "treatment_seen",
            "Treatment that can be seen",
            seen,
            asked,
            counts,
            format!(
                "Pairs of account and aspect that the history tells / pairs that playbook {playbook} asks \
                 for; `seen_whole`: accounts of which all that is asked can be seen; unseen by aspect."
            ),
        );
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
    // None is a number where the table is there and somebody was: those days are counted.
    let told = counts.interactions > 0 || counts.personal_cadence_days > 0;
    mix.value = told.then_some(Value::Whole(i128::from(counts.interactions)));
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
