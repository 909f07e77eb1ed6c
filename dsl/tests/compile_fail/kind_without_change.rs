use windlass::value::Input;
use windlass_derive::Resource;

#[derive(Debug, Clone, Resource)]
#[resource(kind = "AWS::Harbour::Winch")]
pub struct Winch {
    /// How much it lifts, in kilograms.
    pub load: Option<Input<u32>>,
}

fn main() {}
