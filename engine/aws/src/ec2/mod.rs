//! Amazon EC2: a file per kind, and what its kinds share: filters, tags, and how they are read.

mod tags;
mod vpc;
