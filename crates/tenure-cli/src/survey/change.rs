//! How one group differs from another, and whether its segments or their mix made the difference.

use std::collections::{BTreeMap, BTreeSet};

use tenure::stats::{Share, ShareDifference};
use tenure::survey::{
    Decomposition, DifferenceMethod, Fraction, NetDifference, NetScore, PseudoCounts, Segment,
    SegmentEffect,
};

use super::answers::{Cell, Question, Survey};
use super::{Method, SurveyArgs, scores};
use crate::error::{CommandError, SettingsError};
use crate::figure::{Figure, Number, Status, Unit};
use crate::group::Key;
use crate::near;

/// Every figure of the change that was asked about, question by question.
pub(super) fn figures(args: &SurveyArgs, survey: &Survey) -> Result<Vec<Figure>, CommandError> {
    let Some([from, to]) = args.compare.as_deref() else { return Ok(Vec::new()) };
    let known: BTreeSet<&str> = survey.questions.iter().flat_map(Question::group_names).collect();
    for name in [from, to] {
        if !known.contains(name.as_str()) {
            return Err(unknown(name, &known));
        }
    }
    let mut figures = Vec::new();
    for question in &survey.questions {
        let groups = question.groups()?;
        let statuses = scores::statuses(args, &groups)?;
        let of = |name: &str| {
            let mut found = groups.iter().zip(&statuses);
            found.find(|((key, _), _)| **key == Key::of(Some(name)))
        };
        if let (Some(((_, before), first)), Some(((_, after), second))) = (of(from), of(to)) {
            // a change beside one of its ends tells the other
            let hidden = [first, second].into_iter().copied().find(|one| scores::is_hidden(*one));
            let change = Change { args, question, names: [from, to], before, after, hidden };
            change.figures(&mut figures)?;
        }
    }
    Ok(figures)
}

fn unknown(found: &str, known: &BTreeSet<&str>) -> CommandError {
    let near = near::names(found, known.iter().copied());
    let shown: Vec<&str> = if near.is_empty() {
        known.iter().take(12).copied().collect()
    } else {
        near.iter().map(String::as_str).collect()
    };
    let expected = format!("a group of --by such as {}", shown.join(", "));
    let (key, found) = ("--compare", found.to_owned());
    CommandError::Typed(SettingsError::Value { key, found, expected })
}

/// How many answers of a band there are.
type Count = fn(NetScore) -> u64;

struct Change<'a> {
    args: &'a SurveyArgs,
    question: &'a Question,
    names: [&'a String; 2],
    before: &'a Cell,
    after: &'a Cell,
    hidden: Option<Status>,
}

impl Change<'_> {
    fn figures(&self, out: &mut Vec<Figure>) -> Result<(), CommandError> {
        let mut figures = Vec::new();
        let nets = (self.before.tally.net_score(), self.after.tally.net_score());
        if let (Some(before), Some(after)) = nets {
            self.net(before, after, &mut figures);
        }
        let boxes = (self.before.tally.top_box(), self.after.tally.top_box());
        if let (Some(before), Some(after)) = boxes {
            let formula = "share of the second less that of the first";
            self.share("top_box_change", before, after, formula, &mut figures);
        }
        self.weighted(&mut figures);
        if self.args.mix.is_some() && self.question.definition.bands().is_some() {
            self.mix(&mut figures)?;
        }
        out.extend(figures.into_iter().map(|figure| match self.hidden {
            Some(status) => figure.hidden(status),
            None => figure,
        }));
        Ok(())
    }

    fn figure(&self, id: &str, unit: Unit, value: Option<Number>, formula: &'static str) -> Figure {
        let [from, to] = self.names;
        let answers = self.before.tally.answered().saturating_add(self.after.tally.answered());
        let group = format!("{to} - {from}");
        let definition = self.question.definition.to_string();
        let names = [self.question.name.as_str(), &group, id];
        Figure::new(names, unit, value, ("answers", answers), (&definition, formula))
    }

    fn net(&self, before: NetScore, after: NetScore, out: &mut Vec<Figure>) {
        let difference = NetDifference::new(after, before);
        let known = |method: &Method| {
            Some(match method {
                Method::Score => DifferenceMethod::MoverScore,
                Method::Wald => DifferenceMethod::Wald,
                Method::AdjustedWald => DifferenceMethod::AdjustedWald(PseudoCounts::default()),
                _ => return None,
            })
        };
        let method = self.args.methods.iter().find_map(known).unwrap_or_default();
        let difference = difference.as_ref();
        let interval = difference.and_then(|difference| {
            difference.interval(method, self.args.show.level)?.scaled(100.0)
        });
        let value = difference.and_then(NetDifference::points).map(Number::Exact);
        let formula = "net score of the second less that of the first; it differs where the \
                       interval leaves out 0";
        out.push(self.figure("net_score_change", Unit::Points, value, formula).within(interval));
        let share = |count: u64, of: NetScore| Share::new(count, of.n()).unwrap_or_default();
        let bands: [(_, Count, _); 2] = [
            (
                "favourable_change",
                NetScore::promoters,
                "share in the favourable band of the second less that of the first",
            ),
            (
                "unfavourable_change",
                NetScore::detractors,
                "share in the unfavourable band of the second less that of the first",
            ),
        ];
        for (id, count, formula) in bands {
            let (before, after) = (share(count(before), before), share(count(after), after));
            self.share(id, before, after, formula, out);
        }
        for (id, test, formula) in [
            (
                "net_score_change_p",
                difference.and_then(NetDifference::wald_test),
                "chance of such a difference between equal net scores (Wald)",
            ),
            (
                "same_distribution_p",
                difference.and_then(NetDifference::same_distribution_test),
                "chance of such a difference where one distribution is behind both (pooled z)",
            ),
        ] {
            let value = test.map(|test| Number::Estimate(test.p_two_sided));
            out.push(self.figure(id, Unit::PValue, value, formula));
        }
    }

    fn share(
        &self,
        id: &str,
        before: Share,
        after: Share,
        formula: &'static str,
        out: &mut Vec<Figure>,
    ) {
        let difference = ShareDifference::new(after, before);
        let difference = difference.as_ref();
        let value = difference.map(|difference| Number::Exact(difference.ratio()));
        let interval = difference.and_then(|difference| difference.newcombe(self.args.show.level));
        out.push(self.figure(id, Unit::Share, value, formula).within(interval));
    }

    fn weighted(&self, out: &mut Vec<Figure>) {
        if !self.before.is_weighted() || !self.after.is_weighted() {
            return;
        }
        let score = |cell: &Cell| cell.weighted.as_ref()?.score();
        let (before, after) = (score(self.before), score(self.after));
        let change = after.zip(before).and_then(|(after, before)| after.minus(&before));
        let value = change.as_ref().map(|change| Number::Estimate(100.0 * change.value));
        let interval = change.and_then(|change| change.wald(self.args.show.level)?.scaled(100.0));
        let formula = "weighted net score of the second less that of the first; linearised errors";
        let figure = self.figure("net_score_weighted_change", Unit::Points, value, formula);
        out.push(figure.within(interval));
    }

    /// Rate and mix: what changed within segments, and what because their shares did.
    fn mix(&self, out: &mut Vec<Figure>) -> Result<(), CommandError> {
        let [from, to] = self.names;
        let (before, after) = (self.question.segments(from), self.question.segments(to));
        let keys: BTreeSet<&Key> =
            [before, after].into_iter().flatten().flat_map(|of| of.keys()).collect();
        let net = |of: Option<&BTreeMap<Key, Cell>>, key: &Key| {
            of.and_then(|of| of.get(key)?.tally.net_score()).unwrap_or_default()
        };
        let segments: Vec<Segment> = keys
            .iter()
            .map(|key| Segment { before: net(before, key), after: net(after, key) })
            .collect();
        let parts = Decomposition::new(&segments).map_err(CommandError::compute)?;
        let points = |part: &Fraction| Number::Big(part.in_points());
        let whole = parts.as_ref();
        let error = whole.map(|parts| Number::Estimate(100.0 * parts.rate_standard_error()));
        for (id, value, formula) in [
            (
                "rate",
                whole.map(|parts| points(parts.rate())),
                "Σ mean share of the segment × change of its score; rate + mix = the change, exactly",
            ),
            (
                "mix",
                whole.map(|parts| points(parts.mix())),
                "Σ change of the segment's share × (its mean score - the mean score of all)",
            ),
            ("rate_standard_error", error, "delta method, from the variance within segments"),
        ] {
            out.push(self.figure(id, Unit::Points, value, formula));
        }
        // a segment too small to be shown would be told by the others and the total
        let min = self.args.min_answers.unwrap_or(0);
        let too_small = |n: u64| 0 < n && n < min;
        let hidden =
            segments.iter().any(|one| too_small(one.before.n()) || too_small(one.after.n()));
        let by = self.args.mix.as_deref().unwrap_or_default();
        let effects = whole.map_or(&[][..], Decomposition::segments);
        for ((key, segment), effect) in keys.iter().zip(&segments).zip(effects) {
            let counts = segment.before.n().saturating_add(segment.after.n());
            for (id, unit, value, formula) in of_segment(effect) {
                let mut figure = self.figure(id, unit, value, formula).of_part(&key.label(by));
                figure.used.1 = counts;
                out.push(if hidden { figure.hidden(Status::Suppressed { min }) } else { figure });
            }
        }
        Ok(())
    }
}

fn of_segment(effect: &SegmentEffect) -> [(&'static str, Unit, Option<Number>, &'static str); 9] {
    let points = |part: &Fraction| Some(Number::Big(part.in_points()));
    let share = |part: &Fraction| Some(Number::Big(part.clone()));
    [
        (
            "share_before",
            Unit::Share,
            share(&effect.weight_before),
            "answers of the segment / answers",
        ),
        (
            "share_after",
            Unit::Share,
            share(&effect.weight_after),
            "answers of the segment / answers",
        ),
        ("rate_effect", Unit::Points, points(&effect.rate), "mean share × change of the score"),
        (
            "mix_effect",
            Unit::Points,
            points(&effect.mix),
            "change of the share × (mean score - mean score of all)",
        ),
        (
            "rate_effect_at_old_shares",
            Unit::Points,
            points(&effect.laspeyres_rate),
            "old share × change of the score",
        ),
        (
            "mix_effect_at_old_scores",
            Unit::Points,
            points(&effect.laspeyres_mix),
            "change of the share × (old score - old score of all)",
        ),
        (
            "interaction",
            Unit::Points,
            points(&effect.interaction),
            "change of the share × change of the score",
        ),
        (
            "impact",
            Unit::Points,
            effect.impact.as_ref().and_then(points),
            "new share × (new score - new score of all)",
        ),
        (
            "leave_one_out",
            Unit::Points,
            effect.leave_one_out.as_ref().and_then(points),
            "new score of all less that without the segment",
        ),
    ]
}
