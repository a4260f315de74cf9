//! Any bytes keep the law `profiles`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tenure_testing::laws::profiles(bytes));
