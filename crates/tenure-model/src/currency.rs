//! ISO 4217 currencies and their minor units.

use std::fmt;

use crate::error::CurrencyError;

/// Declares the active ISO 4217 codes (list one), in order: one byte each, so that amounts stay
/// small and currencies compare as numbers.
macro_rules! codes {
    ($($code:ident)+) => {
        #[expect(clippy::upper_case_acronyms, reason = "codes are written in capitals")]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        enum Code { $($code),+ }

        impl Code {
            const LIST: &[Self] = &[$(Self::$code),+];

            const fn text(self) -> &'static str {
                match self {
                    $(Self::$code => stringify!($code),)+
                }
            }
        }
    };
}

codes! {
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN
    BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN
    ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD
    JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT
    MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG
    QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT
    TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF
    XPF YER ZAR ZMW ZWG
}

impl Code {
    fn of(text: &str) -> Option<Self> {
        let place = Self::LIST.binary_search_by(|code| code.text().cmp(text)).ok()?;
        Self::LIST.get(place).copied()
    }

    /// Decimals of the minor unit: 2, but for those named.
    const fn decimals(self) -> u8 {
        match self {
            Self::BIF
            | Self::CLP
            | Self::DJF
            | Self::GNF
            | Self::ISK
            | Self::JPY
            | Self::KMF
            | Self::KRW
            | Self::PYG
            | Self::RWF
            | Self::UGX
            | Self::UYI
            | Self::VND
            | Self::VUV
            | Self::XAF
            | Self::XOF
            | Self::XPF => 0,
            Self::BHD | Self::IQD | Self::JOD | Self::KWD | Self::LYD | Self::OMR | Self::TND => 3,
            Self::CLF | Self::UYW => 4,
            _ => 2,
        }
    }
}

/// An ISO 4217 currency, by its three-letter code.
///
/// ```
/// use tenure_model::Currency;
/// let yen = Currency::new("JPY")?;
/// assert_eq!((yen.code(), yen.decimals()), ("JPY", 0));
/// assert_eq!(Currency::new("KWD")?.decimals(), 3);
/// assert!(Currency::new("usd").is_err());
/// # Ok::<(), tenure_model::CurrencyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(Code);

impl Currency {
    /// The currency of that code.
    ///
    /// # Errors
    /// Not the code of an active currency, in capitals.
    pub fn new(code: &str) -> Result<Self, CurrencyError> {
        Code::of(code)
            .map(Self)
            .ok_or_else(|| CurrencyError { found: code.chars().take(40).collect() })
    }

    /// The three letters.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.0.text()
    }

    /// Decimals of the minor unit: 2 for cents.
    #[must_use]
    pub const fn decimals(self) -> u8 {
        self.0.decimals()
    }

    /// Minor units in one major unit: 100 for cents.
    ///
    /// ```
    /// assert_eq!(tenure_model::Currency::new("EUR")?.minor_per_major(), 100);
    /// # Ok::<(), tenure_model::CurrencyError>(())
    /// ```
    #[must_use]
    pub const fn minor_per_major(self) -> i64 {
        match self.decimals() {
            0 => 1,
            3 => 1_000,
            4 => 10_000,
            _ => 100,
        }
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// As its three letters.
#[cfg(feature = "serde")]
mod serde_impl {
    use super::Currency;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    impl Serialize for Currency {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_str(self.code())
        }
    }

    impl<'de> Deserialize<'de> for Currency {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            Self::new(&String::deserialize(deserializer)?).map_err(D::Error::custom)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Code, Currency};

    #[test]
    fn every_code_is_listed_once_in_order() {
        let codes: Vec<_> = Code::LIST.iter().map(|code| code.text()).collect();
        assert!(codes.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(codes.iter().all(|code| code.len() == 3));
        for code in codes {
            assert_eq!(Currency::new(code).unwrap().code(), code);
        }
    }

    #[test]
    fn the_minor_units_that_are_not_hundredths() {
        let with = |decimals| {
            let all = Code::LIST.iter().filter(move |code| code.decimals() == decimals);
            all.map(|code| code.text()).collect::<Vec<_>>().join(" ")
        };
        let none = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
        assert_eq!(with(0), none);
        assert_eq!(with(3), "BHD IQD JOD KWD LYD OMR TND");
        assert_eq!(with(4), "CLF UYW");
        let rest = Code::LIST.len() - 17 - 7 - 2;
        assert_eq!(with(2).split(' ').count(), rest);
    }

    #[test]
    fn an_unknown_code_is_an_error_that_names_it() {
        let error = Currency::new("XYZ").unwrap_err();
        assert_eq!(error.to_string(), "`XYZ` is not an active ISO 4217 currency code");
    }
}
