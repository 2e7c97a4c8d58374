//! The three-way merge of `kubectl apply`.
