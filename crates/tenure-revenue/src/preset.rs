//! Bundles of options that follow what a vendor documents. They claim no vendor's number.

use std::fmt;

use crate::definition::{
    ChurnRecognition, Discounts, FxPolicy, PausePolicy, RevenueDefinition, RevenueUnit, options,
};
use crate::retention::RetentionMeasure;

options! {
    /// Which movements a vendor prints.
    ///
    /// ```
    /// assert_eq!(tenure_revenue::MovementView::default().name(), "net");
    /// ```
    MovementView {
        /// Open against close.
        Net = "net",
        /// Every change.
        Gross = "gross",
    }
}

options! {
    /// By what lost accounts are divided; the formulas are those of [`LogoChurn`](crate::LogoChurn).
    ///
    /// ```
    /// assert_eq!(tenure_revenue::LogoChurnBase::default().name(), "cohort");
    /// ```
    LogoChurnBase {
        /// Lost of the opening accounts, by them.
        Cohort = "cohort",
        /// All lost, by the opening accounts.
        LostOverOpening = "lost_over_opening",
        /// All lost, by the mean of opening and closing accounts.
        LostOverAverage = "lost_over_average",
        /// All lost, by the opening and the new accounts.
        LostOverOpeningPlusNew = "lost_over_opening_plus_new",
    }
}

options! {
    /// A bundle of options over the defaults, after a vendor's documentation.
    ///
    /// What it sets is what the vendor documents; what the vendor leaves to its users is listed as
    /// [`VendorPreset::configurable`] and left to the caller; what this crate has no option for is
    /// listed as [`VendorPreset::not_modelled`]. So a preset brings numbers near a vendor's, and says
    /// why they may still differ.
    ///
    /// ```
    /// use tenure_model::Currency;
    /// use tenure_revenue::{Discounts, RevenueDefinition, VendorPreset};
    /// let preset = VendorPreset::from_name("stripe").ok_or("no such preset")?;
    /// let mut definition = RevenueDefinition::new(Currency::new("USD")?);
    /// preset.apply(&mut definition);
    /// assert_eq!(definition.discounts, Discounts::ForeverOnly);
    /// assert_eq!(preset.configurable(), ["churn timing"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    VendorPreset {
        /// ChartMogul.
        Chartmogul = "chartmogul",
        /// Stripe Billing.
        Stripe = "stripe",
        /// ProfitWell (Paddle).
        Profitwell = "profitwell",
        /// Recurly.
        Recurly = "recurly",
        /// Maxio (SaaSOptics, Chargify).
        Maxio = "maxio",
        /// Chargebee.
        Chargebee = "chargebee",
        /// SaaS Metrics Standards Board; known at second hand.
        Smsb = "smsb",
    }
}

impl VendorPreset {
    /// Sets what the vendor documents, and nothing else.
    pub fn apply(self, definition: &mut RevenueDefinition) {
        match self {
            Self::Chartmogul => {
                definition.pause = PausePolicy::Keep;
                definition.fx = FxPolicy::Locked;
            }
            Self::Stripe => {
                definition.discounts = Discounts::ForeverOnly;
                definition.fx = FxPolicy::Closing;
            }
            Self::Profitwell => {
                definition.discounts = Discounts::All;
                definition.churn_recognition = ChurnRecognition::ServiceEnd;
                definition.pause = PausePolicy::ZeroChurn;
            }
            Self::Recurly => definition.pause = PausePolicy::ZeroChurn,
            Self::Maxio => {
                definition.reactivation_window_days = Some(90);
                definition.discounts = Discounts::All;
                definition.pause = PausePolicy::Keep;
                definition.churn_recognition = ChurnRecognition::Request;
            }
            Self::Chargebee => {
                definition.unit = RevenueUnit::Subscription;
                definition.discounts = Discounts::ForeverOnly;
                definition.fx = FxPolicy::Closing;
            }
            Self::Smsb => {}
        }
    }

    /// Which movements the vendor prints.
    #[must_use]
    pub const fn view(self) -> MovementView {
        match self {
            Self::Chartmogul | Self::Maxio | Self::Chargebee => MovementView::Gross,
            _ => MovementView::Net,
        }
    }

    /// What the vendor calls net retention; the default where it names none.
    #[must_use]
    pub const fn net_retention(self) -> RetentionMeasure {
        match self {
            Self::Chartmogul => RetentionMeasure::NrrFormulaGrossWithReactivation,
            _ => RetentionMeasure::NrrPointToPoint,
        }
    }

    /// What the vendor calls gross retention; the default where it names none.
    #[must_use]
    pub const fn gross_retention(self) -> RetentionMeasure {
        match self {
            Self::Chartmogul => RetentionMeasure::GrrFormulaGross,
            Self::Chargebee => RetentionMeasure::GrrMinOfTotals,
            Self::Smsb => RetentionMeasure::GrrFormulaNet,
            _ => RetentionMeasure::GrrPointToPoint,
        }
    }

    /// By what the vendor divides lost accounts; the default where it names nothing.
    #[must_use]
    pub const fn logo_churn(self) -> LogoChurnBase {
        match self {
            Self::Stripe => LogoChurnBase::LostOverOpeningPlusNew,
            _ => LogoChurnBase::Cohort,
        }
    }

    /// What it sets, in the words of a definition.
    #[must_use]
    pub const fn verified(self) -> &'static [&'static str] {
        match self {
            Self::Chartmogul => &[
                "gross movements",
                "pause keep",
                "nrr_formula_gross_with_reactivation",
                "grr_formula_gross",
                "fx locked, nearly: the vendor takes the day of the invoice",
            ],
            Self::Stripe => &[
                "discounts forever_only",
                "fx closing",
                "usage is not recurring",
                "logo churn lost_over_opening_plus_new",
            ],
            Self::Profitwell => &[
                "net movements",
                "discounts all",
                "churn_recognition service_end",
                "pause zero_churn",
            ],
            Self::Recurly => &["net movements", "pause zero_churn", "usage is not recurring"],
            Self::Maxio => &[
                "gross movements",
                "reactivation_window_days 90",
                "discounts all",
                "pause keep",
                "churn_recognition request",
                "refunds and usage are not recurring",
            ],
            Self::Chargebee => &[
                "unit subscription",
                "gross movements",
                "discounts forever_only",
                "fx closing",
                "grr_min_of_totals",
            ],
            Self::Smsb => &["nrr_point_to_point over 12 months", "grr_formula_net"],
        }
    }

    /// What the vendor leaves to its users, and this to the caller.
    #[must_use]
    pub const fn configurable(self) -> &'static [&'static str] {
        match self {
            Self::Chartmogul | Self::Stripe => &["churn timing"],
            Self::Recurly => &["discounts"],
            _ => &[],
        }
    }

    /// What the vendor does and there is no option for.
    #[must_use]
    pub const fn not_modelled(self) -> &'static [&'static str] {
        match self {
            Self::Chartmogul => {
                &["paid invoice lines", "movements within 60 minutes are merged into one"]
            }
            Self::Stripe => &["past due subscriptions are counted until they are cancelled"],
            Self::Profitwell => {
                &["usage: its sources contradict each other", "smoothed lifetime value"]
            }
            Self::Recurly => &["daily exchange rates", "proration and refunds are counted"],
            Self::Maxio => &[],
            Self::Chargebee => {
                &["its total expansion is expansion, reactivation and resumed together"]
            }
            Self::Smsb => &["the standard is known at second hand"],
        }
    }

    /// What is left open, and what it claims, in lines for people.
    #[must_use]
    pub fn caveats(self) -> Caveats {
        Caveats(self)
    }
}

/// What a preset sets, leaves open and leaves out, as text.
///
/// ```
/// let text = tenure_revenue::VendorPreset::Recurly.caveats().to_string();
/// assert!(text.contains("left to the caller: discounts"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caveats(VendorPreset);

impl fmt::Display for Caveats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "preset {}: {}", self.0, self.0.verified().join("; "))?;
        for (what, list) in
            [("left to the caller", self.0.configurable()), ("not modelled", self.0.not_modelled())]
        {
            if !list.is_empty() {
                write!(f, ". {what}: {}", list.join("; "))?;
            }
        }
        f.write_str(". It claims no number of the vendor.")
    }
}

#[cfg(test)]
mod tests {
    use tenure_model::Currency;

    use super::{LogoChurnBase, MovementView, VendorPreset};
    use crate::definition::RevenueDefinition;
    use crate::retention::RetentionMeasure;

    #[test]
    fn each_preset_sets_what_it_lists() {
        let plain = RevenueDefinition::new(Currency::new("USD").unwrap());
        for &preset in VendorPreset::ALL {
            let mut definition = plain.clone();
            preset.apply(&mut definition);
            let text = definition.to_string();
            for &option in preset.verified() {
                let worded = option.split(',').next().unwrap();
                let said = text.contains(worded)
                    || worded == format!("{} movements", preset.view())
                    || worded.contains(preset.net_retention().name())
                    || worded.contains(preset.gross_retention().name())
                    || worded.ends_with(preset.logo_churn().name())
                    || worded.ends_with("not recurring");
                assert!(said, "{preset}: {option}");
            }
            assert!(preset.caveats().to_string().ends_with("claims no number of the vendor."));
        }
    }

    #[test]
    fn presets_that_differ_from_the_defaults_in_a_formula() {
        assert_eq!(VendorPreset::Chargebee.gross_retention(), RetentionMeasure::GrrMinOfTotals);
        assert_eq!(VendorPreset::Stripe.logo_churn(), LogoChurnBase::LostOverOpeningPlusNew);
        assert_eq!(VendorPreset::Maxio.view(), MovementView::Gross);
    }
}
