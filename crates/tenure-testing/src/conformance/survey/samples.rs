//! One sample: net scores, scales, rounding, merging.

use serde_json::{Map, Value, json};
use tenure_model::Rounding;
use tenure_stats::{Level, Ratio};
use tenure_survey::{
    Answer, Bands, Cut, Definition, Direction, Fraction, MissingPolicy, NetMethod, NetScore, Prior,
    PseudoCounts, Reason, Scale, Tally,
};

use super::{Case, Trouble, counts, exact, lo_hi, pair, say, shares, with};

pub(super) fn net([d, n, p]: [u64; 3]) -> Result<NetScore, Trouble> {
    NetScore::new(d, n, p).map_err(say)
}

pub(super) fn nps(case: &Case<'_>) -> Result<Value, Trouble> {
    let score = net(case.counts("counts")?)?;
    let (Some(theta), Some(points), Some(variance)) =
        (score.theta(), score.points(), score.variance())
    else {
        return Ok(Value::Null);
    };
    let mut intervals = Map::new();
    for conf in case.list("confs")? {
        let text = conf.as_str().ok_or("a level is no text")?;
        let level = level_of(text)?;
        let mut methods = Map::new();
        for method in case.list("methods")?.iter().filter_map(Value::as_str) {
            methods.insert(method.to_owned(), interval(score, method, level)?);
        }
        intervals.insert(text.to_owned(), Value::Object(methods));
    }
    Ok(json!({
        "theta_exact": exact(theta),
        "theta": theta.to_f64(),
        "points": points.to_f64(),
        "variance_exact": exact(variance),
        "variance": variance.to_f64(),
        "se": score.standard_error(),
        "variance_unbiased": score.variance_unbiased().map(Ratio::to_f64),
        "se_unbiased": score.standard_error_unbiased(),
        "intervals": intervals,
    }))
}

fn interval(score: NetScore, method: &str, level: Level) -> Result<Value, Trouble> {
    let center = |value: Value, center: Option<f64>, se: Option<f64>| {
        if value.is_null() { value } else { with(with(value, "center", center), "se", se) }
    };
    let limits = |method| lo_hi(score.interval(method, level));
    Ok(match method {
        "wald" => center(
            limits(NetMethod::Wald),
            score.theta().map(Ratio::to_f64),
            score.standard_error(),
        ),
        "wald_t" => {
            let value = limits(NetMethod::WaldT);
            if value.is_null() { value } else { with(value, "se", score.standard_error_unbiased()) }
        }
        "score" => limits(NetMethod::Score),
        "newcombe_mover" => limits(NetMethod::NewcombeMover),
        "dirichlet_jeffreys" => posterior(score, Prior::JEFFREYS, level),
        "dirichlet_uniform" => posterior(score, Prior::UNIFORM, level),
        "exact_bootstrap" => {
            let bootstrap = score.exact_bootstrap(level).map_err(say)?;
            let value = lo_hi(bootstrap.and_then(|bootstrap| bootstrap.interval()));
            let value = with(value, "lo_num", bootstrap.map(|limits| limits.lower_count()));
            with(value, "hi_num", bootstrap.map(|limits| limits.upper_count()))
        }
        _ => {
            let pseudo = pseudo(method)?;
            let estimate = score.adjusted(pseudo);
            center(
                limits(NetMethod::AdjustedWald(pseudo)),
                estimate.map(|estimate| estimate.value),
                estimate.map(|estimate| estimate.standard_error),
            )
        }
    })
}

fn posterior(score: NetScore, prior: Prior, level: Level) -> Value {
    let Some(posterior) = score.posterior(prior) else { return Value::Null };
    let value = lo_hi(posterior.interval(level));
    let value = with(value, "mean", posterior.mean());
    let value = with(value, "sd", posterior.standard_deviation());
    with(value, "prob_gt_0", posterior.probability_above_zero())
}

/// `adjusted_wald_075_150_075` and the like: hundredths, or whole numbers of one digit.
fn pseudo(method: &str) -> Result<PseudoCounts, Trouble> {
    let refuse = || format!("unknown method `{method}`");
    let parts = method.strip_prefix("adjusted_wald_").ok_or_else(refuse)?;
    let quarters: Vec<u8> = parts
        .split('_')
        .map(|part| {
            let mut digits =
                part.bytes().map(|byte| byte.checked_sub(b'0').filter(|&digit| digit < 10));
            let number = digits
                .try_fold(0_u32, |number, digit| {
                    number.checked_mul(10)?.checked_add(u32::from(digit?))
                })
                .ok_or_else(refuse)?;
            let hundredths =
                if part.len() > 1 { number } else { number.checked_mul(100).ok_or_else(refuse)? };
            if hundredths % 25 != 0 {
                return Err(refuse());
            }
            u8::try_from(hundredths / 25).map_err(|_| refuse())
        })
        .collect::<Result<_, _>>()?;
    match quarters.as_slice() {
        &[d, n, p] => Ok(PseudoCounts::quarters(d, n, p)),
        _ => Err(refuse()),
    }
}

fn level_of(text: &str) -> Result<Level, Trouble> {
    let value = text.parse_f64().ok_or_else(|| format!("`{text}` is no level"))?;
    Level::new(value).map_err(say)
}

trait ParseFloat {
    fn parse_f64(&self) -> Option<f64>;
}

impl ParseFloat for str {
    #[expect(clippy::disallowed_methods, reason = "decimals of our own case files")]
    fn parse_f64(&self) -> Option<f64> {
        self.parse().ok()
    }
}

pub(super) fn rounding(case: &Case<'_>) -> Result<Value, Trouble> {
    let score = net(case.counts("counts")?)?;
    let Some(points) = score.points() else { return Ok(Value::Null) };
    let by = |rule| score.points_rounded(rule, 0).and_then(|points| i64::try_from(points).ok());
    // the mistake: shares of promoters and detractors rounded each for itself
    let apart = |rule: Rounding| {
        let percent =
            |count: u64| rule.divide(i128::from(count).checked_mul(100)?, i128::from(score.n()));
        let difference = percent(score.promoters())?.checked_sub(percent(score.detractors())?)?;
        i64::try_from(difference).ok()
    };
    Ok(json!({
        "exact": exact(points),
        "half_even": by(Rounding::HalfEven),
        "half_away_from_zero": by(Rounding::HalfAway),
        "half_toward_plus_inf_js_math_round": by(Rounding::HalfUp),
        "floor": by(Rounding::Floor),
        "ceil": by(Rounding::Ceil),
        "truncate": by(Rounding::Truncate),
        "difference_of_rounded_half_away": apart(Rounding::HalfAway),
        "difference_of_truncated": apart(Rounding::Truncate),
    }))
}

pub(super) fn merge(case: &Case<'_>) -> Result<Value, Trouble> {
    let mut all = Tally::new(Definition::nps());
    let mut part_scores = Vec::new();
    for part in case.list("parts")? {
        let part = Tally::from_histogram(Definition::nps(), &counts(part)?).map_err(say)?;
        part_scores.extend(part.net_score().and_then(NetScore::theta).map(Fraction::from));
        all.merge(&part).map_err(say)?;
    }
    let score = all.net_score().ok_or("no bands")?;
    let (Some(theta), Some(variance)) = (score.theta(), score.variance()) else {
        return Ok(Value::Null);
    };
    // the mistake: scores of parts averaged
    let total = part_scores.iter().fold(Fraction::zero(), |total, score| total.plus(score));
    let average = total.to_f64() / tenure_stats::len_to_f64(part_scores.len());
    Ok(json!({
        "histogram": all.histogram(),
        "counts": [score.detractors(), score.passives(), score.promoters()],
        "theta_exact": exact(theta),
        "variance_exact": exact(variance),
        "mean_of_part_nps": average,
    }))
}

pub(super) fn scale(case: &Case<'_>) -> Result<Value, Trouble> {
    let spec = Spec(case.object("spec")?);
    let level = case.level()?;
    let mut tally =
        Tally::from_histogram(spec.definition()?, &counts(case.get("histogram")?)?).map_err(say)?;
    add_missing(&mut tally, case.object("missing")?)?;
    let mean = tally.mean();
    let Some(average) = mean.mean() else { return Ok(Value::Null) };
    let mut result = json!({
        "mean_exact": exact(average),
        "mean": average.to_f64(),
        "rescaled_0_100": mean.rescaled().map(Ratio::to_f64),
        "sd_unbiased": mean.standard_deviation(),
        "mean_se": mean.standard_error(),
        "mean_t95": pair(mean.interval(level)),
    });
    if let Some(score) = tally.net_score() {
        let theta = score.theta();
        if spec.0.contains_key("net") {
            let counts = [score.detractors(), score.passives(), score.promoters()];
            result = with(result, "net_counts", json!(counts));
            result = with(result, "net_points", score.points().map(Ratio::to_f64));
            result = with(result, "net_se", score.standard_error());
        } else {
            let counts = [score.detractors(), score.passives(), score.promoters()];
            result = with(result, "counts", json!(counts));
            result = with(result, "points", score.points().map(Ratio::to_f64));
            result = with(result, "theta_exact", theta.map(exact));
        }
    }
    if let Some(share) = tally.top_box() {
        result = with(result, "top_box", share.x());
        result = with(result, "top_box_share", share.estimate());
        let intervals = shares::with_intervals(share, level, &shares::METHODS)?;
        result = with(result, "top_box_intervals_95", intervals);
    }
    let missing = case.object("missing")?;
    if missing.contains_key("invited") {
        let rate = tally.response_of_invited().estimate();
        result = with(result, "response_rate_invited", rate);
    }
    if missing.contains_key("delivered") {
        let rate = tally.response_of_delivered().estimate();
        result = with(result, "response_rate_delivered", rate);
    }
    Ok(result)
}

/// Counts by reason; `invited` and `delivered` are totals, and what they leave is not delivered or
/// not answered.
fn add_missing(tally: &mut Tally, missing: &Map<String, Value>) -> Result<(), Trouble> {
    let mut known = tally.answered();
    for (name, count) in missing {
        let count = count.as_u64().ok_or_else(|| format!("missing `{name}` is no count"))?;
        let reason = match name.as_str() {
            "invited" | "delivered" => continue,
            "not_applicable" => Some(Reason::DontKnow),
            name => Reason::ALL.into_iter().find(|reason| reason.name() == name),
        };
        let reason = reason.ok_or_else(|| format!("unknown reason `{name}`"))?;
        tally.push_times(Answer::Missing(reason), count).map_err(say)?;
        if reason != Reason::NotDelivered {
            known = known.saturating_add(count);
        }
    }
    let total = |key: &str| missing.get(key).and_then(Value::as_u64);
    let mut fill = |total: u64, known: u64, reason: Reason| {
        let rest = total.checked_sub(known).ok_or("more answers than invitations")?;
        tally.push_times(Answer::Missing(reason), rest).map_err(say)
    };
    if let Some(all) = total("delivered").or(total("invited")) {
        fill(all, known, Reason::NoAnswer)?;
    }
    if let (Some(invited), Some(delivered)) = (total("invited"), total("delivered")) {
        fill(invited, delivered, Reason::NotDelivered)?;
    }
    Ok(())
}

/// `scale.spec` of the README.
struct Spec<'a>(&'a Map<String, Value>);

impl Spec<'_> {
    fn point(value: Option<&Value>) -> Result<Option<i16>, Trouble> {
        let Some(value) = value else { return Ok(None) };
        let point = value.as_i64().and_then(|point| i16::try_from(point).ok());
        Ok(Some(point.ok_or_else(|| format!("`{value}` is no point"))?))
    }

    fn definition(&self) -> Result<Definition, Trouble> {
        let scale = self.0.get("scale").and_then(Value::as_array).ok_or("no scale")?;
        let (Some(lo), Some(hi)) = (Self::point(scale.first())?, Self::point(scale.get(1))?) else {
            return Err("a scale has two ends".to_owned());
        };
        let mut builder = Definition::builder("case", Scale::new(lo, hi).map_err(say)?);
        if let Some(at_least) = Self::point(self.0.get("top_box_min"))? {
            builder = builder.top_box(Cut::AtLeast(at_least));
        }
        if let Some(at_most) = Self::point(self.0.get("top_box_max"))? {
            builder = builder.top_box(Cut::AtMost(at_most));
        }
        if let Some(bands) = self.0.get("bands").or_else(|| self.0.get("net")) {
            let point = |key| Self::point(bands.get(key));
            let either = |one: Option<i16>, other: Option<i16>| one.or(other);
            let high_is_good = (
                either(point("detractor_max")?, point("hard_max")?),
                either(point("promoter_min")?, point("easy_min")?),
            );
            let bands = match (high_is_good, (point("hard_min")?, point("easy_max")?)) {
                ((Some(most), Some(least)), (None, None)) => {
                    Bands::new(Cut::AtMost(most), Cut::AtLeast(least))
                }
                ((None, None), (Some(least), Some(most))) => {
                    Bands::new(Cut::AtLeast(least), Cut::AtMost(most))
                }
                _ => return Err("bands are not as in the README".to_owned()),
            };
            builder = builder.bands(bands.map_err(say)?);
        }
        if self.0.get("direction").and_then(Value::as_str) == Some("lower_is_better") {
            builder = builder.direction(Direction::LowerIsBetter);
        }
        if self.0.get("missing").and_then(Value::as_str) == Some("neutral") {
            builder = builder.missing(MissingPolicy::CountAsPassive);
        }
        builder.build().map_err(say)
    }
}
