//! What is written reads back, and what nobody wrote is refused.

#![cfg(feature = "serde")]

use std::error::Error;

use serde_json::{from_str, to_string};
use tenure_stats::{ExactSum, Interval, IntervalMethod, Level, Probability, Ratio, Share};

type Outcome = Result<(), Box<dyn Error>>;

#[test]
fn ratios_carry_their_value() -> Outcome {
    let ratio = Ratio::new(40, 300).ok_or("undefined")?;
    let text = to_string(&ratio)?;
    assert_eq!(text, r#"{"num":40,"den":300,"value":"0.1333333333"}"#);
    assert_eq!(from_str::<Ratio>(&text)?, ratio);
    for bad in [
        r#"{"num":40,"den":0,"value":"0.1333333333"}"#,
        r#"{"num":40,"den":300,"value":"0.1333333334"}"#,
        r#"{"num":40,"den":300}"#,
        r#"{"num":40,"den":300,"value":"0.1333333333","unit":"%"}"#,
    ] {
        assert!(from_str::<Ratio>(bad).is_err(), "{bad}");
    }
    Ok(())
}

#[test]
fn wide_ratios_survive() -> Outcome {
    for (num, den) in [(i128::MAX, 1), (i128::MIN, i128::MAX), (-1, i128::MAX)] {
        let ratio = Ratio::new(num, den).ok_or("undefined")?;
        assert_eq!(from_str::<Ratio>(&to_string(&ratio)?)?, ratio);
    }
    Ok(())
}

#[test]
fn exact_sums_survive_to_the_bit() -> Outcome {
    for terms in
        [&[][..], &[1.0], &[-1.0], &[1e300, 1.0, -1e-300], &[-0.1, 0.3], &[5e-324], &[f64::MIN]]
    {
        let mut sum = ExactSum::new();
        for &term in terms {
            sum.push(term)?;
        }
        assert_eq!(from_str::<ExactSum>(&to_string(&sum)?)?, sum, "{terms:?}");
    }
    for bad in [
        r#"{"negative":false,"first":0,"words":[0]}"#,
        r#"{"negative":false,"first":3,"words":[1,0]}"#,
        r#"{"negative":false,"first":67,"words":[1]}"#,
        r#"{"negative":false,"first":66,"words":[18446744073709551615]}"#,
        r#"{"negative":true,"first":1,"words":[18446744073709551615]}"#,
        r#"{"negative":false,"first":18446744073709551615,"words":[1]}"#,
    ] {
        assert!(from_str::<ExactSum>(bad).is_err(), "{bad}");
    }
    Ok(())
}

#[test]
fn constructors_guard_the_rest() -> Outcome {
    assert_eq!(from_str::<Level>("0.9")?, Level::new(0.9)?);
    assert!(from_str::<Level>("1.0").is_err());
    assert_eq!(from_str::<Share>(r#"{"x":1,"n":2}"#)?, Share::new(1, 2)?);
    assert!(from_str::<Share>(r#"{"x":3,"n":2}"#).is_err());
    assert_eq!(from_str::<Probability>(r#""0.95""#)?.to_string(), "0.95");
    assert!(from_str::<Probability>("0.95").is_err());
    let interval = Interval::new(0.0, 0.5, IntervalMethod::DeLong, Level::default());
    let text = r#"{"lower":0.0,"upper":0.5,"method":"de_long","level":0.95}"#;
    assert_eq!(to_string(&interval)?, text);
    Ok(())
}

#[test]
fn methods_are_written_by_their_names() -> Outcome {
    for method in [
        IntervalMethod::Wald,
        IntervalMethod::WaldT,
        IntervalMethod::AdjustedWald,
        IntervalMethod::AgrestiCoull,
        IntervalMethod::Wilson,
        IntervalMethod::WilsonContinuity,
        IntervalMethod::ClopperPearson,
        IntervalMethod::Jeffreys,
        IntervalMethod::Newcombe,
        IntervalMethod::Score,
        IntervalMethod::NewcombeMover,
        IntervalMethod::MoverScore,
        IntervalMethod::Dirichlet,
        IntervalMethod::ExactBootstrap,
        IntervalMethod::Linearized,
        IntervalMethod::Kish,
        IntervalMethod::DeLong,
        IntervalMethod::Greenwood,
        IntervalMethod::LogLog,
        IntervalMethod::WaldLog,
        IntervalMethod::WaldLogit,
        IntervalMethod::PercentileBootstrap,
        IntervalMethod::FisherZ,
    ] {
        assert_eq!(to_string(&method)?, format!("\"{}\"", method.name()));
    }
    Ok(())
}
