//! Definitions ready made. The ids are ours; who uses which is said at each.

use std::borrow::Cow;

use tenure_model::Rounding;

use crate::{
    Bands, Cut, Definition, DefinitionError, Direction, InvalidPolicy, MissingPolicy, ResponseBase,
    Scale, Statistic,
};

/// Every preset id but the family `csat.top_box(k)`.
pub(crate) const IDS: [&str; 11] = [
    "nps.standard.v1",
    "nps.1_10",
    "nps.1_7",
    "nps.1_5",
    "nps.european",
    "ces1",
    "ces2.top3",
    "ces2.top2",
    "csat.top2",
    "csat.binary",
    "acsi",
];

/// The preset of that id.
pub(crate) fn by_id(id: &str) -> Option<Definition> {
    Some(match id {
        "nps.standard.v1" => Definition::nps(),
        "nps.1_10" => Definition::nps_1_to_10(),
        "nps.1_7" => Definition::nps_1_to_7(),
        "nps.1_5" => Definition::nps_1_to_5(),
        "nps.european" => Definition::nps_european(),
        "ces1" => Definition::ces1(),
        "ces2.top3" => Definition::ces(),
        "ces2.top2" => Definition::ces_top2(),
        "csat.top2" => Definition::csat(),
        "csat.binary" => Definition::csat_binary(),
        "acsi" => Definition::acsi(),
        "csat.top_box(3)" => Definition::csat_top_box(3).ok()?,
        "csat.top_box(4)" => Definition::csat_top_box(4).ok()?,
        "csat.top_box(5)" => Definition::csat_top_box(5).ok()?,
        "csat.top_box(6)" => Definition::csat_top_box(6).ok()?,
        "csat.top_box(7)" => Definition::csat_top_box(7).ok()?,
        "csat.top_box(10)" => Definition::csat_top_box(10).ok()?,
        _ => return None,
    })
}

fn base(id: &'static str, lo: i16, hi: i16, statistic: Statistic) -> Definition {
    Definition {
        id: Cow::Borrowed(id),
        version: 1,
        scale: Scale { lo, hi },
        bands: None,
        top_box: None,
        direction: Direction::HigherIsBetter,
        statistic,
        missing: MissingPolicy::Exclude,
        invalid: InvalidPolicy::Exclude,
        response_of: ResponseBase::Delivered,
        window_days: None,
        rounding: Rounding::HalfAway,
        decimals: 0,
    }
}

fn high_is_good(most_unfavourable: i16, least_favourable: i16) -> Option<Bands> {
    Some(Bands {
        unfavourable: Cut::AtMost(most_unfavourable),
        favourable: Cut::AtLeast(least_favourable),
    })
}

fn nps(id: &'static str, scale: [i16; 2], detractor: i16, promoter: i16) -> Definition {
    let [lo, hi] = scale;
    Definition { bands: high_is_good(detractor, promoter), ..base(id, lo, hi, Statistic::Points) }
}

impl Definition {
    /// `nps.standard.v1`: 0 to 10; detractors 0-6, **0 included**, passives 7-8, promoters 9-10.
    ///
    /// ```text
    /// points = 100·(promoters - detractors)/answers
    /// ```
    ///
    /// Its denominator is the valid answers; tools that keep blanks there are
    /// [`MissingPolicy::CountAsPassive`]. Used nearly everywhere. eNPS, rNPS and tNPS are this under
    /// another label; a bank's own "0 to 5 are detractors" is not this.
    ///
    /// *Source*: Reichheld 2003, "The one number you need to grow".
    ///
    /// ```
    /// use tenure_survey::{Definition, Tally};
    ///
    /// let mut tally = Tally::new(Definition::nps());
    /// tally.push_column(&[0, 7, 9, 10])?; // one against, one between, two in favour
    /// let points = tally.net_score().and_then(|score| score.points());
    /// assert_eq!(points.map(|points| points.to_f64()), Some(25.0));
    /// # Ok::<(), tenure_survey::TallyError>(())
    /// ```
    #[must_use]
    pub fn nps() -> Self {
        nps("nps.standard.v1", [0, 10], 6, 9)
    }

    /// `nps.1_10`: 1 to 10; detractors 1-6, passives 7-8, promoters 9-10 (QuestionPro).
    #[must_use]
    pub fn nps_1_to_10() -> Self {
        nps("nps.1_10", [1, 10], 6, 9)
    }

    /// `nps.1_7`: 1 to 7; detractors 1-5, passives 6, promoters 7 (QuestionPro).
    #[must_use]
    pub fn nps_1_to_7() -> Self {
        nps("nps.1_7", [1, 7], 5, 7)
    }

    /// `nps.1_5`: 1 to 5; detractors 1-3, passives 4, promoters 5 (QuestionPro).
    #[must_use]
    pub fn nps_1_to_5() -> Self {
        nps("nps.1_5", [1, 5], 3, 5)
    }

    /// `nps.european`: 0 to 10; detractors 0-5, passives 6-7, promoters 8-10. Not standardised and
    /// seen only second hand.
    #[must_use]
    pub fn nps_european() -> Self {
        nps("nps.european", [0, 10], 5, 8)
    }

    /// `ces1`: effort from 1 to 5, **lower is better**; the mean, top box 1-2, net of easy (1-2) and
    /// hard (4-5). Denominator: valid answers.
    ///
    /// *Source*: Dixon, Freeman and Toman 2010, "Stop trying to delight your customers"; the net bands
    /// are not theirs.
    ///
    /// ```
    /// use tenure_survey::{Definition, Tally};
    ///
    /// let tally = Tally::from_histogram(Definition::ces1(), &[2, 1, 0, 0, 1])?;
    /// assert_eq!(tally.mean().mean().map(|mean| mean.to_f64()), Some(2.25)); // (2 + 2 + 5)/4
    /// assert_eq!(tally.net_score().and_then(|net| net.theta()).map(|net| net.to_f64()), Some(0.5));
    /// # Ok::<(), tenure_survey::TallyError>(())
    /// ```
    #[must_use]
    pub fn ces1() -> Self {
        Self {
            bands: Some(Bands { unfavourable: Cut::AtLeast(4), favourable: Cut::AtMost(2) }),
            top_box: Some(Cut::AtMost(2)),
            direction: Direction::LowerIsBetter,
            ..base("ces1", 1, 5, Statistic::Mean)
        }
    }

    /// `ces2.top3`: ease from 1 to 7, "made it easy to handle my issue"; share of 5-7, net of 5-7
    /// against 1-3. Denominator: valid answers. Not comparable with `ces1`: scale, direction and
    /// question differ.
    ///
    /// *Source*: the second form of the score (CEB 2013).
    ///
    /// ```
    /// use tenure_survey::{Definition, Tally};
    ///
    /// let mut tally = Tally::new(Definition::ces());
    /// tally.push_column(&[7, 5, 4, 1])?;
    /// assert_eq!(tally.top_box().and_then(|share| share.estimate()), Some(0.5));
    /// # Ok::<(), tenure_survey::TallyError>(())
    /// ```
    #[must_use]
    pub fn ces() -> Self {
        Self {
            bands: high_is_good(3, 5),
            top_box: Some(Cut::AtLeast(5)),
            ..base("ces2.top3", 1, 7, Statistic::Share)
        }
    }

    /// `ces2.top2`: as [`Definition::ces`], share of 6-7, net of 6-7 against 1-2.
    #[must_use]
    pub fn ces_top2() -> Self {
        Self {
            bands: high_is_good(2, 6),
            top_box: Some(Cut::AtLeast(6)),
            ..base("ces2.top2", 1, 7, Statistic::Share)
        }
    }

    /// `csat.top2`: satisfaction from 1 to 5; share of 4-5, net of 4-5 against 1-2. Denominator: valid
    /// answers. The commonest form; with `statistic=mean` or `statistic=rescaled` it is what other
    /// tools print under the same name, and not comparable.
    ///
    /// ```
    /// use tenure_survey::{Definition, Tally};
    ///
    /// let tally = Tally::from_histogram(Definition::csat(), &[1, 0, 1, 2, 4])?;
    /// assert_eq!(tally.top_box().and_then(|share| share.estimate()), Some(0.75)); // 6 of 8
    /// # Ok::<(), tenure_survey::TallyError>(())
    /// ```
    #[must_use]
    pub fn csat() -> Self {
        Self {
            bands: high_is_good(2, 4),
            top_box: Some(Cut::AtLeast(4)),
            ..base("csat.top2", 1, 5, Statistic::Share)
        }
    }

    /// `csat.binary`: 0 or 1, thumbs down or up; share of 1. Denominator: valid answers. There is no
    /// neutral answer, so it is not comparable with scales that have one.
    #[must_use]
    pub fn csat_binary() -> Self {
        Self { top_box: Some(Cut::AtLeast(1)), ..base("csat.binary", 0, 1, Statistic::Share) }
    }

    /// `acsi`: one of the questions behind the American Customer Satisfaction Index, 1 to 10; the mean
    /// rescaled to 0 to 100. The index itself is an [`AcsiIndex`](crate::AcsiIndex) of several.
    #[must_use]
    pub fn acsi() -> Self {
        base("acsi", 1, 10, Statistic::Rescaled)
    }

    /// `csat.top_box(k)`: 1 to k; share of the highest 1, 2 or 3 points by the length of the scale,
    /// as Formbricks takes them: 3 points 1, 4 to 7 points 2, 10 points 3.
    ///
    /// ```
    /// use tenure_survey::{Cut, Definition};
    ///
    /// assert_eq!(Definition::csat_top_box(10)?.top_box(), Some(Cut::AtLeast(8)));
    /// assert!(Definition::csat_top_box(8).is_err());
    /// # Ok::<(), tenure_survey::DefinitionError>(())
    /// ```
    ///
    /// # Errors
    /// Another length of scale.
    pub fn csat_top_box(points: u8) -> Result<Self, DefinitionError> {
        let (id, hi, edge) = match points {
            3 => ("csat.top_box(3)", 3, 3),
            4 => ("csat.top_box(4)", 4, 3),
            5 => ("csat.top_box(5)", 5, 4),
            6 => ("csat.top_box(6)", 6, 5),
            7 => ("csat.top_box(7)", 7, 6),
            10 => ("csat.top_box(10)", 10, 8),
            _ => return Err(DefinitionError::TopBoxLength { points }),
        };
        Ok(Self { top_box: Some(Cut::AtLeast(edge)), ..base(id, 1, hi, Statistic::Share) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Band;

    #[test]
    fn every_preset_passes_its_own_checks() {
        let lengths = [3_u8, 4, 5, 6, 7, 10];
        let top_boxes = lengths.map(|points| format!("csat.top_box({points})"));
        let ids = IDS.iter().map(|&id| id.to_owned()).chain(top_boxes);
        for id in ids {
            let preset = by_id(&id).unwrap();
            assert_eq!(preset.id(), id);
            let rounding = preset.rounding();
            assert_eq!(preset.clone().with_rounding(rounding, 0), Ok(preset));
        }
        assert_eq!(by_id("nps"), None);
    }

    #[test]
    fn no_top_box_for_other_lengths() {
        for points in [0, 1, 2, 8, 9, 11, 255] {
            let refused = Definition::csat_top_box(points);
            assert_eq!(refused, Err(DefinitionError::TopBoxLength { points }));
        }
    }

    /// The table of the presets, point by point: `-` unfavourable, `0` neutral, `+` favourable.
    #[test]
    fn bands_point_by_point() {
        for (definition, expected) in [
            (Definition::nps(), "-------00++"),
            (Definition::nps_1_to_10(), "------00++"),
            (Definition::nps_1_to_7(), "-----0+"),
            (Definition::nps_1_to_5(), "---0+"),
            (Definition::nps_european(), "------00+++"),
            (Definition::ces1(), "++0--"),
            (Definition::ces(), "---0+++"),
            (Definition::ces_top2(), "--000++"),
            (Definition::csat(), "--0++"),
        ] {
            let bands = definition.bands().unwrap();
            let found: String = definition
                .scale()
                .points()
                .map(|point| match bands.band(point) {
                    Band::Unfavourable => '-',
                    Band::Neutral => '0',
                    Band::Favourable => '+',
                })
                .collect();
            assert_eq!(found, expected, "{}", definition.id());
        }
    }

    #[test]
    fn top_boxes_point_by_point() {
        for (definition, expected) in [
            (Definition::ces1(), "xx..."),
            (Definition::ces(), "....xxx"),
            (Definition::ces_top2(), ".....xx"),
            (Definition::csat(), "...xx"),
            (Definition::csat_binary(), ".x"),
            (Definition::csat_top_box(3).unwrap(), "..x"),
            (Definition::csat_top_box(4).unwrap(), "..xx"),
            (Definition::csat_top_box(5).unwrap(), "...xx"),
            (Definition::csat_top_box(6).unwrap(), "....xx"),
            (Definition::csat_top_box(7).unwrap(), ".....xx"),
            (Definition::csat_top_box(10).unwrap(), ".......xxx"),
        ] {
            let top_box = definition.top_box().unwrap();
            let mark = |point| if top_box.takes(point) { 'x' } else { '.' };
            let found: String = definition.scale().points().map(mark).collect();
            assert_eq!(found, expected, "{}", definition.id());
        }
    }
}
