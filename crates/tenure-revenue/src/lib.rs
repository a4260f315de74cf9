//! MRR, movements, net dollar retention and renewals that close to the cent
