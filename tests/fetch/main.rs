//! Release sources against servers on loopback.

#[cfg(test)]
mod cache;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod github;
#[cfg(test)]
mod mirror;
#[cfg(test)]
mod support;
