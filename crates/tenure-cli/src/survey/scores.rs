//! The scores of every group, each with its counts, its interval and its definition.

use tenure::stats::{Interval, Level, Ratio, Share, ShareMethod};
use tenure::survey::{
    GroupComparison, NetMethod, NetScore, Prior, PseudoCounts, Published, Reason, Score, Tally,
    WeightedMethod, WeightedScore,
};

use super::answers::{Cell, Question, Survey};
use super::{Method, SurveyArgs};
use crate::error::CommandError;
use crate::figure::{Figure, Number, Status, Unit};
use crate::group::{By, Key};

/// The group of all answers.
pub(super) const ALL: &str = "all";

/// Every figure of every question: of all, then of each group, then whether the groups differ.
pub(super) fn figures(args: &SurveyArgs, survey: &Survey) -> Result<Vec<Figure>, CommandError> {
    let mut figures = Vec::new();
    for question in &survey.questions {
        let whole = question.whole()?;
        if whole.tally.rows() == 0 && survey.as_of.is_some() {
            continue; // the folder does not ask it
        }
        of_group(args, question, (ALL, &whole), &Status::Shown, &mut figures)?;
        let Some(by) = &args.by else { continue };
        let groups = question.groups()?;
        let statuses = statuses(args, &groups)?;
        for ((key, cell), status) in groups.iter().zip(&statuses) {
            of_group(args, question, (&key.label(by), cell), status, &mut figures)?;
        }
        let open = statuses.iter().all(|status| !is_hidden(*status));
        if open && let Some(of_all) = compared(question, survey.periods, &groups)? {
            figures.extend(of_all);
        }
    }
    Ok(figures)
}

/// What becomes of each group beside the published total.
pub(super) fn statuses(
    args: &SurveyArgs,
    groups: &[(&Key, Cell)],
) -> Result<Vec<Status>, CommandError> {
    let scores: Vec<Score> =
        groups.iter().map(|(_, cell)| cell.tally.score(args.show.level)).collect();
    Ok(args.disclosure()?.apply_to_segments(&scores).iter().map(status).collect())
}

pub(super) const fn is_hidden(status: Status) -> bool {
    matches!(status, Status::Suppressed { .. } | Status::Complementary)
}

fn status(published: &Published<'_>) -> Status {
    match published {
        Published::Suppressed { min, .. } => Status::Suppressed { min: *min },
        Published::Complementary { .. } => Status::Complementary,
        Published::LowPrecision { limit, .. } => Status::LowPrecision { limit: *limit },
        _ => Status::Shown,
    }
}

fn of_group(
    args: &SurveyArgs,
    question: &Question,
    (group, cell): (&str, &Cell),
    of_group: &Status,
    out: &mut Vec<Figure>,
) -> Result<(), CommandError> {
    let tally = &cell.tally;
    let score = tally.score(args.show.level);
    // all answers together stand alone: they are hidden only if they are too few themselves
    let of_group = match of_group {
        Status::Shown => status(&args.disclosure()?.apply(&score)),
        other => *other,
    };
    let definition = question.definition.to_string();
    let new = |id, unit, value: Option<Ratio>, used: u64, formula| {
        Figure::new(
            [&question.name, group, id],
            unit,
            value.map(Number::Exact),
            ("answers", used),
            (&definition, formula),
        )
        .without(excluded(tally))
    };
    let mut figures = Vec::new();
    if let Some(net) = tally.net_score() {
        let interval = net_interval(args, net)?.and_then(|interval| interval.scaled(100.0));
        let formula = "100 (favourable - unfavourable) / answers, bands as the definition says";
        figures
            .push(new("net_score", Unit::Points, net.points(), net.n(), formula).within(interval));
        for (id, count) in [
            ("unfavourable", net.detractors()),
            ("neutral", net.passives()),
            ("favourable", net.promoters()),
        ] {
            let share = Share::new(count, net.n()).unwrap_or_default();
            figures.push(of_share(
                args,
                new(id, Unit::Share, share.ratio(), net.n(), band(id)),
                share,
            ));
        }
    }
    if let Some(share) = tally.top_box() {
        let figure = new(
            "top_box",
            Unit::Share,
            share.ratio(),
            share.n(),
            "answers in the top box / answers",
        );
        figures.push(of_share(args, figure, share));
    }
    let mean = tally.mean();
    let formula = "sum of answers / answers, on the scale of the question";
    figures.push(
        new("mean", Unit::Answer, mean.mean(), mean.n(), formula)
            .within(mean.interval(args.show.level)),
    );
    let formula = "100 (mean - lowest) / (highest - lowest), not reversed where lower is better";
    figures.push(
        new("mean_0_100", Unit::Points, mean.rescaled(), mean.n(), formula)
            .within(mean.rescaled_interval(args.show.level)),
    );
    for (id, share, formula) in [
        (
            "response_rate_delivered",
            tally.response_of_delivered(),
            "answers / invitations that arrived",
        ),
        ("response_rate_invited", tally.response_of_invited(), "answers / invitations"),
    ] {
        let mut figure =
            new(id, Unit::Share, share.ratio(), share.n(), formula).without(Vec::new());
        figure.used.0 = "invitations";
        figures.push(of_share(args, figure, share));
    }
    if cell.is_weighted() {
        figures.extend(of_weights(args, question, group, cell));
    }
    out.extend(figures.into_iter().map(|figure| match of_group {
        Status::Shown => figure,
        Status::LowPrecision { .. } if figure.value.is_none() => figure,
        hidden => figure.hidden(hidden),
    }));
    Ok(())
}

fn band(id: &str) -> &'static str {
    match id {
        "unfavourable" => "answers in the unfavourable band (detractors, hard) / answers",
        "neutral" => "answers in neither band (passives) / answers",
        _ => "answers in the favourable band (promoters, easy) / answers",
    }
}

fn of_share(args: &SurveyArgs, figure: Figure, share: Share) -> Figure {
    figure.within(share.interval(share_method(args), args.show.level))
}

/// What is left out, by reason.
pub(super) fn excluded(tally: &Tally) -> Vec<(String, u64)> {
    let count = |&reason: &Reason| (reason.name().to_owned(), tally.exclusions().count(reason));
    Reason::ALL.iter().map(count).filter(|(_, count)| *count > 0).collect()
}

fn share_method(args: &SurveyArgs) -> ShareMethod {
    let known = |method: &Method| {
        Some(match method {
            Method::Wald => ShareMethod::Wald,
            Method::Wilson => ShareMethod::Wilson,
            Method::WilsonContinuity => ShareMethod::WilsonContinuity,
            Method::ClopperPearson => ShareMethod::ClopperPearson,
            Method::Jeffreys => ShareMethod::Jeffreys,
            Method::AgrestiCoull => ShareMethod::AgrestiCoull,
            _ => return None,
        })
    };
    args.methods.iter().find_map(known).unwrap_or_default()
}

fn net_interval(args: &SurveyArgs, net: NetScore) -> Result<Option<Interval>, CommandError> {
    let level = args.show.level;
    for method in &args.methods {
        let method = match method {
            Method::Score => NetMethod::Score,
            Method::NewcombeMover => NetMethod::NewcombeMover,
            Method::AdjustedWald => NetMethod::AdjustedWald(PseudoCounts::default()),
            Method::Wald => NetMethod::Wald,
            Method::WaldT => NetMethod::WaldT,
            Method::Dirichlet => {
                return Ok(net.posterior(Prior::default()).and_then(|after| after.interval(level)));
            }
            Method::ExactBootstrap => {
                let bootstrap = net.exact_bootstrap(level).map_err(CommandError::compute)?;
                return Ok(bootstrap.and_then(|bootstrap| bootstrap.interval()));
            }
            _ => continue,
        };
        return Ok(net.interval(method, level));
    }
    Ok(net.interval(NetMethod::default(), level))
}

fn weighted_interval(args: &SurveyArgs, score: &WeightedScore, level: Level) -> Option<Interval> {
    let known = |method: &Method| {
        Some(match method {
            Method::Linearized => WeightedMethod::Linearized,
            Method::Kish => WeightedMethod::Kish,
            Method::AdjustedWald => WeightedMethod::AdjustedWald(PseudoCounts::default()),
            _ => return None,
        })
    };
    let method = args.methods.iter().find_map(known).unwrap_or_default();
    score.interval(method, level)?.scaled(100.0)
}

fn of_weights(args: &SurveyArgs, question: &Question, group: &str, cell: &Cell) -> Vec<Figure> {
    let Some(tally) = &cell.weighted else { return Vec::new() };
    let score = tally.score();
    let definition = question.definition.to_string();
    let mut excluded = excluded(&cell.tally);
    for (reason, count) in [("weight_0", tally.weightless()), ("no_weight", cell.unweighted)] {
        if count > 0 {
            excluded.push((reason.to_owned(), count));
        }
    }
    let used = score.as_ref().map_or(0, WeightedScore::n);
    let new = |id, unit, value: Option<f64>, formula| {
        let value = value.map(Number::Estimate);
        let names = [question.name.as_str(), group, id];
        Figure::new(names, unit, value, ("weighted_answers", used), (&definition, formula))
            .without(excluded.clone())
    };
    let of = |read: fn(&WeightedScore) -> f64| score.as_ref().map(read);
    let interval = score.as_ref().and_then(|score| weighted_interval(args, score, args.show.level));
    let net = "100 Σw(favourable - unfavourable) / Σw";
    vec![
        new("net_score_weighted", Unit::Points, of(WeightedScore::points), net).within(interval),
        new("effective_answers", Unit::Number, of(WeightedScore::effective_n), "(Σw)² / Σw²"),
        new(
            "design_effect",
            Unit::PerOne,
            of(WeightedScore::design_effect),
            "weighted answers / effective answers",
        ),
    ]
}

/// Whether the groups have one score, and whether it moves with time.
fn compared(
    question: &Question,
    periods: Option<By>,
    groups: &[(&Key, Cell)],
) -> Result<Option<Vec<Figure>>, CommandError> {
    let scores: Option<Vec<NetScore>> =
        groups.iter().map(|(_, cell)| cell.tally.net_score()).collect();
    let Some(scores) = scores.filter(|scores| scores.len() > 1) else { return Ok(None) };
    let comparison = GroupComparison::new(&scores).map_err(CommandError::compute)?;
    let definition = question.definition.to_string();
    let answers = comparison.pooled().n();
    let new = |id, unit, value: Option<f64>, formula| {
        let (value, names) = (value.map(Number::Estimate), [question.name.as_str(), "groups", id]);
        Figure::new(names, unit, value, ("answers", answers), (&definition, formula))
    };
    let same = comparison.homogeneity();
    let mut figures = vec![
        new(
            "homogeneity_chi2",
            Unit::Number,
            same.map(|test| test.chi2),
            "Σ n(score - pooled)² / pooled variance, groups less 1 degrees of freedom",
        ),
        new(
            "homogeneity_p",
            Unit::PValue,
            same.map(|test| test.p),
            "chance of such differences where all groups have one net score",
        ),
    ];
    let times: Option<Vec<f64>> = periods.and_then(|by| {
        let time = |(key, _): &(&Key, Cell)| by.time_of(&key.label("period")).map(f64::from);
        groups.iter().map(time).collect()
    });
    if let Some(times) = times {
        let trend = comparison.trend(&times).map_err(CommandError::compute)?;
        let trend = trend.as_ref();
        figures.extend([
            new(
                "trend_points",
                Unit::Points,
                trend.map(|trend| 100.0 * trend.slope),
                "change of the net score a period, by least squares",
            ),
            new(
                "trend_p",
                Unit::PValue,
                trend.map(|trend| trend.test.p_two_sided),
                "chance of such a trend where there is none",
            ),
            new(
                "trend_departure_p",
                Unit::PValue,
                trend.and_then(|trend| trend.departure).map(|test| test.p),
                "chance of such deviations from a straight line where there is one",
            ),
        ]);
    }
    Ok(Some(figures))
}
