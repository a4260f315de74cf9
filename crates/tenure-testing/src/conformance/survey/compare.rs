//! The comparison of the README of the cases: |x - e| <= r |e| + a.

use serde_json::Value;

/// Relative and absolute tolerance.
type Tolerance = (f64, f64);

const VALUE: Tolerance = (1e-12, 0.0);
const EFFECT: Tolerance = (1e-12, 1e-13);
const CLOSED_LIMIT: Tolerance = (1e-12, 1e-13);
const P_VALUE: Tolerance = (1e-10, 0.0);
const SOLVED_LIMIT: Tolerance = (0.0, 1e-10);
const INTEGRATED: Tolerance = (0.0, 1e-9);

pub(super) fn compare(
    kind: &str,
    case: &Value,
    expected: &Value,
    found: &Value,
) -> Result<(), String> {
    let wide = kind == "nps_weighted" && spans_twelve_orders(case);
    walk(kind, wide, &mut Vec::new(), expected, found)
}

fn walk<'a>(
    kind: &str,
    wide: bool,
    path: &mut Vec<&'a str>,
    expected: &'a Value,
    found: &Value,
) -> Result<(), String> {
    let differs =
        |path: &[&str]| Err(format!("{}: {found} where {expected} is expected", path.join(".")));
    match expected {
        Value::Object(keys) => {
            if keys.get("cdf_margin").and_then(Value::as_f64).is_some_and(|margin| margin < 1e-12) {
                return Ok(());
            }
            for (key, expected) in keys {
                if key == "note" || key == "cdf_margin" {
                    continue;
                }
                path.push(key);
                match found.get(key) {
                    Some(found) => walk(kind, wide, path, expected, found)?,
                    None => return Err(format!("{}: missing", path.join("."))),
                }
                path.pop();
            }
            Ok(())
        }
        Value::Array(items) => match found.as_array() {
            Some(others) if others.len() == items.len() => {
                for (expected, found) in items.iter().zip(others) {
                    walk(kind, wide, path, expected, found)?;
                }
                Ok(())
            }
            _ => differs(path),
        },
        Value::Number(number) if number.is_f64() => {
            let (Some(expected), Some(found)) = (number.as_f64(), found.as_f64()) else {
                return differs(path);
            };
            let (relative, absolute) = if wide { (1e-9, 0.0) } else { tolerance(kind, path) };
            if (found - expected).abs() <= relative * expected.abs() + absolute {
                Ok(())
            } else {
                differs(path)
            }
        }
        _ if expected == found => Ok(()),
        _ => differs(path),
    }
}

/// The row of the README's table a number belongs to.
fn tolerance(kind: &str, path: &[&str]) -> Tolerance {
    let last = path.last().copied().unwrap_or_default();
    let is_limit = matches!(last, "lo" | "hi");
    let has = |name: &str| path.contains(&name);
    let starts = |prefix: &str| path.iter().any(|part| part.starts_with(prefix));
    match last {
        "p" | "p_two_sided" | "n_minus_1_p" => return P_VALUE,
        "aw95" => return (1e-12, 1e-11),
        "score95" => return (0.0, 1e-8),
        "mean_t95" | "clopper_pearson" | "jeffreys" => return SOLVED_LIMIT,
        "wilson"
        | "wilson_cc"
        | "agresti_coull_unclipped"
        | "newcombe"
        | "ci95_kish"
        | "ci95_linearized_hc1"
        | "adjusted_wald_neff"
        | "wald95_plugin" => return CLOSED_LIMIT,
        "cv2_weights" => return EFFECT,
        "prob_gt_0" => return INTEGRATED,
        _ => {}
    }
    if is_limit && (has("score") || has("mover_score") || has("wald_t")) {
        return SOLVED_LIMIT;
    }
    if is_limit && starts("dirichlet") {
        return INTEGRATED;
    }
    // shares give their Wald limits as a bare pair under the name of the method
    if is_limit || (last == "wald" && kind != "nps") {
        return CLOSED_LIMIT;
    }
    let is_total = matches!(last, "total0" | "total1" | "delta" | "weight0" | "weight1");
    match kind {
        "many_groups" if last != "theta_pooled" => EFFECT,
        "decomposition" if !is_total => EFFECT,
        _ => VALUE,
    }
}

fn spans_twelve_orders(case: &Value) -> bool {
    let weights = case.get("weights").and_then(Value::as_array);
    let mut least = f64::INFINITY;
    let mut most = 0.0_f64;
    for weight in weights.into_iter().flatten().filter_map(Value::as_f64) {
        if weight > 0.0 {
            least = least.min(weight);
            most = most.max(weight);
        }
    }
    most >= 1e12 * least
}
