//! Any bytes keep the law `clv`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tenure_testing::laws::clv(bytes));
