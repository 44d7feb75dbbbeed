//! Sessions, transactions and errors of the engines themselves.
