//! ISO 4217 currencies and their minor units.

use std::fmt;

use crate::error::CurrencyError;

/// Active ISO 4217 codes (list one), sorted, with the decimals of their minor unit: 2, but 0, 3
/// and 4 for those listed apart.
const EXPONENT_0: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
const EXPONENT_3: &str = "BHD IQD JOD KWD LYD OMR TND";
const EXPONENT_4: &str = "CLF UYW";
const EXPONENT_2: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV \
    BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN \
    ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR \
    KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN \
    NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP \
    SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES \
    WST XCD XCG YER ZAR ZMW ZWG";

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
pub struct Currency {
    code: &'static str,
    decimals: u8,
}

impl Currency {
    /// The currency of that code.
    ///
    /// # Errors
    /// Not the code of an active currency, in capitals.
    pub fn new(code: &str) -> Result<Self, CurrencyError> {
        let lists = [(2, EXPONENT_2), (0, EXPONENT_0), (3, EXPONENT_3), (4, EXPONENT_4)];
        for (decimals, list) in lists {
            if let Some(code) = list.split_ascii_whitespace().find(|&known| known == code) {
                return Ok(Self { code, decimals });
            }
        }
        Err(CurrencyError { found: code.chars().take(40).collect() })
    }

    /// The three letters.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// Decimals of the minor unit: 2 for cents.
    #[must_use]
    pub const fn decimals(self) -> u8 {
        self.decimals
    }

    /// Minor units in one major unit: 100 for cents.
    ///
    /// ```
    /// assert_eq!(tenure_model::Currency::new("EUR")?.minor_per_major(), 100);
    /// # Ok::<(), tenure_model::CurrencyError>(())
    /// ```
    #[must_use]
    pub const fn minor_per_major(self) -> i64 {
        match self.decimals {
            0 => 1,
            3 => 1_000,
            4 => 10_000,
            _ => 100,
        }
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

/// By hand: derived, the `&'static str` inside would ask for input that lives for ever.
#[cfg(feature = "serde")]
mod serde_impl {
    use super::Currency;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    impl Serialize for Currency {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_str(self.code)
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
    use super::{Currency, EXPONENT_0, EXPONENT_2, EXPONENT_3, EXPONENT_4};

    #[test]
    fn every_code_is_listed_once_in_order() {
        for list in [EXPONENT_0, EXPONENT_2, EXPONENT_3, EXPONENT_4] {
            let codes: Vec<_> = list.split_ascii_whitespace().collect();
            assert!(codes.is_sorted());
        }
        let mut all: Vec<_> = [EXPONENT_0, EXPONENT_2, EXPONENT_3, EXPONENT_4]
            .iter()
            .flat_map(|list| list.split_ascii_whitespace())
            .collect();
        all.sort_unstable();
        assert!(all.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(all.iter().all(|code| code.len() == 3));
    }

    #[test]
    fn an_unknown_code_is_an_error_that_names_it() {
        let error = Currency::new("XYZ").unwrap_err();
        assert_eq!(error.to_string(), "`XYZ` is not an active ISO 4217 currency code");
    }
}
