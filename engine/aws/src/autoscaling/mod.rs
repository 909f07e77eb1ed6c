//! Amazon EC2 Auto Scaling: a folder per kind.

mod auto_scaling_group;
