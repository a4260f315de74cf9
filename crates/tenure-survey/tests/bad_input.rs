//! What must be refused, each with its typed error and its place, and what is counted as excluded.

use tenure_model::{Period, parse_date};
use tenure_stats::{Level, Share, ShareError, benjamini_hochberg, bonferroni, holm};
use tenure_survey::{
    Answer, Bands, CodeMap, CompareError, Cut, Definition, DefinitionError, DesignError,
    FiniteCorrection, FiniteSample, GroupedError, GroupedTally, InvalidPolicy, NetScore, Reason,
    SampleSize, Scale, Stratified, Tally, TallyError, Weight, WeightedError, WeightedTally,
    WindowError,
};

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn strict() -> Tally {
    Tally::new(Definition::nps().with_invalid(InvalidPolicy::Error))
}

fn days(start: &str, end: &str) -> Result<Period, Box<dyn std::error::Error>> {
    Ok(Period::new(parse_date(start)?, parse_date(end)?).ok_or("reversed")?)
}

#[test]
fn level_outside_0_to_1() {
    for level in [0.0, 1.0, -0.95, 95.0, f64::NAN, f64::INFINITY] {
        let error = Level::new(level).unwrap_err();
        assert_eq!((error.parameter(), error.found().to_bits()), ("level", level.to_bits()));
    }
}

#[test]
fn margin_not_above_0() {
    for margin in [0.0, -0.05, f64::NAN, f64::NEG_INFINITY] {
        let refused = SampleSize::for_margin(0.5, margin, Level::default(), None);
        let Err(DesignError::Range { parameter, found, .. }) = refused else {
            panic!("{margin} was taken")
        };
        assert_eq!((parameter, found.to_bits()), ("margin", margin.to_bits()));
    }
}

#[test]
fn power_outside_0_to_1() {
    for power in [0.0, 1.0, -0.8, 80.0, f64::NAN] {
        let refused = SampleSize::for_power([0.5, 0.5], 0.1, Level::default(), power);
        let Err(DesignError::Range { parameter, found, .. }) = refused else {
            panic!("{power} was taken")
        };
        assert_eq!((parameter, found.to_bits()), ("power", power.to_bits()));
    }
}

#[test]
fn negative_and_nan_weights() -> Outcome {
    for weight in [-1.0, -5e-324, f64::NAN, f64::INFINITY] {
        assert_eq!(Weight::new(weight).unwrap_err().found().to_bits(), weight.to_bits());
        let mut tally = WeightedTally::new(Definition::nps())?;
        let before = tally.clone();
        let refused = tally.push_columns(&[9, 9, 9], &[1.0, 2.0, weight]);
        let Err(WeightedError::Weight(error)) = refused else { panic!("{weight} was weighed") };
        assert_eq!((error.row(), error.found().to_bits()), (Some(2), weight.to_bits()));
        assert_eq!(tally, before);
    }
    Ok(())
}

#[test]
fn zero_total_weight() -> Outcome {
    let mut tally = WeightedTally::new(Definition::nps())?;
    tally.push_columns(&[10, 0, 12], &[0.0, -0.0, 3.0])?;
    assert_eq!((tally.score(), tally.weightless()), (None, 2));
    assert_eq!(tally.exclusions().count(Reason::OutOfRange), 1);
    Ok(())
}

#[test]
fn bands_that_do_not_cover_the_scale() -> Outcome {
    let scale = Scale::new(0, 10)?;
    let forgets_zero = Bands::from_ranges(scale, [1, 6], Some([7, 8]), [9, 10]);
    let coverage = DefinitionError::Coverage { point: 0, times: 0, lo: 0, hi: 10 };
    assert_eq!(forgets_zero, Err(coverage));
    let both = Bands::from_ranges(scale, [0, 7], Some([7, 8]), [9, 10]);
    assert_eq!(both, Err(DefinitionError::Coverage { point: 7, times: 2, lo: 0, hi: 10 }));
    let outside = Definition::builder("x", scale).top_box(Cut::AtLeast(11)).build();
    assert!(matches!(outside, Err(DefinitionError::Cut { .. })));
    Ok(())
}

#[test]
fn more_hits_than_trials() {
    assert_eq!(Share::new(3, 2), Err(ShareError::MoreThanAll { x: 3, n: 2 }));
}

#[test]
fn p_outside_0_to_1() {
    for p in [-0.1, 1.1, f64::NAN] {
        for adjusted in [bonferroni(&[0.5, p]), holm(&[0.5, p]), benjamini_hochberg(&[0.5, p])] {
            assert_eq!(adjusted.unwrap_err().found().to_bits(), p.to_bits());
        }
    }
}

#[test]
fn empty_strata_with_population() -> Outcome {
    let some = FiniteSample::new(NetScore::new(1, 2, 3)?, 60)?;
    let nobody = FiniteSample::new(NetScore::default(), 40)?;
    let refused = Stratified::new(&[some, nobody], FiniteCorrection::Apply);
    assert_eq!(refused, Err(DesignError::EmptyStratum { index: 1 }));
    let too_many = FiniteSample::new(NetScore::new(1, 2, 3)?, 5);
    assert_eq!(too_many, Err(DesignError::Population { answers: 6, population: 5 }));
    Ok(())
}

#[test]
fn answers_off_the_scale_and_fractional() -> Outcome {
    let mut lenient = Tally::new(Definition::nps());
    for answer in [-1.0, 11.0, 6.5, f64::NAN, f64::INFINITY] {
        lenient.push(answer)?;
        let mut tally = strict();
        let Err(TallyError::Invalid(error)) = tally.push(answer) else {
            panic!("{answer} was counted")
        };
        assert_eq!(error.row(), None);
        assert_eq!(tally, strict());
    }
    assert_eq!((lenient.answered(), lenient.rows()), (0, 5));
    assert_eq!(lenient.exclusions().count(Reason::NonInteger), 2);
    let codes = CodeMap::new().number(11, Reason::Blank)?;
    let mut tally = strict();
    let Err(TallyError::Invalid(error)) = tally.push_coded_column(&[11, 9, 12], &codes) else {
        panic!("12 was counted")
    };
    assert_eq!((error.row(), error.reason()), (Some(2), Reason::OutOfRange));
    tally.push_coded_column(&[11, 9], &codes)?;
    assert_eq!((tally.answered(), tally.exclusions().count(Reason::Blank)), (1, 1));
    Ok(())
}

/// A code on the scale is a code: 0 means blank although 0 is a point.
#[test]
fn codes_on_the_scale() -> Outcome {
    let codes = CodeMap::new()
        .number(0, Reason::Blank)?
        .number(6, Reason::DontKnow)?
        .number(-1, Reason::Dismissed)?;
    let column = [0, 0, 6, 7, 10, 99];
    let mut by_column = Tally::new(Definition::nps());
    by_column.push_coded_column(&column, &codes)?;
    let mut by_row = Tally::new(Definition::nps());
    for answer in column {
        by_row.push(codes.answer(answer))?;
    }
    assert_eq!(by_column, by_row);
    let counts = [Reason::Blank, Reason::DontKnow, Reason::OutOfRange];
    assert_eq!(counts.map(|reason| by_row.exclusions().count(reason)), [2, 1, 1]);
    Ok(())
}

#[test]
fn definition_mismatch() -> Outcome {
    let (mut ours, theirs) = (Tally::new(Definition::nps()), Tally::new(Definition::nps_1_to_10()));
    assert!(matches!(ours.merge(&theirs), Err(TallyError::Definition(_))));
    assert!(matches!(ours.retract(&theirs), Err(TallyError::Definition(_))));
    assert!(matches!(ours.net_difference(&theirs), Err(CompareError::Definition(_))));
    // the same rule under another policy, window or display is another definition
    for other in [
        Definition::nps().with_invalid(InvalidPolicy::Error),
        Definition::nps().with_window_days(90)?,
        Definition::nps().with_rounding(tenure_model::Rounding::Floor, 0)?,
    ] {
        assert!(matches!(ours.merge(&Tally::new(other)), Err(TallyError::Definition(_))));
    }
    Ok(())
}

#[test]
fn retract_below_zero() -> Outcome {
    let mut tally = Tally::new(Definition::nps());
    tally.push(9)?;
    let Err(TallyError::Retract(error)) = tally.retract_answer(8) else { panic!("took an 8") };
    assert_eq!((error.held(), error.wanted()), (0, 1));
    let mut more = tally.clone();
    more.push(Answer::Missing(Reason::Blank))?;
    assert!(matches!(tally.retract(&more), Err(TallyError::Retract(_))));
    let mut groups = GroupedTally::new(Definition::nps(), 1)?;
    groups.push_tally(0, &tally)?;
    let mut others = GroupedTally::new(Definition::nps(), 1)?;
    others.push_columns(&[0], &[3])?;
    assert!(matches!(groups.retract(&others), Err(GroupedError::Tally { group: 0, .. })));
    Ok(())
}

#[test]
fn windows_without_days_and_of_another_length() -> Outcome {
    let empty = days("2026-01-01", "2026-01-01")?;
    let refused = Tally::over(Definition::nps(), empty);
    assert_eq!(refused, Err(WindowError::Empty { found: empty }));
    let week = days("2026-01-01", "2026-01-08")?;
    let ninety = Definition::nps().with_window_days(90)?;
    let refused = Tally::over(ninety.clone(), week);
    assert_eq!(refused, Err(WindowError::Length { found: week, window_days: 90 }));
    assert!(Tally::over(Definition::nps().with_window_days(7)?, week).is_ok());
    let inside = days("2026-01-02", "2026-02-01")?;
    let refused = Tally::over(Definition::nps(), week)?.widened(inside);
    assert_eq!(refused, Err(WindowError::Narrower { found: inside, held: week }));
    let mut ours = Tally::over(Definition::nps(), week)?;
    let theirs = Tally::new(Definition::nps());
    let differs = WindowError::Differs { ours: Some(week), theirs: None };
    assert_eq!(ours.merge(&theirs), Err(TallyError::Window(differs)));
    assert_eq!(ours.retract(&theirs), Err(TallyError::Window(differs)));
    let shown = differs.to_string();
    assert!(shown.contains("2026-01-01 to 2026-01-08") && shown.contains("any day"), "{shown}");
    assert_eq!(Definition::nps().with_window_days(0), Err(DefinitionError::WindowDays));
    Ok(())
}

#[test]
fn more_than_is_counted_exactly() -> Outcome {
    let mut tally = Tally::new(Definition::nps());
    tally.push_times(9, Tally::MAX_ROWS)?;
    assert!(matches!(tally.push(9), Err(TallyError::Overflow(_))));
    let points = tally.net_score().and_then(|score| score.points());
    assert_eq!(points.map(|points| points.to_f64()), Some(100.0));
    Ok(())
}
