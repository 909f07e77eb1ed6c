//! Amazon EC2 Auto Scaling: a folder for each kind, and the code that its kinds' tables share.

mod auto_scaling_group;
mod instance_requirements;
mod words;
