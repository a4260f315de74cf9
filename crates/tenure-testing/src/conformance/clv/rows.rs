//! The row files: inputs in, checks out.

use tenure_clv::{
    BgBb, BgNbd, CurveTiming, DiscountRate, ExpectedSpend, GammaGamma, History, MarginStream,
    OpportunityHistory, ParameterError, ParetoNbd, RetentionCurve, RetentionRate, Sbg, Spend,
    TimeSpan, TimeUnit, Timing, Total,
};

use super::table::{Row, number};
use super::{Check, Computed, Got, Tolerance, check};

type Outcome<T> = Result<T, String>;

/// What computes the rows of the file with this name; `None` if the file is not ours.
pub(super) fn computer(name: &str) -> Option<fn(Row<'_>) -> Computed> {
    match name {
        "bgnbd_pred.csv" => Some(|row| computed(bg_pred(row, BgNbd::new))),
        "mbgnbd_pred.csv" => Some(|row| computed(bg_pred(row, BgNbd::modified))),
        "bg_dert.csv" => Some(|row| match row.text("model") {
            Some("bgnbd") => computed(bg_dert(row, BgNbd::new)),
            Some("mbgnbd") => computed(bg_dert(row, BgNbd::modified)),
            other => Computed::Refused(format!("model {other:?}")),
        }),
        "expected_new_customer.csv" => Some(|row| match row.text("model") {
            Some("bgnbd") => computed(expected_new_customer(row, BgNbd::new)),
            Some("mbgnbd") => computed(expected_new_customer(row, BgNbd::modified)),
            Some("pnbd") => computed(pareto_new_customer(row)),
            other => Computed::Refused(format!("model {other:?}")),
        }),
        "gammagamma_pred.csv" => Some(|row| computed(gammagamma_pred(row))),
        "deterministic.csv" => Some(|row| computed(deterministic(row))),
        "retention_curve_npv.csv" => Some(|row| computed(retention_curve_npv(row))),
        "pnbd_pred.csv" => Some(|row| computed(pnbd_pred(row))),
        "bgbb_pred.csv" => Some(|row| computed(bgbb_pred(row))),
        "sbg_pred.csv" => Some(|row| computed(sbg_pred(row))),
        "pmf.csv" => Some(|row| computed(pmf(row))),
        _ => None,
    }
}

pub(super) fn computed(checks: Outcome<Vec<Check>>) -> Computed {
    match checks {
        Ok(checks) => Computed::Checks(checks),
        Err(why) => Computed::Refused(why),
    }
}

/// An error of the library as text.
pub(super) fn told<T, E: std::fmt::Display>(result: Result<T, E>) -> Outcome<T> {
    result.map_err(|error| error.to_string())
}

fn weeks(amount: f64) -> Outcome<TimeSpan> {
    told(TimeSpan::new(amount, TimeUnit::Week))
}

fn history(row: Row<'_>) -> Outcome<History> {
    let x = row.count("x")?;
    told(History::new(x, row.number("t_x")?, row.number("T")?, TimeUnit::Week))
}

/// A constructor of one of the two models.
type MakeBg = fn(f64, f64, f64, f64, TimeUnit) -> Result<BgNbd, ParameterError>;

fn bg_model(row: Row<'_>, make: MakeBg, names: [&str; 4]) -> Outcome<BgNbd> {
    let [r, alpha, a, b] = names;
    let [r, alpha, a, b] = [row.number(r)?, row.number(alpha)?, row.number(a)?, row.number(b)?];
    told(make(r, alpha, a, b, TimeUnit::Week))
}

impl From<Total> for Got {
    fn from(total: Total) -> Self {
        match total {
            Total::Finite(value) => Self::Number(value),
            Total::Unbounded => Self::Unbounded,
        }
    }
}

impl From<ExpectedSpend> for Got {
    fn from(spend: ExpectedSpend) -> Self {
        spend.mean().map_or(Self::Undefined, Self::Number)
    }
}

const HORIZONS: [(&str, f64); 5] =
    [("ce_t1", 1.0), ("ce_t13", 13.0), ("ce_t39", 39.0), ("ce_t52", 52.0), ("ce_t520", 520.0)];

fn bg_pred(row: Row<'_>, make: MakeBg) -> Outcome<Vec<Check>> {
    let model = bg_model(row, make, ["r", "alpha", "a", "b"])?;
    let customer = history(row)?;
    let mut checks = vec![
        check("loglik", model.log_likelihood(&customer), Tolerance::L),
        check("p_alive", model.p_alive(&customer), Tolerance::P),
        check("one_minus_p_alive", model.p_dead(&customer), Tolerance::P),
    ];
    for (column, t) in HORIZONS {
        let expected = model.expected_purchases(&customer, weeks(t)?);
        checks.push(check(column, expected, Tolerance::R));
    }
    let period = weeks(4.345)?;
    let rate = told(DiscountRate::per_period(0.01, period))?;
    let year = model.discounted_purchases_by_period(&customer, rate, period, 12);
    checks.push(check("disc_tx_12x4p345_d0p01", year, Tolerance::R));
    Ok(checks)
}

fn bg_dert(row: Row<'_>, make: MakeBg) -> Outcome<Vec<Check>> {
    let model = bg_model(row, make, ["r", "alpha", "a", "b"])?;
    let customer = history(row)?;
    let rate = told(DiscountRate::continuous(row.number("delta")?, TimeUnit::Week))?;
    Ok(vec![
        check("p_alive", model.p_alive(&customer), Tolerance::P),
        check("dert", model.discounted_purchases(&customer, rate), Tolerance::R),
    ])
}

fn expected_new_customer(row: Row<'_>, make: MakeBg) -> Outcome<Vec<Check>> {
    let model = bg_model(row, make, ["p1", "p2", "p3", "p4"])?;
    let expected = model.expected_new_customer(weeks(row.number("t")?)?);
    Ok(vec![check("expected_purchases", expected, Tolerance::R)])
}

fn pmf(row: Row<'_>) -> Outcome<Vec<Check>> {
    let (horizon, n) = (weeks(row.number("t")?)?, row.count("n")?);
    let names = ["p1", "p2", "p3", "p4"];
    let probability = match row.text("model") {
        Some("bgnbd") => bg_model(row, BgNbd::new, names)?.p_new_customer(horizon, n),
        Some("mbgnbd") => bg_model(row, BgNbd::modified, names)?.p_new_customer(horizon, n),
        Some("pnbd") => pareto_model(row, names)?.p_new_customer(horizon, n),
        other => return Err(format!("model {other:?}")),
    };
    Ok(vec![check("probability", probability, Tolerance::R)])
}

fn gammagamma_pred(row: Row<'_>) -> Outcome<Vec<Check>> {
    let (p, q, v) = (row.number("p")?, row.number("q")?, row.number("v")?);
    let model = told(GammaGamma::new(p, q, v))?;
    let x = row.count("x")?;
    let (log_likelihood, spend) = if x == 0 {
        (Got::Undefined, model.population_mean())
    } else {
        let known = told(Spend::new(x, row.number("zbar")?))?;
        (Got::Number(model.log_likelihood(&known)), model.expected_spend(&known))
    };
    // The printed number is the bare formula's where the mean does not exist.
    let must_be_undefined = p * tenure_stats::count_to_f64(x) + q <= 1.0;
    let mut mean = check("expected_spend", spend, Tolerance::R);
    mean.must_be_undefined = must_be_undefined;
    Ok(vec![check("loglik", log_likelihood, Tolerance::L), mean])
}

fn deterministic(row: Row<'_>) -> Outcome<Vec<Check>> {
    let year = told(TimeSpan::new(1.0, TimeUnit::Year))?;
    let retention = told(RetentionRate::new(row.number("r")?, year))?;
    let rate = told(DiscountRate::per_period(row.number("d")?, year))?;
    let stream = told(MarginStream::new(row.number("m")?, retention, rate))?;
    let payments = row.count("N")?;
    let timings = [
        (
            "clv_first_now_certain__m(1+d)/(1+d-r)",
            "trunc_first_now_N_payments",
            Timing::FirstMarginNow,
        ),
        (
            "clv_first_after_renewal__mr/(1+d-r)",
            "trunc_after_renewal_N_payments",
            Timing::AfterFirstRenewal,
        ),
        (
            "clv_end_of_period__m/(1+d-r)",
            "trunc_end_of_period_N_payments",
            Timing::EndOfPeriodCertain,
        ),
    ];
    let mut checks = Vec::new();
    for (infinite, truncated, timing) in timings {
        checks.push(check(infinite, stream.lifetime_value(timing), Tolerance::R));
        let value = stream.truncated_value(timing, payments).value;
        checks.push(check(truncated, value, Tolerance::R));
    }
    checks.push(check("expected_lifetime_1/(1-r)", stream.expected_lifetime(), Tolerance::R));
    checks.push(check("undiscounted_m/(1-r)", stream.undiscounted_value(), Tolerance::R));
    Ok(checks)
}

fn retention_curve_npv(row: Row<'_>) -> Outcome<Vec<Check>> {
    let year = told(TimeSpan::new(1.0, TimeUnit::Year))?;
    let listed = row.text("survival_percent_list_S0..").ok_or("no survival")?;
    let survival = listed
        .split(';')
        .map(|percent| number(percent).map(|percent| percent / 100.0))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| format!("survival `{listed}` is not a list of numbers"))?;
    let curve = told(RetentionCurve::new(survival, year))?;
    let rate = told(DiscountRate::per_period(row.number("d")?, year))?;
    let margin = row.number("margin")?;
    let timings = [
        ("npv_beginning_of_period_sum_{t>=0}", CurveTiming::BeginningOfPeriod),
        ("npv_end_of_period_sum_{t>=0}/(1+d)^(t+1)", CurveTiming::EndOfPeriod),
        ("npv_renewals_only_sum_{t>=1}", CurveTiming::RenewalsOnly),
    ];
    timings
        .into_iter()
        .map(|(column, timing)| {
            let value = told(curve.net_present_value(margin, rate, timing))?;
            Ok(check(column, value, Tolerance::R))
        })
        .collect()
}

fn sbg_pred(row: Row<'_>) -> Outcome<Vec<Check>> {
    let model = told(Sbg::new(row.number("alpha")?, row.number("beta")?))?;
    let t = told(u32::try_from(row.count("t")?))?;
    let defined = |value: Option<f64>| value.map_or(Got::Undefined, Got::Number);
    let renewals = told(model.discounted_renewals(t, row.number("discount_d")?))?;
    Ok(vec![
        check("p_churn_at_t", defined(model.churn(t)), Tolerance::P),
        check("survival_t", model.survival(t), Tolerance::P),
        check("retention_t", defined(model.retention(t)), Tolerance::P),
        check("derl_after_t_renewals", renewals, Tolerance::R),
    ])
}

fn pareto_model(row: Row<'_>, names: [&str; 4]) -> Outcome<ParetoNbd> {
    let [r, alpha, s, beta] = names;
    let [r, alpha] = [row.number(r)?, row.number(alpha)?];
    told(ParetoNbd::new(r, alpha, row.number(s)?, row.number(beta)?, TimeUnit::Week))
}

fn pareto_new_customer(row: Row<'_>) -> Outcome<Vec<Check>> {
    let model = pareto_model(row, ["p1", "p2", "p3", "p4"])?;
    let expected = model.expected_new_customer(weeks(row.number("t")?)?);
    Ok(vec![check("expected_purchases", expected, Tolerance::R)])
}

fn pnbd_pred(row: Row<'_>) -> Outcome<Vec<Check>> {
    let model = pareto_model(row, ["r", "alpha", "s", "beta"])?;
    let customer = history(row)?;
    let later = model.p_alive_after(&customer, weeks(39.0)?);
    let mut checks = vec![
        check("loglik", model.log_likelihood(&customer), Tolerance::L),
        check("p_alive", model.p_alive(&customer), Tolerance::P),
        check("one_minus_p_alive", model.p_dead(&customer), Tolerance::P),
        check("p_alive_at_T_plus_39", later, Tolerance::P),
    ];
    for (column, t) in HORIZONS {
        let expected = model.expected_purchases(&customer, weeks(t)?);
        checks.push(check(column, expected, Tolerance::R));
    }
    for (column, force) in
        [("dert_delta0.001", 0.001), ("dert_delta0.0027", 0.0027), ("dert_delta0.1", 0.1)]
    {
        let rate = told(DiscountRate::continuous(force, TimeUnit::Week))?;
        checks.push(check(column, model.discounted_purchases(&customer, rate), Tolerance::R));
    }
    let period = weeks(4.345)?;
    let rate = told(DiscountRate::per_period(0.01, period))?;
    let year = model.discounted_purchases_by_period(&customer, rate, period, 12);
    checks.push(check("disc_tx_12x4p345_d0p01", year, Tolerance::R));
    Ok(checks)
}

fn bgbb_pred(row: Row<'_>) -> Outcome<Vec<Check>> {
    let [alpha, beta] = [row.number("alpha")?, row.number("beta")?];
    let model = told(BgBb::new(alpha, beta, row.number("gamma")?, row.number("delta")?))?;
    let count = |column| told(u32::try_from(row.count(column)?));
    let customer = told(OpportunityHistory::new(count("x")?, count("t_x")?, count("n")?))?;
    let mut checks = vec![
        check("loglik", model.log_likelihood(&customer), Tolerance::L),
        check("p_alive_at_n_plus_0", model.p_alive_after(&customer, 0), Tolerance::P),
        check("p_alive_at_n_plus_1", model.p_alive_after(&customer, 1), Tolerance::P),
    ];
    for (column, opportunities) in [("ce_m1", 1), ("ce_m5", 5), ("ce_m50", 50)] {
        let expected = model.expected_purchases(&customer, opportunities);
        checks.push(check(column, expected, Tolerance::R));
    }
    for (column, discount) in [("dert_d0.1", 0.1), ("dert_d0.01", 0.01)] {
        let purchases = told(model.discounted_purchases(&customer, discount))?;
        checks.push(check(column, purchases, Tolerance::R));
    }
    Ok(checks)
}
