//! Exact metrics against Python's fractions, case by case: see `differential/make.py` for how the
//! expected values were made and how to print one.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a walk over our own files; a test may overflow loudly"
)]

use std::error::Error;

use tenure_model::Rounding;
use tenure_stats::Level;
use tenure_survey::{
    AcsiIndex, Answer, Decomposition, Definition, FiniteCorrection, FiniteSample, Fraction,
    MissingPolicy, NetDifference, NetScore, PairedScores, Reason, Segment, Stratified, Tally,
};

type Fallible<T> = Result<T, Box<dyn Error>>;

const CASES: usize = 200_000;
/// Changes are made of big integers: without optimisation every so many are enough for one run. With it
/// all are compared: `cargo test --release -p tenure-survey --test differential`, about half a minute.
const STRIDE: usize = if cfg!(debug_assertions) { 25 } else { 1 };

const SAMPLE: &str = include_str!("differential/sample.txt");

#[test]
fn scores_are_what_fractions_say() -> Fallible<()> {
    assert_eq!(compare("scores", include_bytes!("differential/scores.bin"), score, 1)?, CASES);
    Ok(())
}

#[test]
fn changes_are_what_fractions_say() -> Fallible<()> {
    let compared = compare("changes", include_bytes!("differential/changes.bin"), change, STRIDE)?;
    assert_eq!(compared, CASES / STRIDE);
    Ok(())
}

#[test]
fn the_sample_is_the_same_to_the_letter() -> Fallible<()> {
    let mut compared = 0;
    for line in SAMPLE.lines() {
        let (kind, rest) = line.split_once(' ').ok_or("no kind")?;
        let (case, expected) = rest.split_once(' ').ok_or("no case")?;
        let case: u64 = serde_json::from_str(case)?;
        let found = if kind == "scores" { score(case)? } else { change(case)? };
        assert_eq!(found, expected, "case {case} of {kind}");
        compared += 1;
    }
    assert_eq!(compared, 450);
    Ok(())
}

fn compare(
    kind: &str,
    marks: &[u8],
    compute: fn(u64) -> Fallible<String>,
    stride: usize,
) -> Fallible<usize> {
    assert_eq!(marks.len(), 6 * CASES);
    let mut compared = 0;
    for (case, expected) in (0_u64..).zip(marks.chunks(6)).step_by(stride) {
        let found = compute(case)?;
        assert_eq!(
            mark(&found).to_le_bytes()[..6],
            *expected,
            "`make.py {kind} {case}` prints another line than {found}"
        );
        compared += 1;
    }
    Ok(compared)
}

/// FNV-1a, folded to 48 bits: of 2^48 wrong lines one would pass, and a fault is seldom in one alone.
fn mark(text: &str) -> u64 {
    let folded = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |folded, byte| {
        (folded ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    ((folded >> 48) ^ folded) & ((1 << 48) - 1)
}

fn text<T>(value: Option<T>, show: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "-".to_owned(), show)
}

/// A ratio in lowest terms.
fn reduced(ratio: tenure_stats::Ratio) -> String {
    ratio.reduced().to_string()
}

fn score(case: u64) -> Fallible<String> {
    let mut random = Random(case);
    let most = [3, 40, 1_000, 1 << 31, 1 << 56][random.index(5)];
    let presets: [fn() -> Definition; 10] = [
        Definition::nps,
        Definition::nps_1_to_10,
        Definition::nps_1_to_7,
        Definition::nps_1_to_5,
        Definition::nps_european,
        Definition::ces1,
        Definition::ces,
        Definition::ces_top2,
        Definition::csat,
        Definition::csat_binary,
    ];
    let definition = match random.index(12) {
        10 => Definition::csat_top_box(10)?,
        11 => Definition::acsi(),
        index => presets[index](),
    };
    let policies =
        [MissingPolicy::Exclude, MissingPolicy::CountAsPassive, MissingPolicy::InDenominator];
    let policy = policies[random.index(3)];
    let definition = definition.clone().with_missing(policy).unwrap_or(definition);
    let rules = [
        Rounding::HalfAway,
        Rounding::HalfEven,
        Rounding::HalfUp,
        Rounding::Floor,
        Rounding::Ceil,
        Rounding::Truncate,
    ];
    let rule = rules[random.index(6)];
    let decimals = u8::try_from(random.index(4))?;
    let definition = definition.with_rounding(rule, decimals)?;
    let histogram: Vec<u64> = definition.scale().points().map(|_| random.count(most)).collect();
    let mut tally = Tally::from_histogram(definition, &histogram)?;
    for reason in Reason::ALL {
        tally.push_times(Answer::Missing(reason), random.count(most))?;
    }
    let other = random.counts(most)?;
    let panel = [random.triple(most), random.triple(most), random.triple(most)];

    let mut fields = vec![tally.definition().id().to_owned()];
    match tally.net_score() {
        None => fields.extend(["-"; 7].map(str::to_owned)),
        Some(net) => {
            let difference = NetDifference::new(net, other);
            fields.extend([
                text(net.theta(), reduced),
                text(net.points(), reduced),
                text(net.variance(), reduced),
                text(net.variance_unbiased(), reduced),
                text(net.points_rounded(rule, decimals), |units| units.to_string()),
                text(difference, |difference| reduced(difference.theta())),
                text(difference.and_then(|difference| difference.points()), reduced),
            ]);
        }
    }
    let mean = tally.mean();
    fields.extend([
        text(tally.top_box().and_then(|share| share.ratio()), reduced),
        text(mean.mean(), reduced),
        text(mean.rescaled(), reduced),
        text(mean.variance(), reduced),
        text(tally.response_of_delivered().ratio(), reduced),
        text(tally.response_of_invited().ratio(), reduced),
        text(tally.score(Level::default()).rounded(), |text| text),
        text(PairedScores::new(panel)?.difference(), reduced),
    ]);
    Ok(fields.join(" "))
}

fn change(case: u64) -> Fallible<String> {
    let mut random = Random(case);
    let most = [3, 40, 1_000, 1 << 20, 1 << 40][random.index(5)];
    let draw = |random: &mut Random| {
        if random.index(5) == 0 { Ok(NetScore::default()) } else { random.counts(most) }
    };
    let mut segments = Vec::new();
    for _ in 0..3 {
        let (before, after) = (draw(&mut random)?, draw(&mut random)?);
        segments.push(Segment { before, after });
    }
    let more = random.triple(most);
    let mut questions = Vec::new();
    for _ in 0..2 {
        let histogram: Vec<u64> = (0..10).map(|_| random.count(most)).collect();
        questions.push(Tally::from_histogram(Definition::acsi(), &histogram)?);
    }
    let parts = [u32::try_from(random.index(5))?, u32::try_from(random.index(5))?];

    let mut fields = Vec::new();
    match Decomposition::new(&segments)? {
        None => fields.push("-".to_owned()),
        Some(change) => {
            for fraction in [
                change.before(),
                change.after(),
                &change.difference(),
                change.rate(),
                change.mix(),
                change.promoters(),
                change.detractors(),
            ] {
                fields.push(fraction.to_string());
            }
            for effect in change.segments() {
                for fraction in [
                    &effect.weight_before,
                    &effect.weight_after,
                    &effect.rate,
                    &effect.mix,
                    &effect.laspeyres_rate,
                    &effect.laspeyres_mix,
                    &effect.interaction,
                ] {
                    fields.push(fraction.to_string());
                }
                fields.push(shown(effect.impact.as_ref()));
                fields.push(shown(effect.leave_one_out.as_ref()));
            }
        }
    }
    let mut strata = Vec::new();
    for (segment, more) in segments.iter().zip(more) {
        strata.push(FiniteSample::new(segment.after, segment.after.n() + more)?);
    }
    let stratified = Stratified::new(&strata, FiniteCorrection::Apply).ok();
    fields.push(shown(stratified.as_ref().map(Stratified::theta)));
    let weighed: Vec<(&Tally, u32)> = questions.iter().zip(parts).collect();
    let index = AcsiIndex::new(&weighed).ok().flatten();
    fields.push(shown(index.as_ref().map(AcsiIndex::value)));
    Ok(fields.join(" "))
}

fn shown(value: Option<&Fraction>) -> String {
    text(value, ToString::to_string)
}

/// `SplitMix64`, as in `make.py`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn index(&mut self, bound: u64) -> usize {
        usize::try_from(self.next() % bound).unwrap_or(usize::MAX)
    }

    /// Zero every fourth time.
    fn count(&mut self, most: u64) -> u64 {
        if self.index(4) == 0 { 0 } else { self.next() % (most + 1) }
    }

    fn triple(&mut self, most: u64) -> [u64; 3] {
        [self.count(most), self.count(most), self.count(most)]
    }

    fn counts(&mut self, most: u64) -> Fallible<NetScore> {
        let [d, n, p] = self.triple(most);
        Ok(NetScore::new(d, n, p)?)
    }
}
