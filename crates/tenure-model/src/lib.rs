//! What happened: accounts, money, dates, events and the history of a business relationship
